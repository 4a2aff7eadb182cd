// Perl's regular expressions, as far as a table of file names needs them: those of atftpd's --pcre files. Rules:
// 1. They run on the matcher of posix_ere.ts, with Perl's choice among matches: of alternatives the first that can, of
//    repetitions the most, or with `?` behind them the least. So a name cannot make them take for ever.
// 2. What that matcher cannot do is an error and never read as something else: looking ahead and behind, atomic groups,
//    possessive repetition, named groups, conditions, recursion, flags in the middle.
// 3. A flag group at the very start, such as (?i), is taken: i and s, and x not. Letters behind a backslash have Perl's
//    meaning or are an error; anything else behind a backslash is itself.

import { type BracketEscape, isDigit, isSpace, not } from "./_bracket.ts";
import { isWord } from "./_matcher.ts";
import { type Counts, PatternParser } from "./_parser.ts";
import {
  type CodeTest,
  compile,
  type PatternNode,
  type Place,
  type Program,
} from "./_pattern.ts";

const NEWLINE = 0x0a;

const isBlank: CodeTest = (code) => code === 0x20 || code === 0x09;

const SETS: ReadonlyMap<string, CodeTest> = new Map([
  ["d", isDigit],
  ["D", not(isDigit)],
  ["h", isBlank],
  ["H", not(isBlank)],
  ["s", isSpace],
  ["S", not(isSpace)],
  ["w", isWord],
  ["W", not(isWord)],
]);

const PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["A", "start"],
  ["b", "word border"],
  ["B", "no word border"],
  ["z", "end"],
  ["Z", "end"],
]);

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["a", 0x07],
  ["e", 0x1b],
  ["f", 0x0c],
  ["n", NEWLINE],
  ["r", 0x0d],
  ["t", 0x09],
]);

/**
 * Reads a regular expression of Perl's kind.
 *
 * @param text The expression.
 * @returns The expression, ready for `search`.
 * @throws {PatternSyntaxError} When it is none, or needs what is not there; with the position.
 */
export function parsePerl(text: string): Program {
  const parser = new PerlParser(text);
  const node = parser.parse();
  const { groupCount, ignoreCase } = parser;
  return compile(node, { groupCount, ignoreCase, isLongest: false });
}

class PerlParser extends PatternParser {
  #isDotAll = false;
  /** The highest group that is referred to, and where. */
  #reference = { index: 0, at: 0 };

  override parse(): PatternNode {
    this.#flags();
    const node = super.parse();
    if (this.#reference.index > this.groupCount) {
      const { index, at } = this.#reference;
      throw this.error(`there is no group ${index}`, at);
    }
    return node;
  }

  #flags(): void {
    const match = /^\(\?([a-z]+)\)/.exec(this.chars.join(""));
    if (!match) return;
    for (const flag of match[1]!) {
      if (flag === "i") this.ignoreCase = true;
      else if (flag === "s") this.#isDotAll = true;
      else throw this.error(`the flag ${flag} is not supported`);
    }
    this.at = match[0].length;
  }

  protected override any(): CodeTest {
    const isDotAll = this.#isDotAll;
    return (code) => isDotAll || code !== NEWLINE;
  }

  protected override atom(char: string): PatternNode {
    if (char !== ")") return super.atom(char);
    throw this.error("the ) has no (");
  }

  protected override group(): PatternNode {
    const open = this.at++;
    let index = 0;
    if (this.chars[this.at] === "?") {
      if (this.chars[this.at + 1] !== ":") {
        throw this.error("this kind of group is not supported", open);
      }
      this.at += 2;
    } else if (this.chars[this.at] === "*") {
      throw this.error("verbs such as (*UTF8) are not supported", open);
    } else {
      index = ++this.groupCount;
    }
    const part = this.groupPart(open);
    return index === 0 ? part : { kind: "group", index, part };
  }

  protected override escape(): PatternNode {
    const char = this.chars[this.at + 1];
    const place = char === undefined ? undefined : PLACES.get(char);
    if (place !== undefined) {
      this.at += 2;
      return { kind: "place", place };
    }
    if (char !== undefined && /[1-9]/.test(char)) {
      const index = Number(char);
      if (index > this.#reference.index) {
        this.#reference = { index, at: this.at };
      }
      this.at += 2;
      if (/[0-9]/.test(this.chars[this.at] ?? "")) {
        throw this.error("a group is referred to by one digit", this.at - 2);
      }
      return { kind: "reference", index };
    }
    const { item, next } = this.bracketEscape(this.chars, this.at);
    this.at = next;
    if (typeof item === "number") return this.literal(item);
    return { kind: "set", has: item };
  }

  /** What means the same inside of brackets and outside. */
  protected override readonly bracketEscape: BracketEscape = (chars, at) => {
    const char = chars[at + 1];
    if (char === undefined) throw this.error("nothing follows the \\", at);
    if (char === "x") {
      const hex = /^([0-9A-Fa-f]{2})|^\{([0-9A-Fa-f]{1,6})\}/.exec(
        chars.slice(at + 2, at + 10).join(""),
      );
      const code = hex ? parseInt(hex[1] ?? hex[2]!, 16) : Infinity;
      if (!hex || code > 0x10ffff) {
        throw this.error("\\x must be followed by two hex digits", at);
      }
      return { item: code, next: at + 2 + hex[0].length };
    }
    const item = SETS.get(char) ?? CONTROLS.get(char);
    if (item !== undefined) return { item, next: at + 2 };
    if (/[0-9A-Za-z]/.test(char)) {
      throw this.error(`\\${char} is not supported`, at);
    }
    return { item: char.codePointAt(0)!, next: at + 2 };
  };

  protected override repeated(atom: PatternNode): PatternNode {
    const counts = this.#counts();
    if (counts === null) return atom;
    const [min, max] = counts;
    const isLazy = this.chars[this.at] === "?";
    if (isLazy) this.at++;
    else if (this.chars[this.at] === "+") {
      throw this.error("possessive repetition is not supported");
    }
    const next = this.at;
    if (this.#counts() !== null) {
      throw this.error("a repetition cannot be repeated", next);
    }
    return { kind: "repeat", part: atom, min, max, isLazy };
  }

  /** *, +, ?, {3}, {3,} or {3,5}; anything else that begins with { is itself. */
  #counts(): Counts | null {
    const operator = this.operator();
    if (operator !== null) return operator;
    const match = /^\{([0-9]+)(,?)([0-9]*)\}/.exec(
      this.chars.slice(this.at, this.at + 16).join(""),
    );
    if (!match || (!match[2] && match[3])) return null;
    const counts = this.interval(...match.slice(1));
    this.at += match[0].length;
    return counts;
  }
}
