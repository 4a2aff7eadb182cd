// An HTTP origin as a handler. Rules:
// 1. A name becomes a URL below the base (`_origin_url.ts`), or is refused.
// 2. Those who ask for the same name at the same time ask the origin once (`_shared_read.ts`).
// 3. What is stored is used without asking only while the origin has said that it is fresh, and for a failing origin only
//    if that was asked for.
// 4. An upload makes all older answers for its name old: they are for those who wait for them already, and are not kept.
// 5. A body ends well only when it is whole (`_origin_body.ts`); an upload only when the origin says so (`_upload_sink.ts`).

import { systemClock } from "../../net/mod.ts";
import {
  ERROR_CODE,
  errorCodeText,
  quoteText,
  TftpError,
} from "../../packet/mod.ts";
import { DEFAULT_MAX_UPLOAD_BYTES } from "../file_sink.ts";
import type { TftpHandler, TftpRequest } from "../request.ts";
import { TftpResponse } from "../response.ts";
import type { CacheEntry } from "./http_cache.ts";
import type { HttpOriginOptions } from "./http_origin_options.ts";
import { storedBody } from "./_joinable.ts";
import { ITEM_OVERHEAD_BYTES, memoryCache } from "./memory_cache.ts";
import { OriginClient } from "./_origin_client.ts";
import { statusError } from "./_origin_error.ts";
import type { HttpOriginEvent } from "./_origin_event.ts";
import { OriginUrl, redactUrl } from "./_origin_url.ts";
import { isFresh, SharedRead, type SharedReadContext } from "./_shared_read.ts";
import { CollectAccount, uploadSink } from "./_upload_sink.ts";

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
    readonly account: CollectAccount;
  };
  /** Which can be joined. */
  readonly #reads = new Map<string, SharedRead>();
  /** All that may still change what is stored. */
  readonly #live = new Map<string, Set<SharedRead>>();
  /** How often an upload has changed something. */
  #changes = 0;

  constructor(url: OriginUrl, options: HttpOriginOptions) {
    const {
      write = false,
      overwrite = false,
      maxSizeBytes = DEFAULT_MAX_UPLOAD_BYTES,
      maxCollectBytes = null,
      maxCollectTotalBytes = 256 * 1024 * 1024,
    } = options;
    checkLimit("maxSizeBytes", maxSizeBytes);
    if (maxCollectBytes !== null) {
      checkLimit("maxCollectBytes", maxCollectBytes);
    }
    checkLimit("maxCollectTotalBytes", maxCollectTotalBytes);
    this.#url = url;
    this.#upload = {
      write,
      overwrite,
      maxSizeBytes,
      maxCollectBytes,
      account: new CollectAccount(maxCollectTotalBytes),
    };
    this.#context = makeContext(url, options);
  }

  async read(request: TftpRequest): Promise<TftpResponse> {
    const url = this.#url.locate(request.filename);
    const { cache, emit } = this.#context;
    for (;;) {
      let read = this.#reads.get(url);
      if (read) emit(tell("joined", url));
      else {
        const changes = this.#changes;
        const stored = cache && await this.#open(url);
        if (this.#changes !== changes) {
          // It may be older than an upload that was acknowledged meanwhile.
          stored?.close();
          continue;
        }
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
        read = this.#ask(url, stored, true);
      }
      const source = await read.join(request.signal);
      if (source) return new TftpResponse(source);
      // Its body was for another one, and cannot be shared: this one gets one of its own, unshared from the start.
      const own = this.#ask(url, null, false);
      const alone = await own.join(request.signal);
      if (alone) return new TftpResponse(alone);
    }
  }

  async write(request: TftpRequest): Promise<TftpResponse> {
    const { write, overwrite, maxSizeBytes, maxCollectBytes, account } =
      this.#upload;
    if (!write) {
      throw new TftpError(
        ERROR_CODE.AccessViolation,
        `Cannot take upload ${
          quoteText(request.filename)
        } as uploads are not allowed: set write`,
        { wireText: errorCodeText(ERROR_CODE.AccessViolation) },
      );
    }
    const { client, emit } = this.#context;
    const url = this.#url.locate(request.filename);
    if (!overwrite) await this.#assertAbsent(url, request.signal);
    const sink = uploadSink({
      client,
      url,
      overwrite,
      maxSizeBytes,
      maxCollectBytes,
      account,
      // In netascii the announced size counts what is on the wire.
      announcedSize: request.mode === "octet" ? request.size : null,
      onChange: () => this.#supersede(url),
      onStored: () => emit(tell("uploaded", url)),
    });
    return TftpResponse.upload(sink);
  }

  #ask(url: string, stored: CacheEntry | null, isShared: boolean): SharedRead {
    const live = this.#live.get(url) ?? new Set();
    const read: SharedRead = new SharedRead(this.#context, url, stored, () => {
      if (this.#reads.get(url) === read) this.#reads.delete(url);
      live.delete(read);
      if (live.size === 0 && this.#live.get(url) === live) {
        this.#live.delete(url);
      }
    });
    if (isShared) this.#reads.set(url, read);
    this.#live.set(url, live.add(read));
    return read;
  }

  /** The origin has something newer for a URL, or may have: whoever comes now gets nothing that was asked for before. */
  #supersede(url: string): void {
    this.#changes++;
    for (const read of [...this.#live.get(url) ?? []]) read.supersede();
    const { cache, emit } = this.#context;
    try {
      cache?.delete(url);
    } catch (error) {
      emit({ ...tell("store-failed", url), error });
    }
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
    const { client } = this.#context;
    try {
      const { status, body } = await client.send(url, {
        method: "HEAD",
        controller,
        isRefusable: true,
      });
      await body?.cancel();
      const action = `Cannot take upload to ${redactUrl(url)}`;
      if (status >= 200 && status < 300) {
        throw statusError(412, `${action} as it exists: set overwrite`);
      }
      if (status >= 500 && status !== 501) throw statusError(status, action);
    } finally {
      client.done(controller);
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
    maxRequests = 64,
    onEvent,
    fetch = globalThis.fetch,
    clock = systemClock,
    now = Date.now,
  } = options;
  checkLimit("staleIfErrorMs", staleIfErrorMs);
  checkLimit("connectTimeoutMs", connectTimeoutMs);
  checkLimit("silenceTimeoutMs", silenceTimeoutMs);
  if (!(maxRequests >= 1)) {
    throw new RangeError(
      `Cannot use maxRequests as it must be a number from 1 on: current value is ${maxRequests}`,
    );
  }
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
      maxRequests,
      clock,
    }),
    cache,
    transit: memoryCache({
      maxBytes: 16 * (maxSharedBytes + ITEM_OVERHEAD_BYTES),
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
