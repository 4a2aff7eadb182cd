import { assertEquals } from "@std/assert";
import {
  isSameBody,
  readFreshness,
  strongTag,
} from "../../../handlers/http/_cache_control.ts";
import { recordOf } from "./_cache_suite.ts";

const NOW = Date.UTC(2026, 0, 1);

function freshFor(headers: Record<string, string>, delayMs = 0): number {
  return readFreshness(new Headers(headers), NOW, delayMs).freshForMs;
}

Deno.test("only what the origin says in so many words is fresh", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["public", 0],
    ["max-age=60", 60_000],
    ["Max-Age=60, public", 60_000],
    ['max-age="60"', 60_000],
    ["max-age=60, s-maxage=5", 5000],
    ["s-maxage=0, max-age=60", 0],
    ["max-age=60, no-cache", 0],
    ['max-age=60, no-cache="set-cookie"', 0],
    ["max-age=60, max-age=60", 0],
    ["max-age", 0],
    ["max-age=", 0],
    ["max-age=-1", 0],
    ["max-age=1e3", 0],
    ["max-age=6.5", 0],
    ["max-age=99999999999", 0],
    ["x-max-age=60", 0],
  ];
  for (const [value, expected] of cases) {
    assertEquals(freshFor({ "cache-control": value }), expected, value);
  }
});

Deno.test("age, a late date and the way here make a response less fresh, never more", () => {
  const fresh = { "cache-control": "max-age=60" };
  assertEquals(freshFor({ ...fresh, age: "20" }), 40_000);
  assertEquals(freshFor({ ...fresh, age: "60" }), 0);
  assertEquals(freshFor({ ...fresh, age: "soon" }), 0);
  assertEquals(freshFor(fresh, 1500), 58_500);
  const at = (ms: number) => new Date(NOW + ms).toUTCString();
  assertEquals(freshFor({ ...fresh, date: at(-10_000) }), 50_000);
  assertEquals(freshFor({ ...fresh, date: at(10_000) }), 60_000);
  assertEquals(freshFor({ ...fresh, date: at(-10_000), age: "5" }), 50_000);
  assertEquals(freshFor({ ...fresh, date: "yesterday" }), 60_000);
});

Deno.test("what must not be kept, and what must not be stale", () => {
  const read = (headers: Record<string, string>) => {
    const all = readFreshness(new Headers(headers), NOW, 0);
    return [all.mayStore, all.mustRevalidate];
  };
  assertEquals(read({}), [true, false]);
  assertEquals(read({ "cache-control": "no-store" }), [false, false]);
  assertEquals(read({ "cache-control": "private" }), [false, false]);
  assertEquals(read({ vary: "*" }), [false, false]);
  assertEquals(read({ vary: "accept" }), [true, false]);
  assertEquals(read({ "cache-control": "must-revalidate" }), [true, true]);
  assertEquals(read({ "cache-control": "no-cache" }), [true, true]);
  assertEquals(read({ "cache-control": "s-maxage=1" }), [true, true]);
});

Deno.test("a strong tag is quoted and not weak", () => {
  const tag = (etag?: string) => strongTag(new Headers(etag ? { etag } : {}));
  assertEquals(tag('"a"'), '"a"');
  assertEquals(tag(), null);
  assertEquals(tag('W/"a"'), null);
  assertEquals(tag("a"), null);
  assertEquals(tag('"a", "b"'), null);
});

Deno.test("a body is the same one by its tag, its date and its size", () => {
  const record = recordOf("http://h/a", 10);
  assertEquals(isSameBody(record, { ...record, validatedAtMs: 7 }), true);
  for (
    const more of [{ etag: null }, { lastModified: "x" }, { sizeBytes: 9 }]
  ) {
    assertEquals(isSameBody(record, { ...record, ...more }), false);
  }
});
