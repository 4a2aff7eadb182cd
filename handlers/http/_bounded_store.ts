// Who may stay in a cache. Rules:
// 1. All octets count, and something for each item, so that many small ones are bounded, too; from when they are
//    reserved until they are freed: of bodies that are being written, of listed ones, and of those that are listed no more
//    but still read.
// 2. What is in use is never freed. Room is made by freeing what is not, the longest unused first.
// 3. Where no room can be made, nothing is freed for the attempt.

/** Something that takes up room. */
export interface Stored {
  sizeBytes: number;
  /** How many read or write it now. */
  users: number;
  isListed: boolean;
}

/** Keeps count of what is stored under which key. */
export class BoundedStore<T extends Stored> {
  readonly #maxBytes: number;
  readonly #free: (item: T) => void;
  /** The longest unused first. */
  readonly #items = new Map<string, T>();
  #usedBytes = 0;

  constructor(maxBytes: number, free: (item: T) => void) {
    this.#maxBytes = maxBytes;
    this.#free = free;
  }

  /** All octets that count now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  peek(key: string): T | undefined {
    return this.#items.get(key);
  }

  /** Looks something up, and uses it. */
  acquire(key: string): T | undefined {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    this.#items.delete(key);
    this.#items.set(key, item);
    item.users++;
    return item;
  }

  /** It is used no more by one who used it. */
  release(item: T): void {
    item.users--;
    this.#freeIfUnused(item);
  }

  /** Lists something whose room is reserved, in place of what was there. */
  list(key: string, item: T): void {
    const former = this.#items.get(key);
    this.#items.delete(key);
    this.#items.set(key, item);
    item.isListed = true;
    if (former) this.#unlist(former);
  }

  delete(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#unlist(item);
  }

  /** Whether room could be made. */
  hasRoom(bytes: number): boolean {
    return this.#findIdle(bytes) !== null;
  }

  /** Makes room, and takes it for something. */
  reserve(item: T, bytes: number): boolean {
    const idle = this.#findIdle(bytes);
    if (idle === null) return false;
    for (const key of idle) this.delete(key);
    item.sizeBytes += bytes;
    this.#usedBytes += bytes;
    return true;
  }

  /** Makes room for something to have so many octets in all; what it has is not taken back. */
  grow(item: T, sizeBytes: number): boolean {
    const missing = sizeBytes - item.sizeBytes;
    return missing <= 0 || this.reserve(item, missing);
  }

  /** What has to go to make room; `null` when that would not do. */
  #findIdle(bytes: number): string[] | null {
    const needed = this.#usedBytes + bytes - this.#maxBytes;
    const idle: string[] = [];
    let gained = 0;
    if (needed > 0) {
      for (const [key, { users, sizeBytes }] of this.#items) {
        if (gained >= needed) break;
        if (users > 0) continue;
        idle.push(key);
        gained += sizeBytes;
      }
    }
    return gained < needed ? null : idle;
  }

  #unlist(item: T): void {
    item.isListed = false;
    this.#freeIfUnused(item);
  }

  #freeIfUnused(item: T): void {
    if (item.users > 0 || item.isListed) return;
    this.#usedBytes -= item.sizeBytes;
    item.sizeBytes = 0;
    this.#free(item);
  }
}

/** Checks the limits of a cache: of all of it, and of one entry. */
export function checkLimits(maxBytes: number, maxEntryBytes: number): void {
  checkBytes("maxBytes", maxBytes);
  checkBytes("maxEntryBytes", maxEntryBytes);
  if (maxEntryBytes <= maxBytes) return;
  throw new RangeError(
    `Cannot use maxEntryBytes as it must be maxBytes at most (${maxBytes}): current value is ${maxEntryBytes}`,
  );
}

function checkBytes(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw new RangeError(
    `Cannot use ${name} as it must be a whole number of octets above 0: current value is ${value}`,
  );
}
