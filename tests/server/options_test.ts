import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { systemClock } from "../../net/mod.ts";
import { resolveOptions, type ServeOptions } from "../../server/options.ts";

const handler = () => {};

function resolve(options: ServeOptions = {}) {
  return resolveOptions(options, handler);
}

Deno.test("resolveOptions() has a default for everything", () => {
  const { network, ...config } = resolve();
  assertEquals(config, {
    handler,
    hasHandler: true,
    hostnames: null,
    port: 69,
    policy: { maxBlockSize: 65464, maxWindowSize: 64, refuse: [] },
    customOptions: new Map(),
    rollover: 0,
    retransmission: {},
    singlePort: false,
    portRange: null,
    workers: null,
    limits: {
      maxTransfers: 4096,
      maxTransfersPerClient: 2048,
      maxErrorsPerSecond: 100,
      maxUploadBytes: 2 ** 30,
    },
    unproven: {},
    dallyMs: 6000,
    shutdownTimeoutMs: 10_000,
    clock: systemClock,
    random: Math.random,
  });
  assertEquals(typeof network.bind, "function");
});

Deno.test("resolveOptions() takes what is given", () => {
  const given = {
    port: 0,
    rollover: 1,
    retransmission: { timeoutMs: 500 },
    portRange: { first: 50_000, last: 50_000 },
    unproven: { maxRetransmissions: 1 },
    dallyMs: 0,
    shutdownTimeoutMs: 0,
    network: {
      bind: () => {
        throw new Error("Nothing is to be bound");
      },
    },
    clock: { now: () => 0, schedule: () => () => {} },
    random: () => 0,
  } as const;
  const config = resolve({
    ...given,
    blksize: 8,
    windowsize: 1,
    receiveBufferBytes: 4096,
    refuseOptions: ["TSize"],
    limits: { maxTransfers: 1 },
  });
  for (const [name, value] of Object.entries(given)) {
    assertStrictEquals(config[name as keyof typeof config], value, name);
  }
  assertEquals(config.policy, {
    maxBlockSize: 8,
    maxWindowSize: 1,
    receiveBufferBytes: 4096,
    refuse: ["tsize"],
  });
  assertEquals(config.limits, {
    maxTransfers: 1,
    maxTransfersPerClient: 2048,
    maxErrorsPerSecond: 100,
    maxUploadBytes: 2 ** 30,
  });
});

Deno.test("resolveOptions() takes one address, or each of several once", () => {
  assertEquals(resolve({ hostname: "::1" }).hostnames, ["::1"]);
  const hostname = ["192.0.2.1", "192.0.2.2", "192.0.2.1"];
  assertEquals(resolve({ hostname }).hostnames, ["192.0.2.1", "192.0.2.2"]);
});

Deno.test("resolveOptions() with rfc1350 refuses all options, and rollover unless it is asked for", () => {
  const config = resolve({ rfc1350: true, refuseOptions: ["tsize"] });
  assertEquals(config.policy.refuse, "all");
  assertEquals(config.rollover, "refuse");
  assertEquals(resolve({ rfc1350: true, rollover: 0 }).rollover, 0);
});

const OUT_OF_RANGE: readonly [options: ServeOptions, message: string][] = [
  [{ port: -1 }, "port as it must be a whole number from 0 to 65535"],
  [{ port: 65536 }, "port"],
  [{ port: 69.5 }, "port"],
  [{ port: NaN }, "port"],
  [{ blksize: 7 }, "blksize as it must be a whole number from 8 to 65464"],
  [{ blksize: 65465 }, "blksize"],
  [
    { windowsize: 0 },
    "windowsize as it must be a whole number from 1 to 32767",
  ],
  [{ windowsize: 32768 }, "windowsize"],
  [{ receiveBufferBytes: 0 }, "receiveBufferBytes"],
  [{ receiveBufferBytes: 1.5 }, "receiveBufferBytes"],
  [{ dallyMs: -1 }, "dallyMs"],
  [{ dallyMs: Infinity }, "dallyMs"],
  [{ shutdownTimeoutMs: -1 }, "shutdownTimeoutMs"],
  // What a timer cannot count would fire at once.
  [{ shutdownTimeoutMs: 2 ** 31 }, "shutdownTimeoutMs"],
  [{ portRange: { first: 0, last: 10 } }, "portRange.first"],
  [{ portRange: { first: 1, last: 65536 } }, "portRange.last"],
  [
    { portRange: { first: 20, last: 19 } },
    "portRange.last as it must be a whole number from 20 to 65535",
  ],
  [{ limits: { maxTransfers: 0 } }, "limits.maxTransfers"],
  [{ limits: { maxTransfersPerClient: 0.5 } }, "limits.maxTransfersPerClient"],
  [{ limits: { maxErrorsPerSecond: -1 } }, "limits.maxErrorsPerSecond"],
  [{ retransmission: { timeoutMs: 0 } }, "timeoutMs"],
  [{ retransmission: { retries: -1 } }, "retries"],
  [{ retransmission: { floorMs: 0 } }, "floorMs"],
  [{ retransmission: { capMs: 49 } }, "capMs"],
  [{ retransmission: { jitter: 2 } }, "jitter"],
  [{ unproven: { maxRetransmissions: -1 } }, "unproven.maxRetransmissions"],
  [{ unproven: { maxBytes: NaN } }, "unproven.maxBytes"],
];

for (const [options, message] of OUT_OF_RANGE) {
  const text = Deno.inspect(options, { compact: true, breakLength: Infinity });
  Deno.test(`resolveOptions() refuses ${text}`, () => {
    assertThrows(() => resolve(options), RangeError, `Cannot use ${message}`);
  });
}

Deno.test("resolveOptions() takes the ends of each range", () => {
  resolve({ port: 65535, blksize: 65464, windowsize: 32767 });
  resolve({ portRange: { first: 1, last: 65535 } });
  resolve({ unproven: { maxRetransmissions: 0, maxBytes: 0 } });
  resolve({ dallyMs: Number.MAX_SAFE_INTEGER, shutdownTimeoutMs: 2 ** 31 - 1 });
});

Deno.test("resolveOptions() refuses what contradicts itself", () => {
  const portRange = { first: 1000, last: 2000 };
  assertThrows(
    () => resolve({ portRange, singlePort: true }),
    TypeError,
    "Cannot use portRange together with singlePort",
  );
  assertThrows(
    () => resolve({ hostname: [] }),
    TypeError,
    "Cannot serve on no address",
  );
});

Deno.test("resolveOptions() wants a handler", () => {
  for (const wrong of [undefined, null, { handler }]) {
    assertThrows(
      () => resolveOptions({}, wrong as unknown as typeof handler),
      TypeError,
      "Cannot serve without a handler",
    );
  }
});
