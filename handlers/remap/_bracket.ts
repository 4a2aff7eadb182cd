// What stands between [ and ] in an expression (IEEE Std 1003.1, XBD 9.3.5). Rules:
// 1. A ] that comes first, or first after ^, is itself; so is a - at either end, and ^ anywhere but first.
// 2. A backslash is itself in POSIX and an escape in Perl.
// 3. Ranges go by code point, not by the order of a language.
// 4. Collating elements are single characters: [.-.] and [=a=] are - and a.

import { type CodeTest, PatternSyntaxError } from "./_pattern.ts";
import { isWord } from "./_matcher.ts";

const property = (regexp: RegExp): CodeTest => (code) =>
  regexp.test(String.fromCodePoint(code));

const CLASSES: ReadonlyMap<string, CodeTest> = new Map([
  ["alnum", property(/[\p{L}\p{Nd}]/u)],
  ["alpha", property(/\p{L}/u)],
  ["blank", (code) => code === 0x20 || code === 0x09],
  ["cntrl", property(/\p{Cc}/u)],
  ["digit", (code) => code >= 0x30 && code <= 0x39],
  ["graph", property(/[^\p{Z}\p{C}]/u)],
  ["lower", property(/\p{Ll}/u)],
  [
    "print",
    (code) => code === 0x20 || /[^\p{C}]/u.test(String.fromCodePoint(code)),
  ],
  ["punct", property(/[\p{P}\p{S}]/u)],
  ["space", property(/\s/u)],
  ["upper", property(/\p{Lu}/u)],
  ["word", isWord],
  ["xdigit", property(/[0-9A-Fa-f]/)],
]);

/** White space, for `\s`. */
export const isSpace: CodeTest = CLASSES.get("space")!;

/** Digits, for Perl's `\d`. */
export const isDigit: CodeTest = CLASSES.get("digit")!;

/** A set that has what another has not. */
export function not(has: CodeTest): CodeTest {
  return (code) => !has(code);
}

/** What an escape means inside of brackets: one character, or a set. */
export type BracketEscape = (
  chars: readonly string[],
  at: number,
) => { readonly item: number | CodeTest; readonly next: number };

/**
 * Reads a bracket expression.
 *
 * @param chars The characters of the whole expression.
 * @param open Where the [ is.
 * @param escape What a backslash means; itself, if not given.
 * @returns What is listed, whether all else is meant, and where the expression goes on.
 * @throws {PatternSyntaxError} When it is none.
 */
export function parseBracket(
  chars: readonly string[],
  open: number,
  escape?: BracketEscape,
): { has: CodeTest; isNegated: boolean; next: number } {
  let at = open + 1;
  const isNegated = chars[at] === "^";
  if (isNegated) at++;
  const tests: CodeTest[] = [];
  for (let isFirst = true; isFirst || chars[at] !== "]"; isFirst = false) {
    const { item, next } = parseItem(chars, at, open, escape);
    const isRange = chars[next] === "-" && chars[next + 1] !== "]" &&
      chars[next + 1] !== undefined;
    if (!isRange) {
      tests.push(typeof item === "number" ? (code) => code === item : item);
      at = next;
      continue;
    }
    const last = parseItem(chars, next + 1, open, escape);
    const [low, high] = [item, last.item];
    if (typeof low !== "number" || typeof high !== "number" || low > high) {
      throw new PatternSyntaxError("the range has no such end", at + 1);
    }
    tests.push((code) => code >= low && code <= high);
    at = last.next;
    if (chars[at] === "-" && chars[at + 1] !== "]") {
      throw new PatternSyntaxError("a range cannot begin with a range", at + 1);
    }
  }
  const has: CodeTest = (code) => tests.some((test) => test(code));
  return { has, isNegated, next: at + 1 };
}

function parseItem(
  chars: readonly string[],
  at: number,
  open: number,
  escape: BracketEscape | undefined,
): { item: number | CodeTest; next: number } {
  const char = chars[at];
  if (char === undefined) {
    throw new PatternSyntaxError("the [ has no ]", open + 1);
  }
  const kind = chars[at + 1];
  if (char === "[" && (kind === ":" || kind === "." || kind === "=")) {
    return parseNamed(chars, at, kind);
  }
  if (char === "\\" && escape) return escape(chars, at);
  return { item: char.codePointAt(0)!, next: at + 1 };
}

/** [:alpha:], [.-.] or [=a=] */
function parseNamed(
  chars: readonly string[],
  at: number,
  kind: ":" | "." | "=",
): { item: number | CodeTest; next: number } {
  let end = at + 3;
  while (
    end < chars.length && (chars[end] !== kind || chars[end + 1] !== "]")
  ) {
    end++;
  }
  if (end >= chars.length) {
    throw new PatternSyntaxError(`the [${kind} has no ${kind}]`, at + 1);
  }
  const name = chars.slice(at + 2, end).join("");
  const next = end + 2;
  if (kind === ":") {
    const has = CLASSES.get(name);
    if (has !== undefined) return { item: has, next };
    throw new PatternSyntaxError(`there is no class "${name}"`, at + 1);
  }
  if (end !== at + 3) {
    throw new PatternSyntaxError(
      `"${name}" is more than one character`,
      at + 1,
    );
  }
  return { item: name.codePointAt(0)!, next };
}
