import { assertEquals, assertMatch } from "@std/assert";
import {
  evaluateConditions,
  requestedRange,
  validatorsOf,
} from "../../pxe/http_conditions.ts";

const MODIFIED_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const FACTS = { size: 1000, modifiedMs: MODIFIED_MS, inode: 7 };
const VALIDATORS = validatorsOf(FACTS, MODIFIED_MS + 10_000);
const SAME_SECOND = "Fri, 02 Jan 2026 03:04:05 GMT";
const SECOND_BEFORE = "Fri, 02 Jan 2026 03:04:04 GMT";

Deno.test("a file that may change again in the same moment has a weak tag", () => {
  assertMatch(VALIDATORS.etag, /^"[0-9a-z-]+"$/);
  const fresh = validatorsOf(FACTS, MODIFIED_MS + 1000);
  assertEquals([fresh.etag, fresh.isStrong], [`W/${VALIDATORS.etag}`, false]);
  assertEquals(
    validatorsOf({ ...FACTS, modifiedMs: null }, 0).isStrong,
    false,
  );
});

Deno.test("another size, time or inode is another tag", () => {
  const tags = [FACTS, { ...FACTS, size: 1001 }, {
    ...FACTS,
    modifiedMs: MODIFIED_MS - 1,
  }, { ...FACTS, inode: 8 }].map((facts) =>
    validatorsOf(facts, MODIFIED_MS + 10_000).etag
  );
  assertEquals(new Set(tags).size, 4);
});

const { etag } = VALIDATORS;

const CONDITIONS: readonly [Record<string, string>, 304 | 412 | null][] = [
  [{}, null],
  [{ "if-none-match": etag }, 304],
  [{ "if-none-match": `"other", W/${etag}` }, 304],
  [{ "if-none-match": "*" }, 304],
  [{ "if-none-match": '"other"' }, null],
  // The tag counts, and not the time.
  [{ "if-none-match": '"other"', "if-modified-since": SAME_SECOND }, null],
  [{ "if-modified-since": SAME_SECOND }, 304],
  [{ "if-modified-since": SECOND_BEFORE }, null],
  [{ "if-modified-since": "yesterday" }, null],
  [{ "if-match": etag }, null],
  [{ "if-match": "*" }, null],
  [{ "if-match": '"other"' }, 412],
  [{ "if-match": `W/${etag}` }, 412],
  [{ "if-unmodified-since": SAME_SECOND }, null],
  [{ "if-unmodified-since": SECOND_BEFORE }, 412],
];

for (const [headers, status] of CONDITIONS) {
  Deno.test(`${JSON.stringify(headers)} ends with ${status}`, () => {
    const answer = evaluateConditions(new Headers(headers), VALIDATORS);
    assertEquals(answer, status);
  });
}

const WHOLE = null;
const NOTHING = "unsatisfiable";

const RANGES: readonly [
  string,
  readonly [number, number] | typeof WHOLE | typeof NOTHING,
][] = [
  ["bytes=0-0", [0, 1]],
  ["bytes=0-", [0, 1000]],
  ["bytes=10-19", [10, 20]],
  ["bytes=990-5000", [990, 1000]],
  ["bytes=-10", [990, 1000]],
  ["bytes=-5000", [0, 1000]],
  ["Bytes=1-2", [1, 3]],
  ["bytes=1000-", NOTHING],
  ["bytes=-0", NOTHING],
  ["bytes=99999999999999999999-", NOTHING],
  ["bytes=20-10", WHOLE],
  ["bytes=-", WHOLE],
  ["bytes=0-1,5-6", WHOLE],
  ["lines=1-2", WHOLE],
  ["bytes=a-b", WHOLE],
  ["", WHOLE],
];

for (const [range, wanted] of RANGES) {
  Deno.test(`Range "${range}" of 1000 octets is ${wanted}`, () => {
    const answer = requestedRange(new Headers({ range }), 1000, VALIDATORS);
    assertEquals(
      answer,
      wanted === WHOLE || wanted === NOTHING
        ? wanted
        : { start: wanted[0], end: wanted[1] },
    );
  });
}

const IF_RANGES: readonly [string, isPart: boolean][] = [
  [etag, true],
  [`W/${etag}`, false],
  ['"other"', false],
  [SAME_SECOND, true],
  [SECOND_BEFORE, false],
  ["nonsense", false],
];

for (const [ifRange, isPart] of IF_RANGES) {
  Deno.test(`If-Range ${ifRange} gives ${isPart ? "a part" : "all"}`, () => {
    const headers = new Headers({ range: "bytes=0-0", "if-range": ifRange });
    const answer = requestedRange(headers, 1000, VALIDATORS);
    assertEquals(answer !== null, isPart);
  });
}

Deno.test("a weak tag never joins two halves", () => {
  const fresh = validatorsOf(FACTS, MODIFIED_MS);
  for (const ifRange of [fresh.etag, SAME_SECOND]) {
    const headers = new Headers({ range: "bytes=0-0", "if-range": ifRange });
    assertEquals(requestedRange(headers, 1000, fresh), null);
  }
});
