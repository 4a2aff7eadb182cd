/** Options of {@linkcode RateLimiter}. */
export interface RateLimiterOptions {
  /**
   * How many may come at once, after a time in which none came.
   *
   * @default {three seconds' worth, and one at least}
   */
  readonly burst?: number;
}

/** Clients that are counted at once; the one that was quiet longest is forgotten first. */
const MAX_CLIENTS_COUNTED = 4096;

/** A burst may be this many seconds' worth. */
const BURST_SECONDS = 3;

/**
 * Counts what each client asks for or is sent, and says when it is too much: a bucket for each that fills with time. It
 * remembers 4096 clients, and forgets the one first that was quiet longest.
 *
 * @example One a second, two at once
 * ```ts
 * import { RateLimiter } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * const limiter = new RateLimiter(1, { burst: 2 });
 * const answers = [0, 0, 0, 1000].map((now) => limiter.allow("192.0.2.7", now));
 * assertEquals(answers, [true, true, false, true]);
 * ```
 */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /**
   * Makes a limiter that has counted nothing yet.
   *
   * @param perSecond How many a second are allowed for long, above 0.
   * @param options How many at once.
   */
  constructor(perSecond: number, options: RateLimiterOptions = {}) {
    const { burst = Math.max(1, perSecond * BURST_SECONDS) } = options;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /**
   * Whether one more is allowed to a client now; if so, it is counted.
   *
   * @param client The client, in whatever words.
   * @param now The time in milliseconds.
   * @returns Whether it is.
   */
  allow(client: string, now: number): boolean {
    const bucket = this.#buckets.get(client) ??
      { tokens: this.#burst, at: now };
    const tokens = Math.min(
      this.#burst,
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
