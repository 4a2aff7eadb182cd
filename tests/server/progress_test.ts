import { assertEquals } from "@std/assert";
import { Ticker, type Ticking } from "../../net/mod.ts";
import { serve, type ServerEvent, TftpResponse } from "../../server.ts";
import { Peer, VirtualNetwork } from "../_virtual.ts";
import { ack, content, data, read, write } from "../conformance/_packets.ts";
import { type ServerSide, withServer } from "../conformance/_server_side.ts";
import { replace } from "../handlers/_sandbox.ts";
import { tell } from "./_tell.ts";

const files = { "boot.img": content(512 * 8) };

/** What was told of progress so far. */
function takeProgress(side: ServerSide): string[] {
  return side.events.splice(0).filter(({ type }) => type === "progress")
    .map(tell);
}

Deno.test("progress of a read is told once a second while bytes move", () =>
  withServer({ files }, async (side) => {
    const client = await side.ask(read("boot.img"));
    const next = async (block: number, waitMs: number) => {
      await client.expect(`DATA ${block} (512 octets)`);
      await side.advance(waitMs);
      await client.send(ack(block));
    };
    await next(1, 400);
    await next(2, 400);
    await next(3, 400);
    assertEquals(takeProgress(side), ["progress 1 1024 of 4096 octets"]);
    for (const block of [4, 5, 6]) await next(block, 330);
    assertEquals(takeProgress(side), ["progress 1 2560 of 4096 octets"]);
    for (const block of [7, 8]) await next(block, 300);
    await client.expect("DATA 9 (0 octets)");
    await client.send(ack(9));
    await side.advance(10_000);
    assertEquals(takeProgress(side), []);
  }));

Deno.test("progress tells how long it took since the request", () =>
  withServer({ files }, async (side) => {
    const client = await side.ask(read("boot.img"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await side.advance(999);
    assertEquals(takeProgress(side), []);
    await side.advance(1);
    const [event] = side.events;
    const { durationMs } = event as ServerEvent & { type: "progress" };
    assertEquals(durationMs, 1000);
    await client.drain();
    side.peers.pop()!.close();
  }));

for (
  const [options, answer, size] of [
    [[["tsize", "2000"]], "OACK tsize=2000", "2000"],
    [[["tsize", "0"]], "OACK tsize=0", "?"],
    [[], "ACK 0", "?"],
  ] as const
) {
  Deno.test(`progress of a write that was answered with ${answer} is of ${size} octets`, () =>
    withServer({}, async (side) => {
      const client = await side.ask(write("up", options));
      await client.expect(answer);
      await client.send(data(1, 512));
      await client.expect("ACK 1");
      await side.advance(999);
      assertEquals(takeProgress(side), []);
      await side.advance(1);
      assertEquals(takeProgress(side), [`progress 1 512 of ${size} octets`]);
      await client.drain();
      await client.send(data(2, 100));
      await client.expect("ACK 2");
    }));
}

Deno.test("a transfer that stands still, or whose client never answers, makes no progress", () =>
  withServer({ files }, async (side) => {
    const client = await side.ask(read("boot.img"));
    await side.advance(3000);
    assertEquals(takeProgress(side), []);
    await client.drain();
    side.peers.pop()!.close();
  }));

Deno.test("a deadline for progress is there only when somebody watches, and as long as the transfer goes on", async () => {
  for (const isWatched of [true, false]) {
    const tasks = new Set<unknown>();
    const { add, delete: remove } = Ticker.prototype;
    using _ticker = replace(Ticker.prototype, {
      add(this: Ticker, task: Ticking) {
        tasks.add(task);
        add.call(this, task);
      },
      delete(this: Ticker, task: Ticking) {
        tasks.delete(task);
        remove.call(this, task);
      },
    });
    const network = new VirtualNetwork();
    const server = serve({
      hostname: "127.0.0.1",
      port: 69,
      network,
      clock: network.clock,
      ...(isWatched ? { onEvent: () => {} } : {}),
    }, () => new TftpResponse("hello"));
    const client = new Peer(network);
    await client.send(read("any"), server.addr);
    await client.expect("DATA 1 (5 octets)");
    assertEquals(tasks.size, isWatched ? 2 : 1);
    await client.send(ack(1));
    assertEquals(tasks.size, 0);
    await server.shutdown();
    client.close();
  }
});
