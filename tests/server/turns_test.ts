import { assertEquals } from "@std/assert";
import type { DatagramSocket } from "../../net/mod.ts";
import {
  BATCH,
  MIN_SOCKETS,
  needsTurns,
  OPERATIONS_PER_TURN,
  Turns,
} from "../../server/turns.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";
import { Gate } from "./_tell.ts";

const TO = { transport: "udp", hostname: "127.0.0.1", port: 9 } as const;

/** Sockets that take turns; a turn ends when the test says so. */
async function make(count: number) {
  const network = new VirtualNetwork();
  const polls: Gate[] = [];
  const rests: number[] = [];
  const turns = new Turns({
    wait: () => {
      polls.push(new Gate());
      return polls.at(-1)!.opened;
    },
    rest: () => rests.push(polls.length),
  });
  const sockets: DatagramSocket[] = [];
  for (let i = 0; i < count; i++) {
    const address = { hostname: "127.0.0.1", port: 0 };
    sockets.push(await turns.of(network).bind(address));
  }
  const next = async () => {
    polls.at(-1)!.open();
    await settle();
  };
  return { network, sockets, polls, rests, next };
}

Deno.test("a few sockets do as they like", async () => {
  const { network, sockets, polls } = await make(MIN_SOCKETS - 1);
  for (let i = 0; i <= OPERATIONS_PER_TURN; i++) {
    await sockets[0]!.send(new Uint8Array(4), TO);
  }
  assertEquals(network.transcript.length, OPERATIONS_PER_TURN + 1);
  assertEquals(polls.length, 0);
});

Deno.test("of many, who wants to receive when a turn is full waits for the next one, and goes first then", async () => {
  const { network, sockets, polls, next } = await make(OPERATIONS_PER_TURN);
  for (let i = 0; i < OPERATIONS_PER_TURN; i++) {
    await sockets[0]!.send(new Uint8Array(4), TO);
  }
  const received: number[] = [];
  for (const [i, socket] of sockets.entries()) {
    network.inject(TO, socket.address, new Uint8Array(4));
    socket.receive(new Uint8Array(4)).then(() => received.push(i));
  }
  await settle();
  assertEquals([received.length, polls.length], [0, 1]);
  await next();
  // Half of a turn is for what they answer.
  const half = Math.ceil(OPERATIONS_PER_TURN / 2 / BATCH) * BATCH;
  assertEquals(received, sockets.map((_, i) => i).slice(0, half));
  await next();
  assertEquals(received, sockets.map((_, i) => i));
});

Deno.test("whoever comes while others still wait goes behind them", async () => {
  const { network, sockets, next } = await make(OPERATIONS_PER_TURN);
  for (let i = 0; i < OPERATIONS_PER_TURN; i++) {
    await sockets[0]!.send(new Uint8Array(4), TO);
  }
  const [newcomer, ...waiting] = sockets;
  const received: DatagramSocket[] = [];
  const receive = (socket: DatagramSocket) => {
    network.inject(TO, socket.address, new Uint8Array(4));
    socket.receive(new Uint8Array(4)).then(() => received.push(socket));
  };
  waiting.forEach(receive);
  await next();
  const first = received.length;
  assertEquals(first > 0 && first < waiting.length, true);
  receive(newcomer!);
  await settle();
  assertEquals(received.length, first);
  await next();
  assertEquals(received.at(-1), newcomer);
  assertEquals(received.length, OPERATIONS_PER_TURN);
});

Deno.test("who sends a window for each datagram that comes lets fewer begin in a turn", async () => {
  const { network, sockets, polls, next } = await make(MIN_SOCKETS);
  const [a, ...rest] = sockets;
  let received = 0;
  const perTurn: number[] = [];
  for (let turn = 0; turn < 40; turn++) {
    for (let i = 0; i < OPERATIONS_PER_TURN; i++) {
      await a!.send(new Uint8Array(4), TO);
    }
    received = 0;
    const waiting = rest.map(async (socket) => {
      network.inject(TO, socket.address, new Uint8Array(4));
      await socket.receive(new Uint8Array(4));
      received++;
      for (let i = 0; i < 64; i++) await socket.send(new Uint8Array(4), TO);
    });
    await next();
    perTurn.push(received);
    for (let more = 0; more < 4; more++) await next();
    await Promise.all(waiting);
  }
  assertEquals(perTurn[0], rest.length);
  assertEquals(perTurn.at(-1), BATCH);
  assertEquals(polls.length > 0, true);
});

Deno.test("what is sent counts, but never waits", async () => {
  const { network, sockets: [a, b], next } = await make(MIN_SOCKETS);
  for (let i = 0; i < 2 * OPERATIONS_PER_TURN; i++) {
    await a!.send(new Uint8Array(4), TO);
  }
  assertEquals(network.transcript.length, 2 * OPERATIONS_PER_TURN);
  const received = b!.receive(new Uint8Array(4)).then(() => "received");
  network.inject(TO, b!.address, new Uint8Array(4));
  assertEquals(await Promise.race([received, settle()]), undefined);
  await next();
  assertEquals(await received, "received");
});

Deno.test("a turn ends when the loop has looked, however little was done", async () => {
  const { sockets: [a], polls, next } = await make(MIN_SOCKETS);
  await a!.send(new Uint8Array(4), TO);
  assertEquals(polls.length, 1);
  await next();
  assertEquals(polls.length, 1);
  await a!.send(new Uint8Array(4), TO);
  assertEquals(polls.length, 2);
});

Deno.test("receiving takes turns as well; who is closed meanwhile is told", async () => {
  const { sockets, next } = await make(MIN_SOCKETS);
  const [a, b] = sockets;
  for (let i = 0; i < OPERATIONS_PER_TURN; i++) {
    await a!.send(new Uint8Array(4), TO);
  }
  const received = b!.receive(new Uint8Array(4)).catch(() => "closed");
  assertEquals(b!.isClosed, false);
  b!.close();
  b!.close();
  assertEquals(b!.isClosed, true);
  await next();
  assertEquals(await received, "closed");
});

Deno.test("needsTurns() leaves a network alone that somebody has given", () => {
  assertEquals(needsTurns({ network: new VirtualNetwork() }), false);
  assertEquals(needsTurns({}), true);
});

Deno.test("when the last socket is closed, and the turn is over, what ends turns may rest", async () => {
  const { sockets, rests, next } = await make(MIN_SOCKETS);
  await sockets[0]!.send(new Uint8Array(4), TO);
  for (const socket of sockets) socket.close();
  assertEquals(rests, []);
  await next();
  assertEquals(rests, [1]);
});
