import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../simulator/mod.ts";

const draw = (seed: number, count = 20) => {
  const { next } = seededRandom(seed);
  return Array.from({ length: count }, next);
};

Deno.test("seededRandom() gives the same numbers for the same seed, and others for another", () => {
  assertEquals(draw(1), draw(1));
  const beginnings = new Set(
    Array.from({ length: 1000 }, (_, seed) => draw(seed, 1)[0]),
  );
  assertEquals(beginnings.size, 1000);
  assert(draw(2 ** 53 - 1)[0] !== draw(2 ** 32 - 1)[0]);
});

Deno.test("seededRandom() gives the numbers it has always given: a seed in a report must stay good", () => {
  const random = seededRandom(1350);
  assertEquals(
    Array.from({ length: 5 }, () => random.between(0, 999)),
    [751, 560, 336, 255, 727],
  );
});

Deno.test("between() reaches both ends and nothing beyond, about equally often", () => {
  const random = seededRandom(3);
  const counts = new Map<number, number>();
  for (let i = 0; i < 60_000; i++) {
    const value = random.between(1, 6);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) assert(Math.abs(count - 10_000) < 500);
});

Deno.test("chance() of 0 never happens, of 1 always, of a tenth a tenth of the time", () => {
  const random = seededRandom(4);
  const count = (probability: number) =>
    Array.from({ length: 10_000 }, () => random.chance(probability))
      .filter(Boolean).length;
  assertEquals([count(0), count(1)], [0, 10_000]);
  assert(Math.abs(count(0.1) - 1000) < 150);
});

Deno.test("pick() takes one of the items, and there must be one", () => {
  const random = seededRandom(5);
  const picked = Array.from({ length: 100 }, () => random.pick(["a", "b"]));
  assertEquals(new Set(picked), new Set(["a", "b"]));
  assertThrows(() => random.pick([]), RangeError, "at least 1");
});

Deno.test("fork() gives numbers of its own, whatever is drawn from its parent later", () => {
  const one = seededRandom(6);
  const child = one.fork();
  one.next();
  const other = seededRandom(6).fork();
  assertEquals(child.next(), other.next());
  assert(child.next() !== one.next());
});

Deno.test("seededRandom() takes whole numbers only", () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => seededRandom(seed), RangeError, `value is ${seed}`);
  }
});
