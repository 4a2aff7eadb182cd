// Windows: their size, and what follows when half of one was acknowledged (RFC 7440).

import {
  acknowledgedNumber,
  dataOf,
  describe,
  differs,
  fault,
  ok,
  unknown,
  unsupported,
} from "./_finding.ts";
import { runOutOfRange } from "./_out_of_range.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import type { Heard } from "./conversation.ts";
import type { Finding } from "./report.ts";

async function runWindow(context: CheckContext): Promise<Finding> {
  const conversation = await context.open();
  const answer = await conversation.ask(
    readRequest(context.filename, [
      // Small, so that a small file fills windows; large enough for an OACK, which atftpd wants to fit into a block.
      ["blksize", "64"],
      ["windowsize", "4"],
      ["timeout", "10"],
    ]),
  );
  const window = acknowledgedNumber(answer, "windowsize");
  if (window === undefined) {
    return dataOf(answer) || answer?.packet?.type === "OACK"
      ? unsupported()
      : differs(describe(answer));
  }
  if (!(window >= 1 && window <= 4)) return fault(describe(answer));
  await conversation.send({ type: "ACK", block: 0 });
  const first = await blocksOf(conversation.gather());
  if (first.length < window) {
    return unknown(`window of ${window}; the file is too short to fill it`);
  }
  // Half a window was lost: the next one begins behind what was acknowledged (section 4).
  const acked = Math.max(1, window - 2);
  await conversation.send({ type: "ACK", block: acked });
  const second = await blocksOf(conversation.gather());
  const text = `DATA ${spanOf(first)}; after ACK ${acked}, DATA ${
    spanOf(second)
  }`;
  const values = { windowsize: window };
  if (first.join() !== spanFrom(1, window).join()) return fault(text, values);
  const expected = spanFrom(acked + 1, window);
  return second.length > 0 && second[0] === acked + 1 &&
      second.length <= expected.length
    ? ok(text, values)
    : fault(text, values);
}

async function blocksOf(heard: Promise<Heard[]>): Promise<number[]> {
  return (await heard).flatMap((each) => dataOf(each)?.block ?? []);
}

function spanFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** "1-4" of 1, 2, 3, 4. */
function spanOf(blocks: readonly number[]): string {
  if (blocks.length === 0) return "none";
  const isRow = blocks.every((block, index) => block === blocks[0]! + index);
  return isRow && blocks.length > 1
    ? `${blocks[0]}-${blocks.at(-1)}`
    : blocks.join(" ");
}

async function runWindowLimit(context: CheckContext): Promise<Finding> {
  const answer = await (await context.open()).ask(
    readRequest(context.filename, [["windowsize", "65535"]]),
  );
  const window = acknowledgedNumber(answer, "windowsize");
  if (window === undefined) {
    return dataOf(answer) ? unsupported() : differs(describe(answer));
  }
  return window >= 1 && window <= 65535
    ? ok(`up to ${window} blocks`, { windowsize: window })
    : fault(describe(answer));
}

/** The checks, in the order of the report. */
export const RFC7440_CHECKS: readonly Check[] = ([
  {
    id: "window",
    section: "4",
    name: "windowsize 4",
    asks: "RRQ with windowsize 4 in small blocks, and ACK of half a window",
    isAboutSupport: true,
    run: runWindow,
  },
  {
    id: "window-limit",
    section: "3",
    name: "windowsize 65535",
    asks: "RRQ with windowsize 65535",
    isAboutSupport: true,
    run: runWindowLimit,
  },
  {
    id: "window-0",
    section: "3",
    name: "windowsize 0",
    asks: "RRQ with windowsize 0",
    run: (context) => runOutOfRange(context, "windowsize", "0"),
  },
] satisfies readonly Omit<Check, "group">[]).map((check) => ({
  group: "RFC 7440",
  ...check,
}));
