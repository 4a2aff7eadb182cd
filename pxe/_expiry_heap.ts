// Which of many things ends first. Rules:
// 1. The heap holds each entry once, and each entry knows its place: so its end can change at any time, at the price of a
//    few swaps, and nothing that is out of date piles up however often that is.
// 2. No parent ends later than its children.

/** Something that ends. */
export interface Ending {
  /** When it ends. After changing this, the heap must be told. */
  expiresAt: number;
  /** Its place in the heap, for the heap alone; -1 when it is in none. */
  place: number;
}

/** A binary heap with the entry that ends first on top. */
export class ExpiryHeap<T extends Ending> {
  readonly #entries: T[] = [];

  /** The entry that ends first. */
  get first(): T | undefined {
    return this.#entries[0];
  }

  /** Puts an entry where it belongs: a new one, or one whose end has changed. */
  update(entry: T): void {
    if (entry.place < 0) {
      entry.place = this.#entries.length;
      this.#entries.push(entry);
    }
    this.#sink(this.#rise(entry));
  }

  #rise(entry: T): T {
    for (;;) {
      const parent = this.#entries[(entry.place - 1) >> 1];
      if (
        entry.place === 0 || parent === undefined ||
        parent.expiresAt <= entry.expiresAt
      ) return entry;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: T): void {
    for (;;) {
      const left = this.#entries[2 * entry.place + 1];
      const right = this.#entries[2 * entry.place + 2];
      const child = right !== undefined && left !== undefined &&
          right.expiresAt < left.expiresAt
        ? right
        : left;
      if (child === undefined || child.expiresAt >= entry.expiresAt) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: T, b: T): void {
    [a.place, b.place] = [b.place, a.place];
    this.#entries[a.place] = a;
    this.#entries[b.place] = b;
  }
}
