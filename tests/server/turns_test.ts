import { assertEquals } from "@std/assert";
import type { DatagramSocket } from "../../net/mod.ts";
import {
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

Deno.test("of many, what does not fit into a turn waits for the next one, and goes first then", async () => {
  const { network, sockets, polls, next } = await make(MIN_SOCKETS);
  const [a, b, c] = sockets;
  for (let i = 0; i < OPERATIONS_PER_TURN; i++) {
    await a!.send(new Uint8Array(4), TO);
  }
  network.transcript.length = 0;
  b!.send(new Uint8Array(4), TO);
  c!.send(new Uint8Array(4), TO);
  await settle();
  assertEquals([network.transcript.length, polls.length], [0, 1]);
  await next();
  const ports = network.transcript.map((line) =>
    Number(/:(\d+) >/.exec(line)![1])
  );
  assertEquals(ports, [b!.address.port, c!.address.port]);
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
