/**
 * Randomness for tests that can be had again: everything follows from a seed. A property that fails tells the seed to
 * repeat it with; `TFTPKIT_SEED` sets the first one.
 *
 * @module
 */

const DEFAULT_SEED = 1350;

/** Numbers that look random and follow from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to 4294967295. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.word() / 2 ** 32 * (max - min + 1));
  }

  /** True, `numerator` times out of `denominator`. */
  chance(numerator: number, denominator: number): boolean {
    return this.between(1, denominator) <= numerator;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Cannot pick from nothing");
    return items[this.between(0, items.length - 1)]!;
  }

  /** So many octets. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.word() & 0xff);
  }

  /** As many items as `length` says, each made by `make`. */
  list<T>(length: number, make: (random: this) => T): T[] {
    return Array.from({ length }, () => make(this));
  }

  /** The bytes in parts, cut at random places; some parts are empty. */
  split(bytes: Uint8Array): Uint8Array[] {
    const cuts = this.list(
      this.between(0, 8),
      () => this.between(0, bytes.length),
    ).sort((a, b) => a - b);
    const borders = [0, ...cuts, bytes.length];
    return borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
  }
}

/** The first seed of a run. */
export function firstSeed(): number {
  const text = Deno.env.get("TFTPKIT_SEED") ?? String(DEFAULT_SEED);
  if (/^[0-9]{1,10}$/.test(text)) return Number(text) >>> 0;
  throw new RangeError(
    `Cannot use TFTPKIT_SEED as it must be a whole number: current value is "${text}"`,
  );
}

/** Puts a property to the test, once for each of `rounds` seeds. A failure names its seed. */
export function forAll(
  rounds: number,
  property: (random: Random) => void,
): void {
  for (const [round, seed] of seeds(rounds)) {
    try {
      property(new Random(seed));
    } catch (cause) {
      throw failure(round, seed, cause);
    }
  }
}

/** The same for a property that takes its time; one round after the other. */
export async function forAllAsync(
  rounds: number,
  property: (random: Random) => Promise<void>,
): Promise<void> {
  for (const [round, seed] of seeds(rounds)) {
    try {
      await property(new Random(seed));
    } catch (cause) {
      throw failure(round, seed, cause);
    }
  }
}

function* seeds(rounds: number): Generator<[round: number, seed: number]> {
  const first = firstSeed();
  for (let round = 0; round < rounds; round++) {
    yield [round, (first + round) >>> 0];
  }
}

function failure(round: number, seed: number, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    `Property fails in round ${round}: repeat with TFTPKIT_SEED=${seed}: ${reason}`,
    { cause },
  );
}
