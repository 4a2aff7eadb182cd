/** What is known about a stored body. */
export interface CacheRecord {
  /** Where it is from. */
  readonly url: string;
  /** Its length, in octets. */
  readonly sizeBytes: number;
  /** The entity tag, as the origin gave it; `null` when it gave none. */
  readonly etag: string | null;
  /** When it was changed, as the origin said it; `null` when it said nothing. */
  readonly lastModified: string | null;
  /** When it was fetched or last found to be current, in milliseconds since 1970. */
  readonly validatedAtMs: number;
  /** For how long from then on the origin need not be asked, in milliseconds. */
  readonly freshForMs: number;
  /** Whether the origin forbids to use it when it is stale, also when the origin fails. */
  readonly mustRevalidate: boolean;
}

/** Octets that can be read while more are written. */
export interface CacheReader {
  /** How many octets there are by now. */
  readonly sizeBytes: number;
  /**
   * Reads what is there.
   *
   * @param offset From where on, in octets.
   * @param buffer Where to put them.
   * @returns How many there were.
   * @throws When what was stored has been damaged meanwhile.
   */
  read(offset: number, buffer: Uint8Array): number;
  /** Nobody reads any more. Called once. What was not committed is gone then. */
  close(): void;
}

/** A stored body. As long as it is open it is there, whatever becomes of the cache. */
export interface CacheEntry extends CacheReader {
  /** What is known about it. */
  readonly record: CacheRecord;
}

/** A body that is being stored. */
export interface CacheWriter extends CacheReader {
  /**
   * Takes room for all of it, so that it can be written to its end. A cache without this has done so when it was created.
   *
   * @param sizeBytes How long it will be, in octets.
   * @returns Whether there was room.
   */
  reserve?(sizeBytes: number): boolean;
  /**
   * Adds octets.
   *
   * @param bytes The octets; they may be kept, and are not changed afterwards.
   * @returns Whether there was room; what there was no room for was not added.
   */
  write(bytes: Uint8Array): boolean;
  /**
   * It is whole: it takes the place of what was stored for its URL before.
   *
   * @param record What is known about it.
   */
  commit(record: CacheRecord): void;
}

/**
 * Where bodies from an origin are kept: `memoryCache` or `diskCache`, or one of your own. It knows nothing of HTTP: what
 * is stored, and when it may be used, is decided by `httpOrigin`.
 */
export interface HttpCache {
  /**
   * Opens what is stored for a URL.
   *
   * @param url The URL.
   * @returns The body, verified; `null` when there is none.
   */
  open(url: string): CacheEntry | null | Promise<CacheEntry | null>;
  /**
   * Begins to store a body. Room should be taken for what is written, and for all of it only when that is reserved: whoever
   * has asked for it may be nobody.
   *
   * @param url The URL.
   * @param sizeBytes How long it will be, in octets; `null` when that is not known.
   * @returns The writer; `null` when there is no room.
   */
  create(url: string, sizeBytes: number | null): CacheWriter | null;
  /**
   * Changes what is known about a stored body, if it is still there: another may have the URL by now.
   *
   * @param record What is known now.
   * @param former What was known about the body that this is about.
   */
  update(record: CacheRecord, former: CacheRecord): void;
  /**
   * Forgets what is stored for a URL.
   *
   * @param url The URL.
   */
  delete(url: string): void;
}
