/**
 * Where the bytes of transfers come from and go to: what a handler is given and gives back, and handlers that are ready
 * to use.
 *
 * ```ts
 * import { compose, route, serveDir, TftpResponse } from "@tftpkit/tftp/handlers";
 *
 * const handler = compose(
 *   route([{
 *     pattern: "/hello/:name",
 *     handler: (_request, { groups }) => new TftpResponse(`Hello ${groups.name}!\n`),
 *   }]),
 *   (request) => serveDir(request, { root: "./srv" }),
 * );
 * ```
 *
 * @module
 */

export type { SymlinkPolicy } from "./_jail.ts";
export { clientRoot, type ClientRootOptions } from "./client_root.ts";
export { compose } from "./compose.ts";
export { serveDirs, type ServeDirsOptions } from "./directories.ts";
export { serveDir, type ServeDirOptions } from "./directory.ts";
export {
  FileCache,
  type FileCacheOptions,
  type ReadableFile,
} from "./file_cache.ts";
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
export { httpOrigin } from "./http/http_origin.ts";
export type { HttpOriginOptions } from "./http/http_origin_options.ts";
export { memoryCache, type MemoryCacheOptions } from "./http/memory_cache.ts";
export { s3Origin, type S3OriginOptions } from "./http/s3_origin.ts";
export type { FetchFunction, RedirectPolicy } from "./http/_origin_client.ts";
export type { HttpOriginEvent } from "./http/_origin_event.ts";
export { lowercase } from "./lowercase.ts";
export {
  type MacLookup,
  neighborLookup,
  type NeighborTables,
} from "./mac_address.ts";
export { memory, type MemoryHandler, type MemoryOptions } from "./memory.ts";
export { NoAnswerError } from "./no_answer.ts";
export { byOperation, type ByOperationOptions } from "./policy/by_operation.ts";
export {
  type CidrBlock,
  cidrContains,
  type IpAddress,
  parseCidr,
  parseIpAddress,
} from "./policy/cidr.ts";
export {
  type AccessPolicy,
  type AccessRules,
  checkAccessPolicy,
  type RefusalKind,
  type WriteRules,
} from "./policy/policy.ts";
export { restrict, type RestrictOptions } from "./policy/restrict.ts";
export { restrictNames } from "./policy/restrict_names.ts";
export { type FileChecker, fileChecker } from "./remap/file_check.ts";
export {
  parseMapFile,
  RemapFileError,
  type RemapFileProblem,
  RemapRules,
} from "./remap/map_file.ts";
export {
  parsePcreFile,
  PcreRules,
  type PcreSubstitution,
} from "./remap/pcre_file.ts";
export { pcreFallback, remap, type RemapOptions } from "./remap/remap.ts";
export type {
  RemapAccepted,
  RemapFilenameOptions,
  RemapRefused,
  RemapRequest,
  RemapResult,
  RemapStep,
} from "./remap/remap_result.ts";
export { DEFAULT_MAX_REMAP_STEPS, remapFilename } from "./remap/rules.ts";
export { type TftpHandler, type TftpRequest, withFilename } from "./request.ts";
export {
  TftpResponse,
  type TftpResponseInit,
  type TftpUploadInit,
} from "./response.ts";
export {
  type Route,
  route,
  type RouteHandler,
  type RouteMatch,
} from "./route.ts";
export { serveFile, type ServeFileOptions } from "./serve_file.ts";
export {
  removeTemporaryFiles,
  type RemoveTemporaryFilesOptions,
} from "./temporary_files.ts";
