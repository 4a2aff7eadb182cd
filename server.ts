/**
 * A TFTP server in the shape of `Deno.serve`: a handler answers requests, the server does the protocol (RFC 1350, 2347,
 * 2348, 2349, 7440).
 *
 * ```ts
 * import { serve, TftpResponse } from "@tftpkit/tftp/server";
 * import { get } from "@tftpkit/tftp/client";
 * import { assertEquals } from "@std/assert";
 *
 * const server = serve({ hostname: "127.0.0.1", port: 0 }, (request) => {
 *   if (request.filename === "hello") return new TftpResponse("Hello World!\n");
 * });
 * await using response = await get({ hostname: "127.0.0.1", port: server.addr.port, filename: "hello" });
 * assertEquals(await response.text(), "Hello World!\n");
 * await server.shutdown();
 * ```
 *
 * @module
 */

import type { TftpHandler } from "./handlers/mod.ts";
import type { UdpAddress } from "./net/mod.ts";
import type {
  CustomOptions,
  TftpRequestWith,
} from "./server/custom_options.ts";
import { Engine } from "./server/engine.ts";
import { resolveOptions, type ServeOptions } from "./server/options.ts";
import type { WorkerOptions } from "./server/workers/worker_options.ts";

export {
  serveDir,
  type ServeDirOptions,
  type SymlinkPolicy,
  type TftpHandler,
  type TftpRequest,
  TftpResponse,
  type TftpResponseInit,
  type TftpUploadInit,
} from "./handlers/mod.ts";
export type {
  CustomOption,
  CustomOptions,
  TftpRequestWith,
} from "./server/custom_options.ts";
export type {
  RequestInfo,
  ServerEvent,
  TransferSummary,
} from "./server/events.ts";
export type { ServerLimits } from "./server/limits.ts";
export type { PortRange, ServeOptions } from "./server/options.ts";
export { inWorker } from "./server/workers/in_worker.ts";
export { WorkerError } from "./server/workers/worker_error.ts";
export type { WorkerOptions } from "./server/workers/worker_options.ts";
export { TFTP_PORT } from "./net/mod.ts";

/** A server that is running. */
export interface TftpServer extends AsyncDisposable {
  /**
   * Where the server listens: its first address, with the port that was found when 0 was asked for.
   *
   * @throws {TypeError} As long as it does not listen yet, which can only be where UDP is `node:dgram`'s: await `listening`.
   */
  readonly addr: UdpAddress;
  /** Where the server listens, all addresses, as soon as it does. */
  readonly listening: Promise<readonly UdpAddress[]>;
  /** Fulfilled when the server has shut down; rejected when it could not listen, or its socket broke. */
  readonly finished: Promise<void>;
  /** Lets the server keep the process alive; that is how it starts. */
  ref(): void;
  /** Lets the process end although the server runs. */
  unref(): void;
  /**
   * Has the workers make a handler of other data, for the requests that come from then on: all of them, or none.
   *
   * @param data What `createHandler` of their module is called with; see `ServeOptions.workers`.
   * @returns A promise that is fulfilled when it counts; rejected with what one of them has thrown. Without workers nothing
   * happens.
   */
  reloadWorkers(data: unknown): Promise<void>;
  /**
   * Takes no more requests, and lets transfers that are under way finish, within `shutdownTimeoutMs`.
   *
   * @returns A promise that is fulfilled when everything is closed.
   */
  shutdown(): Promise<void>;
}

/**
 * Serves TFTP on port 69 of all addresses.
 *
 * @param handler Answers requests.
 * @returns The server.
 * @throws {Deno.errors.AddrInUse} When the port is in use.
 * @throws {Deno.errors.PermissionDenied} When the system keeps the port from this user.
 * @throws {Deno.errors.NotCapable} Without `--allow-net`.
 */
export function serve(handler: TftpHandler): TftpServer;
/**
 * Serves TFTP with options of its own, which the handler finds parsed, and with their types, in `request.customOptions`. For those,
 * write down the type of what a parser is given: `parse: (text: string) => …`.
 *
 * @param options Where to listen, what to accept, how much at once, and the custom options.
 * @param handler Answers requests.
 * @returns The server.
 * @throws {RangeError} When an option is outside of its range.
 * @throws {TypeError} When options contradict each other, or a custom option has the name of a built-in one.
 * @throws {Deno.errors.AddrInUse} When the port is in use.
 * @throws {Deno.errors.PermissionDenied} When the system keeps the port from this user.
 * @throws {Deno.errors.NotCapable} Without `--allow-net`.
 *
 * @example An option that says which line of a file is wanted
 * ```ts
 * import { serve, TftpResponse } from "@tftpkit/tftp/server";
 * import { get } from "@tftpkit/tftp/client";
 * import { assertEquals } from "@std/assert";
 *
 * const server = serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   customOptions: {
 *     line: {
 *       parse: (text: string) => /^[0-9]{1,4}$/.test(text) ? Number(text) : undefined,
 *       answer: (line) => String(line),
 *     },
 *   },
 * }, ({ customOptions: { line } }) => {
 *   const lines = ["one", "two", "three"];
 *   return new TftpResponse(line === undefined ? lines.join("\n") : lines[line] ?? "");
 * });
 * const url = `tftp://127.0.0.1:${server.addr.port}/any`;
 * await using response = await get(url, { customOptions: { line: "1" } });
 * assertEquals(response.customOptions, { line: "1" });
 * assertEquals(await response.text(), "two");
 * await server.shutdown();
 * ```
 */
