// A handler behind rules. A request passes them in this order, the common rules before those of its operation; the first
// that is broken refuses it:
// 1. who asks (access.ts), 2. how often (client_counts.ts), 3. for which name (names.ts), 4. how many transfers at once,
// 5. for a write, how much is stored (quota.ts) and what is free (free_space.ts), then and while it comes.
// The third can be left to `restrictNames` behind what rewrites names. Only then is the handler asked. Counts outlive a change of the rules; a transfer keeps those that it began with.

import { clientKey, systemClock } from "../../net/mod.ts";
import { ERROR_CODE, errorCodeText, TftpError } from "../../packet/mod.ts";
import { NoAnswerError } from "../no_answer.ts";
import type { TftpHandler, TftpRequest } from "../request.ts";
import type { TftpResponse } from "../response.ts";
import { findAccessObstacle } from "./access.ts";
import { ClientCounts } from "./client_counts.ts";
import { followBody, followSink, followSource } from "./follow.ts";
import { freeBytesOf } from "./free_space.ts";
import {
  type AccessPolicy,
  type CheckedRules,
  lookAt,
  type RefusalKind,
} from "./policy.ts";
import { Quota } from "./quota.ts";
import { checkHandler, checkNames, refusalMessage } from "./restrict_names.ts";
import { UploadMeter } from "./upload_meter.ts";

/** Options of {@linkcode restrict}. */
export interface RestrictOptions {
  /**
   * Whether the rules about names are looked at here: those of the policy about extensions, length and depth. Where names are
   * rewritten behind this, say `false`, and put `restrictNames` behind that.
   *
   * @default {true}
   */
  readonly names?: boolean;
  /**
   * Tells how many octets are free where uploads are stored.
   *
   * @default {asks the system, which needs `--allow-sys=statfs`}
   * @param path The policy's `freeSpacePath`.
   */
  readonly freeBytes?: (path: string) => number | Promise<number>;
  /**
   * The time in milliseconds, from any beginning.
   *
   * @default {the clock of this machine}
   */
  readonly now?: () => number;
}

/** What is counted, by set of rules. */
interface Counts {
  readonly common: ClientCounts;
  readonly reads: ClientCounts;
  readonly writes: ClientCounts;
  readonly quota: Quota;
}

/** A set of rules, and what it has counted. */
type Scope = readonly [rules: CheckedRules, counts: ClientCounts];

/**
 * Puts rules before a handler: who may read and write, which names, how often, how many transfers at once, and how much may
 * be stored. What breaks one is refused with code 2, or 3 where it is about room, and a text that says no more; the error's
 * message names the rule. Only requests that keep all rules reach the handler.
 *
 * A client is an address here, and UDP lets anybody write any address into a request. Rules keep honest clients apart; they
 * do not authenticate anyone, and who forges the address of another can use up what that one may ask for. What is stored
 * counts for the client that has answered from its address.
 *
 * The name that is looked at is the one that comes in here. Where a handler behind rewrites it, such as `remap`, the rules about
 * names belong behind that one: see `restrictNames`.
 *
 * To be called once, as the counts are kept in what it returns.
 *
 * @param policy The rules; or what gives those that hold now, asked for each request: to change them, give another object.
 * A wrong one makes requests fail until it is mended; see `checkAccessPolicy`.
 * @param handler What is protected.
 * @param options Where time and free space are asked.
 * @returns The handler behind the rules.
 * @throws {TypeError} When the policy has a word that is not known, or a value of another type.
 * @throws {RangeError} When a value is out of its range.
 *
 * @example Reads for all, uploads for one network
 * ```ts
 * import { restrict, serveDir, TftpResponse } from "@tftpkit/tftp/handlers";
 * import { TftpError } from "@tftpkit/tftp/packet";
 * import { assertRejects } from "@std/assert";
 *
 * const handler = restrict({
 *   maxRequestsPerSecond: 20,
 *   writes: { allow: ["192.0.2.0/24"], allowExtensions: ["cfg"], maxBytesPerClient: 10_000_000 },
 * }, (request) => serveDir(request, { root: "./srv", write: true }));
 *
 * const local = { transport: "udp", hostname: "198.51.100.1", port: 69 } as const;
 * await assertRejects(
 *   async () => {
 *     await handler({
 *       operation: "write",
 *       filename: "switch.cfg",
 *       mode: "octet",
 *       options: [],
 *       remote: { ...local, hostname: "198.51.100.7", port: 50000 },
 *       local,
 *       signal: new AbortController().signal,
 *       size: null,
 *       body: null,
 *       customOptions: {},
 *       acknowledgeOption() {},
 *     });
 *   },
 *   TftpError,
 *   "its client must be in writes.allow",
 * );
 * ```
 */
