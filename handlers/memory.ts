// Files in memory as a handler. Rules:
// 1. A request finds a file under the name as it was asked, or as `splitFilename` reads it: backslashes, empty components
//    and a leading slash do not count, neither in the request nor for a leading slash in the map.
// 2. An upload is seen when all of it has come and not before. Its bytes are the map's own, nobody else's.
// 3. What a client can make the map hold is bounded: each upload, and all files with all uploads on their way. An entry
//    counts some octets besides its bytes, so that empty files come to an end, too.

import type { Sink } from "../net/mod.ts";
import { ERROR_CODE, quoteText } from "../packet/mod.ts";
import { refusal } from "./_refusal.ts";
import {
  alreadyExists,
  checkAnnouncedSize,
  checkSize,
  sizeDiffers,
  tooLarge,
  uploadsNotAllowed,
} from "./_upload_rules.ts";
import { splitFilename } from "./filename.ts";
import type { TftpRequest } from "./request.ts";
import { TftpResponse } from "./response.ts";

/** Largest upload into memory that is taken when nothing else was said, in octets: 16 MiB. */
const DEFAULT_MAX_SIZE_BYTES = 16 * 2 ** 20;

/** What all files may have together when nothing else was said, in octets: 256 MiB. */
const DEFAULT_MAX_TOTAL_BYTES = 256 * 2 ** 20;

/** What an entry counts besides its bytes, in octets. */
const ENTRY_BYTES = 1024;

/** Options of {@linkcode memory}. */
export interface MemoryOptions {
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
   * @default {16777216}
   */
  readonly maxSizeBytes?: number;
  /**
   * What all files may have together, uploads on their way included, in octets; an upload that would exceed it is refused
   * with `DiskFull`. Each file counts 1024 octets more than it has.
   *
   * @default {268435456}
   */
  readonly maxTotalBytes?: number;
}

/** A handler over files in memory. */
export interface MemoryHandler {
  /**
   * Answers a request from the files.
   *
   * @param request The request.
   * @returns The response.
   * @throws {TftpError} With code 1 when there is no such file, 2 when the name or the upload is refused, 3 when it is too
   * large, 6 when it would replace a file.
   */
  (request: TftpRequest): TftpResponse;
  /** The files by name. Entries may be added, replaced and removed at any time; a read that has begun gets the old bytes. */
  readonly files: Map<string, Uint8Array>;
}

/**
 * Serves files from memory, for tests and small payloads. Names are read as `serveDir` reads them, so that `boot/x`,
 * `/boot/x` and `\boot\x` are one file. An upload is in the map, without a leading slash, when it is whole.
 *
 * @param files The files by name: a map, which is then used itself, or a record of bytes and texts (as UTF-8), which is
 * copied.
 * @param options Whether and which uploads are taken.
 * @returns The handler, with the map as `files`.
 * @throws {RangeError} When a size is not a number of octets.
 *
 * @example A text, and uploads for a test to look at
 * ```ts
 * import { memory } from "@tftpkit/tftp/handlers";
 * import { get, put } from "@tftpkit/tftp/client";
 * import { serve } from "@tftpkit/tftp/server";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = memory({ hello: "Hello World!\n" }, { write: true });
 * await using server = serve({ hostname: "127.0.0.1", port: 0 }, handler);
 * const { hostname, port } = server.addr;
 *
 * await using response = await get({ hostname, port, filename: "hello" });
 * assertEquals(await response.text(), "Hello World!\n");
 *
 * await put({ hostname, port, filename: "/backup.cfg" }, "hostname switch\n");
 * assertEquals(new TextDecoder().decode(handler.files.get("backup.cfg")), "hostname switch\n");
 * ```
 */
