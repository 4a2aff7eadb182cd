// Files of a directory over HTTP, for firmware and boot loaders, which load them so ten times faster than by TFTP. Rules:
// 1. What can be had is what `serveDir` gives over TFTP, and not a file more: the name goes through the same rules, into the
//    same jail (handlers/directory.ts). Nothing is listed, nothing is written.
// 2. A path is decoded once. What is then no name is refused as over TFTP.
// 3. A response says how long it is, also to HEAD: EDK2 asks before it loads, and cannot do with chunks. Nothing is
//    compressed on the way, as a boot loader need not know how to undo that.
// 4. A file that changes while it is sent ends the connection before its last octets: no client takes half an old and half a
//    new file for a whole one.
// 5. A client learns a status and its fixed text.

import { checkDirectory, openBelow } from "../handlers/directory.ts";
import type { ServeDirOptions } from "../handlers/mod.ts";
import { ERROR_CODE, TftpError } from "../packet/mod.ts";
import {
  type ByteRange,
  evaluateConditions,
  requestedRange,
  validatorsOf,
} from "./http_conditions.ts";
import {
  exchangeTeller,
  type HttpExchange,
  type HttpHandler,
  type Outcome,
} from "./http_exchange.ts";

/** Octets that are read and sent at once. */
const CHUNK_BYTES = 256 * 1024;

