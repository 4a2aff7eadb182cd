import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type ClientOptions,
  resolveClientOptions,
} from "../../client/options.ts";
import { systemClock } from "../../net/mod.ts";
import type { OptionList } from "../../packet/mod.ts";

Deno.test("resolveClientOptions() has a default for everything", () => {
  const { ask, network, ...config } = resolveClientOptions({});
  assertEquals(config, {
    customOptions: { asked: [], checks: new Map() },
    fallback: true,
    retransmission: {},
    rollover: 0,
    strict: false,
    dallyMs: 6000,
    localHostname: null,
    localPort: 0,
    signal: null,
    onProgress: null,
    onEvent: null,
    clock: systemClock,
    random: Math.random,
    bufferBytes: 1433,
  });
  assertEquals(typeof network.bind, "function");
  assertEquals(ask(null), [["blksize", "1428"], ["windowsize", "16"]]);
});

Deno.test("resolveClientOptions() takes what is given", () => {
  const given = {
    fallback: false,
    rollover: 1,
    strict: true,
    dallyMs: 0,
    localHostname: "192.0.2.1",
    localPort: 65535,
    signal: new AbortController().signal,
    onProgress: () => {},
    onEvent: () => {},
    network: {
      bind: () => {
        throw new Error("Nothing is to be bound");
      },
    },
    clock: { now: () => 0, schedule: () => () => {} },
    random: () => 0,
  } as const;
  const config = resolveClientOptions(given);
  for (const [name, value] of Object.entries(given)) {
    assertStrictEquals(config[name as keyof typeof config], value, name);
  }
});

Deno.test("resolveClientOptions() lets timeoutMs and retries go before the finer points", () => {
  const { retransmission } = resolveClientOptions({
    retransmission: { timeoutMs: 1, floorMs: 2, retries: 3 },
    timeoutMs: 500,
    retries: 0,
  });
  assertEquals(retransmission, { timeoutMs: 500, floorMs: 2, retries: 0 });
});

const ASKED: readonly [ClientOptions, size: number | null, OptionList][] = [
  [{}, 0, [["blksize", "1428"], ["tsize", "0"], ["windowsize", "16"]]],
  [{}, 5, [["blksize", "1428"], ["tsize", "5"], ["windowsize", "16"]]],
  // What holds anyway is not asked for.
  [{ blksize: 512, windowsize: 1 }, null, []],
  [{ blksize: 8, windowsize: 1 }, null, [["blksize", "8"]]],
  [{ blksize: 512, windowsize: 2 }, null, [["windowsize", "2"]]],
  // No window that a socket's buffer cannot hold.
  [{ windowsize: 32767 }, null, [["blksize", "1428"], ["windowsize", "92"]]],
  [{ blksize: 65464 }, null, [["blksize", "65464"], ["windowsize", "3"]]],
  [
    { blksize: 512, windowsize: 1, timeout: 255, rolloverOption: 0 },
    7,
    [["timeout", "255"], ["tsize", "7"], ["rollover", "0"]],
  ],
  [
    { blksize: 512, windowsize: 1, options: [["x", "y"], ["multicast", ""]] },
    null,
    [["x", "y"], ["multicast", ""]],
  ],
  [
    { rfc1350: true, blksize: 8, timeout: 1, options: [["x", "y"]] },
    7,
    [],
  ],
];

for (const [options, size, asked] of ASKED) {
  const line = asked.map((pair) => pair.join("=")).join(" ") || "nothing";
  Deno.test(`resolveClientOptions() of ${Deno.inspect(options, { compact: true, breakLength: Infinity })} asks for ${line}`, () => {
    assertEquals(resolveClientOptions(options).ask(size), asked);
  });
}

Deno.test("resolveClientOptions() with rfc1350 refuses rollover unless it is asked for", () => {
  assertEquals(resolveClientOptions({ rfc1350: true }).rollover, "refuse");
  assertEquals(
    resolveClientOptions({ rfc1350: true, rollover: 0 }).rollover,
    0,
  );
});

Deno.test("resolveClientOptions() makes room for what can come, also for a server that keeps to 512", () => {
  for (
    const [blksize, bytes] of [[8, 517], [512, 517], [1468, 1473], [
      65464,
      65469,
    ]] as const
  ) {
    assertEquals(resolveClientOptions({ blksize }).bufferBytes, bytes);
  }
});

Deno.test("resolveClientOptions() makes room for blocks that are asked for among other options", () => {
  for (const name of ["blksize", "BLKSIZE2"]) {
    const options = [[name, "8192"]] as const;
    const config = resolveClientOptions({ blksize: 512, options });
    assertEquals(config.bufferBytes, 8197);
  }
});

Deno.test("resolveClientOptions() refuses an option that has a setting of its own, and is asked for by it", () => {
  assertThrows(
    () => resolveClientOptions({ options: [["BlkSize", "8192"]] }),
    TypeError,
    'Cannot ask for option "blksize" twice',
  );
});

const OUT_OF_RANGE: readonly ClientOptions[] = [
  { blksize: 7 },
  { blksize: 65465 },
  { blksize: 1428.5 },
  { windowsize: 0 },
  { windowsize: 32768 },
  { timeout: 0 },
  { timeout: 256 },
  { timeout: 1.5 },
  { rolloverOption: 2 as 0 },
  { dallyMs: -1 },
  { dallyMs: 0.5 },
  { localPort: -1 },
  { localPort: 65536 },
  { localPort: NaN },
  { timeoutMs: 0 },
  { timeoutMs: NaN },
  { retries: -1 },
  { retransmission: { floorMs: 0 } },
  { retransmission: { capMs: 1 } },
  { retransmission: { jitter: -0.1 } },
  // Whether or not they are asked for.
  { blksize: 7, rfc1350: true },
  { windowsize: 0, rfc1350: true },
];

for (const options of OUT_OF_RANGE) {
  const text = Deno.inspect(options, { compact: true, breakLength: Infinity });
  Deno.test(`resolveClientOptions() refuses ${text}`, () => {
    assertThrows(() => resolveClientOptions(options), RangeError);
  });
}
