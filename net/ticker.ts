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
  /** An array, as a `Set` that is added to and deleted from all the time keeps what it had until a full collection. */
  readonly #tasks: (Ticking | null)[] = [];
  #count = 0;
  #wakeAt = Infinity;
  #cancel: (() => void) | null = null;
  /** Whether it looks at the deadlines right now. */
  #isAwake = false;

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
    if (!this.#tasks.includes(task)) {
      this.#tasks.push(task);
      this.#count++;
    }
    this.touch(task.deadline);
  }

  /**
   * Watches it no more.
   *
   * @param task What had it.
   */
  delete(task: Ticking): void {
    const i = this.#tasks.indexOf(task);
    if (i < 0) return;
    // While they are looked at, the others have to stay where they are.
    if (this.#isAwake) this.#tasks[i] = null;
    else this.#tasks.splice(i, 1);
    if (--this.#count > 0) return;
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
    if (this.#isAwake) this.#wakeAt = deadline;
    else this.#sleepUntil(deadline);
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
    this.#cancel = null;
    this.#isAwake = true;
    // What is touched meanwhile is kept here as well, also of a task that was looked at already.
    this.#wakeAt = Infinity;
    const now = this.#clock.now();
    // By its place, so that those that come meanwhile have their turn.
    for (let i = 0; i < this.#tasks.length; i++) this.#look(i, now);
    this.#isAwake = false;
    if (this.#count < this.#tasks.length) this.#closeGaps();
    this.#sleepUntil(this.#wakeAt);
  }

  #look(i: number, now: number): void {
    const task = this.#tasks[i];
    if (!task) return;
    if (task.deadline <= now) task.tick(now);
    // It may have left.
    if (this.#tasks[i] && task.deadline < this.#wakeAt) {
      this.#wakeAt = task.deadline;
    }
  }

  #closeGaps(): void {
    let kept = 0;
    for (const task of this.#tasks) if (task) this.#tasks[kept++] = task;
    this.#tasks.length = kept;
  }
}
