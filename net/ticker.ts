import type { Clock } from "./clock.ts";

/** Something with a deadline. */
export interface Ticking {
  /** When it wants to be called, in milliseconds; `Infinity` for not at all. */
  readonly deadline: number;
  /**
   * Is called at its deadline, or a little later.
   *
   * @param now The time, in milliseconds.
   */
  tick(now: number): void;
}

/** Deadlines are kept to this many milliseconds. */
const GRANULARITY_MS = 4;

/**
 * One timer for any number of deadlines. A deadline that moves with every packet costs a number, not a timer: the ticker
 * wakes at the earliest it knew of, looks at all, and sleeps until the earliest there is now.
 *
 * @example Two deadlines
 * ```ts
 * import { systemClock, Ticker } from "@tftpkit/tftp/net";
 *
 * const ticker = new Ticker(systemClock);
 * const task = { deadline: systemClock.now() + 1000, tick: () => console.log("a second later") };
 * ticker.add(task);
 * ticker.delete(task);
 * ```
 */
export class Ticker {
  readonly #clock: Clock;
  readonly #tasks = new Set<Ticking>();
  #wakeAt = Infinity;
  #cancel: (() => void) | null = null;

  /**
   * Makes a ticker without deadlines.
   *
   * @param clock Where the time comes from.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Watches a deadline from now on.
   *
   * @param task What has it.
   */
  add(task: Ticking): void {
    this.#tasks.add(task);
    this.touch(task.deadline);
  }

  /**
   * Watches it no more.
   *
   * @param task What had it.
   */
  delete(task: Ticking): void {
    this.#tasks.delete(task);
    if (this.#tasks.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
    this.#wakeAt = Infinity;
  }

  /**
   * Says that a deadline has moved. A later one needs no mention.
   *
   * @param deadline The deadline.
   */
  touch(deadline: number): void {
    if (deadline >= this.#wakeAt - GRANULARITY_MS) return;
    this.#sleepUntil(deadline);
  }

  #sleepUntil(deadline: number): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#wakeAt = deadline;
    if (deadline === Infinity) return;
    const delayMs = Math.max(GRANULARITY_MS, deadline - this.#clock.now());
    this.#cancel = this.#clock.schedule(delayMs, () => this.#wake());
  }

  #wake(): void {
    // Whoever touches while we look at the tasks needs no timer: we look for the earliest afterwards.
    this.#cancel = null;
    this.#wakeAt = -Infinity;
    const now = this.#clock.now();
    for (const task of this.#tasks) {
      if (task.deadline <= now) task.tick(now);
    }
    let earliest = Infinity;
    for (const task of this.#tasks) {
      if (task.deadline < earliest) earliest = task.deadline;
    }
    this.#sleepUntil(earliest);
  }
}
