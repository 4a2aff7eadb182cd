/** What happens at a time. */
interface Entry {
  readonly at: number;
  /** Counts entries: of two at the same time, the one that was added first comes first. */
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * What is going to happen, in order of time; at the same time, in the order in which it was added.
 *
 * @example Earlier first
 * ```ts
 * import { EventQueue } from "@tftpkit/tftp/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * const order: string[] = [];
 * const queue = new EventQueue();
 * queue.add(20, () => order.push("later"));
 * queue.add(10, () => order.push("sooner"));
 * for (let event = queue.take(); event; event = queue.take()) event.run();
 * assertEquals(order, ["sooner", "later"]);
 * ```
 */
export class EventQueue {
  // A binary heap: the parent of entry i is entry (i - 1) / 2, and never later than it.
  readonly #heap: Entry[] = [];
  #added = 0;
  #cancelled = 0;

  /** How many events are going to happen. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /**
   * Adds an event.
   *
   * @param at When, in milliseconds.
   * @param run What.
   * @returns Calls it off.
   */
  add(at: number, run: () => void): () => void {
    const entry: Entry = { at, order: this.#added++, run, isCancelled: false };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    let isPending = true;
    return () => {
      if (!isPending || entry.isCancelled) return;
      isPending = false;
      entry.isCancelled = true;
      this.#cancelled++;
    };
  }

  /**
   * Takes the next event.
   *
   * @param until No later than this, in milliseconds.
   * @returns The event; `null` when there is none.
   */
  take(until: number = Infinity): { at: number; run: () => void } | null {
    for (;;) {
      const first = this.#heap[0];
      if (!first || (!first.isCancelled && first.at > until)) return null;
      this.#removeFirst();
      if (!first.isCancelled) {
        // From now on calling it off must not count it as one that waits.
        first.isCancelled = true;
        return first;
      }
      this.#cancelled--;
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(index: number): void {
    for (let i = index; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #sink(): void {
    for (let i = 0;;) {
      const left = 2 * i + 1;
      const right = left + 1;
      let first = i;
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left;
      if (right < this.#heap.length && this.#isBefore(right, first)) {
        first = right;
      }
      if (first === i) return;
      this.#swap(i, first);
      i = first;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const a = this.#heap[i]!;
    const b = this.#heap[j]!;
    return a.at === b.at ? a.order < b.order : a.at < b.at;
  }

  #swap(i: number, j: number): void {
    const entry = this.#heap[i]!;
    this.#heap[i] = this.#heap[j]!;
    this.#heap[j] = entry;
  }
}
