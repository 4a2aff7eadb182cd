import { assertEquals } from "@std/assert";
import type { OptionList, Packet } from "../../packet/mod.ts";
import { OPTION_CHECKS } from "../../probe/options.ts";
import {
  found,
  probeTampered,
  resultOf,
  type Tamper,
  withOptions,
} from "./_tampered.ts";

Deno.test("a server without faults passes every check of options", async () => {
  const report = await probeTampered();
  for (const { id } of OPTION_CHECKS) {
    const { verdict, isUnsupported } = resultOf(report, id);
    const expected = id === "extension-multicast" ? "differs" : "ok";
    assertEquals([id, verdict], [id, expected]);
    assertEquals(isUnsupported ?? false, expected === "differs");
  }
  assertEquals(found(report, "tsize"), "ok: 5700 octets");
});

/** Answers requests for just these options with an OACK, an ERROR, or DATA without options. */
function answering(
  asked: string,
  reply: OptionList | "ERROR 8" | "DATA",
): Tamper {
  return {
    receive(packet, answer) {
      if (packet?.type !== "RRQ") return false;
      if (packet.options.flat().join(" ") !== asked) return false;
      answer(
        reply === "DATA"
          ? { type: "DATA", block: 1, data: new Uint8Array(512) }
          : reply === "ERROR 8"
          ? { type: "ERROR", code: 8, message: "No" }
          : { type: "OACK", options: reply },
      );
      return true;
    },
  };
}

const REFUSED = 'differs: ERROR 8 "No"';

const CASES: readonly (readonly [
  id: string,
  asked: string,
  reply: OptionList | "ERROR 8" | "DATA",
  expected: string,
])[] = [
  [
    "option-unknown",
    "x-probe 1",
    [["blksize", "512"]],
    "fault: OACK blksize=512 to an unknown option",
  ],
  ["option-unknown", "x-probe 1", "ERROR 8", REFUSED],
  [
    "option-case",
    "BLKSIZE 1000",
    "DATA",
    "fault: BLKSIZE is not known, blksize is",
  ],
  [
    "option-twice",
    "blksize 1000 blksize 600",
    [["blksize", "1000"], ["blksize", "600"]],
    "fault: twice in one OACK blksize=1000 blksize=600",
  ],
  ["blksize-7", "blksize 7", "ERROR 8", REFUSED],
  [
    "blksize-7",
    "blksize 7",
    [["blksize", "7"]],
    "fault: OACK blksize=7",
  ],
  [
    "blksize-65465",
    "blksize 65465",
    [["blksize", "65465"]],
    "fault: OACK blksize=65465",
  ],
  [
    "blksize-8",
    "blksize 8",
    [["blksize", "16"]],
    "fault: OACK blksize=16 for 8",
  ],
  ["blksize-1428", "blksize 1428", "DATA", "differs: not supported"],
  [
    "tsize-echo",
    "tsize 6699",
    [["tsize", "6699"]],
    "fault: echoes tsize=6699, which is not the size",
  ],
  [
    "timeout-1",
    "timeout 1",
    [["timeout", "2"]],
    "fault: OACK timeout=2 for 1: it must be the same",
  ],
  ["timeout-0", "timeout 0", "ERROR 8", REFUSED],
  [
    "timeout-256",
    "timeout 256",
    [["timeout", "256"]],
    "fault: OACK timeout=256",
  ],
  [
    "extension-multicast",
    "multicast ",
    [["multicast", "239.255.0.0,1758,1"]],
    "ok: supported: multicast=239.255.0.0,1758,1",
  ],
];

for (const [id, asked, reply, expected] of CASES) {
  Deno.test(`${id} says "${expected}"`, async () => {
    const report = await probeTampered(answering(asked, reply));
    assertEquals(found(report, id), expected);
  });
}

/** Changes what comes out of the server. */
function sending(change: (packet: Packet) => Packet): Tamper {
  return { send: (packet) => [change(packet)] };
}

Deno.test("blksize tells of a server that keeps to less", async () => {
  const report = await probeTampered({}, {
    server: { blksize: 1024 },
  });
  assertEquals(
    found(report, "blksize-65464"),
    "differs: clamped: 1024 where 65464 was asked",
  );
});

Deno.test("blksize tells of blocks of another size than agreed", async () => {
  const report = await probeTampered(
    sending((packet) =>
      withOptions(
        packet,
        (options) =>
          options.map(([name, value]) =>
            name === "blksize" && value === "1428"
              ? [name, "1400"]
              : [name, value]
          ),
      )
    ),
  );
  assertEquals(
    found(report, "blksize-1428"),
    "fault: blksize=1400, but DATA 1 of 1428 octets",
  );
});

Deno.test("tsize tells of a wrong size, in octet and in netascii", async () => {
  const report = await probeTampered(
    sending((packet) =>
      withOptions(
        packet,
        (options) =>
          options.map(([name, value]) =>
            name === "tsize" ? [name, "0"] : [name, value]
          ),
      )
    ),
  );
  assertEquals(
    found(report, "tsize"),
    "fault: tsize=0, but the first block has 512 octets",
  );
});

for (
  const [size, expected] of [
    ["0", "fault: tsize=0 is less than there is"],
    ["5700", "fault: tsize=5700 as in octet mode, though line ends grow"],
    ["6000", "ok: tsize=6000, more than in octet mode"],
  ] as const
) {
  Deno.test(`tsize-netascii says "${expected}"`, async () => {
    const report = await probeTampered({
      receive(packet, answer) {
        if (packet?.type !== "RRQ" || packet.mode !== "netascii") return false;
        if (packet.options.length === 0) return false;
        answer({ type: "OACK", options: [["tsize", size]] });
        return true;
      },
    });
    assertEquals(found(report, "tsize-netascii"), expected);
  });
}
