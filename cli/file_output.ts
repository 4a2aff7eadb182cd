import { dirname } from "@std/path";
import { FileSink } from "../handlers/mod.ts";
import type { Sink } from "../net/mod.ts";
import { writeAll } from "../net/write_all.ts";
import { ERROR_CODE, quoteText, TftpError } from "../packet/mod.ts";
import type { CliContext, Output } from "./context.ts";
import { explain } from "./explain.ts";

/** Options of {@linkcode openOutput}. */
export interface OutputOptions {
  /** Whether a file that is there is replaced; it is unless told otherwise. */
  readonly overwrite?: boolean;
  /** Why it is not, behind the name of the file that is there. */
  readonly whyNotOverwritten?: string;
  /** Whether a symbolic link is written through; it is unless told otherwise. */
  readonly followSymlink?: boolean;
  /** What a file is called that has not come to its end; it is removed unless told otherwise. */
  readonly partialPath?: string | null;
}

/**
 * Where a download goes.
 *
 * @param path A file, which appears when it is complete; a device or pipe, which is written to as it is; `null` for
 * standard output.
 * @param stdout Standard output.
 * @param options What to do with what is there, and with what is not complete.
 * @returns Where to write.
 * @throws {Error} When the file cannot be created.
 */
export async function openOutput(
  path: string | null,
  stdout: Output,
  options: OutputOptions = {},
): Promise<Sink> {
  const { overwrite = true, followSymlink = true, partialPath = null } =
    options;
  if (path === null) {
    return { write: (bytes) => stdout.write(bytes), commit() {}, abort() {} };
  }
  const info = statIfThere(path);
  if (info && isSpecial(info)) return await deviceSink(path);
  try {
    const sink = FileSink.open(path, {
      overwrite,
      followSymlink,
      partialPath,
      maxSizeBytes: Infinity,
    });
    return explainedSink(sink, path, options);
  } catch (error) {
    throw explainCreation(error, path, options);
  }
}

/** Whether this is neither a file nor a directory, but such as /dev/null. */
export function isSpecial(info: Deno.FileInfo): boolean {
  return !info.isFile && !info.isDirectory;
}

/** What is known of a path; `null` when nothing is there. */
export function statIfThere(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}

/**
 * What is there, where that may be looked at: without permission, Deno would ask the user for it.
 *
 * @param path The path.
 * @param context The process.
 * @returns What is known of it; `null` when nothing is there, or nothing may be known.
 */
export async function look(
  path: string,
  context: CliContext,
): Promise<Deno.FileInfo | null> {
  if (!await context.isGranted({ name: "read", path })) return null;
  try {
    return await Deno.stat(path);
  } catch {
    // Not there, or not to be looked at: whoever opens it will tell.
    return null;
  }
}

/** The sink speaks of uploads and of its temporary file, neither of which is known here. */
function explainCreation(
  error: unknown,
  path: string,
  options: OutputOptions,
): unknown {
  const { cause } = error as Error;
  if (cause === undefined) return explainWriting(error, path, options);
  const directory = dirname(path);
  return new Error(
    cause instanceof Deno.errors.NotFound && !statIfThere(directory)
      ? `there is no directory ${quoteText(directory)}: create it first`
      : `${quoteText(path)} cannot be written: ${explain(cause)}`,
    { cause: error },
  );
}

/** A sink for uploads, whose errors are about a download. */
function explainedSink(
  sink: Sink,
  path: string,
  options: OutputOptions,
): Sink {
  return {
    write(bytes) {
      try {
        return sink.write(bytes);
      } catch (error) {
        throw explainWriting(error, path, options);
      }
    },
    async commit() {
      try {
        await sink.commit();
      } catch (error) {
        throw explainWriting(error, path, options);
      }
    },
    abort: (reason) => sink.abort(reason),
  };
}

/** The same for the server, and in other words for the person here. */
function explainWriting(
  error: unknown,
  path: string,
  { whyNotOverwritten = ", and --no-clobber keeps it" }: OutputOptions,
): unknown {
  if (!(error instanceof TftpError)) return error;
  const { code, wireText, cause } = error;
  const name = quoteText(path);
  if (code === ERROR_CODE.FileAlreadyExists) {
    const text = `${name} is there already${whyNotOverwritten}`;
    return new TftpError(code, text, { cause: error, wireText });
  }
  if (cause === undefined) return error;
  const advice = code === ERROR_CODE.DiskFull
    ? ": make room, or write elsewhere with --output-dir"
    : "";
  return new TftpError(
    code,
    `${name} cannot be written: ${explain(cause)}${advice}`,
    { cause: error, wireText },
  );
}

async function deviceSink(path: string): Promise<Sink> {
  // A pipe that nobody reads from makes this wait, and Ctrl-C must be heard meanwhile.
  const device = await Deno.open(path, { write: true });
  let isClosed = false;
  const close = () => {
    if (!isClosed) device.close();
    isClosed = true;
  };
  return {
    write: (bytes) => writeAll(device, bytes),
    commit: close,
    abort: close,
  };
}
