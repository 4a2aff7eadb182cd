/**
 * A TFTP client in the shape of `fetch`: `get` and `put` with a URL (RFC 3617), and `TftpClient` for many transfers with
 * one server.
 *
 * ```ts
 * import { get, put } from "@tftpkit/tftp/client";
 * import { serve, TftpResponse } from "@tftpkit/tftp/server";
 * import { assertEquals } from "@std/assert";
 *
 * const files = new Map<string, string>();
 * await using server = serve({ hostname: "127.0.0.1", port: 0 }, async (request) => {
 *   const { filename, body } = request;
 *   if (body) files.set(filename, await new Response(body).text());
 *   else if (files.has(filename)) return new TftpResponse(files.get(filename)!);
 * });
 * const url = `tftp://127.0.0.1:${server.addr.port}/config.txt`;
 *
 * await put(url, "hostname r1\n");
 * await using response = await get(url);
 * assertEquals(await response.text(), "hostname r1\n");
 * ```
 *
 * @module
 */

import { download, type TftpDownload } from "./client/download.ts";
import {
  type ClientConfig,
  type ClientOptions,
  resolveClientOptions,
} from "./client/options.ts";
import { resolveTarget, type TftpTarget } from "./client/target.ts";
import { type TftpUpload, upload } from "./client/upload.ts";
import type { Sink, TransferBody } from "./net/mod.ts";
import { given } from "./packet/given.ts";

export type { CustomOptionWish } from "./client/custom_options.ts";
export type { TftpDownload } from "./client/download.ts";
export type { ClientTransferSummary } from "./client/exchange.ts";
export type { ClientOptions, TransferProgress } from "./client/options.ts";
export { parseTftpUrl, type TftpTarget } from "./client/target.ts";
export type { TftpUpload } from "./client/upload.ts";

/** Options of `get`. */
export interface GetOptions extends ClientOptions {
  /**
   * Where the bytes go, instead of into `body`: for files, this saves the way through a stream.
   *
   * @default {the stream `body`}
   */
  readonly sink?: Sink;
}

/** Options of `put`. */
export interface PutOptions extends ClientOptions {
  /**
   * Octets in a stream, to be told to the server (RFC 2349); other bodies know their size.
   *
   * @default {null}
   */
  readonly size?: number | null;
}

/**
 * Downloads a file.
 *
 * @param target The file: a URL, or host and name.
 * @param options How to ask for it.
 * @returns A promise of the download, fulfilled when the server has begun to send. Read it to the end, or abort it: the
 * server waits.
 * @throws {TftpError} When the server refuses (`origin` is `"remote"`), or the transfer breaks off.
 * @throws {TransferTimeoutError} When nobody answers.
 * @throws {SyntaxError} When the URL is none.
 * @throws {RangeError} When an option is outside of its range.
 * @throws {Deno.errors.NotCapable} Without `--allow-net` for the server's address.
 *
 * @example A file as text
 * ```ts
 * import { get } from "@tftpkit/tftp/client";
 * import { serve, TftpResponse } from "@tftpkit/tftp/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ hostname: "127.0.0.1", port: 0 }, () => new TftpResponse("hi"));
 * await using response = await get(`tftp://127.0.0.1:${server.addr.port}/any`);
 * assertEquals(response.size, 2);
 * assertEquals(await response.text(), "hi");
 * ```
 */
export async function get(
  target: string | URL | TftpTarget,
  options: GetOptions = {},
): Promise<TftpDownload> {
  const { sink = null } = options;
  let config: ClientConfig;
  let file: Required<TftpTarget>;
  try {
    file = resolveTarget(target);
    config = resolveClientOptions(options);
  } catch (error) {
    await sink?.abort(error);
    throw error;
  }
  return await download(file, config, sink);
}

/**
 * Uploads a file.
 *
 * @param target Where to: a URL, or host and name.
 * @param body What to send.
 * @param options How to send it.
 * @returns A promise of the upload's numbers, fulfilled when the server has acknowledged the last block.
 * @throws {TftpError} When the server refuses (`origin` is `"remote"`), or the transfer breaks off.
 * @throws {TransferTimeoutError} When nobody answers.
 * @throws {SyntaxError} When the URL is none.
 * @throws {RangeError} When an option is outside of its range.
 * @throws {Deno.errors.NotCapable} Without `--allow-net` for the server's address.
 *
 * @example A text
 * ```ts
 * import { put } from "@tftpkit/tftp/client";
 * import { serve } from "@tftpkit/tftp/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ hostname: "127.0.0.1", port: 0 }, async ({ body }) => {
 *   assertEquals(await new Response(body).text(), "hostname r1\n");
 * });
 * const upload = await put(`tftp://127.0.0.1:${server.addr.port}/r1.cfg`, "hostname r1\n");
 * assertEquals(upload.statistics.bytes, 12);
 * ```
 */
export async function put(
  target: string | URL | TftpTarget,
  body: TransferBody,
  options: PutOptions = {},
): Promise<TftpUpload> {
  return await upload(
    resolveTarget(target),
    body,
    resolveClientOptions(options),
    options.size ?? null,
  );
}

/** Options of {@linkcode TftpClient}. */
export interface TftpClientOptions extends ClientOptions {
  /** The server's address or host name. */
  readonly hostname: string;
  /**
   * The server's port.
   *
   * @default {69}
   */
  readonly port?: number;
  /**
   * How the bytes travel.
   *
   * @default {"octet"}
   */
  readonly mode?: TftpTarget["mode"];
}

/**
 * One server, and how to talk to it: the options of `get` and `put`, said once.
 *
 * @example Two transfers
 * ```ts
 * import { TftpClient } from "@tftpkit/tftp/client";
 * import { serve, TftpResponse } from "@tftpkit/tftp/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve(
 *   { hostname: "127.0.0.1", port: 0 },
 *   async ({ body, filename }) => {
 *     if (!body) return new TftpResponse(filename.toUpperCase());
 *     assertEquals(await new Response(body).text(), "B");
 *   },
 * );
 * const client = new TftpClient({ hostname: "127.0.0.1", port: server.addr.port, blksize: 8192 });
 * await using a = await client.get("a");
 * assertEquals(await a.text(), "A");
 * await client.put("b", "B");
 * ```
 */
export class TftpClient {
  readonly #options: TftpClientOptions;

  /**
   * Notes the server and the defaults; nothing is sent yet.
   *
   * @param options The server, and the defaults for every transfer.
   * @throws {RangeError} When an option is outside of its range.
   */
  constructor(options: TftpClientOptions) {
    resolveClientOptions(options);
    this.#options = options;
  }

  /**
   * Downloads a file; see `get`.
   *
   * @param filename The name of the file.
   * @param options What is different for this transfer.
   * @returns The download.
   */
  get(filename: string, options: GetOptions = {}): Promise<TftpDownload> {
    return get(this.#target(filename), { ...this.#options, ...options });
  }

  /**
   * Uploads a file; see `put`.
   *
   * @param filename The name it gets.
   * @param body What to send.
   * @param options What is different for this transfer.
   * @returns The upload's numbers.
   */
  put(
    filename: string,
    body: TransferBody,
    options: PutOptions = {},
  ): Promise<TftpUpload> {
    return put(this.#target(filename), body, { ...this.#options, ...options });
  }

  #target(filename: string): TftpTarget {
    const { hostname, port, mode } = this.#options;
    return { hostname, filename, ...given({ port, mode }) };
  }
}
