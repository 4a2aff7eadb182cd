// One question to the origin for all who ask at the same time. Its answer is one of these:
// - what is stored, as it is current, or stands in for an origin that fails;
// - a download for all;
// - a body for one, as the origin forbids to share it, or there is no room to; the others ask for themselves.
// Whoever waits for the answer may leave; when all have left before it came, the question is taken back.

import type { Source } from "../../net/mod.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { type Freshness, readFreshness } from "./_cache_control.ts";
import { Download } from "./_download.ts";
import type {
  CacheEntry,
  CacheRecord,
  CacheWriter,
  HttpCache,
} from "./http_cache.ts";
import { directBody, type Joinable, storedBody } from "./_joinable.ts";
import { OriginBody } from "./_origin_body.ts";
import type { OriginClient } from "./_origin_client.ts";
import { originUnavailable, statusError } from "./_origin_error.ts";
import type { HttpOriginEvent } from "./_origin_event.ts";
import { redactUrl } from "./_origin_url.ts";

/** What a question needs. */
export interface SharedReadContext {
  readonly client: OriginClient;
  readonly cache: HttpCache | null;
  /** Where bodies are held that are shared and not kept. */
  readonly transit: HttpCache;
  readonly staleIfErrorMs: number;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  readonly emit: (event: HttpOriginEvent) => void;
}

/** A question to the origin. */
export class SharedRead {
  readonly #context: SharedReadContext;
  readonly #url: string;
  readonly #onEnd: () => void;
  readonly #controller = new AbortController();
  readonly #answer: Promise<Joinable>;
  #held: Joinable | null = null;
  #waiting = 0;
  #isSuperseded = false;

  /**
   * Asks.
   *
   * @param stored What is in the cache, open; it is closed here.
   * @param onEnd Nobody may join any more: the next one has to ask anew.
   */
  constructor(
    context: SharedReadContext,
    url: string,
    stored: CacheEntry | null,
    onEnd: () => void,
  ) {
    this.#context = context;
    this.#url = url;
    this.#onEnd = onEnd;
    this.#answer = this.#ask(stored).then((answer) => {
      this.#held = answer;
      if (this.#waiting === 0) this.#letGo();
      return answer;
    });
    this.#answer.catch(() => onEnd());
  }

  /** A source for one client; `null` when it has to ask for itself. */
  async join(signal: AbortSignal): Promise<Source | null> {
    this.#waiting++;
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(originUnavailable("The client has gone"));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    try {
      const answer = await Promise.race([this.#answer, gone.promise]);
      return answer.join();
    } finally {
      signal.removeEventListener("abort", leave);
      if (--this.#waiting === 0) this.#letGo();
    }
  }

  /** What it asked about may be old by now: its answer is for those who wait for it, and changes nothing that is stored. */
  supersede(): void {
    this.#isSuperseded = true;
    this.#onEnd();
  }

  #letGo(): void {
    if (this.#held === null) {
      this.supersede();
      this.#controller.abort(originUnavailable("Nobody waits for it any more"));
      return;
    }
    const held = this.#held;
    // A download goes on for those who have joined.
    this.#held = RELEASED;
    held.release();
  }

  async #ask(stored: CacheEntry | null): Promise<Joinable> {
    const { client, now } = this.#context;
    const startedAt = client.options.clock.now();
    let isHanded = false;
    try {
      const response = await this.#send(stored);
      const delayMs = client.options.clock.now() - startedAt;
      const freshness = readFreshness(response.headers, now(), delayMs);
      if (response.status !== 304) {
        return await this.#receive(response, freshness);
      }
      await this.#discard(response);
      if (stored === null) {
        throw originUnavailable(
          `Cannot GET ${redactUrl(this.#url)}: the origin answered 304 unasked`,
        );
      }
      if (!isSameTag(stored.record.etag, response.headers.get("etag"))) {
        // Not what was asked about: without a condition there is no misunderstanding.
        return await this.#ask(null);
      }
      const record = renew(stored.record, response.headers, freshness, now());
      if (!freshness.mayStore) this.#forget();
      else if (!this.#isSuperseded) {
        this.#store(() => this.#context.cache?.update(record, stored.record));
      }
      this.#emit("revalidated");
      isHanded = true;
      return this.#fromStored(stored);
    } catch (error) {
      if (stored && this.#mayBeStale(stored.record, error)) {
        this.#emit("stale", { error });
        isHanded = true;
        return this.#fromStored(stored);
      }
      throw error;
    } finally {
      if (!isHanded) stored?.close();
    }
  }

  #send(stored: CacheEntry | null): Promise<Response> {
    const { etag = null, lastModified = null } = stored?.record ?? {};
    return this.#context.client.send(this.#url, {
      method: "GET",
      controller: this.#controller,
      isRefusable: true,
      headers: {
        "accept-encoding": "identity",
        ...(etag === null ? {} : { "if-none-match": etag }),
        ...(lastModified === null ? {} : { "if-modified-since": lastModified }),
      },
    });
  }

  async #receive(
    response: Response,
    freshness: Freshness,
  ): Promise<Joinable> {
    const { client, cache } = this.#context;
    const url = this.#url;
    const refusal = refusalOf(response, url);
    if (refusal) {
      await this.#discard(response);
      if (refusal.code !== ERROR_CODE.NotDefined) this.#forget();
      throw refusal;
    }
    const onResume = (offset: number, error: unknown) =>
      this.#emit("resumed", { offset, error });
    const context = { client, url, onResume };
    const body = await OriginBody.of(context, response, this.#controller);
    this.#emit("fetched");
    const record = makeRecord(url, response.headers, freshness, this.#context);
    const isKept = cache !== null && freshness.mayStore && record !== null;
    // What was stored is another body than the origin's: it is of no use any more.
    if (!isKept) this.#forget();
    // If there turns out to be no room for all of it, those who share it must be able to go on by themselves; or there is
    // room now, and it is taken as soon as one of them has shown that it is there.
    const isSafe = body.size !== null || body.tag !== null;
    const writer = isSafe
      ? this.#openWriter(body.size, isKept, freshness.mayStore)
      : null;
    if (writer === null) {
      this.#onEnd();
      return directBody(body);
    }
    const download = new Download(body, {
      writer: writer.writer,
      isEager: writer.isKept,
      makeRecord: (sizeBytes) =>
        writer.isKept && !this.#isSuperseded ? { ...record!, sizeBytes } : null,
      onEnd: this.#onEnd,
      onIdle: () => this.supersede(),
      onStoreError: (error) => this.#emit("store-failed", { error }),
    });
    download.run();
    return download;
  }

  #openWriter(
    size: number | null,
    isKept: boolean,
    mayShare: boolean,
  ): { writer: CacheWriter; isKept: boolean } | null {
    const { cache, transit } = this.#context;
    const kept = isKept
      ? this.#store(() => cache!.create(this.#url, size))
      : null;
    if (kept) return { writer: kept, isKept: true };
    const held = mayShare ? transit.create(this.#url, size) : null;
    return held && { writer: held, isKept: false };
  }

  #fromStored(stored: CacheEntry): Joinable {
    // Whoever comes now must ask again.
    this.#onEnd();
    return storedBody(stored, (error) => {
      this.#store(() => this.#context.cache?.delete(this.#url));
      this.#emit("store-failed", { error });
    });
  }

  #mayBeStale(record: CacheRecord, error: unknown): boolean {
    const { staleIfErrorMs, now } = this.#context;
    if (staleIfErrorMs === 0 || record.mustRevalidate) return false;
    // All have left, and that is why it failed.
    if (this.#waiting === 0) return false;
    const isOrigins = error instanceof TftpError &&
      error.code === ERROR_CODE.NotDefined;
    const staleForMs = now() - record.validatedAtMs - record.freshForMs;
    return isOrigins && staleForMs <= staleIfErrorMs;
  }

  /** What is stored is of no use. */
  #forget(): void {
    if (this.#isSuperseded) return;
    this.#store(() => this.#context.cache?.delete(this.#url));
  }

  async #discard(response: Response): Promise<void> {
    await response.body?.cancel().catch(() => {});
    this.#context.client.done(this.#controller);
  }

  /** A cache that fails must not fail the client. */
  #store<T>(action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      this.#emit("store-failed", { error });
      return null;
    }
  }

  #emit(
    type: HttpOriginEvent["type"],
    { offset = 0, error = null }: { offset?: number; error?: unknown } = {},
  ): void {
    this.#context.emit({ type, url: redactUrl(this.#url), offset, error });
  }
}

