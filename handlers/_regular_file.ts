// How a file is opened for reading. Rules:
// 1. Only regular files are opened. That is found out before: opening a FIFO waits for ever, opening a device acts.
// 2. What was opened must be what was looked at.
// 3. A small file is read at once, and closed. Then it is looked at one time less, which costs as much as sending a block
//    of it, and what is sent is of one moment. It must still be what was looked at, or it is treated as a large one.

import { ERROR_CODE } from "../packet/mod.ts";
import { bytesSource, type Source } from "../net/mod.ts";
import { refusal } from "./_refusal.ts";
import type { FileCache } from "./file_cache.ts";
import { FileSource } from "./file_source.ts";

/** How a path is looked at: `Deno.statSync`, or `Deno.lstatSync` where it must be no symbolic link. */
export type Look = (path: string) => Deno.FileInfo;

/** A file of at most this many octets is small: so much is read of any, as soon as its transfer begins. */
const SMALL_FILE_BYTES = 4096;

/** Refuses what is no regular file. */
export function checkRegular(path: string, info: Deno.FileInfo): void {
  if (info.isDirectory) {
    throw refusal(
      ERROR_CODE.FileNotFound,
      `Cannot send "${path}" as it must be a file: it is a directory`,
    );
  }
  if (!info.isFile) {
    throw refusal(
      ERROR_CODE.AccessViolation,
      `Cannot send "${path}" as it must be a regular file`,
    );
  }
}

/** A file that is open for reading. */
export interface OpenedFile {
  /** The file; whoever has it closes it. */
  readonly file: Deno.FsFile;
  /** What was seen of the open file. */
  readonly info: Deno.FileInfo;
}

/**
 * Opens a file that was looked at.
 *
 * @param path The file.
 * @param info What was seen.
 * @param look How it was looked at.
 * @param first What is done with the file before it is looked at again.
 */
export function openFile(
  path: string,
  info: Deno.FileInfo,
  look: Look,
  first?: (file: Deno.FsFile) => void,
): OpenedFile {
  checkRegular(path, info);
  const file = Deno.openSync(path);
  try {
    first?.(file);
    const opened = statOpened(file, path, look);
    if (!isSameFile(info, opened)) {
      throw refusal(
        ERROR_CODE.AccessViolation,
        `Cannot send "${path}" as another file took its place while it was opened`,
      );
    }
    return { file, info: opened };
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * The same as a source.
 *
 * @param path The file.
 * @param info What was seen.
 * @param look How it was looked at.
 * @param cache Where its bytes are kept for other readers.
 */
export function openRegular(
  path: string,
  info: Deno.FileInfo,
  look: Look,
  cache: FileCache | null = null,
): Source {
  let bytes = null as Uint8Array | null;
  const isSmall = info.size <= SMALL_FILE_BYTES && cache === null;
  const { file, info: opened } = openFile(
    path,
    info,
    look,
    isSmall ? (file) => bytes = readSmall(file, info) : undefined,
  );
  try {
    if (bytes && isSameVersion(info, opened)) {
      file.close();
      return bytesSource(bytes);
    }
    if (bytes) file.seekSync(0, Deno.SeekMode.Start);
    return new FileSource(cache?.share(file, opened) ?? file, opened);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The bytes of a file; what its size says, or there was a change. */
function readSmall(file: Deno.FsFile, { size }: Deno.FileInfo): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let filled = 0; filled < size;) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes;
}

function isSameVersion(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.size === b.size && a.mtime?.getTime() === b.mtime?.getTime();
}

function statOpened(
  file: Deno.FsFile,
  path: string,
  look: Look,
): Deno.FileInfo {
  try {
    return file.statSync();
  } catch (error) {
    // Deno asks for permission for the real path, which is not what was granted when the root is a symbolic link.
    if (error instanceof Deno.errors.NotCapable) return look(path);
    throw error;
  }
}

function isSameFile(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  // Not every platform has these numbers for every call; one that is not there proves nothing.
  const differs = (one: number | null, other: number | null): boolean =>
    Boolean(one) && Boolean(other) && one !== other;
  return !differs(a.ino, b.ino) && !differs(a.dev, b.dev);
}
