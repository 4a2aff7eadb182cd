// The base protocol: transfers, ports, and packets that have no business there (RFC 1350, STD 33).

import { encodeNetascii, netasciiLength } from "../packet/mod.ts";
import {
  dataOf,
  describe,
  differs,
  errorCodeOf,
  fault,
  ok,
  unknown,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import { type Conversation, type Heard, isSamePort } from "./conversation.ts";
import type { Finding } from "./report.ts";

/**
 * Small blocks, so that a small file has many, and a timer that keeps still while blocks are counted. Not the smallest:
 * atftpd wants its OACK to fit into a block.
 */
const SMALL_BLOCKS = [["blksize", "64"], ["timeout", "10"]] as const;

/** A transfer whose first block is there, and is not the last. */
export interface Begun {
  readonly conversation: Conversation;
  readonly first: Heard;
  /** Whether the server has agreed on the timer. */
  readonly isTimerHeld: boolean;
}

/**
 * Begins a transfer in small blocks, up to its first DATA.
 *
 * @param context What a check works with.
 * @returns The transfer, or why there is none.
 */
export async function beginTransfer(
  context: CheckContext,
): Promise<Begun | Finding> {
  const conversation = await context.open();
  let first = await conversation.ask(
    readRequest(context.filename, SMALL_BLOCKS),
  );
  let isTimerHeld = false;
  let blockBytes = 512;
  if (first?.packet?.type === "OACK") {
    const { options } = first.packet;
    isTimerHeld = options.some(([name]) => /^timeout$/i.test(name));
    if (options.some(([name]) => /^blksize$/i.test(name))) blockBytes = 64;
    await conversation.send({ type: "ACK", block: 0 });
    first = await conversation.next();
  }
  const data = dataOf(first);
  if (!first || data?.block !== 1) {
    return unknown(`no transfer to try it on: ${describe(first)}`);
  }
  if (data.data.length < blockBytes) {
    return unknown("the file has one block only: name a larger one");
  }
  return { conversation, first, isTimerHeld };
}

/** Whether a transfer has not begun. */
export function isFinding(begun: Begun | Finding): begun is Finding {
  return "verdict" in begun;
}

async function runRead({ filename, open }: CheckContext): Promise<Finding> {
  const answer = await (await open()).ask(readRequest(filename));
  const data = dataOf(answer);
  if (answer?.packet?.type === "OACK") {
    return fault(`${describe(answer)}, which nobody asked for`);
  }
  return data?.block === 1 && data.data.length <= 512
    ? ok(describe(answer), { octets: data.data.length })
    : fault(describe(answer));
}

async function runPorts({ filename, open }: CheckContext): Promise<Finding> {
  const [a, b] = await Promise.all([open(), open()]);
  const [first, second] = await Promise.all(
    [a, b].map((each) => each.ask(readRequest(filename))),
  );
  if (!first || !second) return unknown("silence");
  return isSamePort(first, second)
    ? differs(`single port: all answers come from ${first.from.port}`)
    : ok("a port of its own for each transfer");
}

async function runMode(
  mode: string,
  { filename, open }: CheckContext,
): Promise<Finding> {
  const answer = await (await open()).ask(readRequest(filename, [], mode));
  return dataOf(answer) ? ok("served") : fault(describe(answer));
}

async function runBadMode(
  mode: string,
  { filename, open }: CheckContext,
): Promise<Finding> {
  const answer = await (await open()).ask(readRequest(filename, [], mode));
  const code = errorCodeOf(answer);
  if (code !== null) return ok(describe(answer), { code });
  return differs(
    dataOf(answer) ? "served as if it were octet" : describe(answer),
  );
}

async function runNetascii({ filename, open }: CheckContext): Promise<Finding> {
  const [plain, encoded] = await Promise.all(
    ["octet", "netascii"].map(async (mode) =>
      dataOf(await (await open()).ask(readRequest(filename, [], mode)))?.data
    ),
  );
  if (!plain || !encoded) return fault("not served");
  const expected = encodeNetascii(plain);
  // The last CR of a block may still get its LF from the next.
  const isSame = expected.subarray(0, encoded.length - 1)
    .every((octet, index) => octet === encoded[index]);
  if (netasciiLength(plain) === plain.length) {
    return isSame
      ? unknown("served; no line end in the first block to tell by")
      : fault("changes octets that are no line ends");
  }
  if (isSame) return ok("line ends are translated");
  if (plain.every((octet, index) => octet === encoded[index])) {
    return fault("sent as it is, without translation");
  }
  return fault("translated wrongly, such as CR without NUL");
}

async function runDuplicate(
  { filename, open, quietMs }: CheckContext,
): Promise<Finding> {
  const conversation = await open();
  const request = readRequest(filename);
  const first = await conversation.ask(request);
  if (!first) return unknown("silence");
  await conversation.request(request);
  const more = await conversation.gather(quietMs);
  return more.every((each) => isSamePort(each, first))
    ? ok(more.length > 0 ? "answered again, same port" : "ignored")
    : differs("a second transfer from another port");
}

async function runStranger(context: CheckContext): Promise<Finding> {
  const begun = await beginTransfer(context);
  if (isFinding(begun)) return begun;
  const { conversation } = begun;
  const stranger = await context.open();
  await stranger.send({ type: "ACK", block: 1 }, conversation.transfer);
  const answer = await stranger.next();
  const moved = (await conversation.gather(0))
    .some((each) => (dataOf(each)?.block ?? 0) > 1);
  if (moved) return fault("a stranger's ACK moves the transfer on");
  await conversation.send({ type: "ACK", block: 1 });
  let next = await conversation.next();
  while (dataOf(next)?.block === 1) next = await conversation.next();
  if (dataOf(next)?.block !== 2) {
    return fault(`a stranger's ACK ends the transfer: ${describe(next)}`);
  }
  const code = errorCodeOf(answer);
  if (code === 5) return ok("ERROR 5 to the stranger; goes on");
  // At the request port nobody is a stranger, and an ACK is best left alone.
  if (answer === null && conversation.isSinglePort) {
    return ok("no answer at the single port; goes on");
  }
  return answer === null
    ? differs("no ERROR 5 to the stranger; goes on")
    : differs(`${describe(answer)} to the stranger; goes on`);
}

async function runFutureAck(context: CheckContext): Promise<Finding> {
  const begun = await beginTransfer(context);
  if (isFinding(begun)) return begun;
  const { conversation } = begun;
  await conversation.send({ type: "ACK", block: 9 });
  const answers = await conversation.gather();
  const jump = answers.find((each) => (dataOf(each)?.block ?? 1) > 1);
  if (jump) {
    return fault(
      `ACK 9 of a block never sent is taken: DATA ${
        dataOf(jump)!.block
      } follows DATA 1`,
    );
  }
  const error = answers.find((each) => errorCodeOf(each) !== null);
  return error ? ok(`ends it: ${describe(error)}`) : ok("ignored");
}

async function runErrorInTransfer(context: CheckContext): Promise<Finding> {
  const begun = await beginTransfer(context);
  if (isFinding(begun)) return begun;
  const { conversation } = begun;
  await conversation.send({ type: "ERROR", code: 0, message: "Probe" });
  const [answer = null] = await conversation.gather();
  return answer === null
    ? ok("ends the transfer, no answer")
    : fault(`answered with ${describe(answer)}`);
}

async function runStray(
  what: "ACK" | "DATA" | "ERROR",
  { open, quietMs }: CheckContext,
): Promise<Finding> {
  const conversation = await open();
  await conversation.request(
    what === "ACK"
      ? { type: "ACK", block: 1 }
      : what === "DATA"
      ? { type: "DATA", block: 1, data: new Uint8Array(1) }
      : { type: "ERROR", code: 0, message: "Probe" },
  );
  const [answer = null] = await conversation.gather(quietMs);
  if (answer === null) return ok("no answer");
  return what === "ERROR"
    ? fault(`answers ERROR with ${describe(answer)}: two such servers loop`)
    : differs(`answered with ${describe(answer)}`);
}

/** The checks, in the order of the report. */
export const RFC1350_CHECKS: readonly Check[] = ([
  {
    id: "read",
    name: "plain read",
    section: "5",
    asks: "RRQ in octet mode without options",
    run: runRead,
  },
  {
    id: "ports",
    name: "transfer IDs",
    section: "4",
    asks: "two RRQs from two ports",
    run: runPorts,
  },
  {
    id: "mode-case",
    name: "mode OcTeT",
    section: "5",
    asks: "RRQ with the mode in mixed case",
    run: (context) => runMode("OcTeT", context),
  },
  {
    id: "netascii",
    name: "mode netascii",
    section: "1",
    asks: "the first block in octet and in netascii",
    run: runNetascii,
  },
  {
    id: "mail",
    name: "mode mail",
    section: "1",
    asks: "RRQ in mode mail, which is for writes and obsolete",
    run: (context) => runBadMode("mail", context),
  },
  {
    id: "mode-unknown",
    name: "unknown mode",
    section: "5",
    asks: "RRQ in a mode that is none",
    run: (context) => runBadMode("probe", context),
  },
  {
    id: "duplicate",
    name: "duplicate RRQ",
    section: "4",
    asks: "the same RRQ again from the same port",
    run: runDuplicate,
  },
  {
    id: "stranger",
    name: "stranger's ACK",
    section: "4",
    asks: "ACK 1 of a transfer from a port that has no part in it",
    run: runStranger,
  },
  {
    id: "future-ack",
    name: "ACK of no block",
    section: "5",
    asks: "ACK 9 while block 1 is the only one that was sent",
    run: runFutureAck,
  },
  {
    id: "error-in-transfer",
    name: "ERROR in a transfer",
    section: "7",
    asks: "ERROR 0 after DATA 1",
    run: runErrorInTransfer,
  },
  ...(["ACK", "DATA", "ERROR"] as const).map((what): Omit<Check, "group"> => ({
    id: `stray-${what.toLowerCase()}`,
    name: `${what} to request port`,
    section: what === "ERROR" ? "7" : "4",
    asks: `${what} to the port for requests`,
    needs: "nothing",
    run: (context) => runStray(what, context),
  })),
] satisfies readonly Omit<Check, "group">[]).map((check) => ({
  group: "RFC 1350",
  ...check,
}));
