/**
 * A room of machines that are switched on at once: each asks for a size, and then for eight files.
 *
 * Half of them are as EDK2 is (blocks of 1468, windows of 4), half as iPXE (blocks of 1432 in lock step).
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
import type { LoadResult } from "./_load.ts";

const MACHINES = 200;

/** Files of 4 KiB to 16 MiB, as a boot loader, its modules, a kernel and an initial root would be. */
const NAMES = [
  ...["64k.bin", "4k.bin", "4k.bin", "64k.bin"],
  ...["512k.bin", "1m.bin", "4m.bin", "16m.bin"],
];

function plan(blksize: number, windowsize: number): string {
  return [`?${NAMES[0]}`, ...NAMES]
    .map((name) => `${name}:${blksize}:${windowsize}`).join(",");
}

/** Measures how long it takes until the last machine has everything. */
export async function measureBoot(options: BenchOptions): Promise<Report> {
  using root = makeFiles();
  await using all = await startAll(options.programs, root.path);
  const results = await runRounds(options, all.targets, root.path, {
    clients: MACHINES,
    spreadMs: 1000,
    hasOwnAddresses: true,
    steps: `${plan(1468, 4)}|${plan(1432, 1)}`,
  });
  const middle = (own: readonly LoadResult[], value: keyof LoadResult) =>
    median(own.map((it) => it[value]));
  return {
    rows: [
      ["server", "last machine, s", "asked again", "server CPU, s"],
      ...[...results].map(([name, own]) => [
        name,
        withFailures(round(middle(own, "seconds")), own),
        middle(own, "timeouts").toFixed(0),
        round(middle(own, "serverSeconds")),
      ]),
    ],
    results: Object.fromEntries(results),
  };
}
