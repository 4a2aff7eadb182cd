import { assertEquals, assertRejects } from "@std/assert";
import {
  Conversation,
  isSamePort,
  OutOfTimeError,
} from "../../probe/conversation.ts";
import type { ProbePacket } from "../../probe/mod.ts";
import { readRequest } from "../../probe/check.ts";
import { Peer, settle, VirtualNetwork } from "../_virtual.ts";

const REQUEST = readRequest("x");
const LINE = 'RRQ "x" octet';

/** A conversation with a server that the test plays. */
async function start(
  deadlineMs = 10_000,
  { signal } = new AbortController(),
) {
  const network = new VirtualNetwork();
  const server = new Peer(network, { port: 69 });
  const packets: ProbePacket[] = [];
  const conversation = await Conversation.open({
    network,
    clock: network.clock,
    server: server.address,
    quietMs: 500,
    startMs: 0,
    deadlineMs,
    signal,
    onPacket: (packet) => packets.push(packet),
  });
  const stop = async () => {
    await conversation.end();
    server.close();
    assertEquals(network.openSockets, 0);
    assertEquals(network.clock.pending, 0);
  };
  return { network, server, packets, conversation, stop };
}

Deno.test("ask() sends a request twice, and then it is silence", async () => {
  const { network, server, conversation, stop } = await start();
  const answer = conversation.ask(REQUEST);
  await server.expect(LINE);
  await network.clock.advance(299);
  await server.silence();
  await network.clock.advance(1);
  await server.expect(LINE);
  await network.clock.advance(499);
  await server.silence();
  await network.clock.advance(1);
  assertEquals(await answer, null);
  await server.silence();
  await stop();
});

Deno.test("what the transfer's port says is heard; it gets ERROR 0 in the end", async () => {
  const { network, server, packets, conversation, stop } = await start();
  const answer = conversation.ask(REQUEST);
  await server.expect(LINE);
  const port = new Peer(network);
  await port.send(
    { type: "DATA", block: 1, data: new Uint8Array(4) },
    server.from,
  );
  assertEquals((await answer)?.from.port, port.address.port);
  assertEquals(conversation.transfer, port.address);
  await conversation.send({ type: "ACK", block: 1 });
  await port.expect("ACK 1");
  await conversation.end();
  await port.expect('ERROR 0 "Probe is done"');
  await conversation.end();
  await port.silence();
  await server.silence();
  assertEquals(
    packets.map(({ direction, serverPort, packet, sizeBytes }) =>
      `${direction} ${serverPort} ${packet} ${sizeBytes}`
    ),
    [
      `sent 69 ${LINE} 10`,
      `received ${port.address.port} DATA 1 (4 octets) 8`,
      `sent ${port.address.port} ACK 1 4`,
      `sent ${port.address.port} ERROR 0 "Probe is done" 18`,
    ],
  );
  port.close();
  await stop();
});

Deno.test("a transfer that the server has ended gets no ERROR", async () => {
  const { server, conversation, stop } = await start();
  const answer = conversation.ask(REQUEST);
  await server.expect(LINE);
  await server.send({ type: "ERROR", code: 1, message: "No" });
  assertEquals((await answer)?.packet?.type, "ERROR");
  await stop();
  await server.silence();
});

Deno.test("a transfer that the server has ended midway gets no ERROR either", async () => {
  const { server, conversation, stop } = await start();
  const answer = conversation.ask(REQUEST);
  await server.expect(LINE);
  await server.send({ type: "ACK", block: 0 });
  assertEquals((await answer)?.packet?.type, "ACK");
  await server.send({ type: "ERROR", code: 0, message: "Over" });
  assertEquals((await conversation.next())?.packet?.type, "ERROR");
  await stop();
  await server.silence();
});

Deno.test("other machines are not heard", async () => {
  const { network, server, packets, conversation, stop } = await start();
  const answer = conversation.ask(REQUEST);
  await server.expect(LINE);
  const stranger = new Peer(network, { hostname: "192.0.2.66" });
  await stranger.send({ type: "ACK", block: 0 }, server.from);
  await network.clock.advance(800);
  assertEquals(await answer, null);
  assertEquals(packets.length, 2);
  stranger.close();
  await stop();
});

Deno.test("gather() takes all that comes in its time, malformed packets too", async () => {
  const { network, server, conversation, stop } = await start();
  await conversation.request(REQUEST);
  await server.expect(LINE);
  const all = conversation.gather(100);
  await server.send(new Uint8Array([9]));
  await network.clock.advance(60);
  await server.send({ type: "ACK", block: 0 });
  await network.clock.advance(40);
  const [first, second] = await all;
  assertEquals([first?.packet, second?.packet?.type], [null, "ACK"]);
  assertEquals([first?.atMs, second?.atMs], [0, 60]);
  assertEquals(isSamePort(first!, second!), true);
  await stop();
});

Deno.test("a wait that the deadline cuts short is no silence", async () => {
  const { network, server, conversation, stop } = await start(200);
  const waiting = assertRejects(() => conversation.next(), OutOfTimeError);
  await network.clock.advance(200);
  await waiting;
  await settle();
  await server.silence();
  await stop();
});

Deno.test("who waits is woken by an abortion, and gets its reason", async () => {
  const abortion = new AbortController();
  const { conversation, stop } = await start(10_000, abortion);
  const waiting = assertRejects(() => conversation.next(), Error, "enough");
  abortion.abort(new Error("enough"));
  conversation.wake();
  await waiting;
  await stop();
});
