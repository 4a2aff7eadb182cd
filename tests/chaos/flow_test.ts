import { assertEquals } from "@std/assert";
import { Flow, type PacketFate } from "../../chaos/flow.ts";
import type { ChaosAction, ChaosCondition } from "../../chaos/scenario.ts";
import { formatPacket } from "../../packet/mod.ts";
import { seededRandom } from "../../simulator/random.ts";
import { ack, bytesOf, data, RRQ, scenarioOf } from "./_values.ts";

const ONCE = { packet: "DATA", block: 2, transmission: 1 } as const;

function flow(
  then: readonly ChaosAction[],
  when: ChaosCondition = ONCE,
): Flow {
  return new Flow(RRQ, scenarioOf({ when, then }), seededRandom(1));
}

/** What goes on, in words: `<` to the client, `>` to the server. */
function lines({ parcels }: PacketFate): string[] {
  return parcels.map(({ bytes, direction, delayMs, isStranger }) =>
    `${direction === "to-client" ? "<" : ">"} ${formatPacket(bytes)}${
      delayMs > 0 ? ` +${delayMs}` : ""
    }${isStranger ? " stranger" : ""}`
  );
}

const CASES: readonly [actions: readonly ChaosAction[], wire: string[]][] = [
  [[{ action: "drop" }], []],
  [[{ action: "delay", ms: 5 }], ["< DATA 2 (512 octets) +5"]],
  [
    [{ action: "duplicate", copies: 2, afterMs: 9 }],
    [
      "< DATA 2 (512 octets)",
      "< DATA 2 (512 octets) +9",
      "< DATA 2 (512 octets) +9",
    ],
  ],
  [
    [{ action: "duplicate" }, { action: "resize", sizeBytes: 1 }],
    ["< DATA 2 (1 octets)", "< DATA 2 (512 octets)"],
  ],
  [[{ action: "stranger" }], ["< DATA 2 (512 octets) stranger"]],
  [
    [{ action: "acknowledge" }],
    ["< DATA 2 (512 octets)", "> ACK 2"],
  ],
  [
    [{
      action: "send",
      place: "before",
      from: "stranger",
      packet: { type: "ACK", block: "+1" },
    }],
    ["< ACK 3 stranger", "< DATA 2 (512 octets)"],
  ],
  [
    [{ action: "send", packet: { type: "ACK", block: 9 } }],
    ["< ACK 9"],
  ],
  [
    [{
      action: "send",
      place: "after",
      packet: { type: "ERROR", code: 0, text: "x" },
    }],
    ["< DATA 2 (512 octets)", '< ERROR 0 "x"'],
  ],
  [
    [{ action: "error", code: 3, text: "Full" }],
    ['< ERROR 3 "Full"', '> ERROR 0 "The scenario has ended the transfer"'],
  ],
  [
    [{ action: "stop" }],
    [
      "< DATA 2 (512 octets)",
      '> ERROR 0 "The scenario has ended the transfer"',
    ],
  ],
];

for (const [actions, wire] of CASES) {
  Deno.test(`Flow does ${JSON.stringify(actions)}`, () => {
    const it = flow(actions);
    assertEquals(lines(it.handle(data(1), "to-client")), [
      "< DATA 1 (512 octets)",
    ]);
    const fate = it.handle(data(2), "to-client");
    assertEquals(lines(fate), wire);
    assertEquals(fate.deeds.length, actions.length);
    const { isStopped } = it;
    assertEquals(
      lines(it.handle(data(2), "to-client")),
      isStopped ? [] : ["< DATA 2 (512 octets)"],
    );
  });
}

Deno.test("Flow swaps a packet with the next of its way, or gives it back", () => {
  const it = flow([{ action: "swap" }]);
  const fate = it.handle(data(2), "to-client");
  assertEquals([lines(fate), fate.isHolding], [[], true]);
  assertEquals(lines(it.handle(ack(1), "from-client")), ["> ACK 1"]);
  assertEquals(lines(it.handle(data(3), "to-client")), [
    "< DATA 3 (512 octets)",
    "< DATA 2 (512 octets)",
  ]);
  assertEquals(it.release("to-client"), []);
  const alone = flow([{ action: "swap" }]);
  alone.handle(data(2), "to-client");
  assertEquals(alone.release("to-client").length, 1);
});

Deno.test("Flow knows the last block, also of a block size of its own", () => {
  const it = flow([]);
  const oack = bytesOf({ type: "OACK", options: [["blksize", "8"]] });
  it.handle(oack, "to-client");
  it.handle(data(1, 8), "to-client");
  assertEquals(it.lastBlock, null);
  it.handle(data(2, 7), "to-client");
  assertEquals(it.lastBlock, 2);
});

Deno.test("Flow does not tell the server of the end of a request it never got", () => {
  const it = flow([{ action: "drop" }, { action: "stop" }], { packet: "RRQ" });
  assertEquals(lines(it.handle(bytesOf(RRQ), "from-client")), []);
  assertEquals(lines(it.handle(bytesOf(RRQ), "from-client")), []);
});

Deno.test("Flow leaves the bytes that it was given alone", () => {
  const it = flow([{ action: "corrupt", count: 20 }]);
  const bytes = data(2);
  it.handle(bytes, "to-client");
  assertEquals(bytes, data(2));
});
