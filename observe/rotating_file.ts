// A file that lines are appended to, and that makes way for a new one when it is full: log -> log.1 -> log.2. Rules:
// 1. A line is in one file, whole: whether it fits is decided before it is written, and it is written by one call of the
//    system where the system takes it whole. So the end of the process cannot tear it, and what has been written is
//    there for the reader at once; only a crash of the machine can take what the system had not put on the disk.
// 2. Where a line was torn nevertheless, because the disk was full, the next one begins on a line of its own.
// 3. Files are renamed from the oldest on. A crash in between leaves a gap in the numbers and loses nothing.
// 4. What is no regular file, a terminal or a pipe, is written to and never renamed.
// 5. A file that cannot be rotated is written to beyond its size: a log that is too long is better than none.

import { checkNumberTo } from "../packet/check.ts";

/** Options of {@linkcode rotatingFile}. */
export interface RotatingFileOptions {
  /** The file to write to; older ones are called the same with `.1`, `.2` and so on behind it. */
  readonly path: string;
  /**
   * Octets that a file holds before a new one is begun, from 1 on. A line that is longer gets a file of its own.
   *
   * @default {10485760}
   */
  readonly maxBytes?: number;
  /**
   * Files that are kept in all, from 1 on: the one that is written to, and older ones. With 1 a full file is emptied.
   *
   * @default {5}
   */
  readonly maxFiles?: number;
  /**
   * Told when a line could not be written, once until one can be again, and when a file could not be rotated. Without it,
   * `write` throws what kept it from writing.
   *
   * @param error What the system said.
   */
  readonly onError?: (error: unknown) => void;
}

/** A file that lines are appended to, and that makes way for a new one when it is full. */
export interface RotatingFile extends Disposable {
  /** The file that is written to. */
  readonly path: string;
  /** Octets in the file that is written to. */
  readonly sizeBytes: number;
  /** Lines that could not be written. */
  readonly lostLines: number;
  /**
   * Appends a line.
   *
   * @param line The line, without its end, and without any other line end in it.
   * @throws What the system says when that fails, unless there is `onError`. The next line is tried again.
   */
  write(line: string): void;
  /**
   * Opens the file anew under its name: after something else has renamed it, as logrotate does before it sends SIGHUP. When
   * that fails, the file that was written to so far stays in use.
   *
   * @throws What the system says when that fails.
   */
  reopen(): void;
  /** Closes the file; doing so twice does nothing. Lines that are written later are lost. */
  close(): void;
}

/** A file that is open: what is needed of `Deno.FsFile`. */
export interface LogHandle {
  writeSync(bytes: Uint8Array): number;
  statSync(): { readonly isFile: boolean; readonly size: number };
  close(): void;
}

/** The files of the system, as far as this needs them. */
export interface LogFiles {
  /** Opens a file to append to; makes it where it is not there. */
  open(path: string): LogHandle;
  /** Renames a file, over one that is there. Throws `Deno.errors.NotFound` when there is none. */
  rename(from: string, to: string): void;
  /** Removes a file. Throws `Deno.errors.NotFound` when there is none. */
  remove(path: string): void;
  /** Whether a file that is not empty ends in the middle of a line. */
  isTorn(path: string): boolean;
}

/**
 * Opens a file for lines of a log, which makes way for a new one when it is full. Writing is synchronous: what `write` has
 * returned from is with the system. It needs `--allow-read` and `--allow-write` for the directory of the file.
 *
 * @param options Which file, how large, how many.
 * @returns The file.
 * @throws {RangeError} When a number is not a whole one from 1 on.
 * @throws What the system says when the file cannot be opened.
 *
 * @example An access log in files of 100 octets
 * ```ts
 * import { accessLogger, rotatingFile } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = Deno.makeTempDirSync();
 * {
 *   using file = rotatingFile({ path: `${directory}/access.log`, maxBytes: 100, maxFiles: 2 });
 *   const { onEvent } = accessLogger({ write: (line) => file.write(line) });
 *   void onEvent; // what `serve` is given
 *   file.write("a".repeat(60));
 *   file.write("b".repeat(60));
 * }
 * assertEquals(Deno.readTextFileSync(`${directory}/access.log`), "b".repeat(60) + "\n");
 * assertEquals(Deno.readTextFileSync(`${directory}/access.log.1`), "a".repeat(60) + "\n");
 * Deno.removeSync(directory, { recursive: true });
 * ```
 */
