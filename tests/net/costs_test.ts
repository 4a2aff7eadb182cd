// What a packet costs, in counts that are the same on every machine: calls of the socket, readings of the clock, timers,
// arrays and views of arrays. Each is a bound, in numbers a packet or a transfer: whoever does better makes it tighter.

import { assertEquals, assertLessOrEqual } from "@std/assert";
import {
  bytesSource,
  type Clock,
  type DatagramSocket,
  Driver,
  receiveEach,
  SinkFeeder,
  SourceFeeder,
  Ticker,
  type UdpAddress,
} from "../../net/mod.ts";
import { DEFAULT_SETTINGS, encodePacket } from "../../packet/mod.ts";
import { Receiver, Sender } from "../../transfer/mod.ts";

const PEER: UdpAddress = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: 50000,
};

const MEBIBYTE = 1024 * 1024;

/** What was counted. */
interface Costs {
  sends: number;
  receives: number;
  clockReadings: number;
  timers: number;
  arrays: number;
  views: number;
}

/** Counts arrays and views while something runs; what the other side makes is made before. */
async function count(
  run: (costs: Costs) => Promise<void>,
): Promise<Costs> {
  const costs = {
    sends: 0,
    receives: 0,
    clockReadings: 0,
    timers: 0,
    arrays: 0,
    views: 0,
  };
  const { prototype } = Uint8Array;
  const { subarray } = prototype;
  const original = globalThis.Uint8Array;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, args) {
      costs.arrays++;
      return Reflect.construct(target, args);
    },
  });
  prototype.subarray = function (...args) {
    costs.views++;
    return subarray.apply(this, args);
  };
  try {
    await run(costs);
  } finally {
    prototype.subarray = subarray;
    globalThis.Uint8Array = original;
  }
  return costs;
}

/** A clock that stands still and counts who looks at it. */
function countingClock(costs: Costs): Clock {
  return {
    now: () => {
      costs.clockReadings++;
      return 0;
    },
    schedule: () => {
      costs.timers++;
      return () => {};
    },
  };
}

/** A socket to somebody who answers at once: `answer` says what to, or null for nothing. */
class AnsweringSocket implements DatagramSocket {
  readonly address: UdpAddress = { ...PEER, port: 69 };
  isClosed = false;
  readonly #costs: Costs;
  readonly #queue: Uint8Array[] = [];
  readonly #answer: (bytes: Uint8Array) => readonly Uint8Array[];
  #deliver: (() => void) | null = null;

  constructor(
    costs: Costs,
    answer: (bytes: Uint8Array) => readonly Uint8Array[],
  ) {
    this.#costs = costs;
    this.#answer = answer;
  }

  send(bytes: Uint8Array): Promise<void> {
    this.#costs.sends++;
    this.#queue.push(...this.#answer(bytes));
    this.#deliver?.();
    return Promise.resolve();
  }

