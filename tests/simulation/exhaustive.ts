/**
 * Every way in which the first dozen datagrams of a small transfer can be delivered, lost, doubled or overtaken: hours of
 * computing for all cases. It needs no permission.
 *
 * ```sh
 * deno task exhaustive --depth 12 --part 1/2 --minutes 15
 * ```
 *
 * Begins with the shortest transfers, and begins no more when the time is over.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { CASES, describeCase, exhaust } from "./_exhaustive.ts";

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["depth", "part", "minutes"] });
  const [part = 1, parts = 1] = (args.part ?? "1/1").split("/").map(Number);
  const depth = Number(args.depth ?? 12);
  const end = performance.now() + Number(args.minutes ?? Infinity) * 60_000;
  let sum = 0;
  let cases = 0;
  const mine = CASES.filter((_, index) => index % parts === part - 1);
  for (const each of mine) {
    if (performance.now() > end) break;
    const startedAt = performance.now();
    const transfers = exhaust(each, depth);
    const seconds = (performance.now() - startedAt) / 1000;
    sum += transfers;
    cases++;
    console.log(
      `${describeCase(each)}: ${transfers} transfers in ${
        seconds.toFixed(1)
      } s`,
    );
  }
  console.log(
    `Depth ${depth}: ${sum} transfers in ${cases} of ${mine.length} cases`,
  );
}
