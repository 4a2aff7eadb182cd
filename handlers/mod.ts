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
export { TftpResponse, type TftpResponseInit } from "./response.ts";
export {
  removeTemporaryFiles,
  type RemoveTemporaryFilesOptions,
} from "./temporary_files.ts";
