// A directory as a handler. Rules:
// 1. The name becomes components first (filename.ts), and only then a path.
// 2. Nothing outside of the root is opened, whatever symbolic links say, unless they are to be followed. Where the real
//    path lies is compared by component: /srv/tftp-private is not inside /srv/tftp.
// 3. Only regular files are opened. That is found out before: opening a FIFO waits for ever, opening a device acts.
// 4. What was opened must be what was looked at.
// 5. Paths are opened below the root as it was given, not below its real path: that is what `--allow-read` names. Below
//    the root they are free of symbolic links, so that a denied directory is not reached through another name.
// Someone who may rename directories inside the root while a request is served can still win a race, as Deno has no
// openat(). All calls are synchronous: together they cost a quarter of the asynchronous ones.

import { fromFileUrl, SEPARATOR } from "@std/path";
import {
  ERROR_CODE,
  type ErrorCode,
  errorCodeText,
  quoteText,
  TftpError,
} from "../packet/mod.ts";
import { fileError } from "./_file_error.ts";
import { DEFAULT_MAX_UPLOAD_BYTES, FileSink } from "./file_sink.ts";
import type { FileCache } from "./file_cache.ts";
import { FileSource } from "./file_source.ts";
import { splitFilename } from "./filename.ts";
import type { TftpRequest } from "./request.ts";
import { TftpResponse } from "./response.ts";

/**
 * What becomes of symbolic links below a root: `inside` follows those that stay inside of it, `never` follows none,
 * `follow` follows all, wherever they lead. The root itself may always be one.
 */
export type SymlinkPolicy = "inside" | "never" | "follow";

/** Options of {@linkcode serveDir}. */
export interface ServeDirOptions {
  /** The directory; all names are taken as relative to it, those with a leading slash, too. */
  readonly root: string | URL;
  /**
   * Whether uploads are taken. Where not, they are refused with `AccessViolation`.
   *
   * @default {false}
   */
  readonly write?: boolean;
  /**
   * Whether an upload may replace a file that exists. Where not, it is refused with `FileAlreadyExists`.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
  /**
   * Largest upload that is taken, in octets; what is larger is refused with `DiskFull`, at once if the client announces
   * its size.
   *
   * @default {DEFAULT_MAX_UPLOAD_BYTES}
   */
  readonly maxSizeBytes?: number;
  /**
   * What becomes of symbolic links. An upload never goes through one that has its very name, unless they are followed.
   *
   * @default {"inside"}
   */
  readonly symlinks?: SymlinkPolicy;
  /**
   * Where bytes of files are kept for other readers.
   *
   * @default {null}
   */
  readonly cache?: FileCache | null;
}

/** The options, complete and checked. */
interface Settings extends Required<Omit<ServeDirOptions, "root">> {
  /** The root as a path, as it was given. */
  readonly root: string;
  /** What comes before a separator and a component. */
  readonly prefix: string;
}

/**
 * Answers a request from a directory: a read with a file, a write by putting the upload into one. Only regular files below
 * the root are served, and nothing is created but the file itself: an upload's directory must exist.
 *
 * The client learns no more than a code of RFC 1350 and its text. The message of the error has the details, among them
 * that it is the root that is missing.
 *
 * @param request The request.
 * @param options Which directory, and what is allowed in it.
 * @returns The response.
 * @throws {TftpError} With code 1 when there is no such file, 2 when the name or what it leads to is refused, 3 when the
 * upload is too large, 6 when it would replace a file, 0 when the system fails.
 * @throws {RangeError} When an option has no value of its own.
 *
 * @example A handler that serves a directory
 * ```ts
 * import { serveDir, type TftpRequest } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${root}/hello`, "Hello World!\n");
 * const handler = (request: TftpRequest) => serveDir(request, { root });
 *
 * const local = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;
 * const response = await handler({
 *   operation: "read",
 *   filename: "/hello",
 *   mode: "octet",
 *   options: [],
 *   remote: { ...local, port: 50000 },
 *   local,
 *   signal: new AbortController().signal,
 *   size: null,
 *   body: null,
 * });
 * assertEquals(response.source?.size, 13);
 * response.source?.close();
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export function serveDir(
  request: TftpRequest,
  options: ServeDirOptions,
): Promise<TftpResponse> {
  return Promise.try(answer, request, options);
}

function answer(request: TftpRequest, options: ServeDirOptions): TftpResponse {
  const settings = checkOptions(options);
  const isWrite = request.operation === "write";
  if (isWrite && !settings.write) {
    throw refusal(
      ERROR_CODE.AccessViolation,
      `Cannot take upload ${
        quoteText(request.filename)
      } as uploads are not allowed: set write`,
    );
  }
  const components = splitFilename(request.filename);
  try {
    return isWrite
      ? TftpResponse.upload(openSink(request, components, settings))
      : new TftpResponse(openSource(components, settings));
  } catch (error) {
    throw explain(error, request, components, settings);
  }
}

function checkOptions(options: ServeDirOptions): Settings {
  const {
    write = false,
    overwrite = false,
    maxSizeBytes = DEFAULT_MAX_UPLOAD_BYTES,
    symlinks = "inside",
    cache = null,
  } = options;
  const root = options.root instanceof URL
    ? fromFileUrl(options.root)
    : options.root;
  if (root === "") {
    throw new RangeError(
      'Cannot serve directory as root must be a path: current value is ""',
    );
  }
  if (!["inside", "never", "follow"].includes(symlinks)) {
    throw new RangeError(
      `Cannot use symlinks as it must be "inside", "never" or "follow": current value is "${symlinks}"`,
    );
  }
  const isSlashed = root.endsWith("/") || root.endsWith(SEPARATOR);
  const prefix = isSlashed ? root.slice(0, -1) : root;
  return { root, prefix, write, overwrite, maxSizeBytes, symlinks, cache };
}

function openSource(components: string[], settings: Settings): FileSource {
  const path = locate(components, settings);
  const look = settings.symlinks === "follow" ? Deno.statSync : Deno.lstatSync;
  // A link can lead back to the root, which may be a link itself.
  const info = path === settings.prefix
    ? Deno.statSync(settings.root)
    : look(path);
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
  const file = Deno.openSync(path);
  try {
    const opened = statOpened(file, path, look);
    if (!isSameFile(info, opened)) {
      throw refusal(
        ERROR_CODE.AccessViolation,
        `Cannot send "${path}" as another file took its place while it was opened`,
      );
    }
    return new FileSource(settings.cache?.share(file, opened) ?? file, opened);
  } catch (error) {
    file.close();
    throw error;
  }
}

function statOpened(
  file: Deno.FsFile,
  path: string,
  look: (path: string) => Deno.FileInfo,
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

function openSink(
  request: TftpRequest,
  components: string[],
  settings: Settings,
): FileSink {
  const { overwrite, maxSizeBytes, symlinks } = settings;
  const isOctet = request.mode === "octet";
  // In netascii the announced size counts what is on the wire, where a line end or a carriage return takes two octets.
  const leastSize = (request.size ?? 0) / (isOctet ? 1 : 2);
  if (leastSize > maxSizeBytes) {
    throw refusal(
      ERROR_CODE.DiskFull,
      `Cannot take upload as it must be ${maxSizeBytes} octets at most: announced size is ${request.size}`,
    );
  }
  const parent = locate(components.slice(0, -1), settings);
  return FileSink.open(`${parent}${SEPARATOR}${components.at(-1)}`, {
    overwrite,
    maxSizeBytes,
    announcedSize: isOctet ? request.size : null,
    followSymlink: symlinks === "follow",
  });
}

/**
 * The path below the root, as it was given, that components lead to, free of symbolic links unless they are followed.
 * Without components, what stands for the root before a separator.
 */
