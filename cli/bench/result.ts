// What a run came to, in numbers that can be written as JSON. Rules:
// 1. Times and rates are of transfers that went well; a failure is counted by its kind and nowhere else.
// 2. The rate is that of all clients together: octets of files over the time of the run.
// 3. What is lost on the way, nobody sees. What is seen is a block that came before the one that was due, and silence:
//    each of these is at least one packet that was lost or late.

import type { Run } from "./run.ts";
import { type Bin, histogram, summarize, type Summary } from "./statistics.ts";

/** Bins of the histogram of transfer times: no more than this, nor than transfers. */
const MAX_BINS = 10;

/** Block and window size that were asked for. */
export interface Setting {
  /** Octets in a block. */
  readonly blksize: number;
  /** Blocks in a window. */
  readonly windowsize: number;
}

/** What was measured with one block size and one window size. */
export interface Result extends Setting {
  /** What the server agreed to in the first transfer that went well; `null` when none did. */
  readonly negotiated: Setting | null;
  /** Transfers that went well. */
  readonly transfers: number;
  /** Transfers that did not. */
  readonly failed: number;
  /** How often each kind of failure was seen. */
  readonly failures: Readonly<Record<string, number>>;
  /** What happened in the first that failed; `null` when none did. */
  readonly firstFailure: string | null;
  /** Octets of files. */
  readonly bytes: number;
  /** From the first request to the end of the last transfer, in milliseconds. */
  readonly elapsedMs: number;
  /** Octets a second, of all clients together. */
  readonly bytesPerSecond: number;
  /** Times of whole transfers, in milliseconds. */
  readonly totalMs: Summary | null;
  /** Times to the first of the file, or to the answer to an upload, in milliseconds. */
  readonly firstByteMs: Summary | null;
  /** How many transfers took how long, in milliseconds. */
  readonly histogram: readonly Bin[];
  /** Packets that the clients sent once more. */
  readonly retransmissions: number;
  /** Packets that came twice. */
  readonly duplicates: number;
  /** Times a block came before the one that was due. */
  readonly gaps: number;
  /** Times nothing came for as long as a client waits. */
  readonly timeouts: number;
  /** Gaps and timeouts for each block of the files. */
  readonly lossSeen: number;
}

/**
 * Sums a run up.
 *
 * @param setting What was asked for.
 * @param run What came of it.
 * @returns The numbers.
 */
export function resultOf(
  setting: Setting,
  { samples, elapsedMs }: Run,
): Result {
  const good = samples.filter((sample) => sample.isOk);
  const failures: Record<string, number> = {};
  for (const sample of samples) {
    if (sample.isOk) continue;
    failures[sample.kind] = (failures[sample.kind] ?? 0) + 1;
  }
  const sum = (key: keyof typeof good[0]["statistics"]) =>
    good.reduce((total, { statistics }) => total + statistics[key], 0);
  const bytes = sum("bytes");
  const gaps = sum("gaps");
  const timeouts = sum("timeouts");
  const settings = good[0]?.settings;
  const times = good.map(({ totalMs }) => totalMs);
  return {
    ...setting,
    negotiated: settings
      ? { blksize: settings.blockSize, windowsize: settings.windowSize }
      : null,
    transfers: good.length,
    failed: samples.length - good.length,
    failures,
    firstFailure: samples.find((sample) => !sample.isOk)?.message ?? null,
    bytes,
    elapsedMs,
    bytesPerSecond: elapsedMs > 0 ? bytes * 1000 / elapsedMs : 0,
    totalMs: summarize(times),
    firstByteMs: summarize(good.map(({ firstByteMs }) => firstByteMs)),
    histogram: histogram(times, Math.min(MAX_BINS, times.length)),
    retransmissions: sum("retransmissions"),
    duplicates: sum("duplicates"),
    gaps,
    timeouts,
    lossSeen: (gaps + timeouts) / Math.max(1, sum("blocks")),
  };
}
