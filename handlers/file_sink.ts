// An upload on its way into a directory. Rules:
// 1. Until `commit` nothing is seen of it but a temporary file next to the target; what the target was before stays.
// 2. The target appears, or is replaced, in one step and whole: also in a race, also when the machine crashes.
// 3. Bytes are on the disk before the name is, and the name is before `commit` returns: only then is the last block
//    acknowledged.
// 4. However it fails, the temporary file is removed, or gets the name for partial files that was asked for: never the
//    target's. The one exception is a crash, for which there is `removeTemporaryFiles`.

import { dirname, join } from "@std/path";
import { ERROR_CODE, errorCodeText, TftpError } from "../packet/mod.ts";
import { asTftpError, type Sink, systemCode } from "../net/mod.ts";
import { writeAll } from "../net/write_all.ts";
import { holdLock } from "./_file_lock.ts";
import {
  alreadyExists,
  checkSize,
  sizeDiffers,
  tooLarge,
} from "./_upload_rules.ts";

/** Largest upload that is taken when nothing else was said, in octets: 1 GiB. */
export const DEFAULT_MAX_UPLOAD_BYTES: number = 2 ** 30;

/** Mode of a new file, before the umask. */
const NEW_FILE_MODE = 0o644;

/** Options of {@linkcode FileSink.open}. */
export interface FileSinkOptions {
  /**
   * Whether a file that exists is replaced. Where not, it is refused with `FileAlreadyExists`, at once and again at the
   * end, should it have come into being in between.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
  /**
   * Largest upload that is taken, in octets.
   *
   * @default {DEFAULT_MAX_UPLOAD_BYTES}
   */
  readonly maxSizeBytes?: number;
  /**
   * Octets that will come, as announced; another number fails, as TFTP itself cannot tell a file that was cut short from
   * a whole one. 0 is no announcement: U-Boot, and curl when it reads a pipe, say so in want of a number.
   *
   * @default {null}
   */
  readonly announcedSize?: number | null;
  /**
   * Whether a symbolic link is written through, by replacing the file that it leads to. Where not, it is refused with
   * `AccessViolation`.
   *
   * @default {false}
   */
  readonly followSymlink?: boolean;
  /**
   * The name that what has come gets when the upload fails, if anything has come. It must be in the target's directory. What
   * has that name is replaced, unless `overwrite` is off.
   *
   * @default {null, nothing is kept}
   */
  readonly partialPath?: string | null;
}

