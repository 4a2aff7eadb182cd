// That a transfer which is over is garbage like any other: what the next minor collection frees. It costs nothing to keep a
// little of each, and nothing breaks; but it is copied, once and again, until a full collection comes.

import { assertGreater, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** Megabytes before and after one minor collection. */
interface Collection {
  readonly before: number;
  readonly after: number;
}

/** What the minor collections of a program were, between any two full ones. */
function collectionsIn(trace: string): Collection[][] {
  return trace.split("Mark-Compact").map((part) =>
    [...part.matchAll(/Scavenge.*? ([\d.]+) \([\d.]+\) -> ([\d.]+) /g)]
      .map(([, before, after]) => ({
        before: Number(before),
        after: Number(after),
      }))
  );
}

Deno.test("a download that is over is gone with the next minor collection", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--v8-flags=--trace-gc"],
      ...["--config", fromFileUrl(new URL("../../deno.json", import.meta.url))],
      fromFileUrl(new URL("_many_downloads.ts", import.meta.url)),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const trace = decoder.decode(stdout);
  if (!success) throw new Error(decoder.decode(stderr));
  let allocated = 0;
  let kept = 0;
  let count = 0;
  for (const collections of collectionsIn(trace)) {
    // What is kept for good is there after the first ones.
    for (const [i, { before, after }] of collections.entries()) {
      const previous = collections[i - 1];
      if (!previous || count++ < 4) continue;
      allocated += before - previous.after;
      kept += after - previous.after;
    }
  }
  assertGreater(allocated, 50, trace);
  // Fifty downloads are under way each time, of the six hundred or so since the last.
  assertLess(
    kept / allocated,
    0.05,
    `Kept ${kept} of ${allocated} MB:\n${trace}`,
  );
});
