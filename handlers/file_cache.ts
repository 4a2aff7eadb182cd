// Bytes of files, kept for the next reader. Rules:
// 1. The cache opens nothing and knows no paths: it is given a file that was found, opened and looked at without it. Who may
//    read what is decided before.
// 2. Bytes belong to one version of one file: device, inode, size, and the times of modification and of change, of which the
//    latter cannot be set back. Before bytes are kept, the open file is looked at again; another version drops all of them.
// 3. Times are coarse: two seconds on FAT, and a second is all that Deno tells of the time of change. Two writes may leave one
//    time. So a file that was changed in the last two seconds is read past the cache; what is written later leaves another.
//    Where the platform tells no inode or no time of change, nothing is kept.
// 4. The first reader of a file reads past the cache; what it leaves is a note, so that the second one has its bytes kept. To
//    take new memory costs more than to read: a file that is read once must not pay for it, nor push out others. So notes
//    have a place of their own, and push out but each other.
// 5. Whether a file changed under a reader is not found out here: `FileSource` asks the open file, as it does without a cache.
// 6. A file is filled piece by piece, by whoever comes to a piece first. Reading is synchronous, so nobody waits for anybody,
//    and no piece is read twice.

import { checkNumber } from "../packet/check.ts";

/** What a source needs of a file; `Deno.FsFile` has it. */
export type ReadableFile = Pick<
  Deno.FsFile,
  "close" | "readSync" | "seekSync" | "statSync"
>;

/** Options of {@linkcode FileCache}. */
export interface FileCacheOptions {
  /**
   * Octets of files that are kept at most. The file that was asked for longest ago goes first.
   *
   * @default {67108864}
   */
  readonly maxBytes?: number;
  /**
   * Files that are kept at most.
   *
   * @default {256}
   */
  readonly maxEntries?: number;
  /**
   * Largest file that is kept, in octets; larger ones are read as without a cache.
   *
   * @default {maxBytes}
   */
  readonly maxFileBytes?: number;
  /**
   * The time in milliseconds since 1970, as files have it.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

/** Octets that are read and kept at once. */
const CHUNK_BYTES = 64 * 1024;

/** Time within which a file may change twice and look as if it had once, in milliseconds. */
const COARSEST_TIME_MS = 2000;

/** Files that are remembered as asked for once: a walk through a large directory twice has its files kept. */
const MAX_NOTES = 4096;

/** One version of one file. */
interface Entry {
  readonly key: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly chunks: Uint8Array[];
  keptBytes: number;
  isDropped: boolean;
}

/**
 * Keeps the bytes of files in memory, for the handlers of one server to share. A file that is replaced or written to is never
 * served from old bytes.
 *
 * The system keeps files in memory, too, and reading from there costs little: a cache pays where a file system is slow though
 * it has been asked before. Measure before you use one. Where a root is a symbolic link, `--allow-read` has to name what it
 * leads to as well: Deno does not let an open file be looked at otherwise, and nothing is kept.
 *
 * @example A directory with a cache
 * ```ts
 * import { FileCache, serveDir, type TftpHandler } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const cache = new FileCache({ maxBytes: 256 * 1024 * 1024 });
 * const handler: TftpHandler = (request) => serveDir(request, { root: "./srv", cache });
 * assertEquals([typeof handler, cache.sizeBytes], ["function", 0]);
 * ```
 */
export class FileCache {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #maxFileBytes: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  /** Versions of files that were asked for once, by file. */
  readonly #notes = new Map<string, string>();
  #sizeBytes = 0;

  /**
   * Makes an empty cache.
   *
   * @param options How much it may keep.
   * @throws {RangeError} When a limit is no whole number, or a file may be larger than the cache.
   */
  constructor(options: FileCacheOptions = {}) {
    const {
      maxBytes = 64 * 1024 * 1024,
      maxEntries = 256,
      maxFileBytes = maxBytes,
      now = Date.now,
    } = options;
    checkNumber("maxBytes", maxBytes, 1, Number.MAX_SAFE_INTEGER);
    checkNumber("maxEntries", maxEntries, 1, Number.MAX_SAFE_INTEGER);
    checkNumber("maxFileBytes", maxFileBytes, 1, maxBytes);
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
    this.#maxFileBytes = maxFileBytes;
    this.#now = now;
  }

  /** Octets that are kept now. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Files that are kept now, also in part. */
  get entryCount(): number {
    return this.#entries.size;
  }

