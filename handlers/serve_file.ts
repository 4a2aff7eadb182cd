import { asTftpError } from "../net/mod.ts";
import { fromFileUrl } from "@std/path";
import { quoteText } from "../packet/mod.ts";
import { openRegular } from "./_regular_file.ts";
import { checkAnnouncedSize, uploadsNotAllowed } from "./_upload_rules.ts";
import { DEFAULT_MAX_UPLOAD_BYTES, FileSink } from "./file_sink.ts";
import type { TftpRequest } from "./request.ts";
import { TftpResponse } from "./response.ts";

/** Options of {@linkcode serveFile}. */
export interface ServeFileOptions {
  /**
   * Whether uploads are taken. Where not, they are refused with `AccessViolation`.
   *
   * @default {false}
   */
  readonly write?: boolean;
  /**
   * Whether an upload may replace the file when it exists. Where not, it is refused with `FileAlreadyExists`.
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
}

/**
 * Answers a request with one file, whatever name was asked for: a read sends it, a write puts the upload in its place, whole
 * or not at all. Only a regular file is sent; symbolic links are followed.
 *
 * The path must be the program's own. One that is made from what the client said belongs below a root: `withFilename` and
 * `serveDir` keep it there.
 *
 * @param request The request.
 * @param path The file.
 * @param options Whether and which uploads are taken.
 * @returns The response.
 * @throws {TftpError} With code 1 when there is no such file, 2 when it may not be read or written, 3 when the upload is too
 * large, 6 when it would replace the file, 0 when the system fails.
 *
 * @example One boot program for all
 * ```ts
 * import { serveFile, type TftpHandler } from "@tftpkit/tftp/handlers";
 *
 * const handler: TftpHandler = (request) => {
 *   if (request.filename.endsWith(".efi")) return serveFile(request, "./srv/ipxe.efi");
 * };
 * ```
 */
export function serveFile(
  request: TftpRequest,
  path: string | URL,
  options: ServeFileOptions = {},
): Promise<TftpResponse> {
  return Promise.try(answer, request, path, options);
}

function answer(
  request: TftpRequest,
  location: string | URL,
  options: ServeFileOptions,
): TftpResponse {
  const {
    write = false,
    overwrite = false,
    maxSizeBytes = DEFAULT_MAX_UPLOAD_BYTES,
  } = options;
  const path = location instanceof URL ? fromFileUrl(location) : location;
  const isWrite = request.operation === "write";
  if (isWrite && !write) throw uploadsNotAllowed(request);
  try {
    if (!isWrite) {
      const info = Deno.statSync(path);
      return new TftpResponse(openRegular(path, info, Deno.statSync));
    }
    return TftpResponse.upload(FileSink.open(path, {
      overwrite,
      maxSizeBytes,
      announcedSize: checkAnnouncedSize(request, maxSizeBytes),
      followSymlink: true,
    }));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const action = isWrite ? "take upload" : "send file";
    throw asTftpError(
      error,
      `Cannot ${action} ${quoteText(request.filename)} as "${path}"`,
    );
  }
}
