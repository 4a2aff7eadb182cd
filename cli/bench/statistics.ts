// Numbers about many numbers. Pure: values in, values out. Rules:
// 1. A percentile is a value that was measured, the smallest that so many percent of all do not exceed (nearest rank).
//    Nothing is made up between two of them, so that with few values p99 is the largest.
// 2. Of no values there is no summary: `null`, never NaN.
// 3. The bins of a histogram cover all values and do not overlap; a value on a border belongs to the bin above it, and the
//    largest to the last. When the largest is ten times the smallest or more, each bin is wider than the one before by the
//    same factor, so that one slow transfer does not put all others into one bin.

/** What a number of measured values come to. */
export interface Summary {
  /** The smallest. */
  readonly min: number;
  /** The arithmetic mean. */
  readonly mean: number;
  /** Half of all are not above this. */
  readonly p50: number;
  /** 90 % of all are not above this. */
  readonly p90: number;
  /** 99 % of all are not above this. */
  readonly p99: number;
  /** The largest. */
  readonly max: number;
}

/** A bin of a histogram. */
export interface Bin {
  /** Where it begins. */
  readonly from: number;
  /** Where it ends. */
  readonly to: number;
  /** How many values are in it. */
  readonly count: number;
}

/** Smallest and largest this far apart, bins grow by a factor. */
const MIN_SPREAD_OF_GROWING_BINS = 10;

/**
 * The value that so many percent of all do not exceed.
 *
 * @param sorted The values, the smallest first; at least one.
 * @param percent From 0 to 100.
 * @returns One of the values.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  // The product first: 0.9 * 10 would be a hair above 9 for some percents.
  const rank = Math.ceil(percent * sorted.length / 100);
  return sorted[Math.max(rank, 1) - 1]!;
}

/**
 * Sums values up.
 *
 * @param values The values, in any order.
 * @returns The summary; `null` of no values.
 */
export function summarize(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return {
    min: sorted[0]!,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    max: sorted.at(-1)!,
  };
}

/**
 * Counts values in bins.
 *
 * @param values The values, none below 0.
 * @param count How many bins, unless all values are the same, which takes one.
 * @returns The bins, the lowest first; none for no values.
 */
export function histogram(values: readonly number[], count: number): Bin[] {
  if (values.length === 0) return [];
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  if (min === max) return [{ from: min, to: max, count: values.length }];
  const isGrowing = min > 0 && max / min >= MIN_SPREAD_OF_GROWING_BINS;
  const border = (index: number) =>
    index === count
      ? max
      : isGrowing
      ? min * (max / min) ** (index / count)
      : min + (max - min) * index / count;
  const borders = Array.from({ length: count + 1 }, (_, i) => border(i));
  const counts = new Array<number>(count).fill(0);
  for (const value of values) {
    let bin = count - 1;
    while (value < borders[bin]!) bin--;
    counts[bin]!++;
  }
  return counts.map((each, index) => ({
    from: borders[index]!,
    to: borders[index + 1]!,
    count: each,
  }));
}
