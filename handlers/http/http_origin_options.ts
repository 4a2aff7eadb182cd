import type { Clock } from "../../net/mod.ts";
import type { HttpCache } from "./http_cache.ts";
import type { FetchFunction, RedirectPolicy } from "./_origin_client.ts";
import type { HttpOriginEvent } from "./_origin_event.ts";

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
   * How many octets of uploads are collected in memory at the same time, for all clients; an upload that finds no room is
   * refused with `DiskFull`. Counted in pages of up to 64 KiB.
   *
   * @default {268435456}
   */
  readonly maxCollectTotalBytes?: number;
  /**
   * How many answers of the origin to reads, and to questions before uploads, may be under way at once, their bodies included.
   * A read or an upload that would need one more is left without an answer (`NoAnswerError`), so that its client asks again.
   * What has begun is never refused. A connection that no client reads from is given up after `silenceTimeoutMs`, and asked
   * for again when it is needed; where the origin gives no strong entity tag, it is given up only if its client has never
   * shown that it is there.
   *
   * @default {64}
   */
  readonly maxRequests?: number;
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
