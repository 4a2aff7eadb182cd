// What is asked only with a name that may be written. Rules:
// 1. These checks run one after the other, in this order: the first one makes the file, and the others see what becomes of it.
// 2. Nothing but that name is ever written, and never more than a block of blanks or a line of text, which may be there
//    afterwards.

import type { OptionList, Packet } from "../packet/mod.ts";
import {
  acknowledged,
  dataOf,
  describe,
  differs,
  errorCodeOf,
  fault,
  ok,
  pathLeak,
  unknown,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import { type Conversation, type Heard, isSamePort } from "./conversation.ts";
import type { Finding } from "./report.ts";

/** What is written. */
const CONTENT: Uint8Array = new TextEncoder().encode("Written by a probe\n");

/** A first block that others have to follow. */
const FULL_BLOCK: Uint8Array = new Uint8Array(512).fill(0x20);

/** 99 TB, more than any server of these has room for, and more than 32 bits. */
const HUGE = "99999999999999";

function writeRequest(filename: string, options: OptionList = []): Packet {
  return { type: "WRQ", filename, mode: "octet", options };
}

function isAccepted(answer: Heard | null): boolean {
  const packet = answer?.packet;
  return packet?.type === "OACK" ||
    (packet?.type === "ACK" && packet.block === 0);
}

function refusal(answer: Heard | null, name: string): Finding {
  const code = errorCodeOf(answer);
  return pathLeak(answer, name) ??
    (code === null
      ? differs(describe(answer))
      : ok(`refused: ${describe(answer)}`, { code }));
}

async function beginUpload(
  { open, writeName }: CheckContext,
): Promise<{ conversation: Conversation; answer: Heard | null }> {
  const conversation = await open();
  const answer = await conversation.ask(writeRequest(writeName));
  return { conversation, answer };
}

async function runNew(context: CheckContext): Promise<Finding> {
  const { conversation, answer } = await beginUpload(context);
  if (!isAccepted(answer)) return refusal(answer, context.writeName);
  if (answer?.packet?.type === "OACK") {
    return fault(`${describe(answer)}, which nobody asked for`);
  }
  await conversation.send({ type: "DATA", block: 1, data: CONTENT });
  const last = await conversation.next();
  if (last?.packet?.type !== "ACK" || last.packet.block !== 1) {
    return pathLeak(last, context.writeName) ??
      differs(`DATA 1 is answered with ${describe(last)}`);
  }
  // Lost, the last ACK can only be repeated by a server that has stayed.
  await conversation.send({ type: "DATA", block: 1, data: CONTENT });
  const again = await conversation.next();
  return again?.packet?.type === "ACK"
    ? ok("taken; the last ACK is repeated when asked")
    : differs(`taken; last DATA again: ${describe(again)}, no dally`);
}

/** The first block of what is there; the transfer is over afterwards, as some servers lock what is read. */
async function readBack(
  { open, writeName }: CheckContext,
): Promise<Uint8Array | null> {
  const conversation = await open();
  const answer = await conversation.ask(readRequest(writeName));
  await conversation.end();
  return dataOf(answer)?.data ?? null;
}

async function runExisting(context: CheckContext): Promise<Finding> {
  const before = await readBack(context);
  const { conversation, answer } = await beginUpload(context);
  if (!isAccepted(answer)) return refusal(answer, context.writeName);
  await conversation.send({ type: "DATA", block: 1, data: FULL_BLOCK });
  await conversation.next();
  await conversation.send({ type: "ERROR", code: 0, message: "Probe" });
  // What comes now, if anything, is of no interest; the server has its time to clean up.
  await conversation.gather();
  if (!before) return unknown("taken; what is there cannot be read");
  const after = await readBack(context);
  return after !== null && after.join() === before.join()
    ? ok("can be replaced; one broken off changes nothing")
    : fault("an upload broken off after DATA 1 destroys the old file");
}

async function runHuge({ open, writeName }: CheckContext): Promise<Finding> {
  const answer = await (await open()).ask(
    writeRequest(writeName, [["tsize", HUGE]]),
  );
  const given = acknowledged(answer, "tsize");
  if (given !== undefined && given !== HUGE) {
    return fault(`OACK tsize=${given} for ${HUGE}`);
  }
  if (isAccepted(answer)) return differs("taken: no limit that would matter");
  return errorCodeOf(answer) === 3
    ? ok(describe(answer), { code: 3 })
    : refusal(answer, writeName);
}

async function runDuplicate(context: CheckContext): Promise<Finding> {
  const { conversation, answer } = await beginUpload(context);
  if (!answer || !isAccepted(answer)) return refusal(answer, context.writeName);
  await conversation.request(writeRequest(context.writeName));
  const more = await conversation.gather();
  if (more.some((each) => !isSamePort(each, answer))) {
    return differs(`a second answer from another port: ${describe(more[0]!)}`);
  }
  const error = more.find((each) => errorCodeOf(each) !== null);
  return error
    ? fault(`refuses its own client: ${describe(error)}`)
    : ok(more.length > 0 ? "answered again, same port" : "ignored");
}

/** The checks, in the order in which they run. */
export const WRITE_CHECKS: readonly Check[] = ([
  {
    id: "write-new",
    name: "upload, DATA 1 twice",
    section: "6",
    asks: "WRQ, DATA 1, and DATA 1 again after its ACK",
    run: runNew,
  },
  {
    id: "write-existing",
    name: "WRQ of existing name",
    section: "appendix",
    asks: "WRQ, broken off after DATA 1, and a read of what is left",
    run: runExisting,
  },
  {
    id: "write-huge",
    name: "WRQ of 99 TB",
    section: "RFC 2349",
    asks: `WRQ with tsize ${HUGE}, and no DATA`,
    run: runHuge,
  },
  {
    id: "write-duplicate",
    name: "duplicate WRQ",
    section: "4",
    asks: "the same WRQ again from the same port",
    run: runDuplicate,
  },
] satisfies readonly Omit<Check, "group" | "needs">[]).map((check) => ({
  group: "Writes",
  needs: "write",
  ...check,
}));
