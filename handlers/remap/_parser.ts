// What the two syntaxes of regular expressions (posix_ere.ts, perl_pattern.ts) share: a parser that goes down from choice to
// sequence to atom. Rules:
// 1. Here is what both mean by the same words. What only one has, or what they disagree in, is in that one's file: groups,
//    escapes, what a repetition may look like and what it may stand behind.
// 2. A `)` ends a sequence only inside of a group; elsewhere it is an atom, and so a matter of the syntax.
// 3. Case is folded in what an expression lists, before it is negated; not in the sets that stand behind a backslash.

import { type BracketEscape, not, parseBracket } from "./_bracket.ts";
import { foldCase } from "./_matcher.ts";
import {
  type CodeTest,
  MAX_DEPTH,
  type PatternNode,
  PatternSyntaxError,
} from "./_pattern.ts";

/** RE_DUP_MAX at least (POSIX limits.h). */
const MAX_COUNT = 255;

/** How often something is repeated. */
export type Counts = readonly [min: number, max: number];

/** Reads one expression, from its first character on. */
export abstract class PatternParser {
  /** How many groups have been read. */
  groupCount = 0;
  /** Whether upper and lower case are the same. */
  ignoreCase: boolean;
  /** The expression. */
  protected readonly chars: readonly string[];
  /** The character that is read next. */
  protected at = 0;
  #depth = 0;

  constructor(text: string, ignoreCase = false) {
    this.chars = [...text];
    this.ignoreCase = ignoreCase;
  }

  /** Reads all of it. */
  parse(): PatternNode {
    return this.#choice();
  }

  /** What a backslash means inside of brackets; `undefined` where it is itself. */
  protected abstract readonly bracketEscape: BracketEscape | undefined;

  /** What `.` stands for. */
  protected abstract any(): CodeTest;

  /** Reads a group, from its `(` on. */
  protected abstract group(): PatternNode;

  /** Reads what begins with a backslash. */
  protected abstract escape(): PatternNode;

  /** Reads how often an atom is repeated, behind it. */
  protected abstract repeated(atom: PatternNode): PatternNode;

  #choice(): PatternNode {
    const options = [this.#sequence()];
    while (this.chars[this.at] === "|") {
      this.at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (;;) {
      const char = this.chars[this.at];
      const isEnd = char === undefined || char === "|" ||
        (char === ")" && this.#depth > 0);
      if (isEnd) return { kind: "sequence", parts };
      parts.push(this.repeated(this.atom(char)));
    }
  }

  /** Reads what can be repeated as a whole; begins with `char`. */
  protected atom(char: string): PatternNode {
    switch (char) {
      case "(":
        return this.group();
      case "[": {
        const { chars, at, bracketEscape } = this;
        const { has, isNegated, next } = parseBracket(chars, at, bracketEscape);
        this.at = next;
        return this.#set(has, isNegated);
      }
      case ".":
        this.at++;
        return { kind: "set", has: this.any() };
      case "^":
      case "$":
        this.at++;
        return { kind: "place", place: char === "^" ? "start" : "end" };
      case "*":
      case "+":
      case "?":
        throw this.error(`there is nothing before ${char} to repeat`);
      case "\\":
        return this.escape();
    }
    this.at++;
    return this.literal(char.codePointAt(0)!);
  }

  /** Reads what a group holds, and its `)`. */
  protected groupPart(open: number): PatternNode {
    if (++this.#depth > MAX_DEPTH) {
      throw this.error("groups are nested too deep", open);
    }
    const part = this.#choice();
    if (this.chars[this.at] !== ")") throw this.error("the ( has no )", open);
    this.at++;
    this.#depth--;
    return part;
  }

  /** One character. */
  protected literal(expected: number): PatternNode {
    return this.#set((code) => code === expected);
  }

  #set(has: CodeTest, isNegated = false): PatternNode {
    const listed = this.ignoreCase ? foldCase(has) : has;
    return { kind: "set", has: isNegated ? not(listed) : listed };
  }

  /** Reads `*`, `+` or `?`; `null` when there is none. */
  protected operator(): Counts | null {
    const char = this.chars[this.at];
    if (char !== "*" && char !== "+" && char !== "?") return null;
    this.at++;
    return [char === "+" ? 1 : 0, char === "?" ? 1 : Infinity];
  }

  /** What the parts of {3}, {3,} or {3,5} say; the parser stands at the `{`. */
  protected interval(low = "", comma = "", high = ""): Counts {
    const min = Number(low);
    const max = !comma ? min : high ? Number(high) : Infinity;
    if (min > max) throw this.error("the second count must not be smaller");
    if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT)) {
      throw this.error(`a count must be ${MAX_COUNT} at most`);
    }
    return [min, max];
  }

  /** What is wrong, and where, counted from 0. */
  protected error(message: string, at = this.at): PatternSyntaxError {
    return new PatternSyntaxError(message, at + 1);
  }
}