  /**
   * Joins an open file with what is kept of it, and with what other readers will read of it.
   *
   * @param file The file, opened for reading, at its beginning.
   * @param info What is known about the open file.
   * @returns A file that reads the same; or the very same, where nothing can be kept of it.
   */
  share(file: Deno.FsFile, info: Deno.FileInfo): ReadableFile {
    if (info.size === 0 || info.size > this.#maxFileBytes) return file;
    const now = lookAt(file);
    if (now === null || now.version !== versionOf(info)?.version) return file;
    const { key, version, changedAt } = now;
    let entry = this.#entries.get(key);
    if (entry && entry.version !== version) {
      this.#drop(entry);
      entry = undefined;
    }
    if (!entry) {
      if (this.#now() - changedAt < COARSEST_TIME_MS) return file;
      if (!this.#isNoted(key, version)) return file;
      entry = {
        key,
        version,
        sizeBytes: info.size,
        chunks: [],
        keptBytes: 0,
        isDropped: false,
      };
    }
    const kept = entry;
    this.#touch(kept);
    return new SharedFile(file, kept, {
      keep: (bytes) => this.#keep(kept, bytes),
      drop: () => this.#drop(kept),
    });
  }

  /** Whether this version was asked for before; from now on, it was. */
  #isNoted(key: string, version: string): boolean {
    const isNoted = this.#notes.get(key) === version;
    this.#notes.delete(key);
    if (isNoted) return true;
    this.#notes.set(key, version);
    if (this.#notes.size > MAX_NOTES) {
      this.#notes.delete(this.#notes.keys().next().value!);
    }
    return false;
  }

  /** Forgets all files. Who reads them goes on from the file itself. */
  clear(): void {
    this.#notes.clear();
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
  }

  /** Putting it at the end keeps the map in order of use. */
  #touch(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
    this.#shrink();
  }

  #keep(entry: Entry, sizeBytes: number): void {
    entry.keptBytes += sizeBytes;
    this.#sizeBytes += sizeBytes;
    this.#touch(entry);
  }

  #shrink(): void {
    for (const oldest of this.#entries.values()) {
      const isFull = this.#sizeBytes > this.#maxBytes ||
        this.#entries.size > this.#maxEntries;
      if (!isFull) return;
      this.#drop(oldest);
    }
  }

  #drop(entry: Entry): void {
    if (entry.isDropped) return;
    entry.isDropped = true;
    entry.chunks.length = 0;
    this.#sizeBytes -= entry.keptBytes;
    this.#entries.delete(entry.key);
  }
}

/** One reader of a file that is kept. */
class SharedFile implements ReadableFile {
  readonly #file: Deno.FsFile;
  readonly #entry: Entry;
  readonly #cache: { keep(sizeBytes: number): void; drop(): void };
  /** Where the reader is. */
  #position = 0;
  /** Where the file itself is. */
  #filePosition = 0;

  constructor(
    file: Deno.FsFile,
    entry: Entry,
    cache: { keep(sizeBytes: number): void; drop(): void },
  ) {
    this.#file = file;
    this.#entry = entry;
    this.#cache = cache;
  }

  readSync(buffer: Uint8Array): number | null {
    const { sizeBytes } = this.#entry;
    let filled = 0;
    while (filled < buffer.length && this.#position < sizeBytes) {
      const chunk = this.#chunkAt(Math.floor(this.#position / CHUNK_BYTES));
      if (!chunk) break;
      const offset = this.#position % CHUNK_BYTES;
      const part = chunk.subarray(offset, offset + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      this.#position += part.length;
    }
    return filled > 0 ? filled : this.#readFile(this.#position, buffer);
  }

  statSync(): Deno.FileInfo {
    return this.#file.statSync();
  }

  seekSync(offset: number | bigint, whence: Deno.SeekMode): number {
    this.#position = this.#filePosition = this.#file.seekSync(offset, whence);
    return this.#position;
  }

  close(): void {
    this.#file.close();
  }

  #chunkAt(index: number): Uint8Array | null {
    const { isDropped, chunks, sizeBytes, version } = this.#entry;
    if (isDropped) return null;
    const kept = chunks[index];
    if (kept) return kept;
    const start = index * CHUNK_BYTES;
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, sizeBytes - start));
    const isWhole = this.#fill(start, chunk);
    // What was read now is of the version that is still there now.
    if (!isWhole || lookAt(this.#file)?.version !== version) {
      this.#cache.drop();
      return null;
    }
    chunks[index] = chunk;
    this.#cache.keep(chunk.length);
    return chunk;
  }

  #fill(start: number, chunk: Uint8Array): boolean {
    for (let filled = 0; filled < chunk.length;) {
      const count = this.#read(start + filled, chunk.subarray(filled));
      if (!count) return false;
      filled += count;
    }
    return true;
  }

  /** Past the cache. */
  #readFile(position: number, buffer: Uint8Array): number | null {
    const count = this.#read(position, buffer);
    this.#position = position + (count ?? 0);
    return count;
  }

  #read(position: number, buffer: Uint8Array): number | null {
    if (position !== this.#filePosition) {
      this.#file.seekSync(position, Deno.SeekMode.Start);
    }
    const count = this.#file.readSync(buffer);
    this.#filePosition = position + (count ?? 0);
    return count;
  }
}

interface Look {
  readonly key: string;
  readonly version: string;
  readonly changedAt: number;
}

function lookAt(file: Deno.FsFile): Look | null {
  try {
    return versionOf(file.statSync());
  } catch {
    // Deno asks for permission for the real path, which is not what was granted when the root is a symbolic link.
    return null;
  }
}

/** What tells a version of a file from others; `null` where the platform does not say enough. */
function versionOf(info: Deno.FileInfo): Look | null {
  const { dev, ino, size, mtime, ctime } = info;
  if (!ino || mtime === null || ctime === null) return null;
  const modifiedAt = mtime.getTime();
  const changedAt = ctime.getTime();
  return {
    key: `${dev}:${ino}`,
    version: `${dev}:${ino}:${size}:${modifiedAt}:${changedAt}`,
    changedAt: Math.max(modifiedAt, changedAt),
  };
}
