// What RFC 1123 section 4.2.3 adds to TFTP, and how much comes back for how little, which no RFC has a limit for.

import { encodePacket, type OptionList } from "../packet/mod.ts";
import {
  dataOf,
  describe,
  differs,
  fault,
  ok,
  seconds,
  unknown,
  unsupported,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import type { Heard } from "./conversation.ts";
import type { Finding } from "./report.ts";
import { beginTransfer, isFinding } from "./rfc1350.ts";

async function runApprentice(context: CheckContext): Promise<Finding> {
  const begun = await beginTransfer(context);
  if (isFinding(begun)) return begun;
  const { conversation, isTimerHeld } = begun;
  for (let i = 0; i < 3; i++) {
    await conversation.send({ type: "ACK", block: 1 });
  }
  const answers = await conversation.gather();
  const copies = answers.filter((each) => dataOf(each)?.block === 2).length;
  const values = { copies };
  if (copies === 1) return ok("3 ACK 1 bring one DATA 2", values);
  if (copies === 0) return unknown(`3 ACK 1 bring no DATA 2`, values);
  // A timer that measures round trips can be quick.
  return copies >= 3 || isTimerHeld
    ? fault(`3 ACK 1 bring ${copies} DATA 2`, values)
    : unknown("DATA 2 twice, which may be a quick timer", values);
}

/** When a packet came again, in milliseconds after the one before it. */
function gapsOf(heard: readonly Heard[]): number[] {
  return heard.slice(1).map((each, index) => each.atMs - heard[index]!.atMs);
}

async function runTimer(
  { filename, open, waitMs }: CheckContext,
): Promise<Finding> {
  const conversation = await open();
  const first = await conversation.ask(readRequest(filename));
  if (!first || !dataOf(first)) return unknown(describe(first));
  const again = (await conversation.gather(waitMs))
    .filter((each) => each.from.port === first.from.port);
  const gaps = gapsOf([first, ...again]);
  const values = { firstWaitMs: gaps[0] ?? null, waitedMs: waitMs };
  if (gaps.length === 0) {
    return unknown(
      `DATA 1 not again within ${seconds(waitMs)}: wait longer`,
      values,
    );
  }
  const runt = again.find((each) => each.sizeBytes !== first.sizeBytes);
  if (runt) {
    return fault(
      `${runt.sizeBytes} octets come instead of DATA 1 again`,
      values,
    );
  }
  const text = `DATA 1 again after ${gaps.slice(0, 4).map(seconds).join(", ")}`;
  // The section asks for exponential backoff; three waits are enough to see some.
  const isFixed = gaps.length >= 3 && gaps.at(-1)! < gaps[0]! * 1.3;
  return isFixed ? differs(`${text}: no backoff`, values) : ok(text, values);
}

/** What one unanswered request brings. */
async function measure(
  context: CheckContext,
  options: OptionList,
): Promise<{ factor: number; packets: number; atOnce: number }> {
  const conversation = await context.open();
  const request = readRequest(context.filename, options);
  const size = encodePacket(request).length;
  await conversation.request(request);
  const answers = await conversation.gather(context.waitMs);
  const bytes = answers.reduce((sum, each) => sum + each.sizeBytes, 0);
  const blocks = new Set(answers.flatMap((each) => dataOf(each)?.block ?? []));
  return {
    factor: bytes / size,
    packets: answers.length,
    atOnce: blocks.size,
  };
}

async function runAmplification(context: CheckContext): Promise<Finding> {
  const [plain, optioned] = await Promise.all([
    measure(context, []),
    measure(context, [["blksize", "65464"], ["windowsize", "64"]]),
  ]);
  const values = {
    plainFactor: round(plain.factor),
    plainPackets: plain.packets,
    optionsFactor: round(optioned.factor),
    optionsPackets: optioned.packets,
    waitedMs: context.waitMs,
  };
  const text =
    `${values.plainFactor}x, ${values.optionsFactor}x with options, in ${
      seconds(context.waitMs)
    } without ACK`;
  if (plain.packets + optioned.packets === 0) return unknown("silence");
  if (plain.atOnce > 1 || optioned.atOnce > 1) {
    return fault(`${text}; more than one block before any ACK`, values);
  }
  return ok(text, values);
}

function round(factor: number): number {
  return Math.round(factor * 10) / 10;
}

async function runTimeoutKept(
  { filename, open, waitMs }: CheckContext,
): Promise<Finding> {
  const conversation = await open();
  const answer = await conversation.ask(
    readRequest(filename, [["timeout", "1"]]),
  );
  if (answer?.packet?.type !== "OACK") return unsupported();
  const gaps = gapsOf([answer, ...await conversation.gather(waitMs)]);
  const [gap] = gaps;
  const values = { firstWaitMs: gap ?? null };
  if (gap === undefined) {
    return differs(`OACK not again within ${seconds(waitMs)}`, values);
  }
  const text = `OACK again after ${seconds(gap)}`;
  return Math.abs(gap - 1000) <= 300 ? ok(text, values) : differs(text, values);
}

/** The checks, in the order of the report. */
export const RFC1123_CHECKS: readonly Check[] = [
  {
    id: "apprentice",
    name: "Sorcerer's Apprentice",
    group: "RFC 1123",
    section: "4.2.3.1",
    asks: "ACK 1 three times",
    run: runApprentice,
  },
  {
    id: "timer",
    name: "retransmission",
    group: "RFC 1123",
    section: "4.2.3.2",
    asks: "RRQ, and no ACK",
    run: runTimer,
  },
];

/** How well a server keeps to the timeout it agreed on; it takes as long as the timer above. */
export const TIMEOUT_KEPT_CHECK: Check = {
  id: "timeout-kept",
  name: "timeout 1 is kept",
  group: "RFC 2349",
  section: "timeout",
  asks: "RRQ with timeout 1, and no ACK",
  isAboutSupport: true,
  run: runTimeoutKept,
};

/** How much one request brings. */
export const AMPLIFICATION_CHECK: Check = {
  id: "amplification",
  name: "amplification",
  group: "No RFC",
  section: "",
  asks: "one RRQ without options, one with, and no ACK",
  run: runAmplification,
};
