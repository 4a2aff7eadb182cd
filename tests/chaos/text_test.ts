import { assertEquals } from "@std/assert";
import type { ChaosReport, ChaosTransfer } from "../../chaos/event.ts";
import { describeChaosEvent } from "../../chaos/text.ts";

const TRANSFER: ChaosTransfer = {
  id: 1,
  client: { transport: "udp", hostname: "::ffff:192.0.2.9", port: 5000 },
  operation: "write",
  filename: "a\nb",
  scenario: "slow",
  expect: "finish",
};

const REPORT: ChaosReport = {
  outcome: "finished",
  error: null,
  isDeceived: false,
  toStranger: [],
  repeats: 0,
  isAsExpected: true,
  deeds: ["dropped ACK 1"],
  deedCount: 1,
  durationMs: 1234,
};

const START = '192.0.2.9:5000 write "a\\nb" under slow: ';

const CASES: readonly [report: Partial<ChaosReport>, line: string][] = [
  [
    { deeds: ["lost it", "kept it", "lost it"], deedCount: 5 },
    `OK    ${START}survived, in 1.23 s (lost it, 2 times; kept it; and 2 more)`,
  ],
  [
    { deeds: [`sent ${"x".repeat(200)}`] },
    `OK    ${START}survived, in 1.23 s (sent ${"x".repeat(112)}...)`,
  ],
  [{}, `OK    ${START}survived, in 1.23 s (dropped ACK 1)`],
  [
    { isAsExpected: null, deeds: [], deedCount: 0 },
    `-     ${START}survived, in 1.23 s (nothing was done to it)`,
  ],
  [
    { isAsExpected: false, repeats: 1 },
    `WRONG ${START}finished all the same, with 1 repeat, in 1.23 s (dropped ACK 1)`,
  ],
  [
    {
      isAsExpected: false,
      isDeceived: true,
      toStranger: ["ACK 2", "ACK 2", "ACK 3", "ACK 4"],
    },
    `WRONG ${START}finished all the same, deceived by another port, said ACK 2 and ACK 3 to the other port, in 1.23 s (dropped ACK 1)`,
  ],
  [
    {
      outcome: "gave-up",
      repeats: 5,
      deeds: ["a", "b", "c", "d"],
      deedCount: 9,
    },
    `OK    ${START}gave up, with 5 repeats, in 1.23 s (a; b; c; and 6 more)`,
  ],
  [
    { outcome: "refused", error: 'ERROR 8 "No"' },
    `OK    ${START}refused with ERROR 8 "No", in 1.23 s (dropped ACK 1)`,
  ],
  [
    { outcome: "retried", error: 'ERROR 8 "No"' },
    `OK    ${START}said ERROR 8 "No" and asked again, in 1.23 s (dropped ACK 1)`,
  ],
  [
    { outcome: "retried" },
    `OK    ${START}asked again, in 1.23 s (dropped ACK 1)`,
  ],
  [
    { outcome: "stopped" },
    `OK    ${START}stopped at the ERROR, in 1.23 s (dropped ACK 1)`,
  ],
  [
    { outcome: "finished-early" },
    `OK    ${START}finished before the end, in 1.23 s (dropped ACK 1)`,
  ],
  [
    { outcome: "under-way" },
    `OK    ${START}was still under way, in 1.23 s (dropped ACK 1)`,
  ],
];

for (const [report, line] of CASES) {
  Deno.test(`describeChaosEvent() tells ${JSON.stringify(report)}`, () => {
    assertEquals(
      describeChaosEvent({
        type: "ended",
        transfer: TRANSFER,
        report: { ...REPORT, ...report },
      }),
      line,
    );
  });
}

Deno.test("describeChaosEvent() tells what was chosen and done", () => {
  assertEquals(
    describeChaosEvent({ type: "chosen", transfer: TRANSFER }),
    `      ${START}begins`,
  );
  assertEquals(
    describeChaosEvent({
      type: "tampered",
      transfer: TRANSFER,
      direction: "to-client",
      deed: "dropped ACK 1",
    }),
    `      ${START}dropped ACK 1`,
  );
});
