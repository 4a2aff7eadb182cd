import { assertEquals, assertStrictEquals } from "@std/assert";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import type { Receiver } from "../../transfer/mod.ts";
import { settle } from "../_virtual.ts";
import {
  ack,
  data,
  error,
  NotingSink,
  pattern,
  type Run,
  runReceiver,
} from "./_run.ts";

const FAULT = new Error("/srv/tftp: no space left on device");

/** Sends blocks of 512 octets, the first of them `first`, and waits for each ACK. */
async function sendBlocks(
  run: Run<Receiver>,
  first: number,
  count: number,
): Promise<void> {
  for (let block = first; block < first + count; block++) {
    await run.peer.send(data(block, 512), run.socket.address);
    await run.peer.expect(`ACK ${block}`);
  }
}

// Sinks that behave.

for (const length of [0, 1, 511, 512, 513, 65536, 65537, 200_000]) {
  for (const isSlow of [false, true]) {
    Deno.test(`an upload of ${length} octets arrives whole in a ${isSlow ? "slow" : "quick"} sink`, async () => {
      const sink = new NotingSink();
      if (isSlow) sink.onWrite = sink.onCommit = () => settle();
      const run = await runReceiver(sink, { blockSize: 1000, windowSize: 4 });
      const bytes = pattern(length);
      const last = Math.floor(length / 1000) + 1;
      for (let block = 1; block <= last; block++) {
        const part = bytes.subarray((block - 1) * 1000, block * 1000);
        await run.peer.send(data(block, part), run.socket.address);
        if (block % 4 !== 0 && block !== last) continue;
        await settle();
        await settle();
        await run.peer.expect(`ACK ${block}`);
      }
      assertEquals(sink.bytes, bytes);
      assertEquals(run.log, ["end ok"]);
      assertEquals(sink.log.filter((line) => line === "commit").length, 1);
      assertEquals(sink.log.at(-1), "commit");
      run.driver.dismiss();
      assertEquals(sink.log.at(-1), "commit");
    });
  }
}

Deno.test("a sink gets large chunks, not blocks", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink);
  await sendBlocks(run, 1, 300);
  await run.peer.send(data(301, 0));
  await run.peer.expect("ACK 301");
  assertEquals(sink.log, [
    "write 65536",
    "write 65536",
    "write 22528",
    "commit",
  ]);
});

Deno.test("an empty upload is committed without a write", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink);
  await run.peer.send(data(1, 0), run.socket.address);
  await run.peer.expect("ACK 1");
  assertEquals(sink.log, ["commit"]);
});

// Sinks that take their time.

/** Sends blocks of 512 octets, from `first` on, until one is not acknowledged at once; returns its number. */
async function sendUntilSilence(
  run: Run<Receiver>,
  first: number,
): Promise<number> {
  for (let block = first;; block++) {
    await run.peer.send(data(block, 512), run.socket.address);
    const lines = await run.peer.drain();
    if (lines.length === 0) return block;
    assertEquals(lines, [`ACK ${block}`]);
  }
}

Deno.test("the sink sets the pace, and nothing times out meanwhile", async () => {
  const gate = Promise.withResolvers<void>();
  const sink = new NotingSink();
  sink.onWrite = () => gate.promise;
  const run = await runReceiver(sink);
  const block = await sendUntilSilence(run, 1);
  assertEquals(sink.log, ["write 65536"]);
  await run.clock.advance(600_000);
  // The sender repeats itself in vain.
  await run.peer.send(data(block, 512), run.socket.address);
  await run.peer.silence();
  assertEquals(run.log, []);

  gate.resolve();
  await run.peer.expect(`ACK ${block}`);
  await sendBlocks(run, block + 1, 10);
  assertEquals(run.events, []);
});

