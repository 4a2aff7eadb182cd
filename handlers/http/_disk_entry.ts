import { createHash, type Hash } from "node:crypto";
import { join } from "@std/path";
import { writeAll } from "../../net/write_all.ts";
import { holdLock } from "../_file_lock.ts";
import type { BoundedStore, Stored } from "./_bounded_store.ts";
import type { CacheEntry, CacheRecord, CacheWriter } from "./http_cache.ts";

/** Octets that are read at once to verify a body. */
const VERIFY_BYTES = 1024 * 1024;

/** What a body costs besides its octets: its record, and what is lost in the last block of each file. In octets. */
export const ITEM_OVERHEAD_BYTES: number = 8192;

/** How a record is called: after the SHA-256 of its URL. */
export const RECORD_REGEXP = /^[0-9a-f]{64}\.json$/;

/** What a record file says. */
export interface DiskRecord extends CacheRecord {
  /** The file with the body, in the same directory. */
  readonly body: string;
  readonly sha256: string;
}

/** A body on disk, or on its way there. */
export interface DiskItem extends Stored {
  readonly key: string;
  path: string;
  length: number;
  /** Open while it is in use. */
  file: Deno.FsFile | null;
  record: DiskRecord | null;
  /** Settled when the body has been compared with its record; `null` before that has begun. */
  verified: Promise<number | null> | null;
}

/** A directory with bodies. */
export interface Shelf {
  readonly directory: string;
  readonly maxEntryBytes: number;
  readonly store: BoundedStore<DiskItem>;
}

/** A body that nobody uses yet. */
export function newItem(
  key: string,
  path: string,
  record: DiskRecord | null,
): DiskItem {
  const length = record?.sizeBytes ?? 0;
  const stored = { sizeBytes: 0, users: 0, isListed: false };
  return { ...stored, key, path, length, file: null, record, verified: null };
}

/** Reads a record; `null` when it is none. */
export function parseRecord(path: string): DiskRecord | null {
  try {
    const it = JSON.parse(Deno.readTextFileSync(path));
    const isText = (value: unknown) => typeof value === "string";
    const isTextOrNull = (value: unknown) => value === null || isText(value);
    const isRecord = isText(it.url) && isTextOrNull(it.etag) &&
      isTextOrNull(it.lastModified) && Number.isSafeInteger(it.sizeBytes) &&
      it.sizeBytes >= 0 && Number.isFinite(it.validatedAtMs) &&
      Number.isFinite(it.freshForMs) &&
      typeof it.mustRevalidate === "boolean" &&
      /^[0-9a-f]{64}$/.test(it.sha256) &&
      /^[0-9a-f]{64}\.[0-9a-f]{16}\.body$/.test(it.body);
    return isRecord ? it : null;
  } catch {
    return null;
  }
}

/** Puts a record in its place. */
export function writeRecord(shelf: Shelf, key: string, item: DiskItem): void {
  const temporary = join(shelf.directory, temporaryName());
  Deno.writeTextFileSync(temporary, JSON.stringify(item.record), {
    mode: 0o600,
  });
  Deno.renameSync(temporary, join(shelf.directory, `${key}.json`));
}

/** Compares a body with its record; throws when it is another, and gives its time of modification. */
export async function verify(item: DiskItem): Promise<number | null> {
  const { path, record } = item;
  const { isFile } = await Deno.lstat(path);
  if (!isFile) throw new Error("It is no regular file");
  using file = await Deno.open(path);
  const before = await file.stat();
  if (before.size !== record!.sizeBytes) throw new Error("Its size differs");
  const hash = createHash("sha256");
  const buffer = new Uint8Array(VERIFY_BYTES);
  // Asynchronous: a large file must not keep everybody waiting.
  for (;;) {
    const count = await file.read(buffer);
    if (count === null) break;
    hash.update(buffer.subarray(0, count));
  }
  if (hash.digest("hex") !== record!.sha256) throw new Error("It is damaged");
  return before.mtime?.getTime() ?? null;
}

/** Opens a stored body that was verified. */
export async function makeEntry(
  shelf: Shelf,
  item: DiskItem,
): Promise<CacheEntry> {
  const mtimeMs = await item.verified;
  const file = await Deno.open(item.path);
  const check = () => {
    const { size, mtime } = file.statSync();
    if (size === item.length && (mtime?.getTime() ?? null) === mtimeMs) return;
    if (shelf.store.peek(item.key) === item) shelf.store.delete(item.key);
    throw new Error(`Cannot use "${item.path}" as it was written to`);
  };
  try {
    check();
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    // Later records are about the same octets.
    get record() {
      return item.record!;
    },
    sizeBytes: item.length,
    read(offset, buffer) {
      const count = readAt(file, offset, buffer);
      if (offset + count >= item.length || count === 0) check();
      return count;
    },
    close() {
      file.close();
      shelf.store.release(item);
    },
  };
}

/** Begins to store a body; `null` when there is no room. */
export function makeWriter(
  shelf: Shelf,
  key: string,
  announcedBytes: number | null,
): CacheWriter | null {
  const { store, directory, maxEntryBytes } = shelf;
  const path = join(directory, temporaryName());
  const item = newItem(key, path, null);
  item.users = 1;
  if (!store.hasRoom(ITEM_OVERHEAD_BYTES + (announcedBytes ?? 0))) return null;
  if (!store.reserve(item, ITEM_OVERHEAD_BYTES)) return null;
  const hash = createHash("sha256");
  try {
    // A URL can hold a secret, and so can a body.
    const options = { read: true, write: true, createNew: true, mode: 0o600 };
    item.file = Deno.openSync(path, options);
    holdLock(item.file);
  } catch {
    store.release(item);
    return null;
  }
  const reserve = (sizeBytes: number): boolean =>
    sizeBytes <= maxEntryBytes &&
    store.grow(item, sizeBytes + ITEM_OVERHEAD_BYTES);
  return {
    reserve,
    get sizeBytes() {
      return item.length;
    },
    read: (offset, buffer) =>
      readAt(
        item.file!,
        offset,
        buffer.subarray(0, Math.max(0, item.length - offset)),
      ),
    write: (bytes) =>
      reserve(item.length + bytes.length) && append(item, hash, bytes),
    commit(record) {
      const body = `${key}.${randomHex(8)}.body`;
      const path = join(directory, body);
      Deno.renameSync(item.path, path);
      item.path = path;
      item.record = { ...record, body, sha256: hash.digest("hex") };
      const mtimeMs = item.file!.statSync().mtime?.getTime() ?? null;
      item.verified = Promise.resolve(mtimeMs);
      writeRecord(shelf, key, item);
      store.list(key, item);
    },
    close() {
      item.file?.close();
      item.file = null;
      store.release(item);
    },
  };
}

function append(item: DiskItem, hash: Hash, bytes: Uint8Array): boolean {
  try {
    item.file!.seekSync(item.length, Deno.SeekMode.Start);
    writeAll(item.file!, bytes);
  } catch {
    // Most likely the disk is full: then this is not kept.
    return false;
  }
  hash.update(bytes);
  item.length += bytes.length;
  return true;
}

function readAt(file: Deno.FsFile, offset: number, buffer: Uint8Array): number {
  file.seekSync(offset, Deno.SeekMode.Start);
  let count = 0;
  while (count < buffer.length) {
    const part = file.readSync(buffer.subarray(count));
    if (part === null) break;
    count += part;
  }
  return count;
}

function temporaryName(): string {
  return `.tftpkit-${randomHex(16)}.part`;
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
