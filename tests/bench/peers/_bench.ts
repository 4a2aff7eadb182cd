/**
 * What every measure is given, and what it gives back.
 *
 * @module
 */

import type { CProgram } from "../../_c_program.ts";
import { TempDir } from "../../interop/_files.ts";
import { type Load, type LoadResult, runLoad } from "./_load.ts";
import {
  type RunningTarget,
  startTarget,
  type TargetProgram,
} from "./_targets.ts";

/** How to measure. */
export interface BenchOptions {
  /** The load generator. */
  readonly load: CProgram;
  /** Ours comes first. */
  readonly programs: readonly TargetProgram[];
  /** Each figure is the median of so many. In a round, everybody has its turn. */
  readonly rounds: number;
  /** Only what contains this text is measured. */
  readonly only: string;
}

/** What a measure has found. */
export interface Report {
  /** The table, with its head. */
  readonly rows: readonly (readonly string[])[];
  /** All figures, for a machine. */
  readonly results: unknown;
  /** Drawings that go with the table, by file name. */
  readonly drawings?: Readonly<Record<string, string>>;
}

/** The files that servers serve. */
export const FILES: Readonly<Record<string, number>> = {
  "4k.bin": 4096,
  "64k.bin": 65536,
  "512k.bin": 524_288,
  "1m.bin": 2 ** 20,
  "4m.bin": 2 ** 22,
  "16m.bin": 2 ** 24,
};

/** A directory with those files. */
export function makeFiles(): TempDir {
  const root = new TempDir();
  for (const [name, sizeBytes] of Object.entries(FILES)) {
    root.make(name, sizeBytes);
  }
  return root;
}

/** Starts all servers on one directory; what does not start is told, and left out. */
export async function startAll(
  programs: readonly TargetProgram[],
  root: string,
): Promise<AsyncDisposableStack & { readonly targets: RunningTarget[] }> {
  const stack = new AsyncDisposableStack();
  const targets: RunningTarget[] = [];
  for (const program of programs) {
    try {
      targets.push(stack.use(await startTarget(program, root)));
    } catch (error) {
      console.error(String(error));
    }
  }
  return Object.assign(stack, { targets });
}

/** Loads each server in turn, several rounds, and gives the results by name. */
export async function runRounds(
  { load: program, rounds }: BenchOptions,
  targets: readonly RunningTarget[],
  root: string,
  load: Load,
): Promise<Map<string, LoadResult[]>> {
  const results = new Map(
    targets.map(({ name }): [string, LoadResult[]] => [name, []]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const target of targets) {
      // Who has failed most of them would do so again, and take its time.
      const last = results.get(target.name)!.at(-1);
      if (last && last.failed > last.completed) continue;
      const result = await runLoad(program, target, root, load);
      results.get(target.name)!.push(result);
    }
  }
  return results;
}

/** A result in its short form, where some transfers may have failed. */
export function withFailures(
  text: string,
  results: readonly LoadResult[],
): string {
  const failed = results.reduce((sum, it) => sum + it.failed, 0);
  return failed === 0 ? text : `${text} (${failed} failed)`;
}