export function serve<Values extends Record<string, unknown>>(
  options: Omit<ServeOptions, "customOptions"> & {
    readonly customOptions: CustomOptions<Values>;
  },
  handler: (request: TftpRequestWith<Values>) => ReturnType<TftpHandler>,
): TftpServer;
/**
 * Serves TFTP.
 *
 * @param options Where to listen, what to accept, how much at once.
 * @param handler Answers requests.
 * @returns The server.
 * @throws {RangeError} When an option is outside of its range.
 * @throws {TypeError} When options contradict each other.
 * @throws {Deno.errors.AddrInUse} When the port is in use.
 * @throws {Deno.errors.PermissionDenied} When the system keeps the port from this user.
 * @throws {Deno.errors.NotCapable} Without `--allow-net`.
 *
 * @example Serve a directory, and one name that is made up
 * ```ts
 * import { serve, serveDir, TftpResponse } from "@tftpkit/tftp/server";
 * import { assertNotEquals } from "@std/assert";
 *
 * const server = serve({ hostname: "127.0.0.1", port: 0 }, (request) => {
 *   if (request.filename === "hello") return new TftpResponse("Hello World!\n");
 *   return serveDir(request, { root: "./srv" });
 * });
 * assertNotEquals(server.addr.port, 0);
 * await server.shutdown();
 * ```
 */
export function serve(options: ServeOptions, handler: TftpHandler): TftpServer;
/**
 * Serves TFTP by a handler in workers, each of which is a thread: for hundreds of clients at once, on a machine with processors
 * to spare. The main thread hears the requests, counts them, and hands them over.
 *
 * @param options Where to listen, what to accept, how much at once, and the workers' module.
 * @returns The server.
 * @throws {RangeError} When an option is outside of its range.
 * @throws {TypeError} When options contradict each other.
 * @throws {Deno.errors.AddrInUse} When the port is in use.
 * @throws {Deno.errors.PermissionDenied} When the system keeps the port from this user.
 * @throws {Deno.errors.NotCapable} Without `--allow-net`, and without `--allow-read` for the module and this package where
 * they are files.
 *
 * @example A handler in a module of its own, which is made here
 * ```ts
 * import { serve } from "@tftpkit/tftp/server";
 * import { get } from "@tftpkit/tftp/client";
 * import { assertEquals } from "@std/assert";
 *
 * const module = `data:text/javascript,${
 *   encodeURIComponent("export default async ({ filename }) => { throw new Deno.errors.NotFound(filename); }")
 * }`;
 * const server = serve({ hostname: "127.0.0.1", port: 0, workers: { module, count: 1 } });
 * const code = await get(`tftp://127.0.0.1:${server.addr.port}/x`).catch((error) => error.code);
 * assertEquals(code, 1);
 * await server.shutdown();
 * ```
 */
export function serve(
  options: ServeOptions & { readonly workers: WorkerOptions },
): TftpServer;
export function serve(
  optionsOrHandler: ServeOptions | TftpHandler,
  maybeHandler?: TftpHandler,
): TftpServer {
  const [options, handler] = typeof optionsOrHandler === "function"
    ? [{}, optionsOrHandler]
    : [optionsOrHandler, maybeHandler];
  const engine = new Engine(resolveOptions(options, handler), options);
  const shutdown = () => engine.shutdown();
  const { signal } = options;
  if (signal?.aborted) shutdown();
  signal?.addEventListener("abort", shutdown, { once: true });
  engine.finished.catch(() => {}).then(() =>
    signal?.removeEventListener("abort", shutdown)
  );
  return {
    get addr() {
      const [first] = engine.addresses;
      if (first) return first;
      throw new TypeError(
        "Cannot tell the address as the server does not listen yet: await server.listening",
      );
    },
    listening: engine.listening,
    // A promise of its own: when nobody looks at it, a server that breaks does so loudly.
    finished: engine.finished.then(() => {}),
    ref: () => engine.setRef(true),
    unref: () => engine.setRef(false),
    reloadWorkers: async (data) => await engine.workers?.reload(data),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}
