/**
 * What several transfers between one pair come to, in a cell of a table.
 *
 * @module
 */

import { median, round } from "../_measured.ts";
import type { TransferResult } from "./_lossy_wire.ts";

/** The median in seconds, and how many have failed: what has taken too long counts as longer than all others. */
export function summarize(
  results: readonly TransferResult[],
  limitMs: number,
): string {
  const failed = results.filter((it) => it.failure && !it.isTooLong).length;
  const seconds = results.filter((it) => !it.failure || it.isTooLong)
    .map((it) => it.failure ? Infinity : it.durationMs / 1000);
  const note = failed === 0 ? "" : `, ${failed} failed`;
  if (seconds.length === 0) return "failed";
  const middle = median(seconds);
  return (middle === Infinity ? `>${limitMs / 1000}` : round(middle)) + note;
}
