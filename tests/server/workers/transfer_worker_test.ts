import { assertEquals } from "@std/assert";
import { encodePacket, type RequestPacket } from "../../../packet/mod.ts";
import type { FromWorker, ToWorker } from "../../../server/workers/messages.ts";
import { packError } from "../../../server/workers/carried_error.ts";
import { TransferWorker } from "../../../server/workers/transfer_worker.ts";
import { TftpError } from "../../../packet/mod.ts";
import { Peer, settle, VirtualNetwork } from "../../_virtual.ts";
import * as handlerModule from "./_handler.ts";

const LOCAL = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;

/** A worker in this thread, on a virtual network. */
class Side {
  readonly network = new VirtualNetwork();
  readonly said: FromWorker[] = [];
  readonly worker = new TransferWorker({
    post: (messages) => this.said.push(...structuredClone(messages)),
    load: () => Promise.resolve(handlerModule),
    network: this.network,
    clock: this.network.clock,
  });
  readonly client = new Peer(this.network);

  constructor(isWatched = false) {
    this.say({
      type: "start",
      module: "",
      data: { word: "hello" },
      generation: 0,
      options: {},
      isWatched,
    });
  }

  say(...messages: ToWorker[]): void {
    this.worker.handle(structuredClone(messages));
  }

  open(
    filename: string,
    options: Partial<Extract<ToWorker, { type: "open" }>> = {},
  ): void {
    this.say({
      type: "open",
      id: 7,
      generation: 0,
      packet: ask(filename),
      filename,
      remote: this.client.address,
      local: LOCAL,
      ...options,
    });
  }

  /** What it has said, in words. */
  async heard(): Promise<string[]> {
    await this.network.clock.advance(5);
    return this.said.splice(0).map((message) =>
      message.type === "event"
        ? `${message.id} ${message.event.type}`
        : message.type === "prepared"
        ? `prepared ${message.generation} ${message.fault?.message ?? ""}`
          .trim()
        : message.type === "standing"
        ? `${message.id} is ${message.standing}`
        : "id" in message
        ? `${message.id} ${message.type}`
        : message.type
    );
  }
}

function ask(filename: string): RequestPacket {
  return { type: "RRQ", filename, mode: "octet", options: [] };
}

const ack = (block: number) => encodePacket({ type: "ACK", block });

Deno.test("a request is served on a socket of its own; what nobody watches is not told", async () => {
  const side = new Side();
  side.open("word");
  await side.client.expect("DATA 1 (5 octets)");
  await side.client.send(ack(1));
  assertEquals(await side.heard(), ["prepared 0", "7 finished", "7 closed"]);
  assertEquals(side.network.clock.pending, 0);
});

Deno.test("where events are watched, all are told", async () => {
  const side = new Side(true);
  side.open("word");
  await side.client.expect("DATA 1 (5 octets)");
  assertEquals(await side.heard(), ["prepared 0", "7 negotiated"]);
  side.say({ type: "abandon", id: 7, reason: "enough" });
  assertEquals(await side.heard(), ["7 failed", "7 closed"]);
});

Deno.test("a refusal is told, and not sent: the main thread has the port", async () => {
  const side = new Side();
  side.open("refused");
  assertEquals(await side.heard(), ["prepared 0", "7 refused", "7 closed"]);
  await side.client.silence();
});

Deno.test("how far the client is, is told when that changes", async () => {
  const side = new Side();
  side.open("long");
  await side.client.expect("DATA 1 (512 octets)");
  await side.network.clock.advance(50);
  assertEquals(await side.heard(), ["prepared 0", "7 is answered"]);
  await side.client.send(ack(1));
  await side.client.expect("DATA 2 (488 octets)");
  await side.network.clock.advance(50);
  assertEquals(await side.heard(), ["7 is proven"]);
  side.say({
    type: "abort",
    id: 7,
    error: packError(new TftpError(0, "The end")),
  });
  await side.client.expect('ERROR 0 "The end"');
  assertEquals(await side.heard(), ["7 failed", "7 closed"]);
});

Deno.test("a repeated request is answered again; another one, or one that comes too late, starts over", async () => {
  const side = new Side();
  side.open("long");
  await side.client.expect("DATA 1 (512 octets)");
  const repeat = (filename: string) =>
    side.say({
      type: "repeat",
      id: 7,
      packet: ask(filename),
      remote: side.client.address,
      local: LOCAL,
    });
  repeat("long");
  await side.client.expect("DATA 1 (512 octets)");
  repeat("word");
  assertEquals(await side.heard(), [
    ...["prepared 0", "7 failed", "7 closed", "restart"],
  ]);
  repeat("word");
  assertEquals(await side.heard(), ["restart"]);
});

Deno.test("a request is served by the handler of its generation, under the name that was made of it", async () => {
  const side = new Side();
  side.say({ type: "prepare", generation: 1, data: { word: "bye" } });
  side.say({ type: "prepare", generation: 2, data: { isBroken: true } });
  await settle();
  assertEquals((await side.heard()).toSorted(), [
    ...["prepared 0", "prepared 1"],
    "prepared 2 There is nothing to make a handler of",
  ]);
  side.open("other name", { filename: "word", generation: 1 });
  await side.client.expect("DATA 1 (3 octets)");
  await side.client.send(ack(1));
  assertEquals(await side.heard(), ["7 finished", "7 closed"]);
});
