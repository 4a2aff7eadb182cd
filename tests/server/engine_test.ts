// How much goes on at once, and who watches it. How it ends has a file of its own.

import { assertEquals } from "@std/assert";
import { type TftpRequest, TftpResponse } from "../../server.ts";
import {
  ack,
  data,
  read,
  REQUEST_PORT,
  write,
} from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { complete, FILES, proven } from "./_proven.ts";
import { takeEvents, takeFaults } from "./_tell.ts";

// Limits.

Deno.test("a full server makes room at the cost of the oldest that has not proved its address", () =>
  withServer(
    { files: FILES, limits: { maxTransfers: 3 } },
    async (side) => {
      const busy = await proven(side);
      const oldest = await side.ask(read("file"));
      await oldest.expect("DATA 1 (4 octets)");
      const younger = await side.ask(read("file"));
      await younger.expect("DATA 1 (4 octets)");
      takeEvents(side);

      const newcomer = await side.ask(read("file"));
      await newcomer.expect("DATA 1 (4 octets)");
      assertEquals(takeEvents(side), [
        "request 4 read file",
        "failed 2 Made room for another client before this one answered",
        "negotiated 4",
      ]);
      // Its socket is closed without a word.
      await oldest.send(ack(1));
      await oldest.silence();
      await younger.send(ack(1));
      await newcomer.send(ack(1));
      await complete(busy);
      assertEquals(side.ends, ["finished", "finished", "finished"]);
    },
  ));

Deno.test("a full server makes room at the cost of a request whose handler is at work", () => {
  let signal!: AbortSignal;
  const handler = (request: TftpRequest) => {
    if (request.filename === "file") return new TftpResponse("text");
    ({ signal } = request);
    return new Promise<never>(() => {});
  };
  return withServer({ handler, limits: { maxTransfers: 1 } }, async (side) => {
    const slow = await side.ask(read("slow"));
    await slow.silence();
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (4 octets)");
    await client.send(ack(1));
    assertEquals(signal.aborted, true);
    assertEquals(side.ends, ["failed", "finished"]);
  });
});

Deno.test("a server full of clients that mean it leaves new requests without an answer", () =>
  withServer(
    { files: FILES, limits: { maxTransfers: 2 } },
    async (side) => {
      const first = await proven(side);
      const second = await proven(side);
      takeEvents(side);
      const third = await side.ask(read("file"));
      await third.silence();
      assertEquals(takeEvents(side), [
        "request 3 read file",
        "dropped 3 2 transfers are under way",
      ]);
      await complete(first);
      // The client asks again, and now there is room.
      await third.send(read("file"), REQUEST_PORT);
      await third.expect("DATA 1 (4 octets)");
      await third.send(ack(1));
      await complete(second);
    },
  ));

Deno.test("one client cannot take all the room", () =>
  withServer(
    { files: FILES, limits: { maxTransfersPerClient: 2 } },
    async (side) => {
      const first = await proven(side);
      const second = await side.ask(read("file"));
      await second.expect("DATA 1 (4 octets)");
      takeEvents(side);
      const third = await side.ask(read("file"));
      await third.silence();
      assertEquals(takeEvents(side), [
        "request 3 read file",
        "dropped 3 2 transfers with this client are under way",
      ]);
      const other = await proven(side, "127.0.0.2");
      await second.send(ack(1));
      await third.send(read("file"), REQUEST_PORT);
      await third.expect("DATA 1 (4 octets)");
      await third.send(ack(1));
      await complete(first);
      await complete(other);
    },
  ));

Deno.test("an upload that only stays for its last acknowledgment takes no room", () =>
  withServer({ limits: { maxTransfersPerClient: 1 } }, async (side) => {
    for (const name of ["a", "b"]) {
      const client = await side.ask(write(name));
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.expect("ACK 1");
    }
    assertEquals([...side.uploads.keys()], ["a", "b"]);
  }));

Deno.test("a request that is refused takes no room", () =>
  withServer(
    { files: FILES, limits: { maxTransfers: 1 } },
    async (side) => {
      for (let i = 0; i < 3; i++) {
        const client = await side.ask(read("missing"));
        await client.expect('ERROR 1 "File not found"');
      }
      await complete(await proven(side));
    },
  ));

Deno.test("when all ports of the range are in use a request is left unanswered, until one is free again", () =>
  withServer(
    { files: FILES, portRange: { first: 2000, last: 2001 } },
    async (side) => {
      const clients = [await proven(side), await proven(side)];
      assertEquals(clients.map(({ from }) => from!.port), [2000, 2001]);
      const third = await side.ask(read("file"));
      // Left without an answer: it will ask again, where an ERROR would make a ROM give up.
      await third.silence();
      assertEquals(side.ends, ["dropped"]);
      await complete(clients[0]!);
      await third.send(read("file"), REQUEST_PORT);
      await third.expect("DATA 1 (4 octets)");
      assertEquals(third.from!.port, 2000);
      await third.send(ack(1));
      await complete(clients[1]!);
    },
  ));

// Who watches.

Deno.test("an onEvent and an onError that throw do no harm", () => {
  const seen: string[] = [];
  return withServer({
    handler({ filename }) {
      if (filename === "fault") throw new Error("fault");
      if (filename === "file") return new TftpResponse("text");
    },
    onEvent({ type }) {
      seen.push(type);
      throw new Error("onEvent");
    },
    onError() {
      seen.push("error");
      throw new Error("onError");
    },
  }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (4 octets)");
    await side.advance(1000);
    await client.expect("DATA 1 (4 octets)");
    await client.send(ack(1));
    await (await side.ask(read("fault"))).expect('ERROR 0 "Internal error"');
    await (await side.ask(read("missing"))).expect('ERROR 1 "File not found"');
    await (await side.ask(ack(3))).silence();
    assertEquals(seen, [
      ...["request", "negotiated", "retransmission", "finished"],
      ...["request", "error", "refused"],
      ...["request", "refused"],
      "ignored",
    ]);
  });
});

Deno.test("faults that no one is told of are no faults of the server", () =>
  withServer({
    handler() {
      throw new Error("fault");
    },
    onError: undefined!,
    onEvent: undefined!,
  }, async (side) => {
    await (await side.ask(read("file"))).expect('ERROR 0 "Internal error"');
    assertEquals(takeFaults(side), []);
  }));
