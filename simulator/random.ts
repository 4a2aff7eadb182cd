/** Random numbers that follow from a seed: the same seed, the same numbers, on every machine. */
export interface Random {
  /** The seed it began with. */
  readonly seed: number;
  /** A number from 0 up to, not including, 1; has no `this`, so that it can be passed around. */
  readonly next: () => number;
  /**
   * A whole number.
   *
   * @param min The smallest.
   * @param max The largest.
   */
  between(min: number, max: number): number;
  /**
   * Whether something of this probability happens now.
   *
   * @param probability From 0 to 1.
   */
  chance(probability: number): boolean;
  /**
   * One of some items.
   *
   * @param items The items, at least one.
   */
  pick<Item>(items: readonly Item[]): Item;
  /** Another source whose numbers depend on this one's seed, and on nothing that is drawn here later. */
  fork(): Random;
}

/**
 * Makes a source of random numbers (sfc32, Chris Doty-Humphrey's small fast chaotic generator).
 *
 * @param seed Any whole number from 0 to 2^53 - 1.
 * @returns The source.
 * @throws {RangeError} When the seed is none.
 *
 * @example The same twice
 * ```ts
 * import { seededRandom } from "@tftpkit/tftp/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(seededRandom(7).between(1, 6), seededRandom(7).between(1, 6));
 * ```
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot use seed as it must be a whole number from 0 to 2^53 - 1: current value is ${seed}`,
    );
  }
  let a = 0x9e3779b9;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = seed | 0;
  let counter = 1;
  const word = (): number => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Seeds that differ in one bit begin alike; after some rounds they do not.
  for (let i = 0; i < 15; i++) word();

  const next = () => word() / 2 ** 32;
  const random: Random = {
    seed,
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick(items) {
      if (items.length === 0) {
        throw new RangeError("Cannot pick an item as there must be at least 1");
      }
      return items[Math.floor(next() * items.length)]!;
    },
    fork: () => seededRandom(word() * 2 ** 20 + (word() >>> 12)),
  };
  return random;
}