function locate(components: string[], settings: Settings): string {
  const { root, prefix, symlinks } = settings;
  let path = prefix;
  for (const component of components) {
    path += SEPARATOR + component;
    if (symlinks === "never" && Deno.lstatSync(path).isSymlink) {
      throw refusal(
        ERROR_CODE.AccessViolation,
        `Cannot use "${path}" as it must not be a symbolic link`,
      );
    }
  }
  if (symlinks !== "inside" || components.length === 0) return path;
  const below = pathBelow(Deno.realPathSync(root), Deno.realPathSync(path));
  if (below === undefined) {
    throw refusal(
      ERROR_CODE.AccessViolation,
      `Cannot use "${path}" as it must lead to a place inside the root "${root}"`,
    );
  }
  return prefix + below;
}

/** What is left of a path after its directory, with the separator; `undefined` when it is not inside of it. */
function pathBelow(directory: string, path: string): string | undefined {
  // Only the root of a file system ends with a separator.
  const prefix = directory.endsWith(SEPARATOR)
    ? directory.slice(0, -1)
    : directory;
  if (path === directory) return "";
  return path.startsWith(prefix + SEPARATOR)
    ? path.slice(prefix.length)
    : undefined;
}

/** Tells a fault of the server's setup from one of the request, for the log; the client is told the same. */
function explain(
  error: unknown,
  request: TftpRequest,
  components: string[],
  settings: Settings,
): unknown {
  if (error instanceof RangeError) return error;
  const cause = error instanceof TftpError ? error.cause : error;
  // Without a cause it was not the system that refused, but one of the rules here.
  const fault = cause === undefined
    ? undefined
    : faultOfRoot(cause, components, settings);
  if (fault !== undefined) {
    return refusal(
      ERROR_CODE.FileNotFound,
      `Cannot serve directory as the root "${settings.root}" ${fault}`,
      { cause },
    );
  }
  const action = request.operation === "write" ? "take upload" : "send file";
  return fileError(error, `Cannot ${action} ${quoteText(request.filename)}`);
}

function faultOfRoot(
  cause: unknown,
  [first]: string[],
  { root, prefix }: Settings,
): string | undefined {
  const { NotFound, PermissionDenied } = Deno.errors;
  try {
    if (!Deno.statSync(root).isDirectory) return "is not a directory";
  } catch (error) {
    return error instanceof NotFound
      ? "is missing"
      : `cannot be read: ${(error as Error).message}`;
  }
  if (!(cause instanceof PermissionDenied)) return undefined;
  try {
    // To look at a name takes nothing but the right to search the directory that it is in.
    Deno.lstatSync(prefix + SEPARATOR + first);
  } catch (error) {
    if (error instanceof PermissionDenied) {
      return `cannot be read: ${error.message}`;
    }
  }
  return undefined;
}

function refusal(
  code: ErrorCode,
  message: string,
  options: ErrorOptions = {},
): TftpError {
  return new TftpError(code, message, {
    ...options,
    wireText: errorCodeText(code),
  });
}
