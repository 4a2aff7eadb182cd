/**
 * Where the bytes of transfers come from and go to: what a handler is given and gives back, and handlers that are ready
 * to use.
 *
 * ```ts
 * import { serveDir, type TftpHandler, TftpResponse } from "@tftpkit/tftp/handlers";
 *
 * const handler: TftpHandler = (request) => {
 *   if (request.filename === "hello") return new TftpResponse("Hello World!\n");
 *   return serveDir(request, { root: "./srv" });
 * };
 * ```
 *
 * @module
 */

export {
  serveDir,
  type ServeDirOptions,
  type SymlinkPolicy,
} from "./directory.ts";
export {
  DEFAULT_MAX_UPLOAD_BYTES,
  FileSink,
  type FileSinkOptions,
} from "./file_sink.ts";
export { FileSource } from "./file_source.ts";
export {
  isTemporaryName,
  splitFilename,
  TEMPORARY_NAME_REGEXP,
} from "./filename.ts";
export { diskCache, type DiskCacheOptions } from "./http/disk_cache.ts";
export type {
  CacheEntry,
  CacheReader,
  CacheRecord,
  CacheWriter,
  HttpCache,
} from "./http/http_cache.ts";
export { httpOrigin, type HttpOriginOptions } from "./http/http_origin.ts";
export { memoryCache, type MemoryCacheOptions } from "./http/memory_cache.ts";
export { s3Origin, type S3OriginOptions } from "./http/s3_origin.ts";
export type { FetchFunction, RedirectPolicy } from "./http/_origin_client.ts";
export type { HttpOriginEvent } from "./http/_origin_event.ts";
export { type TftpHandler, type TftpRequest, withFilename } from "./request.ts";
export { TftpResponse, type TftpResponseInit } from "./response.ts";
export {
  removeTemporaryFiles,
  type RemoveTemporaryFilesOptions,
} from "./temporary_files.ts";
