// An HTTP origin as a handler. Rules:
// 1. A name becomes a URL below the base (`_origin_url.ts`), or is refused.
// 2. Those who ask for the same name at the same time ask the origin once (`_shared_read.ts`).
// 3. What is stored is used without asking only while the origin has said that it is fresh, and for a failing origin only
//    if that was asked for.
// 4. A body ends well only when it is whole (`_origin_body.ts`); an upload only when the origin says so (`_upload_sink.ts`).

import { type Clock, systemClock } from "../../net/mod.ts";
import {
  ERROR_CODE,
  errorCodeText,
  quoteText,
  TftpError,
} from "../../packet/mod.ts";
import { DEFAULT_MAX_UPLOAD_BYTES } from "../file_sink.ts";
import type { TftpHandler, TftpRequest } from "../request.ts";
import { TftpResponse } from "../response.ts";
import type { CacheEntry, HttpCache } from "./http_cache.ts";
import { storedBody } from "./_joinable.ts";
import { memoryCache } from "./memory_cache.ts";
import {
  type FetchFunction,
  OriginClient,
  type RedirectPolicy,
} from "./_origin_client.ts";
import { statusError } from "./_origin_error.ts";
import type { HttpOriginEvent } from "./_origin_event.ts";
import { OriginUrl, redactUrl } from "./_origin_url.ts";
import { isFresh, SharedRead, type SharedReadContext } from "./_shared_read.ts";
import { uploadSink } from "./_upload_sink.ts";

/** Options of {@linkcode httpOrigin}. */
export interface HttpOriginOptions {
  /**
   * Headers of every request, such as `Authorization`. They are not sent on to another origin by a redirect.
   *
   * @default {no headers}
   */
  readonly headers?: HeadersInit;
  /**
   * Where bodies are kept: `memoryCache()`, `diskCache()`, or `null` for nowhere. What is kept is asked about again for every
   * request, unless the origin has said that it is fresh (RFC 9111). Origins that are asked with different headers must not
   * share a cache.
   *
   * @default {null}
   */
  readonly cache?: HttpCache | null;
  /**
   * For how long what is stored may be used after it has become stale, in milliseconds, when the origin fails: it cannot be
   * reached, is silent, or answers 5xx. Never when the origin forbids it. It is told by an event.
   *
   * @default {0}
   */
  readonly staleIfErrorMs?: number;
  /**
   * The largest body that is held in memory for clients that ask for it at the same time when there is no cache, or when it
   * must not be kept, in octets; at most sixteen times as much for all bodies. Larger ones are fetched for each client.
   *
   * @default {1048576}
   */
  readonly maxSharedBytes?: number;
  /**
   * Which redirects of a read are followed: those within the origin, all, or none. Never one from https: to http:.
   *
   * @default {"same-origin"}
   */
  readonly redirect?: RedirectPolicy;
  /**
   * How long the origin may take to answer, connecting included, in milliseconds.
   *
   * @default {5000}
   */
  readonly connectTimeoutMs?: number;
  /**
   * How long the origin may be silent in the middle of a body, or after an upload, in milliseconds.
   *
   * @default {10000}
   */
  readonly silenceTimeoutMs?: number;
  /**
   * Whether uploads are taken. Where not, they are refused with `AccessViolation`.
   *
   * @default {false}
   */
  readonly write?: boolean;
  /**
   * Whether an upload may replace what exists. Where not, the origin is asked before (HEAD), and told (`If-None-Match: *`).
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
  /**
   * Largest upload that is taken, in octets.
   *
   * @default {DEFAULT_MAX_UPLOAD_BYTES}
   */
  readonly maxSizeBytes?: number;
  /**
   * For an origin that wants to know the length of an upload before its octets: how many octets of an upload are collected in
   * memory; a larger upload is refused. `null` for an origin that takes uploads in chunks as they come.
   *
   * @default {null}
   */
  readonly maxCollectBytes?: number | null;
  /**
   * Told what happens between this and the origin. What it throws is ignored.
   *
   * @default {nothing}
   */
  readonly onEvent?: (event: HttpOriginEvent) => void;
  /**
   * What asks the origin.
   *
   * @default {fetch}
   */
  readonly fetch?: FetchFunction;
  /**
   * What measures time limits.
   *
   * @default {systemClock}
   */
  readonly clock?: Clock;
  /**
   * The time in milliseconds since 1970, for what is fresh.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

/**
 * A handler that serves what is below a URL: `boot/kernel` is asked for as `https://example.net/tftp/boot/kernel`. Octets go
 * through as they come, no faster than the client takes them. A body that breaks off is resumed when the origin can
 * (`Range`); otherwise the client gets an ERROR, never a file that only looks complete.
 *
 * Clients that ask for the same name at the same time share one fetch, if there is a cache with room or the body is small.
 * A client learns code 1 for 404 and 410, 2 for 401 and 403, and code 0, "Origin is not available", when the origin fails; the
 * message of the error has the details.
 *
 * Needs `--allow-net=HOST:PORT` for the host and port of the origin (443 and 80 are the usual ports), and for those of its
 * redirects when all are followed.
 *
 * @param url The URL that names are put after. A user name and a password become an `Authorization` header, a query is put
 * after each URL; neither is ever told.
 * @param options How the origin is asked, what is kept, and whether uploads are taken.
 * @returns The handler.
 * @throws {TypeError} When the URL is no absolute HTTP URL.
 * @throws {RangeError} When an option has no value of its own.
 *
 * @example Serve what an HTTP server has
 * ```ts
 * import { httpOrigin, memoryCache, type TftpRequest } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = httpOrigin("https://boot.example/tftp/", {
 *   cache: memoryCache({ maxBytes: 64 * 1024 * 1024 }),
 *   // Plays the origin.
 *   fetch: (url) => Promise.resolve(new Response(`You asked for ${url}`)),
 * });
 *
 * const local = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;
 * const request: TftpRequest = {
 *   operation: "read",
 *   filename: "/arm64/kernel",
 *   mode: "octet",
 *   options: [],
 *   remote: { ...local, port: 50000 },
 *   local,
 *   signal: new AbortController().signal,
 *   size: null,
 *   body: null,
 *   customOptions: {},
 *   acknowledgeOption() {},
 * };
 * const response = await handler(request);
 * const buffer = new Uint8Array(100);
 * const count = await response!.source!.read(buffer) ?? 0;
 * assertEquals(
 *   new TextDecoder().decode(buffer.subarray(0, count)),
 *   "You asked for https://boot.example/tftp/arm64/kernel",
 * );
 * await response!.source!.close();
 * ```
 */
export function httpOrigin(
  url: string | URL,
  options: HttpOriginOptions = {},
): TftpHandler {
  const origin = new HttpOrigin(new OriginUrl(url), options);
  return (request) =>
    request.operation === "read" ? origin.read(request) : origin.write(request);
}

class HttpOrigin {
  readonly #url: OriginUrl;
  readonly #context: SharedReadContext;
  readonly #upload: {
    readonly write: boolean;
    readonly overwrite: boolean;
    readonly maxSizeBytes: number;
    readonly maxCollectBytes: number | null;
  };
  readonly #reads = new Map<string, SharedRead>();