export function memory(
  files:
    | Map<string, Uint8Array>
    | Readonly<Record<string, Uint8Array | string>> = {},
  options: MemoryOptions = {},
): MemoryHandler {
  const {
    write = false,
    overwrite = false,
    maxSizeBytes = DEFAULT_MAX_SIZE_BYTES,
    maxTotalBytes = DEFAULT_MAX_TOTAL_BYTES,
  } = options;
  checkSize("maxSizeBytes", maxSizeBytes);
  checkSize("maxTotalBytes", maxTotalBytes);
  const store: Store = {
    files: files instanceof Map ? files : toMap(files),
    pending: new Set(),
    overwrite,
    maxSizeBytes,
    maxTotalBytes,
  };
  const handler = (request: TftpRequest): TftpResponse => {
    if (request.operation === "read") return sendFile(request, store.files);
    if (!write) throw uploadsNotAllowed(request);
    return TftpResponse.upload(openSink(request, store));
  };
  return Object.assign(handler, { files: store.files });
}

/** The files, and what is about to be among them. */
interface Store {
  readonly files: Map<string, Uint8Array>;
  readonly pending: Set<{ sizeBytes: number }>;
  readonly overwrite: boolean;
  readonly maxSizeBytes: number;
  readonly maxTotalBytes: number;
}

function toMap(
  record: Readonly<Record<string, Uint8Array | string>>,
): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  return new Map(
    Object.entries(record).map(([name, content]) => {
      if (typeof content === "string") return [name, encoder.encode(content)];
      if (content instanceof Uint8Array) return [name, content];
      throw new TypeError(
        `Cannot serve ${
          quoteText(name)
        } as its content must be bytes or a text: current value is ${content}`,
      );
    }),
  );
}

function sendFile(
  { filename }: TftpRequest,
  files: Map<string, Uint8Array>,
): TftpResponse {
  const key = findKey(filename, files);
  const bytes = key === undefined ? undefined : files.get(key);
  if (bytes !== undefined) return new TftpResponse(bytes);
  throw refusal(
    ERROR_CODE.FileNotFound,
    `Cannot send ${quoteText(filename)} as there is no such file in memory`,
  );
}

/** The key of the file that a name means, if there is one. */
function findKey(
  filename: string,
  files: ReadonlyMap<string, Uint8Array>,
): string | undefined {
  if (files.has(filename)) return filename;
  const path = splitFilename(filename).join("/");
  return [path, `/${path}`].find((key) => files.has(key));
}

function openSink(request: TftpRequest, store: Store): Sink {
  const { files, pending, overwrite, maxSizeBytes } = store;
  const path = splitFilename(request.filename).join("/");
  const place = (): string => {
    const key = findKey(request.filename, files);
    if (key !== undefined && !overwrite) throw alreadyExists(key);
    return key ?? path;
  };
  place();
  const announcedSize = checkAnnouncedSize(request, maxSizeBytes);
  const upload = { sizeBytes: announcedSize ?? 0 };
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  pending.add(upload);
  const checkRoom = (): void => {
    const total = totalBytes(store);
    if (total > store.maxTotalBytes) throw noRoom(total, store.maxTotalBytes);
  };
  try {
    checkRoom();
  } catch (error) {
    pending.delete(upload);
    throw error;
  }
  return {
    write(bytes) {
      sizeBytes += bytes.length;
      if (sizeBytes > maxSizeBytes) throw tooLarge(sizeBytes, maxSizeBytes);
      if (announcedSize !== null && sizeBytes > announcedSize) {
        throw sizeDiffers(announcedSize, `${sizeBytes} or more`);
      }
      if (sizeBytes > upload.sizeBytes) {
        upload.sizeBytes = sizeBytes;
        checkRoom();
      }
      // The array is used again.
      chunks.push(bytes.slice());
    },
    commit() {
      if (announcedSize !== null && sizeBytes !== announcedSize) {
        throw sizeDiffers(announcedSize, String(sizeBytes));
      }
      // Another upload may have come first.
      files.set(place(), concat(chunks, sizeBytes));
      pending.delete(upload);
    },
    abort() {
      pending.delete(upload);
      chunks.length = 0;
    },
  };
}

function totalBytes({ files, pending }: Store): number {
  let total = (files.size + pending.size) * ENTRY_BYTES;
  for (const { length } of files.values()) total += length;
  for (const { sizeBytes } of pending) total += sizeBytes;
  return total;
}

function noRoom(totalSize: number, maxTotalBytes: number) {
  return refusal(
    ERROR_CODE.DiskFull,
    `Cannot take upload as all files must have ${maxTotalBytes} octets together at most: they would have ${totalSize}`,
  );
}

function concat(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