export function restrict(
  policy: AccessPolicy | (() => AccessPolicy),
  handler: TftpHandler,
  options: RestrictOptions = {},
): TftpHandler {
  const {
    names = true,
    freeBytes = freeBytesOf,
    now = () => systemClock.now(),
  } = options;
  checkHandler(handler);
  const look = lookAt(policy);
  look();
  const counts: Counts = {
    common: new ClientCounts(),
    reads: new ClientCounts(),
    writes: new ClientCounts(),
    quota: new Quota(now),
  };
  return async (request) => {
    const { common, reads, writes } = look();
    const client = clientKey(request.remote.hostname);
    const isWrite = request.operation === "write";
    const scopes: readonly Scope[] = [
      [common, counts.common],
      isWrite ? [writes, counts.writes] : [reads, counts.reads],
    ];
    checkRequest(request, scopes, client, now());
    if (names) checkNames(request, scopes.map(([rules]) => rules));
    const leave = enter(request, scopes, client);
    let meter: UploadMeter | null = null;
    try {
      const { rules } = writes;
      if (isWrite && UploadMeter.isNeeded(rules)) {
        const { quota } = counts;
        const measure = { rules, client, quota, freeBytes };
        meter = await UploadMeter.open(request, measure);
      }
      const response = await handler(
        meter ? followBody(request, meter) : request,
      );
      return follow(response, meter, leave);
    } catch (error) {
      meter?.giveBack();
      leave();
      throw error;
    }
  };
}

function checkRequest(
  request: TftpRequest,
  scopes: readonly Scope[],
  client: string,
  now: number,
): void {
  for (const [checked] of scopes) {
    const obstacle = findAccessObstacle(checked, request.remote.hostname);
    if (obstacle === null) continue;
    throw refusal(request, obstacle, checked.strangers);
  }
  for (const [{ at, rules, excess }, counts] of scopes) {
    if (counts.allowRequest(rules, client, now)) continue;
    throw refusal(
      request,
      `its client must keep to ${at}maxRequestsPerSecond, ${rules.maxRequestsPerSecond}: ${client} asks more often`,
      excess,
      "Too many requests",
    );
  }
}

/** Counts a transfer; gives what to call when it is over. */
function enter(
  request: TftpRequest,
  scopes: readonly Scope[],
  client: string,
): () => void {
  for (const [{ at, rules, excess }, counts] of scopes) {
    if (counts.hasRoom(rules, client)) continue;
    throw refusal(
      request,
      `its client must keep to ${at}maxTransfersPerClient, ${rules.maxTransfersPerClient}: ${client} has as many under way`,
      excess,
      "Too many transfers",
    );
  }
  const leaves = scopes.map(([, counts]) => counts.enter(client));
  return () => leaves.forEach((leave) => leave());
}

/** Follows what the handler gave to its end. An upload that it has read as a stream is at its end now. */
function follow(
  response: TftpResponse | void,
  meter: UploadMeter | null,
  leave: () => void,
): TftpResponse | void {
  if (response?.source) return followSource(response, response.source, leave);
  if (response?.sink) {
    return followSink(response, response.sink, meter, leave);
  }
  meter?.settle();
  leave();
  return response;
}

function refusal(
  request: TftpRequest,
  obstacle: string,
  kind: RefusalKind,
  wireText: string = errorCodeText(ERROR_CODE.AccessViolation),
): TftpError {
  const message = refusalMessage(request, obstacle);
  return kind === "silent"
    ? new NoAnswerError(message)
    : new TftpError(ERROR_CODE.AccessViolation, message, { wireText });
}
