import { assertEquals } from "@std/assert";
import { systemClock, udpNetwork } from "../../net/mod.ts";
import { LoopPoll } from "../../server/loop_poll.ts";
import { settle, VirtualNetwork } from "../_virtual.ts";

const isAllowed = () => true;

Deno.test("a datagram to oneself is waited for, again and again", async () => {
  const network = new VirtualNetwork();
  const { clock } = network;
  const poll = new LoopPoll({ network, clock, isAllowed });
  await poll.wait();
  await poll.wait();
  assertEquals([network.transcript.length, network.openSockets], [2, 1]);
  poll.rest();
  poll.rest();
  assertEquals(network.openSockets, 0);
  await poll.wait();
  assertEquals([network.transcript.length, network.openSockets], [3, 1]);
  poll.close();
  poll.close();
  assertEquals([network.openSockets, clock.pending], [0, 0]);
});

Deno.test("where it is not allowed, or there is no such address, a timer does it", async () => {
  for (const isDenied of [true, false]) {
    const network = new VirtualNetwork();
    const { clock } = network;
    const bind = () => {
      throw new Deno.errors.AddrNotAvailable();
    };
    const poll = new LoopPoll({
      network: { bind },
      clock,
      isAllowed: () => !isDenied,
    });
    let isOver = false;
    poll.wait().then(() => isOver = true);
    await settle();
    assertEquals(isOver, false);
    await clock.advance(0);
    assertEquals(isOver, true);
  }
});

Deno.test("where it does not come, or cannot be sent, nobody waits for it again", async () => {
  for (const isLost of [true, false]) {
    const network = new VirtualNetwork();
    const { clock } = network;
    network.fate = () => [];
    const poll = new LoopPoll({
      network: {
        bind(address) {
          const socket = network.bind(address);
          if (!isLost) socket.sendError = new Error("not allowed");
          return socket;
        },
      },
      clock,
      isAllowed,
    });
    const first = poll.wait();
    await clock.advance(2000);
    await first;
    assertEquals(network.openSockets, 0);
    const second = poll.wait();
    await clock.advance(0);
    await second;
  }
});

Deno.test("a wait that is broken off leaves no timer behind", async () => {
  for (const isGranted of [true, false]) {
    const network = new VirtualNetwork();
    const { clock } = network;
    network.fate = () => [];
    const poll = new LoopPoll({ network, clock, isAllowed: () => isGranted });
    const wait = poll.wait();
    await settle();
    assertEquals(clock.pending, 1);
    poll.close();
    assertEquals([clock.pending, network.openSockets], [0, 0]);
    await wait;
  }
});

Deno.test("on the network of this machine it takes one look of the event loop", async () => {
  const network = udpNetwork("deno");
  // What keeps a process alive is the port that requests come to.
  const port = await network.bind({ hostname: "127.0.0.1", port: 0 });
  const idle = port.receive(new Uint8Array(1)).catch(() => {});
  const poll = new LoopPoll({ network, clock: systemClock });
  await poll.wait();
  await poll.wait();
  poll.close();
  port.close();
  await idle;
});
