import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Source } from "../../net/mod.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import type { Sender } from "../../transfer/mod.ts";
import { settle } from "../_virtual.ts";
import {
  ack,
  error,
  pattern,
  type Run,
  type RunOptions,
  runSender,
} from "./_run.ts";

/** What one read does: gives so many octets of what is left, throws, or does so later. */
type Step = number | null | Error | Promise<number | null>;

/** A source that does as it is told, and notes how it is used. */
class TestSource implements Source {
  readonly size: number | null;
  /** Room that was offered, read by read. */
  readonly rooms: number[] = [];
  closes = 0;
  readsAtOnce = 0;
  readonly #bytes: Uint8Array;
  readonly #step: (index: number, room: number) => Step;
  #offset = 0;
  #pending = 0;

  constructor(
    length: number,
    step: (index: number, room: number) => Step = (_, room) => room,
    size: number | null = null,
  ) {
    this.#bytes = pattern(length);
    this.#step = step;
    this.size = size;
  }

  read(buffer: Uint8Array): number | null | Promise<number | null> {
    const step = this.#step(this.rooms.length, buffer.length);
    this.rooms.push(buffer.length);
    if (step instanceof Error) throw step;
    if (!(step instanceof Promise)) return this.#give(step, buffer);
    this.readsAtOnce = Math.max(this.readsAtOnce, ++this.#pending);
    return step.finally(() => this.#pending--)
      .then((count) => this.#give(count, buffer));
  }

  close(): void {
    this.closes++;
  }

  #give(wish: number | null, buffer: Uint8Array): number | null {
    const left = this.#bytes.length - this.#offset;
    if (wish === null || wish > 0 && left === 0) return null;
    const count = Math.min(wish, left, buffer.length);
    buffer.set(this.#bytes.subarray(this.#offset, this.#offset + count));
    this.#offset += count;
    return count;
  }
}

/** Acknowledges so many octets, window by window, and puts them together. */
async function receiveAll(
  run: Run<Sender>,
  length: number,
  { blockSize = 512, windowSize = 1 }: RunOptions = {},
): Promise<Uint8Array> {
  const parts = new Uint8Array(length);
  const last = Math.floor(length / blockSize) + 1;
  for (let block = 1; block <= last; block++) {
    const start = (block - 1) * blockSize;
    const octets = Math.min(blockSize, length - start);
    const packet = await run.peer.expect(`DATA ${block} (${octets} octets)`);
    parts.set(packet.subarray(4), start);
    if (block === last || block % windowSize === 0) {
      await run.peer.send(ack(block));
    }
  }
  await run.peer.silence();
  return parts;
}

// Sources that behave.

const SOURCES: readonly [
  string,
  (index: number, room: number) => Step,
][] = [
  ["all it can", (_, room) => room],
  ["one octet at a time", () => 1],
  ["seven octets at a time", () => 7],
  ["nothing every second time", (index) => index % 2 * 600],
  ["all it can, later", (_, room) => Promise.resolve(room)],
  ["one octet at a time, later", () => Promise.resolve(1)],
  [
    "some now, some later, some not at all",
    (index) => [3, Promise.resolve(1000), 0, Promise.resolve(0)][index % 4]!,
  ],
];

for (const [name, step] of SOURCES) {
  for (const [blockSize, windowSize] of [[512, 1], [512, 3], [16384, 2]]) {
    const options: RunOptions = {
      blockSize: blockSize!,
      windowSize: windowSize!,
    };
    Deno.test(`a source that gives ${name} is sent whole, ${windowSize} x ${blockSize}`, async () => {
      const lengths = [0, 1, blockSize! - 1, blockSize!, 2 * blockSize! + 1];
      for (const length of lengths) {
        const source = new TestSource(length, step);
        const run = await runSender(source, options);
        assertEquals(await receiveAll(run, length, options), pattern(length));
        assertEquals(run.log, ["end ok", "close"]);
        assertEquals(source.closes, 1);
        assert(source.readsAtOnce <= 1);
      }
    });
  }
}

Deno.test("files are read in large chunks after a small one, blocks are cut from them", async () => {
  const source = new TestSource(200_000, undefined, 200_000);
  const run = await runSender(source, { blockSize: 1000, windowSize: 16 });
  await receiveAll(run, 200_000, { blockSize: 1000, windowSize: 16 });
  assertEquals(source.rooms, [4096, ...Array(4).fill(65536)]);
});

Deno.test("a small file needs a small chunk", async () => {
  const source = new TestSource(10, undefined, 10);
  const run = await runSender(source);
  await receiveAll(run, 10);
  assertEquals(source.rooms, [11, 11]);
});

Deno.test("a source is not read again after its end", async () => {
  for (const blockSize of [512, 16384]) {
    const source = new TestSource(
      2 * blockSize,
      (index, room) => index < 4 ? room : new Error("read after the end"),
    );
    const run = await runSender(source, { blockSize, windowSize: 8 });
    await receiveAll(run, 2 * blockSize, { blockSize, windowSize: 8 });
    assertEquals(run.log, ["end ok", "close"]);
  }
});

for (const [told, real] of [[10, 2000], [2000, 10], [0, 600]] as const) {
  Deno.test(`a source that says ${told} octets and has ${real} is sent as it is`, async () => {
    const source = new TestSource(real, undefined, told);
    const run = await runSender(source);
    assertEquals(await receiveAll(run, real), pattern(real));
    assertEquals(run.log, ["end ok", "close"]);
  });
}

// Sources that take their time.

Deno.test("nothing is sent, and nothing times out, while the source takes its time", async () => {
  const gate = Promise.withResolvers<number>();
  const source = new TestSource(600, (index, room) => {
    return index === 0 ? gate.promise : room;
  });
  const run = await runSender(source);
  await run.clock.advance(600_000);
  await run.peer.silence();
  assertEquals(run.log, []);
  gate.resolve(600);
  await run.peer.expect("DATA 1 (512 octets)");
  await run.clock.advance(999);
  await run.peer.silence();
  await run.clock.advance(1);
  await run.peer.expect("DATA 1 (512 octets)");
});

Deno.test("blocks that are at hand are sent while the next is waited for", async () => {
  const gate = Promise.withResolvers<number>();
  const source = new TestSource(
    2000,
    (index) => index === 0 ? 1100 : index === 1 ? gate.promise : 2000,
  );
  const run = await runSender(source, { windowSize: 4 });
  await run.peer.expect("DATA 1 (512 octets)");
  await run.peer.expect("DATA 2 (512 octets)");
  await run.peer.silence();
  gate.resolve(2000);
  await run.peer.expect("DATA 3 (512 octets)");
  await run.peer.expect("DATA 4 (464 octets)");
  assertEquals(source.readsAtOnce, 1);
});

Deno.test("what comes from the source after the end is forgotten", async () => {
  for (const late of [600, new Error("late")]) {
    const gate = Promise.withResolvers<number>();
    const source = new TestSource(600, () => gate.promise);
    const run = await runSender(source, { opening: ack(0) });
    await run.peer.expect("ACK 0");
    await run.peer.send(ack(0));
    await run.peer.send(error(0, "User aborted"));
    assertEquals(run.log, ["end User aborted", "close"]);
    assertEquals(source.closes, 1);
    if (late instanceof Error) gate.reject(late);
    else gate.resolve(late);
    await settle();
    await run.peer.silence();
    assertEquals(run.log, ["end User aborted", "close"]);
    assertEquals(source.closes, 1);
  }
});

Deno.test("a source is not read after it was closed, also in the middle of a block", async () => {
  for (const blockSize of [512, 16384]) {
    const gate = Promise.withResolvers<number>();
    const source = new TestSource(2 * blockSize, () => gate.promise);
    const run = await runSender(source, { blockSize, opening: ack(0) });
    await run.peer.expect("ACK 0");
    await run.peer.send(ack(0));
    await run.peer.send(error(0, "User aborted"));
    assertEquals(source.closes, 1);
    gate.resolve(100);
    await settle();
    assertEquals(source.rooms.length, 1);
  }
});

// Sources that fail.

const FAULT = new Error("/dev/sda: input/output error");

for (const blockSize of [512, 16384]) {
  for (const isSlow of [false, true]) {
    const kind = isSlow ? "later" : "at once";
    for (
      const [name, at] of [["start", 0], ["middle", 1], ["end", 3]] as const
    ) {
      Deno.test(`a source that fails ${kind} at its ${name} ends the transfer, blocks of ${blockSize}`, async () => {
        const source = new TestSource(3 * blockSize, (index) => {
          if (index < at) {
            return isSlow ? Promise.resolve(blockSize) : blockSize;
          }
          return isSlow ? Promise.reject(FAULT) : FAULT;
        });
        const run = await runSender(source, { blockSize });
        for (let block = 1; block <= at; block++) {
          await run.peer.expect(`DATA ${block} (${blockSize} octets)`);
          await run.peer.send(ack(block));
        }
        await run.peer.expect('ERROR 0 "Internal error"');
        await run.peer.silence();
        assertStrictEquals(run.failure, FAULT);
        assertEquals(run.log.at(-1), "close");
        assertEquals(source.closes, 1);
        assertEquals(run.clock.pending, 0);
      });
    }
  }
}

Deno.test("a source that throws a TftpError chooses what the other side is told", async () => {
  const fault = new TftpError(ERROR_CODE.AccessViolation, "Not for you");
  for (const step of [() => fault, () => Promise.reject(fault)]) {
    const run = await runSender(new TestSource(10, step));
    await run.peer.expect('ERROR 2 "Not for you"');
    assertStrictEquals(run.failure, fault);
  }
});

for (const lie of [65537, -1, 0.5, NaN, Infinity]) {
  for (const isSlow of [false, true]) {
    Deno.test(`a source that says it read ${lie} octets${isSlow ? " later" : ""} is not believed`, async () => {
      for (const blockSize of [512, 16384]) {
        let closes = 0;
        const run = await runSender({
          size: null,
          read: () => isSlow ? Promise.resolve(lie) : lie,
          close: () => void closes++,
        }, { blockSize });
        await run.peer.expect('ERROR 0 "Internal error"');
        assert(run.failure instanceof RangeError);
        assertEquals(run.log.at(-1), "close");
        assertEquals(closes, 1);
      }
    });
  }
}

for (const isSlow of [false, true]) {
  Deno.test(`a source that gives nothing for ever${isSlow ? ", later" : ""} is given up`, async () => {
    const source = new TestSource(
      10,
      () => isSlow ? Promise.resolve(0) : 0,
    );
    const run = await runSender(source);
    await settle();
    await run.peer.expect('ERROR 0 "Internal error"');
    assertEquals(source.rooms.length, 1000);
    assertEquals(source.closes, 1);
  });
}

for (
  const [name, close] of [
    ["throws", () => {
      throw new Error("stuck");
    }],
    ["rejects", () => Promise.reject(new Error("stuck"))],
    ["never ends", () => new Promise<void>(() => {})],
  ] as const
) {
  Deno.test(`a source whose close() ${name} changes nothing`, async () => {
    const run = await runSender({ size: 0, read: () => null, close });
    await run.peer.expect("DATA 1 (0 octets)");
    await run.peer.send(ack(1));
    assertEquals(run.log, ["end ok", "close"]);
  });
}

Deno.test("a source is closed once, however the transfer ends", async () => {
  const endings: ((run: Run<Sender>) => unknown)[] = [
    (run) => run.peer.send(error(0, "stop"), run.socket.address),
    (run) => run.driver.fail(new Error("stop")),
    (run) => run.driver.abandon(new Error("stop")),
    (run) => run.driver.dismiss(),
    (run) => run.clock.advance(100_000),
  ];
  for (const end of endings) {
    const source = new TestSource(2000);
    const run = await runSender(source);
    await end(run);
    await settle();
    assertEquals(run.log.length, 2);
    assertEquals(source.closes, 1);
  }
});
