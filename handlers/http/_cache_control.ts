// What a response says about being kept (RFC 9111). Rules:
// 1. Fresh is only what the origin says is fresh, in so many words: nothing is guessed from Last-Modified.
// 2. Whatever cannot be understood makes a response less fresh, never more.
// 3. Nothing here asks the time: it is an argument.

import type { CacheRecord } from "./http_cache.ts";

/** What may be done with a response. */
export interface Freshness {
  /** Whether it may be kept, and be given to more than one client. */
  readonly mayStore: boolean;
  /** For how long it needs no look at the origin, in milliseconds from when it came. */
  readonly freshForMs: number;
  /** Whether it must never be used when it is stale, also when the origin fails. */
  readonly mustRevalidate: boolean;
}

/**
 * Reads the headers of a response.
 *
 * @param headers The headers.
 * @param nowMs When the response came, in milliseconds since 1970.
 * @param delayMs How long it took to come.
 */
export function readFreshness(
  headers: Headers,
  nowMs: number,
  delayMs: number,
): Freshness {
  const directives = parseDirectives(headers.get("cache-control") ?? "");
  const mayStore = !directives.has("no-store") && !directives.has("private") &&
    headers.get("vary")?.trim() !== "*";
  const mustRevalidate = ["must-revalidate", "proxy-revalidate", "no-cache"]
    .some((name) => directives.has(name)) || directives.has("s-maxage");
  const lifetimeMs = directives.has("no-cache") ? 0 : lifetimeOf(directives);
  const ageMs = ageOf(headers, nowMs) + delayMs;
  return {
    mayStore,
    freshForMs: Math.max(0, lifetimeMs - ageMs),
    mustRevalidate,
  };
}

/** RFC 9111 section 4.2.1: a directive that is there twice, or is no number, makes a response stale. */
function lifetimeOf(directives: ReadonlyMap<string, string[]>): number {
  const values = directives.get("s-maxage") ?? directives.get("max-age") ?? [];
  if (values.length !== 1) return 0;
  return (parseSeconds(values[0]!) ?? 0) * 1000;
}

/** RFC 9111 section 4.2.3. */
function ageOf(headers: Headers, nowMs: number): number {
  const text = headers.get("age");
  const stated = text === null ? 0 : parseSeconds(text) ?? Infinity;
  const dateMs = Date.parse(headers.get("date") ?? "");
  const apparentMs = Number.isNaN(dateMs) ? 0 : nowMs - dateMs;
  return Math.max(0, stated * 1000, apparentMs);
}

function parseSeconds(text: string): number | null {
  const trimmed = text.trim();
  return /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : null;
}

function parseDirectives(text: string): Map<string, string[]> {
  const directives = new Map<string, string[]>();
  const items = /([^\s,=]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,]*)))?/g;
  for (const [, name, quoted, plain] of text.matchAll(items)) {
    const key = name!.toLowerCase();
    directives.set(key, [
      ...directives.get(key) ?? [],
      quoted ?? plain ?? "",
    ]);
  }
  return directives;
}

/** An entity tag that stands for the very same octets (RFC 9110 section 8.8.1); `null` when there is none. */
export function strongTag(headers: Headers): string | null {
  const tag = headers.get("etag")?.trim() ?? "";
  return /^"[^"]*"$/.test(tag) ? tag : null;
}

/** Whether two records are about the same octets, as far as the origin tells octets apart. */
export function isSameBody(one: CacheRecord, other: CacheRecord): boolean {
  return one.etag === other.etag && one.lastModified === other.lastModified &&
    one.sizeBytes === other.sizeBytes;
}
