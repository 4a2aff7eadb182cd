/**
 * Whether a transfer of a plan must end well: nobody was told to break it off, and its losses are so few that they cannot
 * use up all attempts, except with a probability of one in a hundred thousand.
 *
 * @module
 */

import { DEFAULT_BLOCK_SIZE } from "../../packet/mod.ts";
import type { RetransmissionOptions } from "../../transfer/mod.ts";
import type { Mishap } from "./_mishaps.ts";
import type { ClientPlan, Plan } from "./_plan.ts";

const MAX_DOUBT = 1e-5;

/** Whether a client must reach its aim. */
export function isSure(client: ClientPlan, plan: Plan): boolean {
  const { server } = plan;
  const isUndisturbed = client.failure === "none" && client.abortMs === null &&
    client.crashMs === null && !client.mishaps.some(isRequestLate) &&
    client.blackout === null &&
    server.crashMs === null && server.shutdownMs === null &&
    (client.link.corruptProbability ?? 0) === 0;
  return isUndisturbed && fits(client, plan) && !mayLeave(client, plan) &&
    doubt(client, plan) < MAX_DOUBT;
}

/** A request that comes again when its transfer has been silent for a while starts that over. */
function isRequestLate({ kind, againMs }: Mishap): boolean {
  return kind === "request" && againMs !== null && againMs > 500;
}

/** Whether a server that was told to stay only briefly after an upload may be gone when its last ACK is asked for again. */
function mayLeave({ operation, link, mishaps }: ClientPlan, plan: Plan) {
  const { lossProbability = 0 } = link;
  const isHarmless = lossProbability === 0 &&
    mishaps.every(({ kind, againMs }) =>
      kind !== "last ACK" || againMs !== null
    );
  return operation === "write" && plan.server.dallyMs < 6000 && !isHarmless;
}

/** Whether sockets have room for windows: those are asked for that fit into an untouched one. */
export function isRoomy({ receiveMs, receiveBufferBytes }: Plan): boolean {
  return receiveMs === 0 || receiveBufferBytes >= 212_992;
}

/** Whether all blocks pass the link, fit into what receives them, and can be counted. */
function fits(client: ClientPlan, plan: Plan): boolean {
  const { server } = plan;
  const largest = Math.max(client.blksize, DEFAULT_BLOCK_SIZE);
  const smallest = Math.min(client.blksize, server.blksize);
  // Not more than this in mode netascii, where an octet can become two.
  const blocks = 2 * client.sizeBytes / smallest + 1;
  const isCounted = blocks <= 65535 ||
    client.rollover === server.rollover && server.rollover !== "refuse";
  return isCounted && isRoomy(plan) &&
    largest + 4 <= (client.link.mtuBytes ?? Infinity);
}

/** The probability of failure, roughly and not too low. */
function doubt(client: ClientPlan, { server }: Plan): number {
  const { link } = client;
  const {
    lossProbability = 0,
    reorderProbability = 0,
    reorderDelayMs = 10,
    delayMs = 0,
    jitterMs = 0,
    bytesPerSecond = Infinity,
    queueBytes = 262_144,
  } = link;
  // Who comes much too late might as well not come.
  const isLate = reorderDelayMs > 20;
  const lost = Math.min(1, lossProbability + (isLate ? reorderProbability : 0));
  const roundTripLost = 1 - (1 - lost) ** 2;
  const windowBytes = Math.min(
    212_992,
    client.windowsize * (client.blksize + 32),
  );
  const roundTripMs = 2 * (delayMs + jitterMs + (isLate ? 0 : reorderDelayMs)) +
    (windowBytes + queueBytes) / bytesPerSecond * 1000;
  const [near, far] = [client.near, client.far].map(
    ({ delayMs, pieceBytes }) =>
      delayMs * Math.ceil(Math.max(client.blksize, 65_536) / pieceBytes),
  );
  const pauseMs = Math.max(client.handlerMs, near!, far!);
  const first = leastAttempts(({ timeoutMs = 1000 }) =>
    Math.max(timeoutMs, 3 * roundTripMs)
  );
  // Then it is known how long a round trip takes; the first one may have been measured while the handler was thinking.
  const later = leastAttempts(({ floorMs = 50 }) =>
    Math.max(2 * floorMs, 3 * (roundTripMs + client.handlerMs))
  );
  const blocks = client.sizeBytes / Math.min(client.blksize, server.blksize);
  const mishaps = client.mishaps.reduce(
    (sum, { times, againMs }) => sum + (againMs === null ? times : 0),
    0,
  );
  // All mishaps at once may hit the opening, or one block.
  return 3 * failing(first - mishaps) + 2 * failing(later - mishaps) +
    2 * blocks * failing(later);

  function failing(attempts: number): number {
    return attempts < 1 ? 1 : roundTripLost ** attempts;
  }

  function leastAttempts(
    firstWait: (options: RetransmissionOptions) => number,
  ): number {
    const all = [client.retransmission, server.retransmission].flatMap(
      (options) => {
        const free = attemptsOf(
          options,
          firstWait(options),
          pauseMs + roundTripMs,
        );
        return client.timeout === null ? [free] : [
          free,
          negotiatedAttempts(
            options,
            client.timeout * 1000,
            roundTripMs,
            pauseMs,
          ),
        ];
      },
    );
    return Math.min(...all);
  }
}

/** How often something is sent in the time that silence is borne for, if the wait doubles each time. */
function attemptsOf(
  { timeoutMs = 1000, retries = 5 }: RetransmissionOptions,
  firstMs: number,
  idleMs: number,
): number {
  let silenceMs = 0;
  for (let i = 0; i <= retries; i++) {
    silenceMs += Math.min(timeoutMs * 2 ** i, 8000);
  }
  const leftMs = silenceMs - 2 * idleMs;
  return leftMs <= 0 ? 0 : Math.floor(Math.log2(leftMs / firstMs + 1));
}

/** The same, if a timeout was negotiated. */
function negotiatedAttempts(
  { retries = 5 }: RetransmissionOptions,
  timeoutMs: number,
  roundTripMs: number,
  pauseMs: number,
): number {
  if (roundTripMs > timeoutMs / 2) return 0;
  return retries + 1 - Math.ceil((pauseMs + roundTripMs) / timeoutMs);
}
