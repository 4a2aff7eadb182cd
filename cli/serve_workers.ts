// Which part of `serve` workers do. Rules:
// 1. Directories are read and written in them, by the same handler as in the main thread. It is made from the plan, as no
//    function gets there.
// 2. The main thread keeps what counts over all requests: addresses and rates of a policy, and uploads whose octets are
//    counted. It has the origins too, where one download serves many clients.
// 3. Where there is nothing to hand over, or a worker may not read its code, the main thread does it all.

import { fromFileUrl } from "@std/path";
import type { TftpHandler } from "../handlers/mod.ts";
import { inWorker, type WorkerOptions } from "../server.ts";
import type { CliContext } from "./context.ts";
import type { HandlerPlan } from "./serve_handler.ts";
import type { ServePlan } from "./serve_plan.ts";

/** Fewer processors than this are better left to one thread, the clients and the system; see docs/decisions/0007-workers.md. */
const PROCESSORS_THAT_PAY = 4;

/** More workers than this wait for the network. */
const MAX_DEFAULT = 4;

/** What a worker makes its handler of. */
export type WorkerPlan = HandlerPlan & { readonly origin: null };

/** How many workers there are when nothing is said. */
export function defaultWorkerCount(processors: number): number {
  return processors < PROCESSORS_THAT_PAY
    ? 0
    : Math.min(MAX_DEFAULT, processors - 2);
}

/**
 * The workers of a plan.
 *
 * @param plan What was asked for.
 * @param context The process.
 * @param processors How many the machine has.
 * @param codeUrl Where the code is.
 * @returns The workers; `null` for none.
 */
export async function planWorkers(
  plan: ServePlan,
  context: Pick<CliContext, "isGranted" | "stderr">,
  processors: number = navigator.hardwareConcurrency,
  codeUrl: URL = new URL("../", import.meta.url),
): Promise<Required<WorkerOptions> | null> {
  const count = plan.workers ?? defaultWorkerCount(processors);
  if (count === 0) return null;
  const obstacle = obstacleOf(plan) ?? await findUnread(codeUrl, context);
  if (obstacle !== null) {
    // Who has not asked for them need not know.
    if (plan.workers !== null) {
      context.stderr.write(
        `WARNING: One thread does all, without workers, because ${obstacle}\n`,
      );
    }
    return null;
  }
  const module = new URL("./serve_worker.ts", import.meta.url);
  return { module, count, data: workerPlan(plan, count) };
}

/**
 * What a worker makes its handler of; what it may keep of files is its part of the whole.
 *
 * @param plan What was asked for.
 * @param count How many workers there are.
 * @returns What can be cloned.
 */
export function workerPlan(plan: ServePlan, count: number): WorkerPlan {
  const { roots, uploadRoot, directory, clientRoot, policy } = plan;
  const { mapPath, mapSteps, pcrePath, isLowercase } = plan;
  return {
    origin: null,
    roots,
    uploadRoot,
    directory,
    clientRoot,
    policy,
    mapPath,
    mapSteps,
    pcrePath,
    isLowercase,
    fileCacheBytes: Math.floor(plan.fileCacheBytes / count),
  };
}

/**
 * Has workers answer what they can.
 *
 * @param plan What was asked for, as it is now.
 * @param local Answers the rest, and everything until they run.
 * @returns The handler for the main thread.
 */
export function handOver(
  plan: () => ServePlan,
  local: TftpHandler,
): TftpHandler {
  return (request) => {
    const isKept = plan().origin !== null ||
      request.operation === "write" && areOctetsCounted(plan());
    return isKept ? local(request) : inWorker(request, local);
  };
}

/** Why all has to be done in the main thread; `null` when it has not. */
function obstacleOf({ origin, pcapPath, options }: ServePlan): string | null {
  if (origin !== null) return "what comes from an origin is shared by clients";
  if (pcapPath !== null) return "--pcap has to see all datagrams";
  if (options.singlePort) return "--single-port has but one socket";
  return null;
}

/** Whether a policy looks at how much uploads bring. */
function areOctetsCounted({ policy }: ServePlan): boolean {
  const { maxBytes, maxBytesPerClient, minFreeBytes } = policy?.writes ?? {};
  return (maxBytes ?? maxBytesPerClient ?? minFreeBytes) !== undefined;
}

/** Code that a worker may not read. */
async function findUnread(
  codeUrl: URL,
  context: Pick<CliContext, "isGranted">,
): Promise<string | null> {
  if (codeUrl.protocol !== "file:") return null;
  const path = fromFileUrl(codeUrl);
  return await context.isGranted({ name: "read", path })
    ? null
    : `they may not read their code: add --allow-read=${path}`;
}
