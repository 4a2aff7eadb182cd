import { serve, type TftpHandler, TftpResponse } from "../../server.ts";
import { Simulation } from "../../simulator/mod.ts";
import type { SimulationPlan } from "./options.ts";
import { type BenchEdge, patternSource } from "./transfer.ts";

/** Where the simulated server is (RFC 5737). */
export const SIMULATED_SERVER = "192.0.2.1";

/**
 * Runs something against a server on a simulated network. The server has one file of all names, and forgets what is
 * uploaded.
 *
 * @param plan What the network is like.
 * @param clients How many clients there are: each has an address of its own.
 * @param task What to run, with what each client needs.
 * @returns What the task returns.
 */
export async function withSimulatedServer<Result>(
  { seed, lossPercent, delayMs, sizeBytes }: SimulationPlan,
  clients: number,
  task: (edges: readonly BenchEdge[]) => Promise<Result>,
): Promise<Result> {
  const simulation = new Simulation({
    seed,
    link: { delayMs, lossProbability: lossPercent / 100 },
    hasTranscript: false,
  });
  const handler: TftpHandler = async ({ body }) => {
    if (!body) return new TftpResponse(patternSource(sizeBytes));
    await body.pipeTo(new WritableStream());
  };
  const server = serve({
    ...simulation.host(SIMULATED_SERVER),
    hostname: SIMULATED_SERVER,
    limits: { maxUploadBytes: Number.MAX_SAFE_INTEGER },
  }, handler);
  const edges = Array.from(
    { length: clients },
    (_, client) => simulation.host(`10.0.${client >> 8}.${client & 0xff}`),
  );
  try {
    return await simulation.run(() => task(edges), Infinity);
  } finally {
    await simulation.run(() => server.shutdown());
  }
}
