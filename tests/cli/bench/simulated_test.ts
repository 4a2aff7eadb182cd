import { assertEquals, assertNotEquals } from "@std/assert";
import type { SimulationPlan } from "../../../cli/bench/options.ts";
import {
  SIMULATED_SERVER,
  withSimulatedServer,
} from "../../../cli/bench/simulated.ts";
import { get, put } from "../../../client.ts";

const PLAN: SimulationPlan = {
  seed: 3,
  lossPercent: 10,
  delayMs: 5,
  sizeBytes: 100_000,
};

/** How long two downloads take, side by side. */
async function timesOf(plan: SimulationPlan): Promise<number[]> {
  return await withSimulatedServer(
    plan,
    2,
    (edges) =>
      Promise.all(edges.map(async (edge) => {
        const url = `tftp://${SIMULATED_SERVER}/any`;
        const { finished } = await get(url, {
          ...edge,
          sink: { write() {}, commit() {}, abort() {} },
        });
        const { statistics, durationMs } = await finished;
        assertEquals(statistics.bytes, plan.sizeBytes);
        return durationMs;
      })),
  );
}

Deno.test("withSimulatedServer() is the same for the same seed, and not for another", async () => {
  const times = await timesOf(PLAN);
  assertEquals(await timesOf(PLAN), times);
  assertNotEquals(await timesOf({ ...PLAN, seed: 4 }), times);
});

Deno.test("withSimulatedServer() takes uploads of any size, and ends when its task fails", async () => {
  const sent = await withSimulatedServer(
    PLAN,
    1,
    ([edge]) => put(`tftp://${SIMULATED_SERVER}/any`, "hello", edge),
  );
  assertEquals(sent.statistics.bytes, 5);
  const failing = withSimulatedServer(PLAN, 1, () => {
    return Promise.reject(new Error("no"));
  });
  assertEquals(await failing.catch((error) => error.message), "no");
});
