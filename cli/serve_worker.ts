// What a worker of `serve` loads: the handler of a plan, as in the main thread.

import type { TftpHandler } from "../handlers/mod.ts";
import { makeHandler } from "./serve_handler.ts";
import type { WorkerPlan } from "./serve_workers.ts";

/**
 * Makes the handler of a worker.
 *
 * @param plan What is served.
 * @returns The handler.
 */
export function createHandler(plan: WorkerPlan): Promise<TftpHandler> {
  return makeHandler(plan, {
    caches: new Map(),
    env: () => undefined,
    warn: () => {},
  });
}
