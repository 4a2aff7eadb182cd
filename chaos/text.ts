import { formatAddress } from "../net/mod.ts";
import { quoteText } from "../packet/mod.ts";
import type { ChaosEvent, ChaosReport, ChaosTransfer } from "./event.ts";

/** How many different deeds stand in a line. */
const MAX_DEEDS_IN_LINE = 3;

/** Characters of a deed in a line: some packets are nothing but text. */
const MAX_DEED_LENGTH = 120;

/**
 * An event in one line, for logs.
 *
 * @param event What happened.
 * @returns The line, without a line end.
 *
 * @example A client that survived
 * ```ts
 * import { describeChaosEvent } from "@tftpkit/tftp/chaos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   describeChaosEvent({
 *     type: "ended",
 *     transfer: {
 *       id: 1,
 *       client: { transport: "udp", hostname: "192.0.2.9", port: 50000 },
 *       operation: "read",
 *       filename: "kernel",
 *       scenario: "drop-data",
 *       expect: "finish",
 *     },
 *     report: {
 *       outcome: "finished",
 *       error: null,
 *       isDeceived: false,
 *       toStranger: [],
 *       repeats: 1,
 *       isAsExpected: true,
 *       deeds: ["dropped DATA 3 (512 octets)"],
 *       deedCount: 1,
 *       durationMs: 1020,
 *     },
 *   }),
 *   'OK    192.0.2.9:50000 read "kernel" under drop-data: survived, with 1 repeat, in 1.02 s (dropped DATA 3 (512 octets))',
 * );
 * ```
 */
export function describeChaosEvent(event: ChaosEvent): string {
  const { transfer } = event;
  switch (event.type) {
    case "chosen":
      return `      ${subject(transfer)}: begins`;
    case "tampered":
      return `      ${subject(transfer)}: ${event.deed}`;
    case "ended":
      return `${mark(event.report)} ${subject(transfer)}: ${
        verdict(event.report)
      }${deedText(event.report)}`;
  }
}

function subject({ client, operation, filename, scenario }: ChaosTransfer) {
  return `${formatAddress(client)} ${operation} ${
    quoteText(filename)
  } under ${scenario}`;
}

/** What a reader looks for first: did it do what a correct client does? */
function mark({ isAsExpected }: ChaosReport): string {
  return isAsExpected === null ? "-    " : isAsExpected ? "OK   " : "WRONG";
}

function verdict(report: ChaosReport): string {
  const { repeats, durationMs, isDeceived, toStranger } = report;
  const parts = [
    outcomeText(report),
    ...isDeceived ? ["deceived by another port"] : [],
    ...toStranger.length > 0
      ? [
        `said ${
          [...new Set(toStranger)].slice(0, 2).join(" and ")
        } to the other port`,
      ]
      : [],
    ...repeats > 0
      ? [`with ${repeats} ${repeats === 1 ? "repeat" : "repeats"}`]
      : [],
  ];
  return `${parts.join(", ")}, in ${(durationMs / 1000).toFixed(2)} s`;
}

function outcomeText({ outcome, error, isAsExpected }: ChaosReport): string {
  switch (outcome) {
    case "finished":
      return isAsExpected === false ? "finished all the same" : "survived";
    case "finished-early":
      return "finished before the end";
    case "stopped":
      return "stopped at the ERROR";
    case "refused":
      return `refused with ${error}`;
    case "retried":
      return error === null ? "asked again" : `said ${error} and asked again`;
    case "gave-up":
      return "gave up";
    case "under-way":
      return "was still under way";
  }
}

function deedText({ deeds, deedCount }: ChaosReport): string {
  if (deedCount === 0) return " (nothing was done to it)";
  const counts = new Map<string, number>();
  for (const deed of deeds) counts.set(deed, (counts.get(deed) ?? 0) + 1);
  const first = [...counts].slice(0, MAX_DEEDS_IN_LINE);
  const more = deedCount - first.reduce((sum, [, count]) => sum + count, 0);
  const shown = first.map(([deed, count]) =>
    `${shorten(deed)}${count > 1 ? `, ${count} times` : ""}`
  );
  return ` (${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""})`;
}

function shorten(deed: string): string {
  return deed.length > MAX_DEED_LENGTH
    ? `${deed.slice(0, MAX_DEED_LENGTH - 3)}...`
    : deed;
}