  constructor(url: OriginUrl, options: HttpOriginOptions) {
    const {
      write = false,
      overwrite = false,
      maxSizeBytes = DEFAULT_MAX_UPLOAD_BYTES,
      maxCollectBytes = null,
    } = options;
    checkLimit("maxSizeBytes", maxSizeBytes);
    if (maxCollectBytes !== null) {
      checkLimit("maxCollectBytes", maxCollectBytes);
    }
    this.#url = url;
    this.#upload = { write, overwrite, maxSizeBytes, maxCollectBytes };
    this.#context = makeContext(url, options);
  }

  async read(request: TftpRequest): Promise<TftpResponse> {
    const url = this.#url.locate(request.filename);
    const { cache, emit } = this.#context;
    for (;;) {
      let read = this.#reads.get(url);
      if (read) emit(tell("joined", url));
      else {
        const stored = cache && await this.#open(url);
        if (stored && isFresh(stored.record, this.#context.now())) {
          emit(tell("fresh", url));
          return new TftpResponse(this.#useStored(url, stored));
        }
        read = this.#reads.get(url);
        if (read) {
          // Another has asked while the cache was looked at.
          stored?.close();
          continue;
        }
        read = this.#ask(url, stored);
      }
      const source = await read.join(request.signal);
      if (source) return new TftpResponse(source);
      // Its body was for another one, and cannot be shared: this one gets one of its own, unshared from the start.
      const own = new SharedRead(this.#context, url, null, () => {});
      const alone = await own.join(request.signal);
      if (alone) return new TftpResponse(alone);
    }
  }

  async write(request: TftpRequest): Promise<TftpResponse> {
    const { write, overwrite, maxSizeBytes, maxCollectBytes } = this.#upload;
    if (!write) {
      throw new TftpError(
        ERROR_CODE.AccessViolation,
        `Cannot take upload ${
          quoteText(request.filename)
        } as uploads are not allowed: set write`,
        { wireText: errorCodeText(ERROR_CODE.AccessViolation) },
      );
    }
    const { client, cache, emit } = this.#context;
    const url = this.#url.locate(request.filename);
    if (!overwrite) await this.#assertAbsent(url, request.signal);
    const sink = uploadSink({
      client,
      url,
      overwrite,
      maxSizeBytes,
      maxCollectBytes,
      // In netascii the announced size counts what is on the wire.
      announcedSize: request.mode === "octet" ? request.size : null,
      onStored() {
        cache?.delete(url);
        emit(tell("uploaded", url));
      },
    });
    return TftpResponse.upload(sink);
  }

  #ask(url: string, stored: CacheEntry | null): SharedRead {
    const read: SharedRead = new SharedRead(this.#context, url, stored, () => {
      if (this.#reads.get(url) === read) this.#reads.delete(url);
    });
    this.#reads.set(url, read);
    return read;
  }

  async #open(url: string): Promise<CacheEntry | null> {
    const { cache, emit } = this.#context;
    try {
      return await cache!.open(url);
    } catch (error) {
      emit({ ...tell("store-failed", url), error });
      return null;
    }
  }

  #useStored(url: string, stored: CacheEntry) {
    const { cache, emit } = this.#context;
    const body = storedBody(stored, (error) => {
      cache!.delete(url);
      emit({ ...tell("store-failed", url), error });
    });
    const source = body.join()!;
    body.release();
    return source;
  }

