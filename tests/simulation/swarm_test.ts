/**
 * A fixed part of the swarm, for each change: `deno task swarm` runs as much of it as wanted.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { describeRun } from "./_report.ts";
import { runSwarm } from "./_swarm.ts";

const SEEDS = 1000;
const SEEDS_PER_TEST = 100;

async function check(seed: number): Promise<void> {
  const { violations } = await runSwarm(seed);
  if (violations.length === 0) return;
  throw new Error(describeRun(await runSwarm(seed, { hasTranscript: true })));
}

for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
  const last = first + SEEDS_PER_TEST - 1;
  Deno.test(`swarm: seeds ${first} to ${last}`, async () => {
    for (let seed = first; seed <= last; seed++) await check(seed);
  });
}

// Each of these was a run that failed. The bugs have tests of their own besides; these are for what lies near them.
const FOUND = [
  100_737, // two passes over a window that chased each other to the end of the file
  105_830,
  109_075,
  116_910, // the same, until a socket's buffer was full each time
  200_542, // a late request, long round trips: taken for a client that has started over
  206_634, // a late request after an upload on a single port
  402_214, // a late request with options, after the plain one, on a single port
];

for (const seed of FOUND) {
  Deno.test(`swarm: seed ${seed}, which has found something`, () =>
    check(seed));
}

Deno.test("swarm: the same seed makes the same transcript", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const once = await runSwarm(seed, { hasTranscript: true });
    const twice = await runSwarm(seed, { hasTranscript: true });
    assert(once.transcript.length > 0);
    assertEquals(once.transcript.join("\n"), twice.transcript.join("\n"));
    assertEquals(once.outcomes, twice.outcomes);
  }
});

Deno.test("swarm: whether a transcript is written makes no difference", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const told = await runSwarm(seed, { hasTranscript: true });
    assertEquals((await runSwarm(seed)).digest, told.digest);
  }
});
