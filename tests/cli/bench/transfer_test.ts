import { assert, assertEquals } from "@std/assert";
import type { SimulationPlan } from "../../../cli/bench/options.ts";
import {
  SIMULATED_SERVER,
  withSimulatedServer,
} from "../../../cli/bench/simulated.ts";
import {
  failureKind,
  measure,
  patternSource,
  type Sample,
} from "../../../cli/bench/transfer.ts";
import { fillFrom } from "../../../net/mod.ts";
import { TftpError, TransferTimeoutError } from "../../../packet/mod.ts";

const PLAN: SimulationPlan = {
  seed: 1,
  lossPercent: 0,
  delayMs: 10,
  sizeBytes: 5000,
};

async function sampleOf(
  uploadBytes: number | null,
  hostname: string = SIMULATED_SERVER,
): Promise<Sample> {
  return await withSimulatedServer(PLAN, 1, ([edge]) =>
    measure(
      { target: { hostname, filename: "any" }, uploadBytes },
      { blksize: 1000, windowsize: 1, retries: 0 },
      edge!,
    ));
}

Deno.test("measure() times a download: the first byte comes behind the second round trip", async () => {
  const sample = await sampleOf(null);
  assert(sample.isOk);
  assertEquals(sample.statistics.bytes, 5000);
  assertEquals(sample.settings.blockSize, 1000);
  assertEquals(Math.round(sample.firstByteMs), 40);
  // Five full blocks and an empty one, each a round trip, behind the one of the OACK.
  assertEquals(Math.round(sample.totalMs), 140);
});

Deno.test("measure() times an upload: the server's answer is the first byte", async () => {
  const sample = await sampleOf(5000);
  assert(sample.isOk);
  assertEquals(sample.statistics.bytes, 5000);
  assertEquals(Math.round(sample.firstByteMs), 20);
  assertEquals(Math.round(sample.totalMs), 140);
});

Deno.test("measure() makes a result of a failure", async () => {
  const sample = await sampleOf(null, "192.0.2.99");
  assert(!sample.isOk);
  assertEquals(sample.kind, "timeout");
  assert(sample.message.startsWith("No answer from 192.0.2.99:69"));
});

Deno.test("failureKind() names a kind, and nothing that is different each time", () => {
  const remote = new TftpError(1, "boot-7.img?", { origin: "remote" });
  for (
    const [error, kind] of [
      [new TransferTimeoutError("No answer from 192.0.2.1"), "timeout"],
      [remote, "refused with code 1 (File not found)"],
      [new TftpError(4, "Block 7 is strange"), "broken off with code 4"],
      [
        Object.assign(new Error("x"), { code: "ENETUNREACH" }),
        "ENETUNREACH",
      ],
      [new RangeError("x"), "RangeError"],
      ["x", "unknown"],
    ] as const
  ) {
    assertEquals(failureKind(error), kind);
  }
});

Deno.test("patternSource() has the size it says, and blocks that differ", async () => {
  for (const size of [0, 1, 65_520, 65_521, 200_000]) {
    const source = patternSource(size);
    const buffer = new Uint8Array(size + 10);
    assertEquals(await fillFrom(source, buffer), size);
    assertEquals(source.read(buffer), null);
  }
  const blocks = new Uint8Array(1024);
  await fillFrom(patternSource(1024), blocks);
  assert(blocks.subarray(0, 512).some((byte, i) => byte !== blocks[512 + i]));
});
