import { isSameBody } from "./_cache_control.ts";
import { BoundedStore, checkLimits, type Stored } from "./_bounded_store.ts";
import type {
  CacheEntry,
  CacheRecord,
  CacheWriter,
  HttpCache,
} from "./http_cache.ts";

/** Octets are kept in pages of this size, so that a body of unknown length grows without being copied. */
const PAGE_BYTES = 64 * 1024;

/** What an item costs besides its octets and its URL, in octets. */
export const ITEM_OVERHEAD_BYTES: number = 1024;

/** Options of {@linkcode memoryCache}. */
export interface MemoryCacheOptions {
  /**
   * Octets in all, those included that are being fetched or are still read after something newer has replaced them. A body
   * counts 1024 octets more than it has, and twice the length of its URL.
   *
   * @default {268435456}
   */
  readonly maxBytes?: number;
  /**
   * The largest body that is kept, in octets.
   *
   * @default {a quarter of `maxBytes`}
   */
  readonly maxEntryBytes?: number;
}

interface Item extends Stored {
  pages: Uint8Array[];
  length: number;
  /** What it costs besides its octets. */
  readonly overheadBytes: number;
  /** How long it will be; `null` when that is not known. */
  readonly announcedBytes: number | null;
  record: CacheRecord | null;
}

/**
 * A cache in memory, for `httpOrigin`. It is bounded: the longest unused bodies go first, and what cannot have room is
 * passed on without being kept.
 *
 * @param options How much is kept.
 * @returns The cache.
 * @throws {RangeError} When a limit is not a whole number above 0, or an entry could be larger than everything.
 *
 * @example Keep 64 MiB
 * ```ts
 * import { memoryCache } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = memoryCache({ maxBytes: 64 * 1024 * 1024, maxEntryBytes: 32 * 1024 * 1024 });
 * assertEquals(await cache.open("http://192.0.2.1/hello"), null);
 * ```
 */
export function memoryCache(options: MemoryCacheOptions = {}): HttpCache {
  const {
    maxBytes = 256 * 1024 * 1024,
    maxEntryBytes = Math.ceil(maxBytes / 4),
  } = options;
  checkLimits(maxBytes, maxEntryBytes);
  const store = new BoundedStore<Item>(maxBytes, (item) => item.pages = []);
  return {
    open(url) {
      const item = store.acquire(url);
      return item === undefined ? null : makeEntry(store, item);
    },
    create(url, sizeBytes) {
      if (sizeBytes !== null && sizeBytes > maxEntryBytes) return null;
      const item: Item = {
        sizeBytes: 0,
        users: 1,
        isListed: false,
        pages: [],
        length: 0,
        overheadBytes: ITEM_OVERHEAD_BYTES + 2 * url.length,
        announcedBytes: sizeBytes,
        record: null,
      };
      const { overheadBytes } = item;
      if (!store.hasRoom(overheadBytes + (sizeBytes ?? 0))) return null;
      if (!store.reserve(item, overheadBytes)) return null;
      return makeWriter(store, item, url, maxEntryBytes);
    },
    update(record, former) {
      const item = store.peek(record.url);
      if (item?.record && isSameBody(item.record, former)) item.record = record;
    },
    delete: (url) => store.delete(url),
  };
}

function makeEntry(store: BoundedStore<Item>, item: Item): CacheEntry {
  return {
    get record() {
      return item.record!;
    },
    get sizeBytes() {
      return item.length;
    },
    read: (offset, buffer) => readPages(item, offset, buffer),
    close: () => store.release(item),
  };
}

function makeWriter(
  store: BoundedStore<Item>,
  item: Item,
  url: string,
  maxEntryBytes: number,
): CacheWriter {
  const reserve = (sizeBytes: number): boolean =>
    sizeBytes <= maxEntryBytes &&
    store.grow(item, sizeBytes + item.overheadBytes);
  return {
    reserve,
    get sizeBytes() {
      return item.length;
    },
    read: (offset, buffer) => readPages(item, offset, buffer),
    write(bytes) {
      if (!reserve(item.length + bytes.length)) return false;
      addPages(item, bytes);
      return true;
    },
    commit(record) {
      item.record = record;
      trimPages(item);
      store.list(url, item);
    },
    close: () => store.release(item),
  };
}

function addPages(item: Item, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) {
    const start = item.length % PAGE_BYTES;
    // With a known length the last page is no longer than it has to be.
    if (start === 0) {
      const known = (item.announcedBytes ?? 0) > item.length
        ? item.announcedBytes! - item.length
        : rest.length;
      item.pages.push(new Uint8Array(Math.min(PAGE_BYTES, known)));
    }
    let page = item.pages.at(-1)!;
    const wanted = Math.min(PAGE_BYTES, start + rest.length);
    if (page.length < wanted) {
      const longer = new Uint8Array(Math.min(PAGE_BYTES, 2 * wanted));
      longer.set(page);
      item.pages[item.pages.length - 1] = page = longer;
    }
    const part = rest.subarray(0, wanted - start);
    page.set(part, start);
    item.length += part.length;
    rest = rest.subarray(part.length);
  }
}

/** What stays takes no more than what is counted. */
function trimPages({ pages, length }: Item): void {
  const used = length % PAGE_BYTES;
  const last = pages.at(-1);
  if (last && used > 0 && used < last.length) {
    pages.push(pages.pop()!.slice(0, used));
  }
}

function readPages(item: Item, offset: number, buffer: Uint8Array): number {
  const end = Math.min(item.length, offset + buffer.length);
  let position = offset;
  while (position < end) {
    const start = position % PAGE_BYTES;
    const page = item.pages[Math.floor(position / PAGE_BYTES)]!;
    const part = page.subarray(
      start,
      Math.min(PAGE_BYTES, start + end - position),
    );
    buffer.set(part, position - offset);
    position += part.length;
  }
  return Math.max(0, position - offset);
}