/** What EDK2 and people with a browser want to know; all else is octets. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  cfg: "text/plain; charset=utf-8",
  efi: "application/efi",
  html: "text/html; charset=utf-8",
  ipxe: "text/plain; charset=utf-8",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
};

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: "Bad request",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  412: "Precondition failed",
  416: "Range not satisfiable",
  500: "Internal error",
};

/** Options of {@linkcode httpBoot}. */
export interface HttpBootOptions
  extends Pick<ServeDirOptions, "root" | "symlinks" | "caseInsensitive"> {
  /**
   * Told of each request when its response has been handed over, or has broken off.
   *
   * @param exchange The request, and what became of it.
   */
  readonly onExchange?: (exchange: HttpExchange) => void;
  /** Breaks off all downloads when it is aborted. */
  readonly signal?: AbortSignal;
  /**
   * The time in milliseconds since 1970, as files have it.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

/**
 * Makes a handler for `Deno.serve` that sends the files of a directory: `GET` and `HEAD`, with ranges and with conditions
 * (RFC 9110). Names are taken, and symbolic links followed, as by `serveDir` over TFTP.
 *
 * @param options Which directory.
 * @returns The handler.
 * @throws {RangeError} When an option has no value of its own.
 *
 * @example A part of a file
 * ```ts
 * import { httpBoot } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${root}/boot.ipxe`, "#!ipxe\nshell\n");
 *
 * const handler = httpBoot({ root });
 * const response = await handler(
 *   new Request("http://192.0.2.1/boot.ipxe", { headers: { range: "bytes=2-5" } }),
 * );
 * assertEquals([response.status, await response.text()], [206, "ipxe"]);
 *
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export function httpBoot(options: HttpBootOptions): HttpHandler {
  const {
    root,
    symlinks,
    caseInsensitive = false,
    onExchange,
    signal,
    now = Date.now,
  } = options;
  const settings = checkDirectory({
    root,
    caseInsensitive,
    ...symlinks === undefined ? {} : { symlinks },
  });
  const downloads: Downloads = new Set();
  signal?.addEventListener("abort", () => {
    for (const breakOff of [...downloads]) breakOff(signal.reason);
  }, { once: true });
  return (request, info) => {
    const { pathname } = new URL(request.url);
    const tell = exchangeTeller(request, info, onExchange);
    const refuse = (status: number, error: unknown, headers = {}): Response => {
      tell({ status, bytes: 0, error });
      return refusal(status, request.method, headers);
    };
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse(405, null, { allow: "GET, HEAD" });
    }
    const name = decodePath(pathname);
    if (name === null) return refuse(400, null);
    let opened;
    try {
      opened = openBelow(name, settings);
    } catch (error) {
      return refuse(statusOf(error), error);
    }
    return respond(request, name, opened, now(), { tell, refuse, downloads });
  };
}

interface Opened {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
}

/** What breaks off each download that is under way. */
type Downloads = Set<(reason: unknown) => void>;

interface Surroundings {
  readonly downloads: Downloads;
  tell(outcome: Outcome): void;
  refuse(status: number, error: unknown, headers?: HeadersInit): Response;
}

function respond(
  { method, headers: asked }: Request,
  name: string,
  { file, info }: Opened,
  now: number,
  { tell, refuse, downloads }: Surroundings,
): Response {
  const { size, mtime, ino: inode } = info;
  const modifiedMs = mtime?.getTime() ?? null;
  const validators = validatorsOf({ size, modifiedMs, inode }, now);
  const headers = new Headers({
    "accept-ranges": "bytes",
    "cache-control": "no-cache, no-transform",
    "content-type": contentType(name),
    etag: validators.etag,
    "x-content-type-options": "nosniff",
    ...mtime ? { "last-modified": mtime.toUTCString() } : {},
  });
  const condition = evaluateConditions(asked, validators);
  const range = requestedRange(asked, size, validators);
  if (condition !== null || range === "unsatisfiable") file.close();
  if (condition === 412) return refuse(412, null);
  if (condition === 304) {
    tell({ status: 304, bytes: 0, error: null });
    return new Response(null, { status: 304, headers });
  }
  if (range === "unsatisfiable") {
    return refuse(416, null, { "content-range": `bytes */${size}` });
  }
  const { start, end } = range ?? { start: 0, end: size };
  headers.set("content-length", String(end - start));
  if (range) headers.set("content-range", `bytes ${start}-${end - 1}/${size}`);
  const status = range ? 206 : 200;
  if (method === "HEAD" || start === end) {
    file.close();
    tell({ status, bytes: 0, error: null });
    return new Response(method === "HEAD" ? null : "", { status, headers });
  }
  const onEnd = (bytes: number, error: unknown) =>
    tell({ status, bytes, error });
  const body = bodyOf({ file, info }, { start, end }, downloads, onEnd);
  return new Response(body, { status, headers });
}

/** The octets of a range, read as they are taken. */
function bodyOf(
  { file, info }: Opened,
  { start, end }: ByteRange,
  downloads: Downloads,
  onEnd: (bytes: number, error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = start;
  let breakOff: (reason: unknown) => void;
  const finish = (error: unknown): void => {
    downloads.delete(breakOff);
    file.close();
    onEnd(position - start, error);
  };
  return new ReadableStream({
    start(controller) {
      if (start > 0) file.seekSync(start, Deno.SeekMode.Start);
      breakOff = (reason) => {
        finish(reason);
        controller.error(reason);
      };
      downloads.add(breakOff);
    },
    pull(controller) {
      try {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, end - position));
        const count = file.readSync(chunk);
        if (count === null) throw new Error("The file became shorter");
        if (position + count === end) checkUnchanged(file, info);
        position += count;
        controller.enqueue(chunk.subarray(0, count));
      } catch (error) {
        breakOff(error);
        return;
      }
      if (position < end) return;
      finish(null);
      controller.close();
    },
    cancel(reason) {
      finish(reason ?? new Error("The client has gone"));
    },
  }, { highWaterMark: 0 });
}

function checkUnchanged(file: Deno.FsFile, before: Deno.FileInfo): void {
  let now: Deno.FileInfo;
  try {
    now = file.statSync();
  } catch (error) {
    // Where the root is a symbolic link, Deno asks for more than was granted, and nothing can be found out.
    if (error instanceof Deno.errors.NotCapable) return;
    throw error;
  }
  const isSame = now.size === before.size &&
    now.mtime?.getTime() === before.mtime?.getTime();
  if (!isSame) throw new Error("The file was changed while it was sent");
}

function decodePath(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof TftpError)) return 500;
  switch (error.code) {
    case ERROR_CODE.FileNotFound:
      return 404;
    case ERROR_CODE.AccessViolation:
      return 403;
    default:
      return 500;
  }
}

function refusal(
  status: number,
  method: string,
  headers: HeadersInit,
): Response {
  const text = `${STATUS_TEXTS[status]}\n`;
  return new Response(method === "HEAD" ? null : text, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(text.length),
      ...headers,
    },
  });
}

function contentType(name: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(CONTENT_TYPES, ending)
    ? CONTENT_TYPES[ending]!
    : "application/octet-stream";
}