  /** Tells before the first octet what would be told after the last one; who comes in between is found out by the PUT. */
  async #assertAbsent(url: string, signal: AbortSignal): Promise<void> {
    const controller = new AbortController();
    const leave = () => controller.abort(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    try {
      const { client } = this.#context;
      const { status, body } = await client.send(url, {
        method: "HEAD",
        controller,
      });
      await body?.cancel();
      const action = `Cannot take upload to ${redactUrl(url)}`;
      if (status >= 200 && status < 300) {
        throw statusError(412, `${action} as it exists: set overwrite`);
      }
      if (status >= 500 && status !== 501) throw statusError(status, action);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }
}

function makeContext(
  url: OriginUrl,
  options: HttpOriginOptions,
): SharedReadContext {
  const {
    cache = null,
    staleIfErrorMs = 0,
    maxSharedBytes = 1024 * 1024,
    redirect = "same-origin",
    connectTimeoutMs = 5000,
    silenceTimeoutMs = 10_000,
    onEvent,
    fetch = globalThis.fetch,
    clock = systemClock,
    now = Date.now,
  } = options;
  checkLimit("staleIfErrorMs", staleIfErrorMs);
  checkLimit("connectTimeoutMs", connectTimeoutMs);
  checkLimit("silenceTimeoutMs", silenceTimeoutMs);
  if (!["same-origin", "any", "never"].includes(redirect)) {
    throw new RangeError(
      `Cannot use redirect as it must be "same-origin", "any" or "never": current value is "${redirect}"`,
    );
  }
  const headers = new Headers(options.headers);
  if (url.authorization !== null && !headers.has("authorization")) {
    headers.set("authorization", url.authorization);
  }
  return {
    client: new OriginClient({
      fetch,
      headers,
      redirect,
      connectTimeoutMs,
      silenceTimeoutMs,
      clock,
    }),
    cache,
    transit: memoryCache({
      maxBytes: 16 * maxSharedBytes,
      maxEntryBytes: maxSharedBytes,
    }),
    staleIfErrorMs,
    now,
    emit(event) {
      try {
        onEvent?.(event);
      } catch {
        // Whoever listens must not decide how a transfer ends.
      }
    },
  };
}

function tell(type: HttpOriginEvent["type"], url: string): HttpOriginEvent {
  return { type, url: redactUrl(url), offset: 0, error: null };
}

function checkLimit(name: string, value: number): void {
  if (value >= 0) return;
  throw new RangeError(
    `Cannot use ${name} as it must be a number from 0 on: current value is ${value}`,
  );
}
