/** How much a server lets go on at once. */
export interface ServerLimits {
  /**
   * Transfers at once, those included whose client has not answered yet. When there are as many, the oldest one makes room
   * that has not proved its address, else the one that has been silent longest, if it has been for ten seconds; when there
   * is none, a new request is left without an answer, and the client will ask again.
   *
   * @default {4096}
   */
  readonly maxTransfers?: number;
  /**
   * Transfers at once with one client: an IPv4 address, or the first 64 bits of an IPv6 address. When there are as many, the
   * oldest one makes room that was not answered for a second; when there is none, a new request is left without an answer.
   *
   * @default {2048}
   */
  readonly maxTransfersPerClient?: number;
  /**
   * ERROR packets a second to one address, in answer to requests; three times as many may come in a burst. More requests
   * than that are left without an answer.
   *
   * @default {100}
   */
  readonly maxErrorsPerSecond?: number;
  /**
   * Largest upload, in octets as they go over the wire; a handler that keeps uploads in memory wants less. What is larger
   * is refused with ERROR 3, at once where the client announces its size.
   *
   * @default {1073741824}
   */
  readonly maxUploadBytes?: number;
}

/** The limits of a server that was told nothing else. */
export const DEFAULT_LIMITS: Required<ServerLimits> = {
  maxTransfers: 4096,
  maxTransfersPerClient: 2048,
  maxErrorsPerSecond: 100,
  maxUploadBytes: 2 ** 30,
};

/** Clients whose errors are counted at once; the one that was quiet longest is forgotten first. */
const MAX_CLIENTS_COUNTED = 4096;

/** A burst may be this many seconds' worth. */
const BURST_SECONDS = 3;

/** Counts what is sent to each client, and says when it is too much: a bucket for each that fills with time. */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether one more may be sent to a client now; if so, it is counted. */
  allow(client: string, now: number): boolean {
    const full = this.#perSecond * BURST_SECONDS;
    const bucket = this.#buckets.get(client) ?? { tokens: full, at: now };
    const tokens = Math.min(
      full,
      bucket.tokens + (now - bucket.at) / 1000 * this.#perSecond,
    );
    // Putting it back at the end keeps the map in order of use.
    this.#buckets.delete(client);
    this.#buckets.set(client, {
      tokens: tokens >= 1 ? tokens - 1 : tokens,
      at: now,
    });
    if (this.#buckets.size > MAX_CLIENTS_COUNTED) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return tokens >= 1;
  }
}
