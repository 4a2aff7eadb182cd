// The names in directories, by what they are in lower case. Rules:
// 1. A listing is kept, as reading a directory of ten thousand files takes 20 ms, and whoever asks for names that are not
//    there must not be able to keep a server busy with that.
// 2. It is used again only for the same directory with the same time of modification. One that had changed shortly before
//    it was read can change again without its time showing it, as file systems count in steps: it is read anew.
// 3. Only so many names are kept; the listings that were not used for longest go first.

/** How long before it was read a directory must have changed to be kept, in milliseconds: FAT counts in steps of two seconds. */
const SETTLED_MS = 3000;

/** How many names are kept in all, when nothing else was said. */
const DEFAULT_MAX_NAMES = 100_000;

interface Listing {
  readonly stamp: string;
  /** The first name, in the order of UTF-16 code units, of those that are the same in lower case. */
  readonly names: ReadonlyMap<string, string>;
}

/** The names in directories, by what they are in lower case. */
export class FoldedNames {
  readonly #maxNames: number;
  readonly #now: () => number;
  readonly #listings = new Map<string, Listing>();
  #count = 0;

  /**
   * Begins with nothing.
   *
   * @param maxNames How many names are kept at most.
   * @param now The time, in milliseconds since 1970.
   */
  constructor(maxNames: number = DEFAULT_MAX_NAMES, now = Date.now) {
    this.#maxNames = maxNames;
    this.#now = now;
  }

  /** How many names are kept. */
  get size(): number {
    return this.#count;
  }

  /**
   * The name in a directory that is the same as another but for its case; of several, the first.
   *
   * @param directory The directory.
   * @param name The name.
   */
  find(directory: string, name: string): string | undefined {
    return this.#list(directory).get(name.toLowerCase());
  }

  #list(directory: string): ReadonlyMap<string, string> {
    const kept = this.#listings.get(directory);
    const { mtime, ino, dev } = Deno.statSync(directory);
    const stamp = `${mtime?.getTime()} ${ino} ${dev}`;
    this.#forget(directory);
    if (kept?.stamp === stamp) {
      this.#keep(directory, kept);
      return kept.names;
    }
    const readAt = this.#now();
    const listing = { stamp, names: fold(directory) };
    if (mtime !== null && readAt - mtime.getTime() >= SETTLED_MS) {
      this.#keep(directory, listing);
    }
    return listing.names;
  }

  /** Keeps a listing as the one that was used last. */
  #keep(directory: string, listing: Listing): void {
    if (listing.names.size > this.#maxNames) return;
    this.#listings.set(directory, listing);
    this.#count += listing.names.size;
    for (const oldest of this.#listings.keys()) {
      if (this.#count <= this.#maxNames) break;
      this.#forget(oldest);
    }
  }

  #forget(directory: string): void {
    this.#count -= this.#listings.get(directory)?.names.size ?? 0;
    this.#listings.delete(directory);
  }
}

function fold(directory: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name } of Deno.readDirSync(directory)) {
    const folded = name.toLowerCase();
    const other = names.get(folded);
    if (other === undefined || name < other) names.set(folded, name);
  }
  return names;
}
