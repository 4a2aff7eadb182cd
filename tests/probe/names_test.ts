import { assertEquals } from "@std/assert";
import type { Packet } from "../../packet/mod.ts";
import { NAME_CHECKS } from "../../probe/names.ts";
import { found, probeTampered, resultOf } from "./_tampered.ts";

Deno.test("a server without faults passes every check of names", async () => {
  const report = await probeTampered();
  const verdicts = NAME_CHECKS.map(({ id }) => resultOf(report, id).verdict);
  assertEquals(new Set(verdicts), new Set(["ok"]));
});

/** Answers all requests for names that match. */
function answering(regexp: RegExp, reply: Packet | null) {
  return {
    receive(packet: Packet | null, answer: (packet: Packet) => void) {
      if (packet?.type !== "RRQ" || !regexp.test(packet.filename)) return false;
      if (reply) answer(reply);
      return true;
    },
  };
}

const error = (code: number, message: string): Packet => ({
  type: "ERROR",
  code,
  message,
});

const EMPTY_FILE: Packet = {
  type: "DATA",
  block: 1,
  data: new Uint8Array(),
};

const CASES: readonly (readonly [
  id: string,
  asked: RegExp,
  reply: Packet | null,
  expected: string,
])[] = [
  ["name-absent", /absent$/, error(0, "No"), 'differs: ERROR 0 "No"'],
  ["name-absent", /absent$/, null, "differs: silence"],
  [
    "name-absent",
    /absent$/,
    error(1, "file /srv/tftp/x not found"),
    'fault: gives away a path: ERROR 1 "file /srv/tftp/x not found"',
  ],
  [
    "name-directory",
    /^\.$/,
    EMPTY_FILE,
    "fault: served: DATA 1 of 0 octets",
  ],
  ["name-empty", /^$/, EMPTY_FILE, "fault: served: DATA 1 of 0 octets"],
  [
    "name-long",
    /^x+$/,
    error(0, "File name too long"),
    'differs: ERROR 0 "File name too long"',
  ],
  [
    "name-control",
    /\n/,
    error(1, "C:\\tftp\\odd"),
    'fault: gives away a path: ERROR 1 "C:\\\\tftp\\\\odd"',
  ],
  [
    "name-backslash",
    /^\\/,
    error(1, "Nope"),
    'ok: \\ is no separator: ERROR 1 "Nope"',
  ],
];

for (const [id, asked, reply, expected] of CASES) {
  Deno.test(`${id} says "${expected}"`, async () => {
    const report = await probeTampered(answering(asked, reply));
    assertEquals(found(report, id), expected);
  });
}
