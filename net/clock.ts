/** Time, as something that can be replaced: by a test's, by a simulator's. */
export interface Clock {
  /** The time in milliseconds since some moment; it never runs backwards. */
  now(): number;
  /**
   * Calls a function later. What is scheduled does not keep the process alive: an open socket does.
   *
   * @param delayMs In how many milliseconds.
   * @param callback The function.
   * @returns Calls it off.
   */
  schedule(delayMs: number, callback: () => void): () => void;
}

/**
 * The clock of the machine.
 *
 * @example How long did it take?
 * ```ts
 * import { systemClock } from "@tftpkit/tftp/net";
 * import { assertGreaterOrEqual } from "@std/assert";
 *
 * const start = systemClock.now();
 * assertGreaterOrEqual(systemClock.now() - start, 0);
 * ```
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
};
