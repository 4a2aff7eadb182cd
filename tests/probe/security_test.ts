import { assertEquals } from "@std/assert";
import type { Packet } from "../../packet/mod.ts";
import { SECURITY_CHECKS } from "../../probe/security.ts";
import {
  found,
  probeTampered,
  resultOf,
  type Tamper,
  TEXT,
} from "./_tampered.ts";

const OPTIONS = { probe: { security: true } };

Deno.test("nothing of security is asked unless it is wished for", async () => {
  const seen: string[] = [];
  const report = await probeTampered({
    receive(packet) {
      if (packet?.type === "RRQ") seen.push(packet.filename);
      else if (packet === null) seen.push("malformed");
      return false;
    },
  });
  assertEquals(report.results.filter((it) => it.group === "Security"), []);
  assertEquals(
    seen.filter((name) => /\.\.|passwd|win\.ini|malformed/.test(name)),
    [],
  );
});

Deno.test("a server without faults passes every check of security", async () => {
  const report = await probeTampered({}, OPTIONS);
  for (const { id } of SECURITY_CHECKS) {
    assertEquals([id, resultOf(report, id).verdict], [id, "ok"]);
  }
});

const PASSWD = new TextEncoder().encode("root:x:0:0");

function answering(
  isMeant: (packet: Packet | null) => boolean,
  reply: Packet,
): Tamper {
  return {
    receive(packet, answer, port) {
      if (port !== 69 || !isMeant(packet)) return false;
      answer(reply);
      return true;
    },
  };
}

const named = (regexp: RegExp) => (packet: Packet | null) =>
  packet?.type === "RRQ" && regexp.test(packet.filename);
const asking = (options: string) => (packet: Packet | null) =>
  packet?.type === "RRQ" && packet.options.flat().join(" ") === options;
const data = (bytes: Uint8Array): Packet => ({
  type: "DATA",
  block: 1,
  data: bytes,
});

const CASES: readonly (readonly [
  id: string,
  tamper: Tamper,
  expected: string,
])[] = [
  [
    "traversal-dots",
    answering(named(/^\.\.\/.*passwd$/), data(PASSWD)),
    "fault: served: DATA 1 of 10 octets",
  ],
  [
    "traversal-absolute",
    answering(named(/^\/etc/), {
      type: "ERROR",
      code: 0,
      message: "cannot access /srv/tftp/etc/passwd",
    }),
    'fault: gives away a path: ERROR 0 "cannot access /srv/tftp/etc/passwd"',
  ],
  [
    "traversal-drive",
    answering(named(/^C:/), { type: "ERROR", code: 0, message: "No" }),
    'differs: ERROR 0 "No"',
  ],
  [
    "traversal-detour",
    answering(named(/^probe\/\.\.\//), data(PASSWD)),
    'ok: ".." is worked out inside of the root',
  ],
  [
    "value-blksize--1",
    answering(asking("blksize -1"), {
      type: "OACK",
      options: [["blksize", "-1"]],
    }),
    "fault: OACK blksize=-1 for -1",
  ],
  [
    "value-blksize-abc",
    answering(asking("blksize abc"), {
      type: "OACK",
      options: [["blksize", "512"]],
    }),
    "differs: OACK blksize=512 for abc",
  ],
  [
    "malformed-no-nul",
    answering(() => false, data(PASSWD)),
    `ok: DATA 1 of 512 octets`,
  ],
];

for (const [id, tamper, expected] of CASES) {
  Deno.test(`${id} says "${expected}"`, async () => {
    assertEquals(found(await probeTampered(tamper, OPTIONS), id), expected);
  });
}

Deno.test("a packet that stops the server is told by name, and so are those after it", async () => {
  let isDead = false;
  const report = await probeTampered({
    receive(packet) {
      isDead ||= packet?.type === "RRQ" &&
        packet.options.some(([, value]) => value === "abc");
      return isDead;
    },
  }, OPTIONS);
  assertEquals(
    found(report, "value-blksize-abc"),
    "fault: silence, and then silence: has it stopped?",
  );
  assertEquals(resultOf(report, "malformed-oack").verdict, "ok");
});

Deno.test("a file that is served as an empty one is a fault", async () => {
  assertEquals(TEXT.length > 512, true);
  const report = await probeTampered(
    answering(
      (packet) => packet?.type === "RRQ" && packet.options.length === 100,
      data(new Uint8Array()),
    ),
    OPTIONS,
  );
  assertEquals(
    found(report, "malformed-many-options"),
    "fault: served as an empty file",
  );
});
