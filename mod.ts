/**
 * A TFTP toolkit for Deno: a server in the shape of `Deno.serve`, a client in the shape of `fetch`, on a protocol core that
 * is pure and can be used by itself (RFC 1350, 1123, 2347, 2348, 2349, 7440; URLs of RFC 3617).
 *
 * ```ts
 * import { get, serve, serveDir, TftpResponse } from "@tftpkit/tftp";
 * import { assertEquals } from "@std/assert";
 *
 * const server = serve({ hostname: "127.0.0.1", port: 0 }, (request) => {
 *   if (request.filename === "hello") return new TftpResponse("Hello World!\n");
 *   return serveDir(request, { root: "./srv" });
 * });
 *
 * await using response = await get(`tftp://127.0.0.1:${server.addr.port}/hello`);
 * assertEquals(await response.text(), "Hello World!\n");
 * await server.shutdown();
 * ```
 *
 * More lies behind other doors: `@tftpkit/tftp/packet` (packets, options, netascii), `/transfer` (the state machines),
 * `/net` (sockets, clocks, the driver), `/handlers` (directories, uploads), `/observe` (logs), `/probe` (asks a server what
 * it is), `/chaos` (a network that misbehaves), `/simulator` (a network in a box), `/cli` (the program).
 *
 * @module
 */

export {
  type ClientOptions,
  type ClientTransferSummary,
  type CustomOptionWish,
  get,
  type GetOptions,
  parseTftpUrl,
  put,
  type PutOptions,
  TftpClient,
  type TftpClientOptions,
  type TftpDownload,
  type TftpTarget,
  type TftpUpload,
  type TransferProgress,
} from "./client.ts";
export {
  type AccessPolicy,
  type AccessRules,
  byOperation,
  type ByOperationOptions,
  checkAccessPolicy,
  clientRoot,
  type ClientRootOptions,
  compose,
  diskCache,
  type DiskCacheOptions,
  type FileCache,
  type HttpCache,
  httpOrigin,
  type HttpOriginEvent,
  type HttpOriginOptions,
  lowercase,
  memory,
  memoryCache,
  type MemoryCacheOptions,
  type MemoryHandler,
  type MemoryOptions,
  NoAnswerError,
  parseMapFile,
  parsePcreFile,
  pcreFallback,
  type RefusalKind,
  remap,
  type RemapOptions,
  type RemapRules,
  restrict,
  restrictNames,
  type RestrictOptions,
  type Route,
  route,
  type RouteHandler,
  type RouteMatch,
  s3Origin,
  type S3OriginOptions,
  serveDirs,
  type ServeDirsOptions,
  serveFile,
  type ServeFileOptions,
  withFilename,
  type WriteRules,
} from "./handlers/mod.ts";
export type { Sink, Source, TransferBody, UdpAddress } from "./net/mod.ts";
export {
  ERROR_CODE,
  type ErrorCode,
  type Operation,
  type OptionList,
  TftpError,
  type TftpErrorOptions,
  type TransferMode,
  type TransferSettings,
  TransferTimeoutError,
} from "./packet/mod.ts";
export {
  type CustomOption,
  type CustomOptions,
  inWorker,
  type PortRange,
  type RequestInfo,
  serve,
  serveDir,
  type ServeDirOptions,
  type ServeOptions,
  type ServerEvent,
  type ServerLimits,
  type SymlinkPolicy,
  TFTP_PORT,
  type TftpHandler,
  type TftpRequest,
  type TftpRequestWith,
  TftpResponse,
  type TftpResponseInit,
  type TftpServer,
  type TftpUploadInit,
  type TransferSummary,
  WorkerError,
  type WorkerOptions,
} from "./server.ts";
export type { RetransmissionOptions, UnprovenBudget } from "./transfer/mod.ts";
export type { TransferStatistics } from "./transfer/mod.ts";
