import { assertEquals } from "@std/assert";
import { DEFAULT_SETTINGS, TftpError } from "../../packet/mod.ts";
import {
  isSizeProbe,
  summarize,
  type Summarized,
} from "../../server/summary.ts";
import type { RequestInfo } from "../../server.ts";
import { emptyStatistics, Sender } from "../../transfer/mod.ts";

const ADDRESS = { transport: "udp", hostname: "192.0.2.1", port: 69 } as const;

const REQUEST: RequestInfo = {
  id: 1,
  operation: "read",
  filename: "a",
  mode: "octet",
  options: [["TSIZE", "0"]],
  remote: { ...ADDRESS, port: 50000 },
  local: ADDRESS,
};

function begun(): Summarized {
  const negotiation = {
    settings: DEFAULT_SETTINGS,
    accepted: [["tsize", "5"]] as const,
  };
  const random = () => 0;
  const machine = new Sender({ settings: DEFAULT_SETTINGS, now: 0, random });
  return { negotiation, machine };
}

Deno.test("summarize() tells what was agreed on, and what happened", () => {
  const transfer = begun();
  transfer.machine.statistics.bytes = 7;
  const summary = summarize(transfer, 12);
  assertEquals(summary.acknowledged, [["tsize", "5"]]);
  assertEquals([summary.durationMs, summary.statistics.bytes], [12, 7]);
  assertEquals([summary.roundTripMs, summary.isLastAckMissing], [-1, false]);
});

Deno.test("summarize() tells of what has not begun that nothing happened", () => {
  assertEquals(summarize(null, 3), {
    settings: DEFAULT_SETTINGS,
    acknowledged: [],
    statistics: emptyStatistics(),
    durationMs: 3,
    roundTripMs: -1,
    isLastAckMissing: false,
  });
});

const aborted = (code: number) =>
  new TftpError(code, "TFTP Aborted", { origin: "remote" });

for (
  const [what, error, request, isProbe] of [
    ["code 0", aborted(0), REQUEST, true],
    ["code 8", aborted(8), REQUEST, true],
    ["code 3", aborted(3), REQUEST, false],
    ["our own error", new TftpError(0), REQUEST, false],
    ["no tsize", aborted(0), { ...REQUEST, options: [] }, false],
    ["a write", aborted(0), { ...REQUEST, operation: "write" }, false],
  ] as const
) {
  Deno.test(`isSizeProbe(): ${what}: ${isProbe}`, () => {
    assertEquals(isSizeProbe(error, request, begun()), isProbe);
  });
}

Deno.test("isSizeProbe(): who has taken a block has not only asked for the size", () => {
  const transfer = begun();
  transfer.machine.statistics.blocks = 1;
  assertEquals(isSizeProbe(aborted(0), REQUEST, transfer), false);
  assertEquals(isSizeProbe(aborted(0), REQUEST, null), false);
});
