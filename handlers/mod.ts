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
export { type TftpHandler, type TftpRequest, withFilename } from "./request.ts";
export { TftpResponse, type TftpResponseInit } from "./response.ts";
export {
  removeTemporaryFiles,
  type RemoveTemporaryFilesOptions,
} from "./temporary_files.ts";
