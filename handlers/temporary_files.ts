import { fromFileUrl, join } from "@std/path";
import { holdLock } from "./_file_lock.ts";
import { isTemporaryName } from "./filename.ts";

/** Options of {@linkcode removeTemporaryFiles}. */
export interface RemoveTemporaryFilesOptions {
  /**
   * How long ago a file must have been written to last, in milliseconds. 0 removes all of them, which is right while
   * no upload can be under way; where another server writes to the same root, leave it the time it needs.
   *
   * @default {0}
   */
  readonly minAgeMs?: number;
}

/**
 * Removes what a crash left of unfinished uploads, in a directory and all below it. Meant for the start of a server. What
 * is being written at this moment, by another process too, is left alone.
 * Symbolic links are not followed; a directory that cannot be listed, and a file that cannot be removed, are left alone.
 *
 * @param root The directory.
 * @param options Which to leave.
 * @returns How many files were removed.
 * @throws {Deno.errors.NotFound} When there is no such directory; other errors of the system when it cannot be listed.
 *
 * @example At the start of a server
 * ```ts
 * import { removeTemporaryFiles } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.create(`${root}/.tftpkit-00112233445566778899aabbccddeeff.part`).then((file) => file.close());
 *
 * assertEquals(await removeTemporaryFiles(root), 1);
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export async function removeTemporaryFiles(
  root: string | URL,
  options: RemoveTemporaryFilesOptions = {},
): Promise<number> {
  const { minAgeMs = 0 } = options;
  const newestMs = minAgeMs > 0 ? Date.now() - minAgeMs : Infinity;
  const top = root instanceof URL ? fromFileUrl(root) : root;
  const directories = [top];
  let count = 0;
  for (const directory of directories) {
    try {
      for await (const entry of Deno.readDir(directory)) {
        const path = join(directory, entry.name);
        if (entry.isDirectory) directories.push(path);
        else if (entry.isFile && isTemporaryName(entry.name)) {
          if (await removeIfOld(path, newestMs)) count++;
        }
      }
    } catch (error) {
      if (directory === top) throw error;
    }
  }
  return count;
}

async function removeIfOld(
  path: string,
  newestMs: number,
): Promise<boolean> {
  try {
    if (newestMs < Infinity) {
      const { mtime } = await Deno.lstat(path);
      if (mtime === null || mtime.getTime() > newestMs) return false;
    }
    const file = await Deno.open(path, { read: true, write: true });
    const isLeftOver = holdLock(file);
    file.close();
    // Otherwise somebody is writing it now: another server, or a download into this directory.
    if (!isLeftOver) return false;
    await Deno.remove(path);
    return true;
  } catch {
    return false;
  }
}