Deno.test("a write is not begun before the one before it has ended", async () => {
  let writing = 0;
  let most = 0;
  const gates: (() => void)[] = [];
  const sink = new NotingSink();
  sink.onWrite = async () => {
    most = Math.max(most, ++writing);
    await new Promise<void>((resolve) => gates.push(resolve));
    writing--;
  };
  const run = await runReceiver(sink);
  let block = 0;
  for (let i = 0; i < 3; i++) {
    block = await sendUntilSilence(run, block + 1);
    gates[i]!();
    await run.peer.expect(`ACK ${block}`);
  }
  await run.peer.send(data(block + 1, 3));
  while (writing > 0) {
    gates.at(-1)!();
    await settle();
  }
  await run.peer.expect(`ACK ${block + 1}`);
  assertEquals(most, 1);
  assertEquals(sink.bytes.length, block * 512 + 3);
  assertEquals(sink.log.at(-1), "commit");
});

Deno.test("the last ACK waits until the commit has succeeded", async () => {
  const gate = Promise.withResolvers<void>();
  const sink = new NotingSink();
  sink.onCommit = () => gate.promise;
  const run = await runReceiver(sink);
  await run.peer.send(data(1, 3), run.socket.address);
  await run.clock.advance(600_000);
  await run.peer.send(data(1, 3), run.socket.address);
  await run.peer.silence();
  assertEquals(run.log, []);
  gate.resolve();
  await run.peer.expect("ACK 1");
  assertEquals(run.log, ["end ok"]);
  assertEquals(sink.log, ["write 3", "commit"]);
});

// Sinks that fail.

for (const isSlow of [false, true]) {
  const kind = isSlow ? "later" : "at once";
  const fail = () => {
    if (isSlow) return Promise.reject(FAULT);
    throw FAULT;
  };

  Deno.test(`a write that fails ${kind} ends the transfer with an ERROR`, async () => {
    const sink = new NotingSink();
    sink.onWrite = fail;
    const run = await runReceiver(sink);
    await sendBlocks(run, 1, 127);
    await run.peer.send(data(128, 512));
    const lines = await run.peer.drain();
    assertEquals(lines.at(-1), 'ERROR 0 "Internal error"');
    assertStrictEquals(run.failure, FAULT);
    assertEquals(run.log.at(-1), "close");
    assertEquals(sink.log, ["write 65536", `abort ${FAULT.message}`]);
    assertEquals(run.clock.pending, 0);
  });

  Deno.test(`a second write that fails ${kind} ends the transfer, too`, async () => {
    const sink = new NotingSink();
    const run = await runReceiver(sink);
    await sendBlocks(run, 1, 128);
    sink.onWrite = fail;
    await run.peer.send(data(129, 3));
    await run.peer.expect('ERROR 0 "Internal error"');
    await run.peer.silence();
    assertEquals(sink.log, [
      "write 65536",
      "write 3",
      `abort ${FAULT.message}`,
    ]);
  });

  Deno.test(`a commit that fails ${kind} makes the last ACK an ERROR`, async () => {
    const sink = new NotingSink();
    sink.onCommit = fail;
    const run = await runReceiver(sink);
    await run.peer.send(data(1, 3), run.socket.address);
    await run.peer.expect('ERROR 0 "Internal error"');
    await run.peer.silence();
    assertStrictEquals(run.failure, FAULT);
    assertEquals(run.log.at(-1), "close");
    assertEquals(sink.log, ["write 3", "commit", `abort ${FAULT.message}`]);
    assertEquals(run.clock.pending, 0);
  });

  Deno.test(`a TftpError that is thrown ${kind} is what the other side is told`, async () => {
    const full = new TftpError(ERROR_CODE.DiskFull, "No room", {
      wireText: "Disk full",
    });
    const sink = new NotingSink();
    sink.onCommit = () => {
      if (isSlow) return Promise.reject(full);
      throw full;
    };
    const run = await runReceiver(sink);
    await run.peer.send(data(1, 3), run.socket.address);
    await run.peer.expect('ERROR 3 "Disk full"');
    assertStrictEquals(run.failure, full);
  });

  Deno.test(`an abort() that fails ${kind} changes nothing`, async () => {
    const sink = new NotingSink();
    sink.onAbort = fail;
    const run = await runReceiver(sink);
    await run.peer.send(error(0, "stop"), run.socket.address);
    await settle();
    assertEquals(run.log, ["end stop", "close"]);
    assertEquals(sink.log, ["abort stop"]);
  });
}

