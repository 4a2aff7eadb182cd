// Options: how they are agreed on (RFC 2347), and the values of blksize (RFC 2348) and of timeout and tsize (RFC 2349).

import {
  encodeNetascii,
  findOption,
  foldOptionName,
  netasciiLength,
} from "../packet/mod.ts";
import {
  acknowledged,
  acknowledgedNumber,
  dataOf,
  describe,
  differs,
  fault,
  ok,
  unknown,
  unsupported,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import type { Heard } from "./conversation.ts";
import type { Finding } from "./report.ts";
import { RFC7440_CHECKS } from "./rfc7440.ts";
import { runOutOfRange } from "./_out_of_range.ts";
import { TIMEOUT_KEPT_CHECK } from "./rfc1123.ts";

type Pair = readonly [name: string, value: string];

async function askWith(
  { filename, open }: CheckContext,
  ...options: Pair[]
): Promise<Heard | null> {
  return await (await open()).ask(readRequest(filename, options));
}

/** An option that no server knows must leave no trace in the answer. */
async function runUnknown(context: CheckContext): Promise<Finding> {
  const answer = await askWith(context, ["x-probe", "1"]);
  if (dataOf(answer)) return ok("ignored: DATA 1");
  return answer?.packet?.type === "OACK"
    ? fault(`${describe(answer)} to an unknown option`)
    : differs(describe(answer));
}

async function runCase(context: CheckContext): Promise<Finding> {
  const answer = await askWith(context, ["BLKSIZE", "1000"]);
  const value = acknowledged(answer, "blksize");
  if (value !== undefined) return ok("names in any case");
  if (!dataOf(answer)) return differs(describe(answer));
  const lower = await askWith(context, ["blksize", "1000"]);
  return acknowledged(lower, "blksize") === undefined
    ? unsupported("no option to tell by")
    : fault("BLKSIZE is not known, blksize is");
}

async function runTwice(context: CheckContext): Promise<Finding> {
  const answer = await askWith(context, ["blksize", "1000"], [
    "blksize",
    "600",
  ]);
  if (answer?.packet?.type !== "OACK") {
    return dataOf(answer) ? ok("ignored") : differs(describe(answer));
  }
  const count = answer.packet.options
    .filter(([name]) => foldOptionName(name) === "blksize").length;
  return count > 1
    ? fault(`twice in one ${describe(answer)}`)
    : ok(describe(answer));
}

async function runBlksize(
  asked: number,
  context: CheckContext,
): Promise<Finding> {
  const conversation = await context.open();
  const answer = await conversation.ask(
    readRequest(context.filename, [["blksize", String(asked)]]),
  );
  const size = acknowledgedNumber(answer, "blksize");
  if (size === undefined) {
    return dataOf(answer) ? unsupported() : differs(describe(answer));
  }
  const values = { asked, blksize: size };
  if (!(size >= 8 && size <= asked)) {
    return fault(`${describe(answer)} for ${asked}`, values);
  }
  await conversation.send({ type: "ACK", block: 0 });
  const first = await conversation.next();
  const data = dataOf(first);
  if (data?.block !== 1) return fault(`OACK, then ${describe(first)}`, values);
  const { fileSizeBytes } = context;
  const expected = fileSizeBytes === null
    ? null
    : Math.min(size, fileSizeBytes);
  if (expected !== null && expected !== data.data.length) {
    return fault(`blksize=${size}, but ${describe(first)}`, values);
  }
  return size === asked
    ? ok(`agreed: ${describe(first)}`, values)
    : differs(`clamped: ${size} where ${asked} was asked`, values);
}

async function runTsize(context: CheckContext): Promise<Finding> {
  const answer = await askWith(context, ["tsize", "0"]);
  const size = acknowledgedNumber(answer, "tsize");
  if (size === undefined) return unsupported();
  if (Number.isNaN(size)) return fault(describe(answer));
  const first = dataOf(await askWith(context))?.data.length ?? 0;
  // A block that is not full is all of the file.
  return size < first || (first < 512 && size !== first)
    ? fault(`tsize=${size}, but the first block has ${first} octets`)
    : ok(`${size} octets`, { tsize: size });
}

async function runTsizeEcho(context: CheckContext): Promise<Finding> {
  const odd = String((context.fileSizeBytes ?? 0) + 999);
  const answer = await askWith(context, ["tsize", odd]);
  const value = acknowledged(answer, "tsize");
  if (value === undefined) {
    return dataOf(answer) ? ok("left out") : differs(describe(answer));
  }
  return value === odd
    ? fault(`echoes tsize=${odd}, which is not the size`)
    : ok(`real size: ${value}`);
}

async function runTsizeNetascii(context: CheckContext): Promise<Finding> {
  const { filename, open, fileSizeBytes } = context;
  const [answer, plain] = await Promise.all([
    (await open()).ask(readRequest(filename, [["tsize", "0"]], "netascii")),
    askWith(context),
  ]);
  const size = acknowledgedNumber(answer, "tsize");
  if (size === undefined) {
    return dataOf(answer) ? ok("left out") : differs(describe(answer));
  }
  const data = dataOf(plain)?.data ?? new Uint8Array();
  const least = netasciiLength(data);
  if (data.length < 512) {
    return size === encodeNetascii(data).length
      ? ok(`${size}, as on the wire`)
      : fault(`tsize=${size}, on the wire it is ${least}`);
  }
  if (size < least) return fault(`tsize=${size} is less than there is`);
  if (least === data.length) {
    return unknown(`tsize=${size}; no line end in the first block to tell by`);
  }
  return fileSizeBytes !== null && size <= fileSizeBytes
    ? fault(`tsize=${size} as in octet mode, though line ends grow`)
    : ok(`tsize=${size}, more than in octet mode`);
}

async function runTimeout(
  value: string,
  context: CheckContext,
): Promise<Finding> {
  const answer = await askWith(context, ["timeout", value]);
  const given = acknowledged(answer, "timeout");
  if (given === undefined) {
    return dataOf(answer) ? unsupported() : differs(describe(answer));
  }
  return given === value
    ? ok(`agreed: ${value} s`)
    : fault(`OACK timeout=${given} for ${value}: it must be the same`);
}

/** Extensions that no RFC has, with a value to ask for. */
async function runExtension(
  name: string,
  value: string,
  context: CheckContext,
): Promise<Finding> {
  const answer = await askWith(context, [name, value]);
  const given = answer?.packet?.type === "OACK"
    ? findOption(answer.packet.options, name)
    : undefined;
  if (given !== undefined) return ok(`supported: ${name}=${given}`);
  return dataOf(answer) ? unsupported() : differs(describe(answer));
}

function define(
  group: string,
  section: string,
  checks: readonly Omit<Check, "group" | "section">[],
): Check[] {
  return checks.map((check) => ({ group, section, ...check }));
}

/** The checks, in the order of the report. */
export const OPTION_CHECKS: readonly Check[] = [
  ...define("RFC 2347", "negotiation", [
    {
      id: "option-unknown",
      name: "unknown option",
      asks: "RRQ with an option that nobody knows",
      run: runUnknown,
    },
    {
      id: "option-case",
      name: "BLKSIZE in capitals",
      asks: "RRQ with the name of an option in capitals",
      isAboutSupport: true,
      run: runCase,
    },
    {
      id: "option-twice",
      name: "blksize twice",
      asks: "RRQ with blksize 1000 and blksize 600",
      run: runTwice,
    },
  ]),
  ...define("RFC 2348", "blksize", [
    ...[8, 512, 1428, 65464].map((size): Omit<Check, "group" | "section"> => ({
      id: `blksize-${size}`,
      name: `blksize ${size}`,
      asks: `RRQ with blksize ${size}, up to DATA 1`,
      isAboutSupport: true,
      run: (context) => runBlksize(size, context),
    })),
    {
      id: "blksize-7",
      name: "blksize 7, too small",
      asks: "RRQ with blksize 7",
      run: (context) => runOutOfRange(context, "blksize", "7"),
    },
    {
      id: "blksize-65465",
      name: "blksize 65465",
      asks: "RRQ with blksize 65465, more than there can be",
      run: (context) =>
        runOutOfRange(
          context,
          "blksize",
          "65465",
          (size) => size >= 8 && size <= 65464,
        ),
    },
  ]),
  ...define("RFC 2349", "tsize", [
    {
      id: "tsize",
      name: "tsize 0",
      asks: "RRQ with tsize 0",
      isAboutSupport: true,
      run: runTsize,
    },
    {
      id: "tsize-echo",
      name: "tsize not 0",
      asks: "RRQ with a tsize that is not the size of the file",
      run: runTsizeEcho,
    },
    {
      id: "tsize-netascii",
      name: "tsize in netascii",
      asks: "RRQ with tsize 0 in netascii",
      run: runTsizeNetascii,
    },
  ]),
  ...define("RFC 2349", "timeout", [
    ...["1", "255"].map((value): Omit<Check, "group" | "section"> => ({
      id: `timeout-${value}`,
      name: `timeout ${value}`,
      asks: `RRQ with timeout ${value}`,
      isAboutSupport: true,
      run: (context) => runTimeout(value, context),
    })),
    ...["0", "256"].map((value): Omit<Check, "group" | "section"> => ({
      id: `timeout-${value}`,
      name: `timeout ${value}, too ${value === "0" ? "small" : "large"}`,
      asks: `RRQ with timeout ${value}`,
      run: (context) => runOutOfRange(context, "timeout", value),
    })),
  ]),
  TIMEOUT_KEPT_CHECK,
  ...RFC7440_CHECKS,
  ...define(
    "No RFC",
    "",
    [
      ["blksize2", "1024", "tftp-hpa"],
      ["utimeout", "1000000", "tftp-hpa"],
      ["rollover", "0", "tftp-hpa"],
      ["multicast", "", "RFC 2090, historic"],
    ].map(([name = "", value = "", origin]) => ({
      id: `extension-${name}`,
      name: `option ${name}`,
      asks: `RRQ with ${name} (${origin})`,
      isAboutSupport: true,
      run: (context: CheckContext) => runExtension(name, value, context),
    })),
  ),
];
