// Bodies from an origin, in a directory. Rules:
// 1. A body is in a file with a name of its own that is never written to again; a side record says which file it is, how
//    long it is, its SHA-256 and where it is from. To rename the record into its place is what makes a body the stored one.
// 2. Before a file is first used in this process it is read once and compared with its record. What does not fit is
//    removed, and was never there. Afterwards size and time of modification are looked at before the last octet is given.
// 3. Files that are not called like ours are never opened, counted or removed.
// 4. What is being written has a name that `isTemporaryName` knows, and is locked, so that the next start can remove it.
// A crash can lose what was stored last, as nothing is forced to the disk; the record's SHA-256 finds that out.

import { createHash } from "node:crypto";
import { fromFileUrl, join } from "@std/path";
import { holdLock } from "../_file_lock.ts";
import { isTemporaryName } from "../filename.ts";
import { BoundedStore, checkLimits } from "./_bounded_store.ts";
import { isSameBody } from "./_cache_control.ts";
import {
  type DiskItem,
  ITEM_OVERHEAD_BYTES,
  makeEntry,
  makeWriter,
  newItem,
  parseRecord,
  RECORD_REGEXP,
  type Shelf,
  verify,
  writeRecord,
} from "./_disk_entry.ts";
import type { HttpCache } from "./http_cache.ts";

/** Options of {@linkcode diskCache}. */
export interface DiskCacheOptions {
  /** Where the files go. It is made if it is not there, and should hold nothing else; one process may use it at a time. */
  readonly directory: string | URL;
  /**
   * Octets of bodies in all, those included that are being fetched. A body counts 8192 octets more than it has, for its
   * record and what is lost in the last blocks of its files.
   *
   * @default {4294967296}
   */
  readonly maxBytes?: number;
  /**
   * The largest body that is kept, in octets.
   *
   * @default {`maxBytes`}
   */
  readonly maxEntryBytes?: number;
}

/**
 * A cache on disk, for `httpOrigin`. It survives a restart. What was damaged, or is not from here, is never served: every
 * body has its length and its SHA-256 in a record at its side. Needs `--allow-read` and `--allow-write` for the directory.
 *
 * @param options Where, and how much.
 * @returns The cache.
 * @throws {RangeError} When a limit is not a whole number above 0, or an entry could be larger than everything.
 * @throws {Deno.errors.PermissionDenied} When the directory cannot be used; also other errors of the system.
 *
 * @example A cache that survives
 * ```ts
 * import { diskCache } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * const cache = diskCache({ directory, maxBytes: 1024 ** 3 });
 * assertEquals(await cache.open("http://192.0.2.1/hello"), null);
 *
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export function diskCache(options: DiskCacheOptions): HttpCache {
  const { maxBytes = 4 * 1024 ** 3, maxEntryBytes = maxBytes } = options;
  checkLimits(maxBytes, maxEntryBytes);
  const directory = options.directory instanceof URL
    ? fromFileUrl(options.directory)
    : options.directory;
  const shelf: Shelf = {
    directory,
    maxEntryBytes,
    store: new BoundedStore<DiskItem>(maxBytes, (item) => {
      item.file?.close();
      item.file = null;
      removeQuietly(item.path);
      // A newer body may have the record by now.
      if (shelf.store.peek(item.key) === undefined) {
        removeQuietly(join(directory, `${item.key}.json`));
      }
    }),
  };
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  takeStock(shelf);
  return {
    async open(url) {
      const key = keyOf(url);
      const item = shelf.store.acquire(key);
      if (item === undefined) return null;
      try {
        if (item.record?.url === url) {
          await (item.verified ??= verify(item));
          return await makeEntry(shelf, item);
        }
      } catch {
        // Damaged, or gone: as good as never stored.
        if (shelf.store.peek(key) === item) shelf.store.delete(key);
      }
      shelf.store.release(item);
      return null;
    },
    create(url, sizeBytes) {
      if (sizeBytes !== null && sizeBytes > maxEntryBytes) return null;
      return makeWriter(shelf, keyOf(url), sizeBytes);
    },
    update(record, former) {
      const key = keyOf(record.url);
      const item = shelf.store.peek(key);
      if (!item?.record || !isSameBody(item.record, former)) return;
      item.record = { ...item.record, ...record };
      writeRecord(shelf, key, item);
    },
    delete: (url) => shelf.store.delete(keyOf(url)),
  };
}

function keyOf(url: string): string {
  return createHash("sha256").update(url).digest("hex");
}

/** Finds what a former process has left: bodies with their records, and what is of no use. */
function takeStock(shelf: Shelf): void {
  const { directory, store } = shelf;
  const names = [...Deno.readDirSync(directory)]
    .filter(({ isFile }) => isFile).map(({ name }) => name);
  const bodies = new Set<string>();
  const found = names.filter((name) => RECORD_REGEXP.test(name))
    .map((name) => ({ name, record: parseRecord(join(directory, name)) }))
    .toSorted((a, b) =>
      (a.record?.validatedAtMs ?? 0) - (b.record?.validatedAtMs ?? 0)
    );
  for (const { name, record } of found) {
    const key = name.slice(0, 64);
    const isWhole = record !== null && keyOf(record.url) === key &&
      record.body.startsWith(key) && names.includes(record.body);
    const item = record && newItem(key, join(directory, record.body), record);
    const bytes = ITEM_OVERHEAD_BYTES + (record?.sizeBytes ?? 0);
    if (isWhole && item && store.reserve(item, bytes)) {
      store.list(key, item);
      bodies.add(record.body);
    } else removeQuietly(join(directory, name));
  }
  for (const name of names) {
    const isLost = /^[0-9a-f]{64}\.[0-9a-f]{16}\.body$/.test(name) &&
      !bodies.has(name);
    if (isLost) removeQuietly(join(directory, name));
    else if (isTemporaryName(name)) removeLeftover(join(directory, name));
  }
}

function removeLeftover(path: string): void {
  try {
    const file = Deno.openSync(path, { read: true, write: true });
    const isLeftOver = holdLock(file);
    file.close();
    if (isLeftOver) Deno.removeSync(path);
  } catch {
    // Gone already, or not ours to remove.
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Gone already; or it stays, and the next start has another try.
  }
}
