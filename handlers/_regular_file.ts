// How a file is opened for reading. Rules:
// 1. Only regular files are opened. That is found out before: opening a FIFO waits for ever, opening a device acts.
// 2. What was opened must be what was looked at.

import { ERROR_CODE } from "../packet/mod.ts";
import { refusal } from "./_refusal.ts";
import type { FileCache } from "./file_cache.ts";
import { FileSource } from "./file_source.ts";

/** How a path is looked at: `Deno.statSync`, or `Deno.lstatSync` where it must be no symbolic link. */
export type Look = (path: string) => Deno.FileInfo;

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
 */
export function openFile(
  path: string,
  info: Deno.FileInfo,
  look: Look,
): OpenedFile {
  checkRegular(path, info);
  const file = Deno.openSync(path);
  try {
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
): FileSource {
  const { file, info: opened } = openFile(path, info, look);
  try {
    return new FileSource(cache?.share(file, opened) ?? file, opened);
  } catch (error) {
    file.close();
    throw error;
  }
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
