/**
 * Downloads from our server and from others, case by case: octets a second.
 *
 * @module
 */

import { median, round } from "../../_measured.ts";
import {
  type BenchOptions,
  makeFiles,
  type Report,
  runRounds,
  startAll,
  withFailures,
} from "./_bench.ts";
import type { Load, LoadResult } from "./_load.ts";

const MIB = 2 ** 20;

const ONE = { clients: 1, transfers: 1, steps: "16m.bin" };
const HUNDRED = {
  clients: 100,
  transfers: 400,
  blksize: 1428,
  steps: "1m.bin",
};

/** What is asked of each server. */
const CASES: readonly (readonly [string, Load])[] = [
  ["16 MiB, 512 x 1", { ...ONE }],
  ["16 MiB, 1428 x 1", { ...ONE, blksize: 1428 }],
  ["16 MiB, 1428 x 16", { ...ONE, blksize: 1428, windowsize: 16 }],
  ["16 MiB, 1428 x 64", { ...ONE, blksize: 1428, windowsize: 64 }],
  ["16 MiB, 8192 x 8", { ...ONE, blksize: 8192, windowsize: 8 }],
  ["16 MiB, 65464 x 1", { ...ONE, blksize: 65464 }],
  ["100 clients, 1 MiB, 1428 x 1", { ...HUNDRED, windowsize: 1 }],
  ["100 clients, 1 MiB, 1428 x 16", { ...HUNDRED, windowsize: 16 }],
  ["500 clients, 1 MiB, 1428 x 4", {
    ...HUNDRED,
    ...{ clients: 500, transfers: 1000, windowsize: 4 },
  }],
  ["1000 clients, 1 MiB, 1428 x 4", {
    ...HUNDRED,
    ...{ clients: 1000, transfers: 1000, windowsize: 4 },
  }],
  ["50 clients, 4 KiB, 512 x 1", {
    clients: 50,
    transfers: 5000,
    steps: "4k.bin",
  }],
];

/** Measures all cases, and compares ours with the best of the others. */
export async function measureServers(options: BenchOptions): Promise<Report> {
  using root = makeFiles();
  await using all = await startAll(options.programs, root.path);
  const { targets } = all;
  const rows = [
    ["MiB/s", ...targets.map((it) => it.name), "ratio", "p99 / median"],
  ];
  const results: Record<string, Record<string, LoadResult[]>> = {};
  for (const [title, load] of CASES) {
    if (!title.includes(options.only)) continue;
    const byName = await runRounds(options, targets, root.path, load);
    results[title] = Object.fromEntries(byName);
    const rates = targets.map(({ name }) =>
      median(byName.get(name)!.map(rate))
    );
    const [own = NaN, ...others] = rates;
    const ourResults = byName.get(targets[0]!.name)!;
    rows.push([
      title,
      ...targets.map(({ name }, i) =>
        withFailures(round(rates[i]!), byName.get(name)!)
      ),
      (own / Math.max(...others)).toFixed(2),
      median(ourResults.map((it) => it.p99Ms / it.medianMs)).toFixed(2),
    ]);
    console.error(rows.at(-1)!.join("  "));
  }
  return { rows, results };
}

function rate({ bytes, seconds }: LoadResult): number {
  return bytes / MIB / seconds;
}