// abort() is called exactly once when it must, and never else.

const ENDINGS: readonly [string, (run: Run<Receiver>) => unknown][] = [
  [
    "an ERROR comes",
    (run) => run.peer.send(error(0, "stop"), run.socket.address),
  ],
  ["this side fails", (run) => run.driver.fail(new Error("stop"))],
  ["it is abandoned", (run) => run.driver.abandon(new Error("stop"))],
  ["it is dismissed", (run) => run.driver.dismiss()],
];

for (const [name, end] of ENDINGS) {
  Deno.test(`abort() is called once when ${name}`, async () => {
    const sink = new NotingSink();
    const run = await runReceiver(sink, { opening: ack(0) });
    await run.peer.expect("ACK 0");
    await sendBlocks(run, 1, 2);
    await end(run);
    run.driver.dismiss();
    await settle();
    assertEquals(sink.log.length, 1);
    assertEquals(sink.log[0]!.startsWith("abort "), true);
    assertEquals(run.log.length, 2);
  });

  // Once the commit has begun, only a dismissal does not wait for it.
  const steps = name === "it is dismissed"
    ? ["onWrite", "onCommit"] as const
    : ["onWrite"] as const;
  for (const step of steps) {
    for (const outcome of ["succeeds", "fails"] as const) {
      Deno.test(`abort() is called once when ${name} during ${step} that then ${outcome}`, async () => {
        const gate = Promise.withResolvers<void>();
        const sink = new NotingSink();
        sink[step] = () => gate.promise;
        const run = await runReceiver(sink);
        await run.peer.send(data(1, 3), run.socket.address);
        const before = sink.log.length;
        await end(run);
        assertEquals(run.log.length, 2);
        assertEquals(run.log[0]!.startsWith("end "), true);
        if (outcome === "succeeds") gate.resolve();
        else gate.reject(FAULT);
        await settle();
        assertEquals(
          sink.log.slice(before).map((line) => line.split(" ")[0]),
          ["abort"],
        );
        // Whatever it was that came late, it is no reason to acknowledge.
        const lines = await run.peer.drain();
        assertEquals(lines.filter((line) => line.startsWith("ACK")), []);
        assertEquals(run.clock.pending, 0);
      });
    }
  }
}

for (const [name, end] of ENDINGS.slice(0, 3)) {
  for (const outcome of ["succeeds", "fails"] as const) {
    Deno.test(`once the commit has begun it decides, whatever comes: ${name}, and it ${outcome}`, async () => {
      const gate = Promise.withResolvers<void>();
      const sink = new NotingSink();
      sink.onCommit = () => gate.promise;
      const run = await runReceiver(sink);
      await run.peer.send(data(1, 3), run.socket.address);
      await end(run);
      await settle();
      assertEquals(run.log, []);
      assertEquals(sink.log, ["write 3", "commit"]);
      if (outcome === "succeeds") gate.resolve();
      else gate.reject(FAULT);
      await settle();
      const isGood = outcome === "succeeds";
      assertEquals(run.log[0], isGood ? "end ok" : `end ${FAULT.message}`);
      assertEquals(sink.log.length, isGood ? 2 : 3);
      await run.peer.expect(isGood ? "ACK 1" : 'ERROR 0 "Internal error"');
    });
  }
}

Deno.test("abort() is called once when the other side falls silent", async () => {
  const sink = new NotingSink();
  const run = await runReceiver(sink, { opening: ack(0) });
  await run.clock.advance(200_000);
  assertEquals(sink.log.length, 1);
  assertEquals(sink.log[0]!.startsWith("abort "), true);
  assertEquals(run.log.at(-1), "close");
});
