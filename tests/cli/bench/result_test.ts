import { assertEquals } from "@std/assert";
import { resultOf } from "../../../cli/bench/result.ts";
import type { Sample } from "../../../cli/bench/transfer.ts";
import { emptyStatistics } from "../../../transfer/mod.ts";

const SETTING = { blksize: 1428, windowsize: 16 };

function success(totalMs: number, more = {}): Sample {
  return {
    isOk: true,
    totalMs,
    firstByteMs: totalMs / 10,
    statistics: { ...emptyStatistics(), bytes: 5000, blocks: 10, ...more },
    settings: {
      blockSize: 512,
      windowSize: 4,
      timeoutMs: null,
      transferSize: 5000,
      rollover: null,
    },
  };
}

const failure = (kind: string, message: string): Sample => ({
  isOk: false,
  kind,
  message,
  status: 6,
});

Deno.test("resultOf() sums up what went well, and counts failures by kind", () => {
  const samples = [
    success(20, { gaps: 1, duplicates: 2 }),
    failure("timeout", "No answer from a"),
    success(10, { timeouts: 1, retransmissions: 3 }),
    failure("timeout", "No answer from b"),
    failure("EMFILE", "Too many files"),
  ];
  const { histogram, ...rest } = resultOf(SETTING, {
    samples,
    elapsedMs: 2000,
    coldFailure: null,
  });
  assertEquals(rest, {
    ...SETTING,
    negotiated: { blksize: 512, windowsize: 4 },
    transfers: 2,
    failed: 3,
    failures: { timeout: 2, EMFILE: 1 },
    firstFailure: "No answer from a",
    bytes: 10_000,
    elapsedMs: 2000,
    bytesPerSecond: 5000,
    totalMs: { min: 10, mean: 15, p50: 10, p90: 20, p99: 20, max: 20 },
    firstByteMs: { min: 1, mean: 1.5, p50: 1, p90: 2, p99: 2, max: 2 },
    retransmissions: 3,
    duplicates: 2,
    gaps: 1,
    timeouts: 1,
    lossSeen: 0.1,
  });
  assertEquals(histogram, [
    { from: 10, to: 15, count: 1 },
    { from: 15, to: 20, count: 1 },
  ]);
});

Deno.test("resultOf() of nothing that went well has no times, and no NaN", () => {
  const result = resultOf(SETTING, {
    samples: [failure("timeout", "No answer")],
    elapsedMs: 0,
    coldFailure: null,
  });
  assertEquals(result.totalMs, null);
  assertEquals(result.negotiated, null);
  assertEquals(result.histogram, []);
  assertEquals([result.bytesPerSecond, result.lossSeen], [0, 0]);
});
