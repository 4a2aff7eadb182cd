// The file of leases, as the system keeps it. Rules:
// 1. What is appended is written by one call and brought to the disk before it counts as saved.
// 2. A new text goes to a temporary file beside the old one, to the disk, and only then under its name; the directory is
//    brought to the disk, too, where the platform can.
// 3. A temporary file that could not be finished is removed: on a full disk it would keep the room that appending needs.
// 4. A symbolic link stays: it is the file behind it that is replaced.

import { dirname } from "@std/path";
import type { LeaseStorage } from "./lease_file.ts";

const TEMPORARY_SUFFIX = ".new";

/**
 * A file to keep leases in. Nothing is opened before it is used; the directory must exist. It needs `--allow-read` and
 * `--allow-write` for the file and for the same name with `.new` behind it, which is what a new text goes to first.
 *
 * @param path The file.
 * @returns The storage.
 *
 * @example A text that is replaced, and one that is appended
 * ```ts
 * import { leaseStorage } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * const storage = leaseStorage(path);
 * await storage.replace("one\n");
 * await storage.append("two\n");
 * storage.close();
 * assertEquals(await Deno.readTextFile(path), "one\ntwo\n");
 * await Deno.remove(path);
 * ```
 */
export function leaseStorage(path: string): LeaseStorage {
  return new StoredFile(path);
}

class StoredFile implements LeaseStorage {
  readonly #path: string;
  #file: Deno.FsFile | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<string> {
    try {
      return await Deno.readTextFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  async append(text: string): Promise<void> {
    this.#file ??= await Deno.open(this.#path, { append: true, create: true });
    await writeAll(this.#file, text);
  }

  async replace(text: string): Promise<void> {
    this.close();
    const target = await realPath(this.#path);
    const temporary = target + TEMPORARY_SUFFIX;
    try {
      await writeAnew(temporary, text);
      await Deno.rename(temporary, target);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
    await syncDirectory(target);
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}

async function writeAnew(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
    mode: 0o644,
  });
  await writeAll(file, text);
}

async function writeAll(file: Deno.FsFile, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  await file.syncData();
}

/** The file behind a symbolic link; the path itself where there is nothing yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

/** Makes a new name outlive a failure of the machine, where that can be had: not on Windows, and not on every network. */
async function syncDirectory(path: string): Promise<void> {
  try {
    using directory = await Deno.open(dirname(path));
    await directory.sync();
  } catch {
    // The text itself is on the disk, under one name or the other.
  }
}