  async receive(): Promise<readonly [Uint8Array, UdpAddress]> {
    this.#costs.receives++;
    while (this.#queue.length === 0 && !this.isClosed) {
      await new Promise<void>((resolve) => this.#deliver = resolve);
    }
    if (this.isClosed) throw new Deno.errors.Interrupted("closed");
    return [this.#queue.shift()!, PEER];
  }

  close(): void {
    this.isClosed = true;
    this.#deliver?.();
  }

  ref(): void {}
  unref(): void {}
}

/** Sends a file to somebody who acknowledges each window. */
function send(
  fileBytes: number,
  blockSize: number,
  windowSize: number,
): Promise<Costs> {
  const file = new Uint8Array(fileBytes);
  const blocks = Math.floor(fileBytes / blockSize) + 1;
  const acks = Array.from(
    { length: blocks + 1 },
    (_, block) => [encodePacket({ type: "ACK", block })],
  );
  return count(async (costs) => {
    const clock = countingClock(costs);
    let sent = 0;
    const socket = new AnsweringSocket(costs, () => {
      const isEnd = ++sent % windowSize === 0 || sent === blocks;
      return isEnd ? acks[sent]! : [];
    });
    const settings = { ...DEFAULT_SETTINGS, blockSize, windowSize };
    const machine = new Sender({ settings, now: 0, random: () => 0 });
    const driver = new Driver({
      machine,
      socket,
      peer: PEER,
      clock,
      ticker: new Ticker(clock),
      feeder: new SourceFeeder(machine, bytesSource(file)),
      onClose: () => socket.close(),
    });
    driver.start();
    await receiveEach(
      socket,
      file.subarray(0, 4),
      (bytes, from) => driver.handleDatagram(bytes, from),
    );
    assertEquals(machine.state, "finished");
  });
}

/** Receives a file from somebody who sends a window for each ACK. */
function receive(
  fileBytes: number,
  blockSize: number,
  windowSize: number,
): Promise<Costs> {
  const blocks = Math.floor(fileBytes / blockSize) + 1;
  const data = Array.from(
    { length: blocks },
    (_, index) =>
      encodePacket({
        type: "DATA",
        block: index + 1,
        data: new Uint8Array(
          Math.min(blockSize, fileBytes - index * blockSize),
        ),
      }),
  );
  const windows: Uint8Array[][] = [];
  for (let i = 0; i < blocks; i += windowSize) {
    windows.push(data.slice(i, i + windowSize));
  }
  const opening = encodePacket({ type: "ACK", block: 0 });
  return count(async (costs) => {
    const clock = countingClock(costs);
    const socket = new AnsweringSocket(costs, () => windows.shift() ?? []);
    const settings = { ...DEFAULT_SETTINGS, blockSize, windowSize };
    const machine = new Receiver({
      settings,
      now: 0,
      random: () => 0,
      opening,
    });
    const sink = { write() {}, commit() {}, abort() {} };
    const driver = new Driver({
      machine,
      socket,
      peer: PEER,
      clock,
      ticker: new Ticker(clock),
      feeder: new SinkFeeder(machine, sink, clock),
      onEnd: () => socket.close(),
    });
    driver.start();
    await receiveEach(
      socket,
      opening,
      (bytes, from) => driver.handleDatagram(bytes, from),
    );
    driver.dismiss();
    assertEquals(machine.statistics.bytes, fileBytes);
  });
}

for (const [blockSize, windowSize] of [[512, 1], [1428, 16], [65464, 1]]) {
  const blocks = Math.floor(MEBIBYTE / blockSize!) + 1;
  const windows = Math.ceil(blocks / windowSize!);
  const shape = `${windowSize} x ${blockSize}`;

  Deno.test(`sending a MiB, ${shape}: one send a block, one receive a window, no timer for either`, async () => {
    const costs = await send(MEBIBYTE, blockSize!, windowSize!);
    assertEquals(costs.sends, blocks);
    assertEquals(costs.receives, windows);
    // One when its ACK comes, one when the window is filled, and one after each send.
    assertLessOrEqual(costs.clockReadings, blocks + 2 * windows + 4);
    // One for the first wait, and one when a round trip was measured: the next wait is shorter.
    assertLessOrEqual(costs.timers, 2);
  });

  Deno.test(`sending a MiB, ${shape}: arrays by the transfer, views by the chunk that is read`, async () => {
    const costs = await send(MEBIBYTE, blockSize!, windowSize!);
    // Slots in five arrays at most, two chunks.
    assertLessOrEqual(costs.arrays, 8);
    // Two a slot; one a block that is copied, two where it goes over the end of a chunk; two a read.
    assertLessOrEqual(costs.views, 2 * windowSize! + blocks + 4 * 16 + 16);
  });

  Deno.test(`receiving a MiB, ${shape}: one receive a block, one send a window`, async () => {
    const costs = await receive(MEBIBYTE, blockSize!, windowSize!);
    assertEquals(costs.receives, blocks);
    // The first is what asked for the first window.
    assertEquals(costs.sends, windows + 1);
    assertLessOrEqual(costs.clockReadings, blocks + 2 * windows + 8);
    // One for the first wait, and one when a round trip was measured: the next wait is shorter.
    assertLessOrEqual(costs.timers, 2);
    // Staging areas double up to two windows, or 64 KiB.
    assertLessOrEqual(costs.arrays, 10);
    assertLessOrEqual(costs.views, blocks + windows + 32);
  });
}

Deno.test("what a packet costs does not grow with the file", async () => {
  const one = await send(MEBIBYTE, 1428, 16);
  const four = await send(4 * MEBIBYTE, 1428, 16);
  assertEquals(four.arrays, one.arrays);
  assertEquals(four.timers, one.timers);
});

Deno.test("a small file costs two arrays and ends without one receive too many", async () => {
  const costs = await send(4096, 512, 1);
  // Its slot, and the chunk that it is read into.
  assertEquals([costs.arrays, costs.receives, costs.sends], [2, 9, 9]);
});
