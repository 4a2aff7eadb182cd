// Many requests at once: all are received before the first is begun, and each is answered.

import { assert, assertEquals } from "@std/assert";
import type { DatagramSocket } from "../../net/mod.ts";
import { encodePacket } from "../../packet/mod.ts";
import { serve, TftpResponse } from "../../server.ts";
import { read, REQUEST_PORT } from "../conformance/_packets.ts";
import { Peer, VirtualNetwork } from "../_virtual.ts";

/** Sends requests of as many clients at once; gives how many had been received when each one was begun. */
async function burst(count: number) {
  const network = new VirtualNetwork();
  let received = 0;
  const begun: number[] = [];
  const server = serve({
    ...REQUEST_PORT,
    clock: network.clock,
    limits: { maxTransfersPerClient: 4000 },
    network: {
      bind: (address) =>
        address.port === REQUEST_PORT.port
          ? counting(network.bind(address), () => received++)
          : network.bind(address),
    },
  }, () => {
    begun.push(received);
    return new TftpResponse("text");
  });
  const clients = Array.from({ length: count }, () => new Peer(network));
  const request = encodePacket(read("file"));
  for (const { address } of clients) {
    network.inject(address, REQUEST_PORT, request);
  }
  await network.clock.advance(20);
  for (const client of clients) {
    await client.expect("DATA 1 (4 octets)");
    client.close();
  }
  const ended = server.shutdown();
  await network.clock.advance(10_000);
  await ended;
  return begun;
}

function counting(socket: DatagramSocket, note: () => void): DatagramSocket {
  const receive = socket.receive.bind(socket);
  socket.receive = async (buffer) => {
    const datagram = await receive(buffer);
    note();
    return datagram;
  };
  return socket;
}

Deno.test("requests that have come are all received before the first is begun", async () => {
  const begun = await burst(100);
  assertEquals(begun.length, 100);
  assert(begun.every((received) => received === 100), `${begun}`);
});

Deno.test("what does not fit any more stays in the system's buffer, and is begun after the rest", async () => {
  const begun = await burst(3000);
  assertEquals(begun.length, 3000);
  assertEquals(begun[0], 2048);
});

/** A server whose handler takes its time, and a clock that tells how many timers wait. */
function slowServer(network: VirtualNetwork) {
  const { clock } = network;
  const realNow = clock.now.bind(clock);
  let spentMs = 0;
  clock.now = () => realNow() + spentMs;
  return serve({ ...REQUEST_PORT, clock, network }, () => {
    spentMs += 5;
    return undefined;
  });
}

Deno.test("a request that took long leaves no timer behind when no other one waits", async () => {
  const network = new VirtualNetwork();
  const server = slowServer(network);
  const client = new Peer(network);
  await client.send(read("file"), REQUEST_PORT);
  await client.expect('ERROR 1 "File not found"');
  assertEquals(network.clock.pending, 0);
  client.close();
  await server.shutdown();
});

Deno.test("a server that shuts down between two requests leaves no timer behind", async () => {
  const network = new VirtualNetwork();
  const server = slowServer(network);
  const clients = [new Peer(network), new Peer(network)];
  const request = encodePacket(read("file"));
  for (const { address } of clients) {
    network.inject(address, REQUEST_PORT, request);
  }
  await clients[0]!.expect('ERROR 1 "File not found"');
  assertEquals(network.clock.pending, 1);
  await server.shutdown();
  assertEquals(network.clock.pending, 0);
  for (const client of clients) client.close();
});
