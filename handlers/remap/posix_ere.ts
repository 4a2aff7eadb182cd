// POSIX extended regular expressions (IEEE Std 1003.1, XBD 9.4) as glibc's regcomp() takes them. Rules:
// 1. They are not translated to JavaScript's: POSIX takes the longest match where JavaScript takes the first alternative
//    that matches, and a backtracking matcher can be made to take for ever by a name. See _matcher.ts.
// 2. `^` and `$` are anchors wherever they stand; the start is that of the name, also when a rule goes on behind a
//    replacement. `.` is any character.
// 3. A backslash takes the meaning of the next character away, unless GNU gives it one: \w \W \s \S \b \B \< \> \` \' and
//    \1 to \9. `\n` is the letter n.
// 4. As in glibc, a `)` without `(` is itself, an alternative may be empty, `{,3}` is `{0,3}`, and what repeats nothing
//    (`*` at the start, `^*`) is an error.
// 5. Counts go up to 255, the least that POSIX asks for.
// 6. Nested groups keep what they captured in an earlier turn of a loop, as in glibc. Which captures a group has when it
//    matched nothing in its last turn can differ from glibc, which is not consistent there.

import { isSpace, not, parseBracket } from "./_bracket.ts";
import { foldCase, isWord } from "./_matcher.ts";
import {
  type CodeTest,
  compile,
  MAX_DEPTH,
  type PatternNode,
  PatternSyntaxError,
  type Place,
  type Program,
} from "./_pattern.ts";

/** RE_DUP_MAX at least (POSIX limits.h). */
const MAX_COUNT = 255;

/** What GNU gives a meaning to behind a backslash. */
const GNU_SETS: ReadonlyMap<string, CodeTest> = new Map([
  ["w", isWord],
  ["W", not(isWord)],
  ["s", isSpace],
  ["S", not(isSpace)],
]);
const GNU_PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["b", "word border"],
  ["B", "no word border"],
  ["<", "word start"],
  [">", "word end"],
  ["`", "start"],
  ["'", "end"],
]);

/** Options of {@linkcode parsePosix}. */
export interface PosixOptions {
  /**
   * Whether upper and lower case are the same.
   *
   * @default {false}
   */
  readonly ignoreCase?: boolean;
}

/**
 * Reads a POSIX extended regular expression.
 *
 * @param text The expression.
 * @param options Whether case matters.
 * @returns The expression, ready for `search`.
 * @throws {PatternSyntaxError} When it is none; with the position.
 */
export function parsePosix(text: string, options: PosixOptions = {}): Program {
  const { ignoreCase = false } = options;
  const parser = new PosixParser([...text], ignoreCase);
  const node = parser.parse();
  return compile(node, {
    groupCount: parser.groupCount,
    isLongest: true,
    ignoreCase,
  });
}

class PosixParser {
  groupCount = 0;
  readonly #chars: readonly string[];
  readonly #ignoreCase: boolean;
  #at = 0;
  #depth = 0;
  /** Groups that are complete, and can be referred to. */
  readonly #closed = new Set<number>();

  constructor(chars: readonly string[], ignoreCase: boolean) {
    this.#chars = chars;
    this.#ignoreCase = ignoreCase;
  }

  parse(): PatternNode {
    return this.#choice();
  }

  #choice(): PatternNode {
    const options = [this.#sequence()];
    while (this.#chars[this.#at] === "|") {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (;;) {
      const char = this.#chars[this.#at];
      const isEnd = char === undefined || char === "|" ||
        (char === ")" && this.#depth > 0);
      if (isEnd) return { kind: "sequence", parts };
      const atom = this.#atom();
      parts.push(atom.kind === "place" ? atom : this.#repeated(atom));
    }
  }

  #atom(): PatternNode {
    const char = this.#chars[this.#at]!;
    switch (char) {
      case "(":
        return this.#group();
      case "[": {
        const { has, isNegated, next } = parseBracket(this.#chars, this.#at);
        this.#at = next;
        return this.#set(has, isNegated);
      }
      case ".":
        this.#at++;
        return { kind: "set", has: () => true };
      case "^":
      case "$":
        this.#at++;
        return { kind: "place", place: char === "^" ? "start" : "end" };
      case "*":
      case "+":
      case "?":
      case "{":
        throw this.#error(`there is nothing before ${char} to repeat`);
      case "\\":
        return this.#escape();
    }
    this.#at++;
    return this.#literal(char);
  }

  #group(): PatternNode {
    const open = this.#at++;
    if (++this.#depth > MAX_DEPTH) {
      throw this.#error("groups are nested too deep", open);
    }
    const index = ++this.groupCount;
    const part = this.#choice();
    if (this.#chars[this.#at] !== ")") {
      throw this.#error("the ( has no )", open);
    }
    this.#at++;
    this.#depth--;
    this.#closed.add(index);
    return { kind: "group", index, part };
  }

  #escape(): PatternNode {
    const char = this.#chars[this.#at + 1];
    if (char === undefined) throw this.#error("nothing follows the \\");
    const has = GNU_SETS.get(char);
    const place = GNU_PLACES.get(char);
    if (/[1-9]/.test(char) && !this.#closed.has(Number(char))) {
      throw this.#error(`there is no group ${char} before this`);
    }
    this.#at += 2;
    if (has !== undefined) return { kind: "set", has };
    if (place !== undefined) return { kind: "place", place };
    if (/[1-9]/.test(char)) return { kind: "reference", index: Number(char) };
    return this.#literal(char);
  }

  #literal(char: string): PatternNode {
    const expected = char.codePointAt(0)!;
    return this.#set((code) => code === expected);
  }

  #set(has: CodeTest, isNegated = false): PatternNode {
    const listed = this.#ignoreCase ? foldCase(has) : has;
    return { kind: "set", has: isNegated ? not(listed) : listed };
  }

  #repeated(atom: PatternNode): PatternNode {
    let part = atom;
    for (let turns = 0;; turns++) {
      const char = this.#chars[this.#at];
      const isRepeat = char === "*" || char === "+" || char === "?" ||
        char === "{";
      if (!isRepeat) return part;
      if (turns >= MAX_DEPTH) throw this.#error("it is repeated too often");
      const [min, max] = char === "{" ? this.#interval() : this.#operator(char);
      part = { kind: "repeat", part, min, max, isLazy: false };
    }
  }

  #operator(char: "*" | "+" | "?"): [min: number, max: number] {
    this.#at++;
    return [char === "+" ? 1 : 0, char === "?" ? 1 : Infinity];
  }

  /** {3}, {3,}, {,5} or {3,5} */
  #interval(): [min: number, max: number] {
    const open = this.#at;
    const close = this.#chars.indexOf("}", open);
    if (close < 0) throw this.#error("the { has no }");
    const text = this.#chars.slice(open + 1, close).join("");
    const match = /^([0-9]*)(,?)([0-9]*)$/.exec(text);
    if (!match || text === "") {
      throw this.#error("a { } must hold a count, such as {2} or {2,4}");
    }
    const [, low, comma, high] = match;
    const min = Number(low);
    const max = !comma ? min : high ? Number(high) : Infinity;
    if (min > max) throw this.#error("the second count must not be smaller");
    if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT)) {
      throw this.#error(`a count must be ${MAX_COUNT} at most`);
    }
    this.#at = close + 1;
    return [min, max];
  }

  #error(message: string, at = this.#at): PatternSyntaxError {
    return new PatternSyntaxError(message, at + 1);
  }
}
