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

import { isSpace, not } from "./_bracket.ts";
import { isWord } from "./_matcher.ts";
import { type Counts, PatternParser } from "./_parser.ts";
import {
  type CodeTest,
  compile,
  MAX_DEPTH,
  type PatternNode,
  type Place,
  type Program,
} from "./_pattern.ts";

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
  const parser = new PosixParser(text, ignoreCase);
  const node = parser.parse();
  const { groupCount } = parser;
  return compile(node, { groupCount, ignoreCase, isLongest: true });
}

class PosixParser extends PatternParser {
  protected override readonly bracketEscape = undefined;
  /** Groups that are complete, and can be referred to. */
  readonly #closed = new Set<number>();

  protected override any(): CodeTest {
    return () => true;
  }

  protected override atom(char: string): PatternNode {
    if (char !== "{") return super.atom(char);
    throw this.error("there is nothing before { to repeat");
  }

  protected override group(): PatternNode {
    const open = this.at++;
    const index = ++this.groupCount;
    const part = this.groupPart(open);
    this.#closed.add(index);
    return { kind: "group", index, part };
  }

  protected override escape(): PatternNode {
    const char = this.chars[this.at + 1];
    if (char === undefined) throw this.error("nothing follows the \\");
    const has = GNU_SETS.get(char);
    const place = GNU_PLACES.get(char);
    if (/[1-9]/.test(char) && !this.#closed.has(Number(char))) {
      throw this.error(`there is no group ${char} before this`);
    }
    this.at += 2;
    if (has !== undefined) return { kind: "set", has };
    if (place !== undefined) return { kind: "place", place };
    if (/[1-9]/.test(char)) return { kind: "reference", index: Number(char) };
    return this.literal(char.codePointAt(0)!);
  }

  protected override repeated(atom: PatternNode): PatternNode {
    if (atom.kind === "place") return atom;
    let part = atom;
    for (let turns = 0;; turns++) {
      const isRepeat = /^[*+?{]$/.test(this.chars[this.at] ?? "");
      if (!isRepeat) return part;
      if (turns >= MAX_DEPTH) throw this.error("it is repeated too often");
      const [min, max] = this.operator() ?? this.#interval();
      part = { kind: "repeat", part, min, max, isLazy: false };
    }
  }

  /** {3}, {3,}, {,5} or {3,5} */
  #interval(): Counts {
    const open = this.at;
    const close = this.chars.indexOf("}", open);
    if (close < 0) throw this.error("the { has no }");
    const text = this.chars.slice(open + 1, close).join("");
    const match = /^([0-9]*)(,?)([0-9]*)$/.exec(text);
    if (!match || text === "") {
      throw this.error("a { } must hold a count, such as {2} or {2,4}");
    }
    const counts = this.interval(...match.slice(1));
    this.at = close + 1;
    return counts;
  }
}
