// One direction of a cable, with its faults. What becomes of a datagram is decided when it is sent, from its length, the
// time, what was sent before, and random numbers; nothing else.

import type { Random } from "./random.ts";

/** How a link treats datagrams. Each probability is for one datagram, independent of others. */
export interface LinkOptions {
  /**
   * Time on the way, in milliseconds.
   *
   * @default {0.1}
   */
  readonly delayMs?: number;
  /**
   * How much longer it may take at random, in milliseconds. Datagrams do not overtake each other by it.
   *
   * @default {0}
   */
  readonly jitterMs?: number;
  /**
   * Probability that a datagram is lost.
   *
   * @default {0}
   */
  readonly lossProbability?: number;
  /**
   * Probability that it arrives twice.
   *
   * @default {0}
   */
  readonly duplicateProbability?: number;
  /**
   * Probability that it is overtaken by those behind it.
   *
   * @default {0}
   */
  readonly reorderProbability?: number;
  /**
   * How long one that is overtaken, or the copy of one that arrives twice, takes longer at most, in milliseconds.
   *
   * @default {10}
   */
  readonly reorderDelayMs?: number;
  /**
   * Probability that one of its bits arrives wrong, and no checksum notices.
   *
   * @default {0}
   */
  readonly corruptProbability?: number;
  /**
   * Longest datagram that passes, in octets of UDP payload; longer ones are lost, as behind a router that drops fragments.
   *
   * @default {65507}
   */
  readonly mtuBytes?: number;
  /**
   * Octets a second.
   *
   * @default {Infinity}
   */
  readonly bytesPerSecond?: number;
  /**
   * Octets that wait when they come faster than that; more are lost.
   *
   * @default {262144}
   */
  readonly queueBytes?: number;
}

/** A datagram that will arrive. */
export interface Delivery {
  /** When, in milliseconds. */
  readonly at: number;
  /** Which bit arrives wrong, counted from the first octet's lowest; -1 for none. */
  readonly wrongBit: number;
}

/** What was decided about a datagram: how it arrives, and in a word why it does not, or not as it should. */
export interface Decision {
  /** Its arrivals: none when it is lost, two when it is doubled. */
  readonly deliveries: readonly Delivery[];
  /** What happened to it: "" for nothing. */
  readonly note: string;
}

/** Octets of headers beside a datagram's payload: IPv4 and UDP. */
const HEADER_BYTES = 28;

/**
 * One direction of a cable.
 *
 * @example A cable that loses everything
 * ```ts
 * import { Link, seededRandom } from "@tftpkit/tftp/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * const link = new Link({ lossProbability: 1 }, seededRandom(1));
 * assertEquals(link.send(512, 0).deliveries, []);
 * ```
 */
export class Link {
  readonly #options: Required<LinkOptions>;
  readonly #random: Random;
  #busyUntil = 0;
  #lastArrival = 0;

  /**
   * Lays a cable.
   *
   * @param options How it treats datagrams.
   * @param random Where chance comes from.
   * @throws {RangeError} When a probability is not from 0 to 1, or a time or size is negative.
   */
  constructor(options: LinkOptions, random: Random) {
    this.#options = { ...DEFAULT_LINK, ...options };
    this.#random = random;
    for (const [name, value] of Object.entries(this.#options)) {
      const max = name.endsWith("Probability") ? 1 : Infinity;
      if (value >= 0 && value <= max) continue;
      throw new RangeError(
        `Cannot use ${name} as it must be from 0 to ${max}: current value is ${value}`,
      );
    }
  }

  /**
   * Decides what becomes of a datagram.
   *
   * @param sizeBytes Its length in octets.
   * @param now When it is sent, in milliseconds.
   * @returns The decision.
   */
  send(sizeBytes: number, now: number): Decision {
    const {
      delayMs,
      jitterMs,
      lossProbability,
      duplicateProbability,
      reorderProbability,
      reorderDelayMs,
      corruptProbability,
      mtuBytes,
      bytesPerSecond,
      queueBytes,
    } = this.#options;
    const random = this.#random;
    if (sizeBytes > mtuBytes) return lost("too long for the link");

    const start = Math.max(now, this.#busyUntil);
    const waitingBytes = (start - now) / 1000 * bytesPerSecond;
    if (start > now && waitingBytes > queueBytes) return lost("queue full");
    this.#busyUntil = start +
      (sizeBytes + HEADER_BYTES) / bytesPerSecond * 1000;

    // All dice are cast for each datagram, so that one fault more does not change what becomes of the others.
    const isLost = random.chance(lossProbability);
    const isDoubled = random.chance(duplicateProbability);
    const isOvertaken = random.chance(reorderProbability);
    const isWrong = random.chance(corruptProbability);
    const jitter = random.next() * jitterMs;
    const lateMs = random.next() * reorderDelayMs;
    const bit = random.between(0, Math.max(0, sizeBytes * 8 - 1));
    if (isLost) return lost("lost");

    const wrongBit = isWrong && sizeBytes > 0 ? bit : -1;
    let at = this.#busyUntil + delayMs + jitter;
    if (isOvertaken) at += lateMs;
    else this.#lastArrival = at = Math.max(at, this.#lastArrival);
    const deliveries = [{ at, wrongBit }];
    if (isDoubled) deliveries.push({ at: at + lateMs, wrongBit });
    const notes = [
      isDoubled && "doubled",
      isOvertaken && "overtaken",
      wrongBit >= 0 && "damaged",
    ];
    return { deliveries, note: notes.filter(Boolean).join(", ") };
  }
}

const DEFAULT_LINK: Required<LinkOptions> = {
  delayMs: 0.1,
  jitterMs: 0,
  lossProbability: 0,
  duplicateProbability: 0,
  reorderProbability: 0,
  reorderDelayMs: 10,
  corruptProbability: 0,
  mtuBytes: 65507,
  bytesPerSecond: Infinity,
  queueBytes: 262_144,
};

function lost(note: string): Decision {
  return { deliveries: [], note };
}
