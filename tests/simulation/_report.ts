/**
 * Tells a run of the swarm in full: all that was drawn, the end of the transcript, what must not be, and the one command
 * that repeats it.
 *
 * @module
 */

import type { Report } from "./_swarm.ts";

/** Lines of the transcript that are told. */
const TAIL_LINES = 60;

/** A run in words. */
export function describeRun(
  { plan, transcript, violations, outcomes }: Report,
): string {
  const { clients, ...rest } = plan;
  return [
    ...Object.entries(rest).map(([name, value]) =>
      `${name}: ${JSON.stringify(value)}`
    ),
    ...clients.map((each, i) => `client ${i}: ${JSON.stringify(each)}`),
    "",
    ...transcript.slice(-TAIL_LINES),
    "",
    ...outcomes.map((each, i) => `client ${i}: ${each}`),
    ...violations.map((each) => `VIOLATION ${each}`),
    `Repeat with: deno task swarm --seed ${plan.seed}`,
  ].join("\n");
}
