import { assertEquals, assertStrictEquals } from "@std/assert";
import type { DatagramSocket, UdpAddress } from "../../net/mod.ts";
import { formatPacket, TftpError } from "../../packet/mod.ts";
import { Peer, settle, type VirtualSocket } from "../_virtual.ts";
import { ack, data, NotingSink, runReceiver, runSender } from "./_run.ts";

/** A socket whose sends are settled by the test, and noted. */
class HeldSocket {
  /** What was sent, and is not settled unless it was let go. */
  readonly lines: string[] = [];
  readonly #held: { resolve(): void; reject(error: unknown): void }[] = [];
  #most = 0;

  /** How many sends were ever under way at once. */
  get most(): number {
    return this.#most;
  }

  wrap = (socket: VirtualSocket): DatagramSocket =>
    Object.create(socket, {
      isClosed: { get: () => socket.isClosed },
      send: {
        value: (bytes: Uint8Array, to: UdpAddress) => {
          this.lines.push(formatPacket(bytes));
          return new Promise<void>((resolve, reject) => {
            this.#held.push({
              resolve: () => void socket.send(bytes, to).then(() => resolve()),
              reject,
            });
            this.#most = Math.max(this.#most, this.#held.length);
          });
        },
      },
    });

  /** Lets one send go. */
  async release(error?: unknown): Promise<void> {
    const held = this.#held.shift()!;
    if (error === undefined) held.resolve();
    else held.reject(error);
    await settle();
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code} (os error)`), { code });
}

// One pump at a time.

Deno.test("each send is awaited before the next", async () => {
  const held = new HeldSocket();
  const run = await runSender(4000, { windowSize: 4, wrap: held.wrap });
  assertEquals(held.lines, ["DATA 1 (512 octets)"]);
  await held.release();
  assertEquals(held.lines.slice(1), ["DATA 2 (512 octets)"]);
  await held.release();
  await held.release();
  await held.release();
  assertEquals(held.lines.length, 4);
  assertEquals(held.most, 1);
  assertEquals((await run.peer.drain()).length, 4);
});

Deno.test("whatever calls while a send is awaited sends nothing of its own", async () => {
  const held = new HeldSocket();
  const run = await runSender(4000, { windowSize: 2, wrap: held.wrap });
  run.driver.pump();
  run.driver.tick(run.clock.now());
  run.driver.handleDatagram(new Uint8Array([0, 4, 0, 0]), run.peer.address);
  await settle();
  assertEquals(held.lines.length, 1);
  assertEquals(held.most, 1);
});

Deno.test("what comes while a send is awaited is answered afterwards", async () => {
  const held = new HeldSocket();
  const run = await runSender(4000, { windowSize: 2, wrap: held.wrap });
  await held.release();
  assertEquals(held.lines, ["DATA 1 (512 octets)", "DATA 2 (512 octets)"]);
  // The ACK overtakes the end of the send it acknowledges.
  run.driver.handleDatagram(new Uint8Array([0, 4, 0, 2]), run.peer.address);
  assertEquals(held.lines.length, 2);
  await held.release();
  assertEquals(held.lines.slice(2), ["DATA 3 (512 octets)"]);
});

Deno.test("fail() while a send is awaited sends its ERROR next", async () => {
  const held = new HeldSocket();
  const run = await runSender(4000, { windowSize: 4, wrap: held.wrap });
  run.driver.fail(new TftpError(0, "Enough"));
  assertEquals(run.log, []);
  await held.release();
  assertEquals(held.lines, ["DATA 1 (512 octets)", 'ERROR 0 "Enough"']);
  assertEquals(run.log, []);
  await held.release();
  assertEquals(run.log, ["end Enough", "close"]);
  assertEquals(held.lines.length, 2);
});

Deno.test("dismiss() while a send is awaited is the end", async () => {
  const held = new HeldSocket();
  const run = await runSender(4000, { windowSize: 4, wrap: held.wrap });
  run.driver.dismiss();
  assertEquals(run.log, ["end Transfer was stopped", "close"]);
  await held.release();
  assertEquals(held.lines.length, 1);
  assertEquals(run.log, ["end Transfer was stopped", "close"]);
});

Deno.test("a handleDatagram() is settled when its answers are sent", async () => {
  const held = new HeldSocket();
  const run = await runSender(1000, { wrap: held.wrap });
  await held.release();
  let isDone = false;
  run.driver.handleDatagram(new Uint8Array([0, 4, 0, 1]), run.peer.address)
    .then(() => isDone = true);
  await settle();
  assertEquals(isDone, false);
  await held.release();
  assertEquals(isDone, true);
});

// Sends that fail.

for (
  const code of [
    "EAGAIN",
    "EHOSTUNREACH",
    "EINTR",
    "ENETUNREACH",
    "ENOBUFS",
    "EPERM",
    "UNKNOWN",
  ]
) {
  Deno.test(`a send that fails with ${code} is a datagram that was lost`, async () => {
    const run = await runSender(600);
    await run.peer.expect("DATA 1 (512 octets)");
    run.socket.sendError = systemError(code);
    await run.peer.send(ack(1));
    await run.peer.silence();
    assertEquals(run.log, []);
    run.socket.sendError = null;
    await run.clock.advance(50);
    await run.peer.expect("DATA 2 (88 octets)");
    assertEquals(run.events, ["retransmission"]);
    await run.peer.send(ack(2));
    assertEquals(run.log, ["end ok", "close"]);
  });
}

Deno.test("a send that fails at the very beginning is made up for, too", async () => {
  const held = new HeldSocket();
  const run = await runReceiver(new NotingSink(), {
    opening: ack(0),
    wrap: held.wrap,
  });
  await held.release(systemError("ENETUNREACH"));
  assertEquals(run.log, []);
  await run.clock.advance(2000);
  assertEquals(held.lines, ["ACK 0", "ACK 0"]);
});

Deno.test("the rest of a window is sent although a datagram in it was lost", async () => {
  const held = new HeldSocket();
  const run = await runSender(2560, { windowSize: 4, wrap: held.wrap });
  await held.release();
  await held.release(systemError("ENOBUFS"));
  await held.release();
  await held.release();
  assertEquals(await run.peer.drain(), [
    "DATA 1 (512 octets)",
    "DATA 3 (512 octets)",
    "DATA 4 (512 octets)",
  ]);
});

Deno.test("a window of which nothing went out is sent again in its time", async () => {
  const run = await runSender(2560, { windowSize: 4, opening: ack(0) });
  await run.peer.expect("ACK 0");
  run.socket.sendError = systemError("ENOBUFS");
  await run.peer.send(ack(0));
  await run.peer.silence();
  run.socket.sendError = null;
  await run.clock.advance(50);
  assertEquals(await run.peer.drain(), [
    "DATA 1 (512 octets)",
    "DATA 2 (512 octets)",
    "DATA 3 (512 octets)",
    "DATA 4 (512 octets)",
  ]);
});

Deno.test("a network that stays down ends the transfer as silence does", async () => {
  const run = await runSender(600);
  run.socket.sendError = systemError("EHOSTUNREACH");
  await run.clock.advance(60_000);
  assertEquals(run.log.map((line) => line.slice(0, 5)), ["end T", "close"]);
  assertEquals(run.clock.pending, 0);
});

for (
  const error of [
    systemError("EMSGSIZE"),
    systemError("EACCES"),
    new Deno.errors.NotCapable("Requires net access"),
    new TypeError("no code at all"),
    "not even an error",
  ]
) {
  Deno.test(`a send that fails for good ends the transfer: ${error}`, async () => {
    const run = await runSender(2000, { windowSize: 2 });
    await run.peer.drain();
    run.socket.sendError = error;
    await run.peer.send(ack(2), run.socket.address);
    assertStrictEquals(run.failure, error);
    assertEquals(run.log.length, 2);
    assertEquals(run.log[1], "close");
    assertEquals(run.clock.pending, 0);
    run.socket.sendError = null;
    await run.clock.advance(60_000);
    await run.peer.silence();
  });
}

Deno.test("a socket that is closed ends the transfer", async () => {
  const run = await runSender(600);
  run.socket.close();
  await run.clock.advance(1000);
  assertEquals(run.log, ["end Socket is closed", "close"]);
  assertEquals(run.clock.pending, 0);
});

Deno.test("an ERROR that cannot be sent does not hide why it was to be sent", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  run.socket.sendError = new TypeError("broken");
  run.driver.fail(new TftpError(3, "No room"));
  await settle();
  assertEquals(run.log, ["end No room", "close"]);
});

Deno.test("an upload whose last ACK cannot be sent has failed, but is kept", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink);
  run.socket.sendError = new TypeError("broken");
  await run.peer.send(data(1, 3), run.socket.address);
  assertEquals(run.log, ["end broken", "close"]);
  assertEquals(sink.log, ["write 3", "commit"]);
});

// Callbacks.

Deno.test("onEnd may end what has ended", async () => {
  const run = await runSender(10, {
    onEnd: () => {
      run.driver.fail(new Error("too late"));
      run.driver.abandon(new Error("too late"));
    },
  });
  await run.peer.expect("DATA 1 (10 octets)");
  await run.peer.send(ack(1));
  await run.peer.silence();
  assertEquals(run.log, ["end ok", "close"]);
});

Deno.test("onEnd comes before onClose, also when onEnd dismisses", async () => {
  const run = await runReceiver(new NotingSink(), {
    onEnd: () => run.driver.dismiss(),
  });
  await run.peer.send(data(1, 3), run.socket.address);
  await run.peer.expect("ACK 1");
  assertEquals(run.log, ["end ok", "close"]);
  assertEquals(run.clock.pending, 0);
});

// Nobody there any more.

Deno.test("an unreachable other side ends the transfer at once, without a word", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  run.driver.handleUnreachable(new Deno.errors.ConnectionReset("os error"));
  await run.peer.silence();
  assertEquals(run.log, [
    "end The other side is not there: nothing listens on its port",
    "close",
  ]);
});

Deno.test("a stranger that was answered cannot end the transfer by closing its port", async () => {
  const run = await runSender(600);
  await run.peer.expect("DATA 1 (512 octets)");
  const stranger = new Peer(run.network);
  await stranger.send(ack(1), run.socket.address);
  await stranger.expect('ERROR 5 "Unknown transfer ID"');
  stranger.close();
  run.driver.handleUnreachable(new Deno.errors.ConnectionReset("os error"));
  assertEquals(run.log, []);
  await run.peer.send(ack(1));
  await run.peer.expect("DATA 2 (88 octets)");
});

Deno.test("no way to the other side: a request ends at once, a transfer waits for better times", async () => {
  for (const isPortOpen of [true, false]) {
    const held = new HeldSocket();
    const run = await runReceiver(new NotingSink(), {
      opening: ack(0),
      isPortOpen,
      wrap: held.wrap,
    });
    await held.release(systemError("ENETUNREACH"));
    assertEquals(run.log.length, isPortOpen ? 2 : 0);
  }
});
