import { assertEquals } from "@std/assert";
import type { OptionList } from "../../packet/mod.ts";
import { RFC7440_CHECKS } from "../../probe/rfc7440.ts";
import { found, probeTampered, type Tamper } from "./_tampered.ts";

Deno.test("a server without faults passes every check of windows", async () => {
  const report = await probeTampered();
  assertEquals(
    RFC7440_CHECKS.map(({ id }) => found(report, id)),
    [
      "ok: DATA 1-4; after ACK 2, DATA 3-6",
      "ok: up to 64 blocks",
      "ok: left out: DATA 1",
    ],
  );
});

Deno.test("a server without windows is told as such", async () => {
  const report = await probeTampered({}, {
    server: { refuseOptions: ["windowsize"] },
  });
  assertEquals(
    RFC7440_CHECKS.map(({ id }) => found(report, id)),
    [
      "differs: not supported",
      "differs: not supported",
      "ok: left out: DATA 1",
    ],
  );
});

function acknowledging(windowsize: string, reply: string): Tamper {
  return {
    receive(packet, answer) {
      if (packet?.type !== "RRQ") return false;
      const { options } = packet;
      const isMeant = options.some(([name, value]) =>
        name === "windowsize" && value === windowsize
      );
      if (!isMeant) return false;
      const changed: OptionList = [["windowsize", reply]];
      answer({ type: "OACK", options: changed });
      return true;
    },
  };
}

for (
  const [id, asked, reply, expected] of [
    ["window", "4", "5", "fault: OACK windowsize=5"],
    ["window-limit", "65535", "65536", "fault: OACK windowsize=65536"],
    ["window-0", "0", "0", "fault: OACK windowsize=0"],
  ] as const
) {
  Deno.test(`${id} says "${expected}"`, async () => {
    const report = await probeTampered(acknowledging(asked, reply));
    assertEquals(found(report, id), expected);
  });
}

Deno.test("window tells of a server that does not hear of half a window", async () => {
  const report = await probeTampered({
    receive: (packet, _answer, port) =>
      port !== 69 && packet?.type === "ACK" && packet.block === 2,
  });
  assertEquals(
    found(report, "window"),
    "fault: DATA 1-4; after ACK 2, DATA none",
  );
});

Deno.test("window wants a file that fills one", async () => {
  const report = await probeTampered({}, { content: "x".repeat(100) });
  assertEquals(
    found(report, "window"),
    "unknown: window of 4; the file is too short to fill it",
  );
});
