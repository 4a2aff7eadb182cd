import {
  foldCase,
  isWord,
  nextStart,
  search,
  WorkExceededError,
} from "../../../handlers/remap/_matcher.ts";
import { parsePosix } from "../../../handlers/remap/posix_ere.ts";
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { codes, match } from "./_match.ts";

Deno.test("search() takes work in proportion to the name, for expressions that take other matchers for ever", () => {
  const hostile = [
    "(a*)*b",
    "(a|a)*b",
    "(a|aa)+$",
    "((a+)+)+b",
    "(.*)(.*)(.*)x",
  ];
  for (const pattern of hostile) {
    const program = parsePosix(pattern);
    const need = (length: number): number => {
      const work = { left: 10_000_000 };
      search(program, codes("a".repeat(length) + "!"), 0, work);
      return 10_000_000 - work.left;
    };
    const [short, long] = [need(500), need(1000)];
    assert(long < 2.1 * short, `${pattern}: ${short}, then ${long}`);
  }
});

Deno.test("search() stops when the work is done, with groups that are referred to", () => {
  const program = parsePosix("(a*)*(a*)*(a*)*\\1\\2\\3b");
  assertThrows(
    () => search(program, codes("a".repeat(100)), 0, { left: 100_000 }),
    WorkExceededError,
  );
});

Deno.test("search() keeps to the preferred way to the longest match, with groups that are referred to", () => {
  const program = parsePosix("(a|ab)(c|bcd)(d*)(\\3|)");
  assertEquals(match(program, "abcd-"), "0-4 0-1 1-4 4-4 4-4");
  assertEquals(match(parsePosix("(a*)*b\\1"), "aabaa"), "0-5 0-2");
});

Deno.test("search() counts the work of what it finds", () => {
  const work = { left: 100 };
  search(parsePosix("abc"), codes("abc"), 0, work);
  assert(work.left < 100 && work.left > 50);
});

Deno.test("search() looks for what begins with ^ at the start only", () => {
  const spent = (pattern: string, text: string, from = 0): number => {
    const work = { left: 100_000 };
    search(parsePosix(pattern), codes(text), from, work);
    return 100_000 - work.left;
  };
  assert(spent("^b", "a".repeat(500)) < 50);
  assert(spent("b", "a".repeat(500)) > 500);
  assertEquals(spent("^a", "aaa", 1), 0);
  assertEquals(match(parsePosix("^a|b"), "cb"), "1-2");
  assertEquals(match(parsePosix("(^a)*b"), "cb")?.trim(), "1-2 -");
});

Deno.test("search() goes on from a place, with what stands before it in sight", () => {
  assertEquals(match(parsePosix("a"), "aba", 1), "2-3");
  assertEquals(match(parsePosix("^a"), "aa", 1), null);
  assertEquals(match(parsePosix("\\<a"), "ba a", 1), "3-4");
  assertEquals(match(parsePosix("$"), "ab", 2), "2-2");
  assertEquals(match(parsePosix("a"), "a", 1), null);
});

Deno.test("isWord() and foldCase() know other languages", () => {
  assert(isWord("é".codePointAt(0)!));
  assertFalse(isWord("-".codePointAt(0)!));
  const has = foldCase((code) => code === "É".codePointAt(0));
  assert(has("é".codePointAt(0)!));
  assertFalse(has("e".codePointAt(0)!));
});

Deno.test("nextStart() goes back as far as a match can reach, and a border besides", () => {
  assertEquals(nextStart(parsePosix("ab?c"), 10), 6);
  assertEquals(nextStart(parsePosix("abc"), 2), 0);
  assertEquals(nextStart(parsePosix("ab*"), 10), 0);
  assertEquals(nextStart(parsePosix("(a)\\1"), 10), 0);
});
