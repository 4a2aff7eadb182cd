import { assert, assertEquals } from "@std/assert";
import {
  formatMs,
  type Report,
  reportJson,
  reportText,
} from "../../../cli/bench/report.ts";
import type { Result } from "../../../cli/bench/result.ts";

const RESULT: Result = {
  blksize: 1428,
  windowsize: 16,
  negotiated: { blksize: 1428, windowsize: 16 },
  transfers: 4,
  failed: 0,
  failures: {},
  firstFailure: null,
  bytes: 4_000_000,
  elapsedMs: 500,
  bytesPerSecond: 8_000_000,
  totalMs: { min: 100, mean: 125, p50: 110, p90: 200, p99: 200, max: 200 },
  firstByteMs: { min: 1, mean: 1.5, p50: 1.25, p90: 2, p99: 2, max: 2 },
  histogram: [
    { from: 100, to: 150, count: 3 },
    { from: 150, to: 200, count: 1 },
  ],
  retransmissions: 1,
  duplicates: 2,
  gaps: 3,
  timeouts: 4,
  lossSeen: 0.0123,
};

const LOOK = { isAscii: true, width: 80 };

const REPORT: Report = {
  subject: "tftp://192.0.2.1/k.img",
  operation: "download",
  clients: 2,
  simulation: null,
  results: [RESULT],
  cpuSeconds: 0.25,
  wallSeconds: 0.5,
};

Deno.test("reportText() tells all about one setting", () => {
  assertEquals(reportText(REPORT, LOOK).split("\n"), [
    "tftp://192.0.2.1/k.img: downloads by 2 clients",
    "",
    "blksize 1428, windowsize 16",
    "4 well, 0 failed; 4.0 MB in 500 ms: 8.0 MB/s",
    "",
    "                      p50        p90        p99        max       mean",
    "  first byte      1.25 ms    2.00 ms    2.00 ms    2.00 ms    1.50 ms",
    "  whole file       110 ms     200 ms     200 ms     200 ms     125 ms",
    "",
    `  up to 150 ms  ${"#".repeat(62)} 3`,
    `  up to 200 ms  ${"#".repeat(21)} 1`,
    "",
    "Sent again 1, came twice 2, gaps 3, timeouts 4",
    "Loss seen: 1.23 % of the blocks",
    "",
    "This program used 0.25 s of CPU in 0.50 s (50 %)",
    "",
  ]);
});

Deno.test("reportText() tells what the server did not agree to, and what failed", () => {
  const result = {
    ...RESULT,
    negotiated: { blksize: 512, windowsize: 1 },
    failed: 3,
    failures: { "timeout": 2, "EMFILE": 1 },
    firstFailure: "No answer",
  };
  const text = reportText({ ...REPORT, results: [result] }, LOOK);
  assert(text.includes("windowsize 16: agreed on 512 and 1\n"));
  assert(
    text.includes(
      "\nFailed:\n  2 timeout\n  1 EMFILE\n  the first: No answer\n",
    ),
  );
});

Deno.test("reportText() gives each of several settings a line and a bar", () => {
  const worse = {
    ...RESULT,
    blksize: 512,
    negotiated: { blksize: 512, windowsize: 4 },
    bytes: 2_000_000,
    bytesPerSecond: 4_000_000,
  };
  const dead = {
    ...RESULT,
    windowsize: 64,
    negotiated: null,
    transfers: 0,
    failed: 1,
    failures: { timeout: 1 },
    firstFailure: "No answer",
    bytes: 0,
    bytesPerSecond: 0,
    totalMs: null,
  };
  const report = { ...REPORT, results: [worse, RESULT, dead] };
  const lines = reportText(report, LOOK).split("\n");
  assertEquals(lines.slice(2), [
    "blksize window well failed     rate    p50    p90    p99    max   loss",
    "    512     16    4      0 4.0 MB/s 110 ms 200 ms 200 ms 200 ms 1.23 %",
    "   1428     16    4      0 8.0 MB/s 110 ms 200 ms 200 ms 200 ms 1.23 %",
    "   1428     64    0      1        -",
    "",
    `   512 x 16  ${"#".repeat(29)} 4.0 MB/s`,
    `  1428 x 16  ${"#".repeat(58)} 8.0 MB/s`,
    "  1428 x 64  -",
    "",
    "blksize 512, windowsize 16: agreed on 512 and 4",
    "",
    "Failed:",
    "  1 timeout",
    "  the first: No answer",
    "",
    "This program used 0.25 s of CPU in 0.50 s (50 %)",
    "",
  ]);
});

Deno.test("reportText() says when the measuring may be what is slow, but not of simulated time", () => {
  const busy = { ...REPORT, cpuSeconds: 0.45 };
  assert(reportText(busy, LOOK).endsWith("(90 %): it may be what is slow\n"));
  const simulation = { seed: 7, lossPercent: 1, delayMs: 20 };
  const text = reportText({ ...busy, simulation }, LOOK);
  assert(text.endsWith("(90 %)\n"));
  assert(
    text.startsWith(
      "Simulated downloads by 2 clients: 1 % lost and 20 ms each way, seed 7\n",
    ),
  );
});

Deno.test("reportText() stays within 80 columns, whatever the numbers are", () => {
  const large: Result = {
    ...RESULT,
    blksize: 65464,
    windowsize: 32767,
    negotiated: { blksize: 65464, windowsize: 32767 },
    transfers: 99_999,
    failed: 9999,
    bytes: 9.9e12,
    elapsedMs: 3_599_000,
    totalMs: { min: 1, mean: 1, p50: 59900, p90: 3e6, p99: 3.5e6, max: 3.5e6 },
    histogram: [{ from: 1, to: 3.5e6, count: 99_999 }],
    lossSeen: 1,
  };
  for (const results of [[large], [large, large]]) {
    for (const isAscii of [true, false]) {
      const text = reportText({ ...REPORT, results }, { isAscii, width: 80 });
      const tooLong = text.split("\n").filter((line) => line.length > 80);
      assertEquals(tooLong, []);
    }
  }
});

for (const width of [50, 60, 100]) {
  Deno.test(`reportText() fits into ${width} columns`, () => {
    for (
      const results of [REPORT.results, [...REPORT.results, ...REPORT.results]]
    ) {
      const text = reportText({ ...REPORT, results }, { isAscii: true, width });
      const tooLong = text.split("\n").filter((line) => line.length > width);
      assertEquals(tooLong, []);
      assert(text.includes("p50"));
    }
  });
}

Deno.test("reportJson() is one line of JSON, without digits that say nothing", () => {
  const text = reportJson({ ...REPORT, cpuSeconds: 0.1 + 0.2 });
  assert(text.endsWith("}\n") && !text.slice(0, -1).includes("\n"));
  assertEquals(JSON.parse(text), { ...REPORT, cpuSeconds: 0.3 });
});

Deno.test("formatMs() has three digits that say something", () => {
  for (
    const [ms, text] of [
      [0.0123, "0.01 ms"],
      [1.234, "1.23 ms"],
      [9.999, "10.0 ms"],
      [99.96, "100 ms"],
      [999.4, "999 ms"],
      [999.6, "1.00 s"],
      [12_345, "12.3 s"],
      [59_960, "1m00s"],
      [3_599_000, "59m59s"],
    ] as const
  ) {
    assertEquals(formatMs(ms), text);
  }
});