const RELEASED: Joinable = { join: () => null, release() {} };

/** Whether what is stored need not be asked for, by what the origin has said. A clock that was set back proves nothing. */
export function isFresh(record: CacheRecord, nowMs: number): boolean {
  const ageMs = nowMs - record.validatedAtMs;
  return ageMs >= 0 && ageMs < record.freshForMs;
}

function refusalOf(response: Response, url: string): TftpError | null {
  const action = `Cannot GET ${redactUrl(url)}`;
  const end = new URL(response.url === "" ? url : response.url);
  // Asked for a file, many servers lead to the directory of that name, and list what is in it, or refuse to.
  if (end.pathname.endsWith("/") && response.status < 500) {
    return statusError(404, `${action} as it is a directory`);
  }
  return response.status === 200 ? null : statusError(response.status, action);
}

/** A record of a body that is worth keeping: it is fresh for a while, or the origin can be asked about it. */
function makeRecord(
  url: string,
  headers: Headers,
  { freshForMs, mustRevalidate }: Freshness,
  { now }: SharedReadContext,
): CacheRecord | null {
  const etag = headers.get("etag");
  const lastModified = headers.get("last-modified");
  if (etag === null && lastModified === null && freshForMs === 0) return null;
  return {
    url,
    sizeBytes: 0,
    etag,
    lastModified,
    validatedAtMs: now(),
    freshForMs,
    mustRevalidate,
  };
}

/** RFC 9110 section 8.8.3.2, weak comparison. What is not there contradicts nothing. */
function isSameTag(one: string | null, other: string | null): boolean {
  const opaque = (tag: string) => tag.replace(/^W\//, "");
  return one === null || other === null || opaque(one) === opaque(other);
}

/** RFC 9111 section 4.3.4. */
function renew(
  record: CacheRecord,
  headers: Headers,
  { freshForMs, mustRevalidate }: Freshness,
  nowMs: number,
): CacheRecord {
  return {
    ...record,
    etag: headers.get("etag") ?? record.etag,
    validatedAtMs: nowMs,
    freshForMs,
    // What it says nothing about stays as it was.
    mustRevalidate: headers.has("cache-control")
      ? mustRevalidate
      : record.mustRevalidate,
  };
}
