import { serveDir, type TftpHandler } from "../handlers/mod.ts";
import type { ServePlan } from "./serve_plan.ts";

/**
 * What answers requests by a plan. It is made again on each reload, so that everything it reads from files is read here,
 * and not before; what cannot be read is thrown, and the old handler stays.
 *
 * @param plan What was asked for.
 * @returns The handler.
 */
export function makeHandler(plan: ServePlan): Promise<TftpHandler> {
  return Promise.resolve((request) => serveDir(request, plan.directory));
}
