// A policy's rules about names, before a handler: the part of `restrict` that belongs where files are opened. Rules:
// 1. The name that is looked at is the one that the handler behind gets, and so the one that it opens.
// 2. The rules for all requests come before those of the operation. A refusal has code 2 and says no more on the wire.

import {
  ERROR_CODE,
  errorCodeText,
  quoteText,
  TftpError,
} from "../../packet/mod.ts";
import type { TftpHandler, TftpRequest } from "../request.ts";
import { findNameObstacle } from "./names.ts";
import { type AccessPolicy, type CheckedRules, lookAt } from "./policy.ts";

/**
 * Puts the rules of a policy that are about names before a handler: `allowExtensions`, `denyExtensions`, `maxNameBytes` and
 * `maxDepth`, at the top, in `reads` and in `writes`. What breaks one is refused with code 2. The other rules do nothing here.
 *
 * Looked at is the name that the handler gets. Where names are rewritten on the way (`remap`, `pcreFallback`, `lowercase`,
 * `withFilename`), this belongs behind that, directly before what opens files, and `restrict` with `names: false` before it:
 * else a rule that cuts off the end of a name makes another one of it after it was found to be fine.
 *
 * @param policy The policy; or what gives the one that holds now, asked for each request: to change it, give another object.
 * @param handler What is protected.
 * @returns The handler behind the rules.
 * @throws {TypeError} When the policy has a word that is not known, or a value of another type, or the handler is no function.
 * @throws {RangeError} When a value is out of its range.
 *
 * @example Rules for names behind a map file, all others before it
 * ```ts
 * import {
 *   type AccessPolicy,
 *   parseMapFile,
 *   remap,
 *   restrict,
 *   restrictNames,
 *   serveDir,
 * } from "@tftpkit/tftp/handlers";
 *
 * const policy: AccessPolicy = { maxRequestsPerSecond: 20, allowExtensions: ["cfg"] };
 * const files = restrictNames(policy, (request) => serveDir(request, { root: "./srv" }));
 * const handler = restrict(policy, remap(parseMapFile(String.raw`r \?.*$`), files), {
 *   names: false,
 * });
 * ```
 */
export function restrictNames(
  policy: AccessPolicy | (() => AccessPolicy),
  handler: TftpHandler,
): TftpHandler {
  checkHandler(handler);
  const look = lookAt(policy);
  look();
  return (request) => {
    const { common, reads, writes } = look();
    checkNames(request, [
      common,
      request.operation === "write" ? writes : reads,
    ]);
    return handler(request);
  };
}

/**
 * Refuses a request whose name is against the rules.
 *
 * @throws {TftpError} With code 2, or 1 for a name that names nothing.
 */
export function checkNames(
  request: TftpRequest,
  sets: readonly CheckedRules[],
): void {
  for (const rules of sets) {
    const obstacle = findNameObstacle(rules, request.filename);
    if (obstacle === null) continue;
    throw new TftpError(
      ERROR_CODE.AccessViolation,
      refusalMessage(request, obstacle),
      { wireText: errorCodeText(ERROR_CODE.AccessViolation) },
    );
  }
}

/** What the log learns about a refusal. */
export function refusalMessage(
  { operation, filename }: TftpRequest,
  obstacle: string,
): string {
  return `Cannot answer ${operation} of ${quoteText(filename)} as ${obstacle}`;
}

/** Throws when a handler is none. */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw new TypeError(
    `Cannot restrict handler as it must be a function: current value is ${handler}`,
  );
}
