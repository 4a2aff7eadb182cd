import { assert, assertEquals } from "@std/assert";
import {
  histogram,
  percentile,
  summarize,
} from "../../../cli/bench/statistics.ts";
import { seededRandom } from "../../../simulator/mod.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

Deno.test("percentile() is the value of the nearest rank", () => {
  for (
    const [count, percent, expected] of [
      [1, 50, 1],
      [1, 99, 1],
      [2, 50, 1],
      [2, 51, 2],
      [10, 90, 9],
      [10, 99, 10],
      [100, 0, 1],
      [100, 50, 50],
      [100, 99, 99],
      [100, 100, 100],
      [1000, 99, 990],
      [1001, 99, 991],
    ] as const
  ) {
    assertEquals(percentile(upTo(count), percent), expected, `${percent}`);
  }
});

Deno.test("summarize() of values in any order", () => {
  assertEquals(summarize([30, 10, 20, 40]), {
    min: 10,
    mean: 25,
    p50: 20,
    p90: 40,
    p99: 40,
    max: 40,
  });
});

Deno.test("summarize() of nothing is null, and leaves what it is given as it is", () => {
  assertEquals(summarize([]), null);
  const values = [3, 1, 2];
  summarize(values);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("histogram() counts values in bins of one width", () => {
  assertEquals(histogram([10, 11, 12.5, 15, 15, 20], 4), [
    { from: 10, to: 12.5, count: 2 },
    { from: 12.5, to: 15, count: 1 },
    { from: 15, to: 17.5, count: 2 },
    { from: 17.5, to: 20, count: 1 },
  ]);
});

Deno.test("histogram() lets bins grow when values are far apart", () => {
  const bins = histogram([1, 1.5, 2, 9, 11, 100], 2);
  assertEquals(bins.map(({ count }) => count), [4, 2]);
  assertEquals(bins.map(({ from }) => from), [1, 10]);
});

Deno.test("histogram() of nothing has no bins, of one value one", () => {
  assertEquals(histogram([], 8), []);
  assertEquals(histogram([7, 7], 8), [{ from: 7, to: 7, count: 2 }]);
  assertEquals(histogram([0, 0], 8), [{ from: 0, to: 0, count: 2 }]);
});

Deno.test("histogram() counts every value once, whatever they are", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  for (let round = 0; round < 200; round++) {
    const scale = 10 ** random.between(-3, 6);
    const values = Array.from(
      { length: random.between(1, 50) },
      () => random.next() * scale,
    );
    const bins = histogram(values, 8);
    assertEquals(
      bins.reduce((sum, { count }) => sum + count, 0),
      values.length,
    );
    for (const [index, { from, to, count }] of bins.entries()) {
      const inside = values.filter((value) =>
        value >= from && (value < to || index === bins.length - 1)
      );
      assertEquals(inside.length, count);
      assert(index === 0 || bins[index - 1]!.to === from);
    }
  }
});