export function rotatingFile(options: RotatingFileOptions): RotatingFile {
  return new LogFile(options, SYSTEM_FILES);
}

/** The file behind {@linkcode rotatingFile}, on files of any kind. */
export class LogFile implements RotatingFile {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #files: LogFiles;
  #handle: LogHandle | null = null;
  #sizeBytes = 0;
  /** The size from which on the file makes way. */
  #limitBytes = 0;
  #isTorn = false;
  #isTrouble = false;
  #lostLines = 0;

  constructor(options: RotatingFileOptions, files: LogFiles) {
    const { path, maxBytes = 10 * 1024 * 1024, maxFiles = 5, onError } =
      options;
    checkNumberTo("rotate files", "maxBytes", maxBytes, 1);
    checkNumberTo("rotate files", "maxFiles", maxFiles, 1);
    this.path = path;
    this.#maxBytes = maxBytes;
    this.#maxFiles = maxFiles;
    this.#onError = onError;
    this.#files = files;
    this.#open();
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get lostLines(): number {
    return this.#lostLines;
  }

  write(line: string): void {
    if (!this.#handle) {
      this.#lostLines++;
      return;
    }
    let bytes = ENCODER.encode(`${line}\n`);
    try {
      if (this.#isFullFor(bytes.length)) this.#rotate();
      if (this.#isTorn) bytes = ENCODER.encode(`\n${line}\n`);
      this.#append(bytes);
      this.#isTrouble = false;
    } catch (error) {
      this.#lostLines++;
      this.#tell(error);
    }
  }

  reopen(): void {
    const earlier = this.#handle;
    if (!earlier) return;
    this.#open();
    earlier.close();
  }

  close(): void {
    this.#handle?.close();
    this.#handle = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): void {
    const handle = this.#files.open(this.path);
    try {
      const { isFile, size } = handle.statSync();
      this.#sizeBytes = isFile ? size : 0;
      this.#limitBytes = isFile ? this.#maxBytes : Infinity;
      this.#isTorn = isFile && size > 0 && this.#files.isTorn(this.path);
    } catch (error) {
      handle.close();
      throw error;
    }
    this.#handle = handle;
  }

  #isFullFor(length: number): boolean {
    const isFull = () =>
      this.#sizeBytes > 0 && this.#sizeBytes + length > this.#limitBytes;
    if (!isFull()) return false;
    // Something else may have emptied it.
    this.#sizeBytes = this.#handle!.statSync().size;
    return isFull();
  }

  /** Writes bytes, and notes where they stop in the middle. */
  #append(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = this.#handle!.writeSync(bytes.subarray(written));
        if (count === 0) throw new Error("The system takes no more octets");
        written += count;
      }
      this.#isTorn = false;
    } catch (error) {
      // Of a line end that was to close a torn line, nothing may have come either.
      if (written > 0) this.#isTorn = bytes[written - 1] !== LINE_END;
      throw error;
    } finally {
      this.#sizeBytes += written;
    }
  }

  /** Makes way for a new file. Where that fails, the file is written to for as long again. */
  #rotate(): void {
    try {
      for (let number = this.#maxFiles - 1; number > 0; number--) {
        const from = number === 1 ? this.path : `${this.path}.${number - 1}`;
        ignoreMissing(() => this.#files.rename(from, `${this.path}.${number}`));
      }
      if (this.#maxFiles === 1) {
        ignoreMissing(() => this.#files.remove(this.path));
      }
      this.reopen();
    } catch (error) {
      this.#limitBytes = this.#sizeBytes + this.#maxBytes;
      if (this.#onError) this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (!this.#onError) throw error;
    if (this.#isTrouble) return;
    this.#isTrouble = true;
    this.#onError(error);
  }
}

const ENCODER = new TextEncoder();

const LINE_END = 10;

function ignoreMissing(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const SYSTEM_FILES: LogFiles = {
  open: (path) => Deno.openSync(path, { append: true, create: true }),
  rename: (from, to) => Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path),
  isTorn(path) {
    using file = Deno.openSync(path, { read: true });
    file.seekSync(-1, Deno.SeekMode.End);
    const last = new Uint8Array(1);
    return file.readSync(last) === 1 && last[0] !== LINE_END;
  },
};