/**
 * A sink that puts an upload into a file, all of it or nothing. The bytes go into a temporary file in the same directory,
 * which takes the target's place at the end. A new file has mode 0644, less the umask; one that replaces another has the
 * other's permissions, less the umask.
 *
 * @example Store an upload
 * ```ts
 * import { FileSink } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 *
 * const sink = FileSink.open(`${directory}/switch.cfg`, { maxSizeBytes: 65536 });
 * sink.write(new TextEncoder().encode("hostname switch\n"));
 * await sink.commit();
 * assertEquals(await Deno.readTextFile(`${directory}/switch.cfg`), "hostname switch\n");
 *
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export class FileSink implements Sink {
  /** Where the upload will be. */
  readonly path: string;
  readonly #temporaryPath: string;
  readonly #file: Deno.FsFile;
  readonly #overwrite: boolean;
  readonly #maxSizeBytes: number;
  readonly #announcedSize: number | null;
  readonly #partialPath: string | null;
  #sizeBytes = 0;
  #isClosed = false;
  #isOver = false;

  private constructor(
    path: string,
    mode: number,
    options: Required<FileSinkOptions>,
  ) {
    this.path = path;
    this.#overwrite = options.overwrite;
    this.#maxSizeBytes = options.maxSizeBytes;
    this.#announcedSize = options.announcedSize;
    this.#partialPath = options.partialPath;
    this.#temporaryPath = join(dirname(path), temporaryName());
    this.#file = Deno.openSync(this.#temporaryPath, {
      write: true,
      createNew: true,
      mode,
    });
    // Held until the file is closed, also by a crash: so a later start knows what is left over and what is not.
    holdLock(this.#file);
  }

  /**
   * Makes sure that the upload can be taken, and creates its temporary file.
   *
   * @param path Where the upload will be; its directory must exist.
   * @param options Limits, and what to do with what is there.
   * @returns The sink.
   * @throws {TftpError} With code 6 when the file exists and must not be replaced, 3 when the announced size is too
   * large, 1 when there is no such directory, 2 when something else than a file has the name or access is denied.
   * @throws {RangeError} When a size is not a number of octets.
   */
  static open(path: string, options: FileSinkOptions = {}): FileSink {
    const {
      overwrite = false,
      maxSizeBytes = DEFAULT_MAX_UPLOAD_BYTES,
      announcedSize: announced = null,
      followSymlink = false,
      partialPath = null,
    } = options;
    const announcedSize = announced === 0 ? null : announced;
    checkSize("maxSizeBytes", maxSizeBytes);
    if (announcedSize !== null) checkSize("announcedSize", announcedSize);
    if (announcedSize !== null && announcedSize > maxSizeBytes) {
      throw tooLarge(announcedSize, maxSizeBytes);
    }
    try {
      const { target, mode } = examineTarget(path, overwrite, followSymlink);
      const settings = { overwrite, maxSizeBytes, announcedSize };
      return new FileSink(target, mode, {
        ...settings,
        followSymlink,
        partialPath,
      });
    } catch (error) {
      throw asTftpError(error, `Cannot take upload to "${path}"`);
    }
  }

  /**
   * Writes the next octets.
   *
   * @param bytes The octets.
   * @throws {TftpError} With code 3 when there are too many, or no room for them; with code 0 when there are more than
   * announced, or writing fails.
   */
  write(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > this.#maxSizeBytes) {
      throw tooLarge(this.#sizeBytes, this.#maxSizeBytes);
    }
    if (
      this.#announcedSize !== null && this.#sizeBytes > this.#announcedSize
    ) {
      throw sizeDiffers(this.#announcedSize, `${this.#sizeBytes} or more`);
    }
    try {
      writeAll(this.#file, bytes);
    } catch (error) {
      throw asTftpError(error, `Cannot write upload to "${this.path}"`);
    }
  }

  /**
   * Puts the upload in its place, safely on disk.
   *
   * @throws {TftpError} With code 0 when fewer octets came than were announced, 6 when a file that must not be replaced
   * has come into being, 3 when the disk is full, and others when the system refuses.
   */
  async commit(): Promise<void> {
    if (
      this.#announcedSize !== null && this.#sizeBytes !== this.#announcedSize
    ) {
      throw sizeDiffers(this.#announcedSize, String(this.#sizeBytes));
    }
    try {
      await this.#file.sync();
      this.#close();
      await this.#putInPlace();
      await syncDirectory(dirname(this.path));
    } catch (error) {
      throw asTftpError(error, `Cannot store upload as "${this.path}"`);
    }
  }

  /**
   * Leaves nothing behind, but what was to be kept. Does nothing after a successful `commit`, and never throws.
   *
   * @param _reason Why; not looked at.
   */
  abort(_reason?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#close();
    } catch {
      // What closing has to say is about bytes that nobody wants any more.
    }
    try {
      if (this.#sizeBytes > 0) this.#keepPartial();
    } catch {
      // What cannot be kept is removed.
    }
    try {
      Deno.removeSync(this.#temporaryPath);
    } catch {
      // Gone already, or not to be had: `removeTemporaryFiles` gets another chance.
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }

  #keepPartial(): void {
    if (this.#partialPath === null) return;
    if (this.#overwrite) {
      Deno.renameSync(this.#temporaryPath, this.#partialPath);
    } else Deno.linkSync(this.#temporaryPath, this.#partialPath);
  }

  async #putInPlace(): Promise<void> {
    if (this.#overwrite) {
      return await Deno.rename(this.#temporaryPath, this.path);
    }
    try {
      // Unlike renaming, linking never replaces anything, whoever came first.
      await Deno.link(this.#temporaryPath, this.path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) throw error;
      // Probably a file system without hard links, such as FAT. Between the look and the renaming another may come first.
      await assertAbsent(this.path);
      return await Deno.rename(this.#temporaryPath, this.path);
    }
    // The upload is in place, whatever becomes of its other name.
    await Deno.remove(this.#temporaryPath).catch(() => {});
  }
}

/** What has the name now, whether an upload may have it, and which mode it then gets. */
function examineTarget(
  path: string,
  overwrite: boolean,
  followSymlink: boolean,
): { target: string; mode: number } {
  let target = path;
  let info = lstatIfThere(target);
  if (info?.isSymlink && followSymlink) {
    target = Deno.realPathSync(path);
    info = Deno.lstatSync(target);
  }
  if (info === undefined) return { target, mode: NEW_FILE_MODE };
  if (!info.isFile) {
    throw new TftpError(
      ERROR_CODE.AccessViolation,
      `Cannot replace "${path}" as it must be a regular file: it is ${
        info.isSymlink ? "a symbolic link" : "something else"
      }`,
      { wireText: errorCodeText(ERROR_CODE.AccessViolation) },
    );
  }
  if (!overwrite) throw alreadyExists(path);
  // A file that only its owner could read must not become readable to all by being replaced.
  return { target, mode: (info.mode ?? NEW_FILE_MODE) & 0o777 };
}

function lstatIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function assertAbsent(path: string): Promise<void> {
  try {
    await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw alreadyExists(path);
}

/** Makes a new name in a directory outlive a crash, where the platform can (POSIX leaves it to an fsync of its own). */
async function syncDirectory(path: string): Promise<void> {
  let directory: Deno.FsFile;
  try {
    directory = await Deno.open(path);
  } catch {
    return; // Windows opens no directories.
  }
  try {
    await directory.sync();
  } catch (error) {
    // Many a network file system says "invalid"; only what means loss counts.
    const code = systemCode(error) ?? "";
    if (["EIO", "ENOSPC", "EDQUOT"].includes(code)) throw error;
  } finally {
    directory.close();
  }
}

/** A name that `isTemporaryName` knows. */
function temporaryName(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return `.tftpkit-${random.toHex()}.part`;
}
