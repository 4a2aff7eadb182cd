/**
 * The swarm: as many simulated runs as wanted, each drawn from its seed. It needs no permission at all.
 *
 * ```sh
 * deno task swarm --seeds 1000 --first 1
 * deno task swarm --seed 1234
 * ```
 *
 * With `--seed` one run is shown with all that was drawn and the end of its transcript. A run that fails is shown like
 * that, too, with the command that repeats it, and the program ends with 1.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { describeRun } from "./_report.ts";
import { type Report, runSwarm } from "./_swarm.ts";

/** How often to say how far it has got. */
const SEEDS_PER_LINE = 1000;

const rejections: string[] = [];
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  const { reason } = event;
  rejections.push(
    reason instanceof Error ? reason.stack ?? reason.message : String(reason),
  );
});

/** Runs a seed; a promise that nobody looks after is a violation, too. */
async function run(seed: number, hasTranscript: boolean): Promise<Report> {
  rejections.length = 0;
  const report = await runSwarm(seed, { hasTranscript });
  const unhandled = rejections.map((each) => `Unhandled rejection: ${each}`);
  return { ...report, violations: [...report.violations, ...unhandled] };
}

/** Runs many seeds; how many of them fail. */
async function swarm(first: number, seeds: number): Promise<number> {
  const startedAt = performance.now();
  const sums = { transfers: 0, done: 0, datagrams: 0, virtualMs: 0 };
  const failed: number[] = [];
  const sayHowFar = (runs: number) => {
    const seconds = (performance.now() - startedAt) / 1000;
    const hours = sums.virtualMs / 3_600_000;
    console.log(
      `${runs} runs, ${sums.transfers} transfers (${sums.done} done), ${sums.datagrams} datagrams, ${
        hours.toFixed(1)
      } virtual hours in ${seconds.toFixed(1)} s; ${failed.length} failed`,
    );
  };
  for (let seed = first; seed < first + seeds; seed++) {
    const report = await run(seed, false);
    sums.transfers += report.transfers;
    sums.done += report.outcomes.filter((each) => each === "done").length;
    sums.datagrams += report.datagrams;
    sums.virtualMs += report.virtualMs;
    if (report.violations.length > 0) {
      failed.push(seed);
      console.log(describeRun(await run(seed, true)));
    }
    const runs = seed - first + 1;
    if (runs % SEEDS_PER_LINE === 0 || runs === seeds) sayHowFar(runs);
  }
  if (failed.length > 0) console.log(`Failed: ${failed.join(" ")}`);
  return failed.length;
}

if (import.meta.main) {
  const { first, seeds, seed } = parseArgs(Deno.args, {
    string: ["first", "seeds", "seed"],
  });
  if (seed !== undefined) {
    const report = await run(Number(seed), true);
    console.log(describeRun(report));
    Deno.exitCode = report.violations.length > 0 ? 1 : 0;
  } else {
    const failures = await swarm(Number(first ?? 1), Number(seeds ?? 1000));
    Deno.exitCode = failures > 0 ? 1 : 0;
  }
}
