// What is asked only with `security`: names that lead out of the served directory, and packets that have stopped servers.
// Rules:
// 1. A name is asked for up to the first answer; what is served is not read on.
// 2. A malformed packet is sent once, and then the server is asked whether it is still there. These checks run one after the
//    other, so that it is known which packet it was.

import { encodePacket, OPCODE } from "../packet/mod.ts";
import {
  acknowledged,
  dataOf,
  describe,
  differs,
  errorCodeOf,
  fault,
  ok,
  pathLeak,
} from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import type { Heard } from "./conversation.ts";
import type { Finding } from "./report.ts";

const UP = "../".repeat(12);

/** Names that lead out of the root, on the systems where they do. */
const TRAVERSALS: readonly (readonly [id: string, name: string])[] = [
  ["dots", `${UP}etc/passwd`],
  ["absolute", "/etc/passwd"],
  ["slash-dots", `/${UP}etc/passwd`],
  ["double-slash", "//etc/passwd"],
  ["dotted-slashes", `${"....//".repeat(12)}etc/passwd`],
  ["backslashes", `${"..\\".repeat(12)}windows\\win.ini`],
  ["drive", "C:\\windows\\win.ini"],
  ["percent", `${"%2e%2e/".repeat(12)}etc/passwd`],
];

async function runTraversal(
  name: string,
  { open }: CheckContext,
): Promise<Finding> {
  const answer = await (await open()).ask(readRequest(name));
  const data = dataOf(answer);
  if (data && data.data.length > 0) {
    return fault(`served: ${describe(answer)}`);
  }
  const leak = pathLeak(answer, name);
  if (leak) return leak;
  const code = errorCodeOf(answer);
  return code === 1 || code === 2
    ? ok(describe(answer), { code })
    : differs(describe(answer), { code });
}

/** A detour that stays inside: whether ".." is refused as such, or worked out. */
async function runDetour({ filename, open }: CheckContext): Promise<Finding> {
  const name = `probe/../${filename.replace(/^\/+/, "")}`;
  const answer = await (await open()).ask(readRequest(name));
  return pathLeak(answer, name) ??
    ok(
      dataOf(answer)
        ? '".." is worked out inside of the root'
        : describe(answer),
    );
}

/** The text as octets, with NUL where it stands. */
function raw(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Sends one packet, listens, and asks whether the server is still there. */
async function strike(
  bytes: Uint8Array,
  { open, absentName, quietMs }: CheckContext,
  judge: (answer: Heard | null) => Finding,
): Promise<Finding> {
  const conversation = await open();
  await conversation.request(bytes);
  const answer = await conversation.next(quietMs);
  const isAlive = await (await open()).ask(readRequest(absentName)) !== null;
  return isAlive
    ? judge(answer)
    : fault(`${describe(answer)}, and then silence: has it stopped?`);
}

type MakeBytes = (context: CheckContext) => Uint8Array;

const MALFORMED: readonly (readonly [
  id: string,
  name: string,
  asks: string,
  make: MakeBytes,
])[] = [
  [
    "no-nul",
    "mode without NUL",
    "RRQ without the NUL behind the mode",
    ({ filename }) => encodePacket(readRequest(filename)).slice(0, -1),
  ],
  [
    "no-mode",
    "no mode",
    "RRQ with a name only",
    ({ filename }) => raw(`\0\x01${filename}\0`),
  ],
  [
    "no-value",
    "option without value",
    "RRQ that ends behind the name of an option",
    ({ filename }) => raw(`\0\x01${filename}\0octet\0blksize\0`),
  ],
  [
    "many-options",
    "100 options",
    "RRQ with 100 options that nobody knows",
    ({ filename }) =>
      encodePacket(readRequest(
        filename,
        Array.from({ length: 100 }, (_, i) => [`x${i}`, "1"] as const),
      )),
  ],
  ["empty", "empty datagram", "a datagram of no octets", () => raw("")],
  ["one-octet", "one octet", "a datagram of one octet", () => raw("\0")],
  [
    "opcode-9",
    "opcode 9",
    "a packet of a kind that there is not",
    () => raw("\0\x09probe\0octet\0"),
  ],
  [
    "oack",
    "OACK to request port",
    "OACK to the port for requests",
    () => new Uint8Array([0, OPCODE.OACK, ...raw("tsize\0" + "1\0")]),
  ],
];

function malformedChecks(): Omit<Check, "group">[] {
  return MALFORMED.map(([id, name, asks, make]) => ({
    id: `malformed-${id}`,
    name,
    section: "malformed",
    asks,
    needs: "security",
    run: (context) =>
      strike(make(context), context, (answer) => {
        const data = dataOf(answer);
        return data && data.data.length === 0 && context.fileSizeBytes !== 0
          ? fault("served as an empty file")
          : pathLeak(answer, context.filename) ?? ok(describe(answer));
      }),
  }));
}

/** Values that are no numbers, which have stopped one server and led another to blocks of -1 octets. */
function valueChecks(): Omit<Check, "group">[] {
  return [
    ["blksize", "abc"],
    ["blksize", "-1"],
    ["blksize", "99999999999999999999"],
    ["blksize", "0x200"],
    ["tsize", "-1"],
    ["windowsize", "-1"],
  ].map(([name = "", value = ""]) => ({
    id: `value-${name}-${value}`,
    name: `${name} ${value.length > 8 ? "1e20" : value}`,
    section: "malformed",
    asks: `RRQ with ${name} ${value}`,
    needs: "security",
    run: (context) =>
      strike(
        encodePacket(readRequest(context.filename, [[name, value]])),
        context,
        (answer) => {
          const given = acknowledged(answer, name);
          if (given === undefined) {
            return errorCodeOf(answer) === null
              ? ok(dataOf(answer) ? "left out: DATA 1" : describe(answer))
              : differs(describe(answer));
          }
          const isGood = /^[0-9]{1,15}$/.test(given) &&
            (name !== "blksize" ||
              Number(given) >= 8 && Number(given) <= 65464);
          if (!isGood) return fault(`OACK ${name}=${given} for ${value}`);
          // A number that is too large may be answered with a smaller one.
          return /^[0-9]+$/.test(value)
            ? ok(`OACK ${name}=${given}`)
            : differs(`OACK ${name}=${given} for ${value}`);
        },
      ),
  }));
}

/** The checks, in the order of the report. */
export const SECURITY_CHECKS: readonly Check[] = ([
  ...TRAVERSALS.map(([id, name]): Omit<Check, "group"> => ({
    id: `traversal-${id}`,
    name: `out by ${id}`,
    section: "traversal",
    asks: `RRQ for ${name}`,
    needs: "security",
    run: (context) => runTraversal(name, context),
  })),
  {
    id: "traversal-detour",
    name: "detour inside",
    section: "traversal",
    asks: "RRQ for the file by way of probe/..",
    needs: "security",
    run: runDetour,
  },
  ...malformedChecks(),
  ...valueChecks(),
] satisfies readonly Omit<Check, "group">[]).map((check) => ({
  group: "Security",
  ...check,
}));
