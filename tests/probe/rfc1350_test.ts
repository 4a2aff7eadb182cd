import { assertEquals } from "@std/assert";
import type { Packet } from "../../packet/mod.ts";
import { RFC1350_CHECKS } from "../../probe/rfc1350.ts";
import {
  found,
  probeTampered,
  resultOf,
  type Tamper,
  type TamperedOptions,
} from "./_tampered.ts";

const ERROR_4: Packet = { type: "ERROR", code: 4, message: "No" };
const DATA_1: Packet = { type: "DATA", block: 1, data: new Uint8Array(3) };

Deno.test("a server without faults passes every check of RFC 1350", async () => {
  const report = await probeTampered();
  const verdicts = RFC1350_CHECKS.map(({ id }) => resultOf(report, id).verdict);
  assertEquals(new Set(verdicts), new Set(["ok"]));
});

/** Answers what comes to the request port. */
function onStray(type: Packet["type"], reply: Packet): Tamper {
  return {
    receive(packet, answer, port) {
      if (port !== 69 || packet?.type !== type) return false;
      answer(reply);
      return true;
    },
  };
}

function onAck(block: number, act: Tamper["receive"]): Tamper {
  return {
    receive: (packet, answer, port) =>
      packet?.type === "ACK" && packet.block === block && port !== 69 &&
      act!(packet, answer, port),
  };
}

const FAULTS: readonly (readonly [
  name: string,
  tamper: Tamper,
  id: string,
  expected: string,
  options?: TamperedOptions,
])[] = [
  [
    "an OACK that nobody asked for",
    {
      send: (packet) =>
        packet.type === "DATA" && packet.block === 1
          ? [{ type: "OACK", options: [["blksize", "512"]] }]
          : [packet],
    },
    "read",
    "fault: OACK blksize=512, which nobody asked for",
  ],
  [
    "one port for everything",
    {},
    "ports",
    "differs: single port: all answers come from 69",
    { server: { singlePort: true } },
  ],
  [
    "every mode is octet",
    {
      receive(packet, answer) {
        if (packet?.type !== "RRQ" || packet.mode !== "mail") return false;
        answer(DATA_1);
        return true;
      },
    },
    "mail",
    "differs: served as if it were octet",
  ],
  [
    "netascii as it is",
    {
      receive(packet, answer) {
        if (packet?.type !== "RRQ" || packet.mode !== "netascii") return false;
        const text = "a line\nand\ranother\n".repeat(300).slice(0, 512);
        answer({
          type: "DATA",
          block: 1,
          data: new TextEncoder().encode(text),
        });
        return true;
      },
    },
    "netascii",
    "fault: sent as it is, without translation",
  ],
  [
    "CR without NUL",
    {
      send: (packet) =>
        packet.type === "DATA" && packet.data.includes(0)
          ? [{ ...packet, data: packet.data.filter((octet) => octet !== 0) }]
          : [packet],
    },
    "netascii",
    "fault: translated wrongly, such as CR without NUL",
  ],
  [
    "a stranger's ACK is taken",
    onAck(1, (_packet, answer) => {
      answer({ type: "ERROR", code: 0, message: "Over" });
      return true;
    }),
    "stranger",
    'fault: a stranger\'s ACK ends the transfer: ERROR 0 "Over"',
  ],
  [
    "an ACK of a block never sent",
    onAck(9, (_packet, answer) => {
      answer({ type: "DATA", block: 10, data: new Uint8Array(64) });
      return true;
    }),
    "future-ack",
    "fault: ACK 9 of a block never sent is taken: DATA 10 follows DATA 1",
  ],
  [
    "an ACK of a block never sent ends it",
    onAck(9, (_packet, answer) => {
      answer(ERROR_4);
      return true;
    }),
    "future-ack",
    'ok: ends it: ERROR 4 "No"',
  ],
  [
    "ERROR is answered in a transfer",
    {
      receive(packet, answer, port) {
        if (packet?.type !== "ERROR" || port === 69) return false;
        answer(ERROR_4);
        return true;
      },
    },
    "error-in-transfer",
    'fault: answered with ERROR 4 "No"',
  ],
  [
    "ACK is answered at the request port",
    onStray("ACK", ERROR_4),
    "stray-ack",
    'differs: answered with ERROR 4 "No"',
  ],
  [
    "DATA is answered at the request port",
    onStray("DATA", ERROR_4),
    "stray-data",
    'differs: answered with ERROR 4 "No"',
  ],
  [
    "ERROR is answered at the request port",
    onStray("ERROR", ERROR_4),
    "stray-error",
    'fault: answers ERROR with ERROR 4 "No": two such servers loop',
  ],
];

for (const [name, tamper, id, expected, options] of FAULTS) {
  Deno.test(`${id} tells of this: ${name}`, async () => {
    assertEquals(found(await probeTampered(tamper, options), id), expected);
  });
}

Deno.test("stranger tells of a server that says nothing to strangers", async () => {
  const report = await probeTampered({
    send: (packet) =>
      packet.type === "ERROR" && packet.code === 5 ? [] : [packet],
  });
  assertEquals(
    found(report, "stranger"),
    "differs: no ERROR 5 to the stranger; goes on",
  );
});

Deno.test("stranger expects nothing of a single port", async () => {
  const report = await probeTampered({}, { server: { singlePort: true } });
  assertEquals(
    found(report, "stranger"),
    "ok: no answer at the single port; goes on",
  );
});

Deno.test("a file of one block leaves open what takes two", async () => {
  const report = await probeTampered({}, { content: "short" });
  for (const id of ["stranger", "future-ack", "error-in-transfer"]) {
    assertEquals(
      found(report, id),
      "unknown: the file has one block only: name a larger one",
    );
  }
});
