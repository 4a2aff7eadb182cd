// What holds for every negotiation; the rules one by one are in negotiate_test.ts.

import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  acceptOptionAck,
  findOption,
  negotiateOptions,
  type NegotiationContext,
  type NegotiationPolicy,
  OPTION_NAMES,
  type OptionList,
  receiveBufferBlocks,
} from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";

const READ: NegotiationContext = { operation: "read", size: 100_000 };

Deno.test("negotiateOptions() does not answer the tsize of an upload beyond 2^53, but holds that it is huge", () => {
  for (const value of ["9007199254740992", "99999999999999999999"]) {
    const asked: OptionList = [["tsize", value]];
    const { accepted, settings } = negotiateOptions(asked, {}, {
      operation: "write",
    });
    assertEquals(accepted, []);
    assertEquals(settings.transferSize, Number(value));
  }
});

Deno.test("negotiateOptions() answers any blksize2 with the largest power of two in it", () => {
  let power = 8;
  for (let value = 8; value <= 65464; value++) {
    if (value === 2 * power) power = value;
    const asked: OptionList = [["blksize2", String(value)]];
    const { settings } = negotiateOptions(asked, {}, READ);
    if (settings.blockSize !== power) assertEquals(settings.blockSize, power);
  }
  assertEquals(power, 32768);
});

const POLICY_RANGES: readonly [
  name: keyof NegotiationPolicy,
  min: number,
  max: number,
][] = [
  ["maxBlockSize", 8, 65464],
  ["maxWindowSize", 1, 32767],
  ["receiveBufferBytes", 1, Number.MAX_SAFE_INTEGER],
];

for (const [name, min, max] of POLICY_RANGES) {
  Deno.test(`negotiateOptions() takes a ${name} from ${min} to ${max}`, () => {
    negotiateOptions([], { [name]: min }, READ);
    negotiateOptions([], { [name]: max }, READ);
  });

  for (const value of [min - 1, max + 1, min + 0.5, -1, NaN, Infinity]) {
    Deno.test(`negotiateOptions() throws on a ${name} of ${value}`, () => {
      assertThrows(
        () => negotiateOptions([], { [name]: value }, READ),
        RangeError,
        `Cannot use ${name} as it must be a whole number from ${min} to ${max}: current value is ${value}`,
      );
    });
  }
}

Deno.test("negotiateOptions() takes time in proportion to the request", () => {
  // Comparing each with each takes a hundred times as long.
  const asked = Array.from(
    { length: 60_000 },
    (_, index) => [index.toString(36), ""] as const,
  );
  const start = performance.now();
  negotiateOptions(asked, {}, READ);
  assertLess(performance.now() - start, 1500);
});

/** Options as a stranger may ask for them: known and unknown, twice, in any case, with any value. */
function randomAsked(random: Random): OptionList {
  return random.list(random.between(0, 10), () => {
    const name = random.pick([...OPTION_NAMES, "color", "multicast"]);
    const value = random.pick([
      () => String(random.between(0, 70_000)),
      () => String(random.between(0, 300)),
      () => String(random.word()),
      () => random.pick(["", "0", "1", "-1", "abc", "007", "1e3", " 8", "8\n"]),
    ])();
    return [random.chance(1, 4) ? name.toUpperCase() : name, value] as const;
  });
}

Deno.test("negotiateOptions() keeps its rules, whatever is asked", () => {
  forAll(2000, (random) => {
    const asked = randomAsked(random);
    const policy = {
      maxBlockSize: random.between(8, 65464),
      maxWindowSize: random.between(1, 32767),
      receiveBufferBytes: random.between(1, 1_000_000),
    };
    const operation = random.pick(["read", "write"] as const);
    const size = random.pick([null, random.word()]);
    const { accepted, settings } = negotiateOptions(asked, policy, {
      operation,
      size,
    });
    const names = accepted.map(([name]) => name.toLowerCase());
    assertEquals(new Set(names).size, names.length, "each once");
    const rivals = [["blksize", "blksize2"], ["timeout", "utimeout"]];
    assert(!rivals.some((pair) => pair.every((name) => names.includes(name))));
    let at = -1;
    for (const [name, value] of accepted) {
      at = asked.findIndex(([other], index) => index > at && other === name);
      assert(at >= 0, `${name} was not asked for, or not there`);
      assert(/^(0|[1-9][0-9]*)$/.test(value), `${name} ${value}`);
      if (name.toLowerCase() === "tsize") continue;
      assert(Number(value) <= Number(findOption(asked, name)));
    }
    assert(settings.blockSize === 512 || names.some((n) => /^blk/.test(n)));
    if (names.includes("windowsize")) {
      const { blockSize, windowSize } = settings;
      assert(windowSize <= policy.maxWindowSize);
      const fitting = receiveBufferBlocks(blockSize, policy.receiveBufferBytes);
      assert(windowSize <= fitting);
    }
    // The client that asked takes the answer, and holds the same.
    const told = names.includes("tsize") ? settings.transferSize : null;
    assertEquals(acceptOptionAck(asked, accepted), {
      ...settings,
      transferSize: told,
    });
  });
});

Deno.test("negotiateOptions() leaves its arguments as they are", () => {
  const asked: OptionList = Object.freeze([
    Object.freeze(["windowsize", "65535"] as const),
    Object.freeze(["blksize", "99999"] as const),
  ]);
  const policy = Object.freeze({ maxBlockSize: 1428 });
  const context = Object.freeze({ operation: "read", size: 5 } as const);
  const { accepted } = negotiateOptions(asked, policy, context);
  assertEquals(accepted, [["windowsize", "92"], ["blksize", "1428"]]);
});
