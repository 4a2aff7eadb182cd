// A directory as a handler. Rules:
// 1. The name becomes components first (filename.ts), then a path inside the root (_jail.ts), and only then is anything
//    opened, if it is a regular file (_regular_file.ts).
// 2. The client learns a code and its text; a fault of the server's setup is told to the log, and only there.

import { asTftpError, type Source } from "../net/mod.ts";
import { SEPARATOR } from "@std/path";
import { ERROR_CODE, quoteText, TftpError } from "../packet/mod.ts";
import {
  faultOfRoot,
  type Jail,
  locate,
  makeJail,
  matchCase,
  type SymlinkPolicy,
} from "./_jail.ts";
import { refusal } from "./_refusal.ts";
import {
  checkRegular,
  type Look,
  type OpenedFile,
  openFile,
  openRegular,
} from "./_regular_file.ts";
import { checkAnnouncedSize, uploadsNotAllowed } from "./_upload_rules.ts";
import { DEFAULT_MAX_UPLOAD_BYTES, FileSink } from "./file_sink.ts";
import type { FileCache } from "./file_cache.ts";
import { isTemporaryName, splitFilename } from "./filename.ts";
import type { TftpRequest } from "./request.ts";
import { TftpResponse } from "./response.ts";

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
   * Whether upper and lower case are the same in names, as for clients of Windows and DOS. A file whose name is just what
   * was asked comes first; of several others, the first in the order of their UTF-16 code units. An upload goes to the
   * file that it finds so, or to a new one with the name that was asked. For a name that is not there as it is asked, its
   * directories are read; their names are kept until they change.
   *
   * @default {false}
   */
  readonly caseInsensitive?: boolean;
  /**
   * Where bytes of files are kept for other readers.
   *
   * @default {null}
   */
  readonly cache?: FileCache | null;
}

/** The options, complete and checked. */
export interface DirectorySettings extends Jail {
  readonly write: boolean;
  readonly overwrite: boolean;
  readonly maxSizeBytes: number;
  readonly caseInsensitive: boolean;
  readonly cache: FileCache | null;
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
 *   customOptions: {},
 *   remote: { ...local, port: 50000 },
 *   local,
 *   signal: new AbortController().signal,
 *   size: null,
 *   body: null,
 *   acknowledgeOption() {},
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
  return answerFromDirectory(request, checkDirectory(options));
}

/** Completes and checks the options. */
export function checkDirectory(options: ServeDirOptions): DirectorySettings {
  const {
    root,
    write = false,
    overwrite = false,
    maxSizeBytes = DEFAULT_MAX_UPLOAD_BYTES,
    symlinks = "inside",
    caseInsensitive = false,
    cache = null,
  } = options;
  const jail = makeJail(root, symlinks);
  return { ...jail, write, overwrite, maxSizeBytes, caseInsensitive, cache };
}

/** Answers a request, with options that were checked before. */
export function answerFromDirectory(
  request: TftpRequest,
  settings: DirectorySettings,
): TftpResponse {
  const isWrite = request.operation === "write";
  if (isWrite && !settings.write) throw uploadsNotAllowed(request);
  return within(
    request,
    settings,
    (components) =>
      isWrite
        ? TftpResponse.upload(openSink(request, components, settings))
        : new TftpResponse(openSource(components, settings)),
  );
}

/**
 * Whether a directory has a file of the name that is asked for, so that a read would get it.
 *
 * @throws {TftpError} When there is something that a read would be refused.
 */
export function hasFile(
  request: AskedName,
  settings: DirectorySettings,
): boolean {
  try {
    within(request, settings, (components) => {
      const { path, info } = find(components, settings);
      checkRegular(path, info);
    });
    return true;
  } catch (error) {
    if (error instanceof TftpError && error.code === ERROR_CODE.FileNotFound) {
      return false;
    }
    throw error;
  }
}

/**
 * Opens the file that a read of a name would get, for whoever sends it by another protocol.
 *
 * @throws {TftpError} As a read would.
 */
export function openBelow(
  filename: string,
  settings: DirectorySettings,
): OpenedFile {
  return within(
    { filename, operation: "read" },
    settings,
    (components) => {
      const { path, info, look } = find(components, settings);
      return openFile(path, info, look);
    },
  );
}

/**
 * Whether a directory has a place for an upload of the name that is asked for: a directory to put it into, and nothing but a
 * regular file in its place. Whether uploads are taken, and may replace files, is not asked.
 *
 * @throws {TftpError} When there is something that an upload would be refused.
 */
export function hasPlace(
  request: AskedName,
  settings: DirectorySettings,
): boolean {
  return within(request, settings, (components) => {
    const parent = locate(components.slice(0, -1), settings);
    if (!Deno.statSync(parent || settings.root).isDirectory) return false;
    const look = settings.symlinks === "follow"
      ? Deno.statSync
      : Deno.lstatSync;
    try {
      return look(`${parent}${SEPARATOR}${components.at(-1)}`).isFile;
    } catch (error) {
      return error instanceof Deno.errors.NotFound;
    }
  });
}

/** What a look at a name needs to know of a request. */
type AskedName = Pick<TftpRequest, "filename" | "operation">;

/** Does something with the components of a request's name, as they are written in the directory. */
function within<T>(
  request: AskedName,
  settings: DirectorySettings,
  action: (components: readonly string[]) => T,
): T {
  const asked = splitFilename(request.filename);
  try {
    return action(
      settings.caseInsensitive ? matchAsked(asked, settings) : asked,
    );
  } catch (error) {
    throw explain(error, request, asked, settings);
  }
}

/** What is written in the directory can be another name than was asked, and need not be one that may be asked for. */
function matchAsked(
  asked: readonly string[],
  settings: DirectorySettings,
): readonly string[] {
  const matched = matchCase(asked, settings);
  if (!matched.some(isTemporaryName)) return matched;
  throw refusal(
    ERROR_CODE.AccessViolation,
    "Cannot use filename as no component may be the name of an unfinished upload",
  );
}

interface Found {
  readonly path: string;
  readonly info: Deno.FileInfo;
  readonly look: Look;
}

function find(
  components: readonly string[],
  settings: DirectorySettings,
): Found {
  const path = locate(components, settings);
  const look = settings.symlinks === "follow" ? Deno.statSync : Deno.lstatSync;
  // A link can lead back to the root, which may be a link itself.
  const info = path === settings.prefix
    ? Deno.statSync(settings.root)
    : look(path);
  return { path, info, look };
}

function openSource(
  components: readonly string[],
  settings: DirectorySettings,
): Source {
  const { path, info, look } = find(components, settings);
  return openRegular(path, info, look, settings.cache);
}

function openSink(
  request: TftpRequest,
  components: readonly string[],
  settings: DirectorySettings,
): FileSink {
  const { overwrite, maxSizeBytes, symlinks } = settings;
  const announcedSize = checkAnnouncedSize(request, maxSizeBytes);
  const parent = locate(components.slice(0, -1), settings);
  return FileSink.open(`${parent}${SEPARATOR}${components.at(-1)}`, {
    overwrite,
    maxSizeBytes,
    announcedSize,
    followSymlink: symlinks === "follow",
  });
}

/** Tells a fault of the server's setup from one of the request, for the log; the client is told the same. */
function explain(
  error: unknown,
  request: AskedName,
  components: readonly string[],
  settings: DirectorySettings,
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
  return asTftpError(error, `Cannot ${action} ${quoteText(request.filename)}`);
}
