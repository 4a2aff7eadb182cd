// The pattern files of atftpd (`--pcre`; README.PCRE). Rules:
// 1. A line is `pattern replacement`: Perl's kind of expression and what takes the place of what it matches, with $0 to
//    $9, also as ${1}, and $$ for one dollar. The rest of the name stays.
// 2. The first line that matches counts, no other.
// 3. Blank lines and lines that begin with # do not count; atftpd has no comments.
// 4. All errors of a file are found at once, a group that the pattern does not have among them.

import { PatternSyntaxError, type Program } from "./_pattern.ts";
import { MAX_WORK, search, WorkExceededError } from "./_matcher.ts";
import { isTooLong } from "./_name_limit.ts";
import { RemapFileError, type RemapFileProblem } from "./map_file.ts";
import { parsePerl } from "./perl_pattern.ts";

/** A line of the file. */
export interface PcreEntry {
  /** The line, counted from 1. */
  readonly line: number;
  /** The line as written, with a single space between its words. */
  readonly text: string;
  /** What is looked for. */
  readonly pattern: Program;
  /** What takes its place: text, or the number of a group. */
  readonly replacement: readonly (string | number)[];
}

/** A name that a line of the file made. */
export interface PcreSubstitution {
  /** The new name. */
  readonly filename: string;
  /** The line that made it, counted from 1. */
  readonly line: number;
  /** The line as written. */
  readonly rule: string;
}

/**
 * The lines of a pattern file, ready to be used: see {@linkcode pcreFallback}.
 *
 * @example One name for many
 * ```ts
 * import { parsePcreFile } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = parsePcreFile(String.raw`^\w*\.conf$ master.conf`);
 * assertEquals(rules.substitute("r1.conf")?.filename, "master.conf");
 * assertEquals(rules.substitute("r1.img"), null);
 * ```
 */
export class PcreRules {
  /**
   * The lines that count.
   *
   * @internal
   */
  readonly entries: readonly PcreEntry[];

  /**
   * Creates the rules; that is what `parsePcreFile` is for.
   *
   * @param entries The lines.
   * @internal
   */
  constructor(entries: readonly PcreEntry[]) {
    this.entries = entries;
  }

  /**
   * Makes another name of a name.
   *
   * @param filename The name.
   * @returns The other name and what made it; `null` when no line matches, when matching takes too long, and when
   * the name has more than 512 octets.
   */
  substitute(filename: string): PcreSubstitution | null {
    if (isTooLong(filename)) return null;
    const name = Array.from(filename, (char) => char.codePointAt(0)!);
    const work = { left: MAX_WORK };
    try {
      for (const { line, text, pattern, replacement } of this.entries) {
        const match = search(pattern, name, 0, work);
        if (match === null) continue;
        const made = replacement.map((part) =>
          typeof part === "string"
            ? part
            : textOf(name, match.slots[2 * part]!, match.slots[2 * part + 1]!)
        );
        const before = textOf(name, 0, match.start);
        const after = textOf(name, match.end, name.length);
        return { filename: before + made.join("") + after, line, rule: text };
      }
    } catch (error) {
      if (!(error instanceof WorkExceededError)) throw error;
    }
    return null;
  }
}

function textOf(name: readonly number[], start: number, end: number): string {
  if (start < 0 || end < start) return "";
  return name.slice(start, end).map((code) => String.fromCodePoint(code))
    .join("");
}

/**
 * Reads a pattern file of atftpd.
 *
 * @param text The file.
 * @returns The rules.
 * @throws {RemapFileError} When there is anything wrong in it; with all that is wrong.
 *
 * @example Groups
 * ```ts
 * import { parsePcreFile } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = parsePcreFile(String.raw`(?i)^(\w+)\.(bin|img)$ $2/$1`);
 * assertEquals(rules.substitute("r1.BIN")?.filename, "BIN/r1");
 * ```
 */
export function parsePcreFile(text: string): PcreRules {
  const problems: RemapFileProblem[] = [];
  const entries: PcreEntry[] = [];
  text.replace(/^\uFEFF/, "").split("\n").forEach((source, index) => {
    const words = source.trim().split(/\s+/);
    if (words[0] === "" || words[0]!.startsWith("#")) return;
    const line = index + 1;
    try {
      entries.push(parseEntry(line, words));
    } catch (error) {
      if (!(error instanceof PatternSyntaxError)) throw error;
      problems.push({ line, message: error.message });
    }
  });
  if (problems.length > 0) throw new RemapFileError(problems);
  return new PcreRules(entries);
}

function parseEntry(line: number, words: readonly string[]): PcreEntry {
  const [source = "", replacement] = words;
  if (replacement === undefined || words.length > 2) {
    throw new PatternSyntaxError(
      "it must be a pattern and a replacement, with white space between them only",
      1,
    );
  }
  const pattern = compilePattern(source);
  return {
    ...{ line, text: `${source} ${replacement}`, pattern },
    replacement: parseReplacement(replacement, pattern.groupCount),
  };
}

function compilePattern(source: string): Program {
  try {
    return parsePerl(source);
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    throw new PatternSyntaxError(
      `pattern "${source}", character ${error.position}: ${error.message}`,
      error.position,
    );
  }
}

function parseReplacement(
  source: string,
  groupCount: number,
): (string | number)[] {
  const parts: (string | number)[] = [];
  let last = 0;
  const dollars = /\$(?:([0-9])|\{([0-9])\}|(\$))?/g;
  for (const match of source.matchAll(dollars)) {
    const [all, bare, braced, dollar] = match;
    const complain = (message: string): PatternSyntaxError =>
      new PatternSyntaxError(
        `replacement "${source}", character ${match.index + 1}: ${message}`,
        match.index + 1,
      );
    if (all === "$") {
      throw complain("a $ must be followed by a digit, or by another $");
    }
    parts.push(source.slice(last, match.index));
    last = match.index + all.length;
    if (dollar !== undefined) {
      parts.push("$");
      continue;
    }
    const group = Number(bare ?? braced);
    if (group > groupCount) throw complain(`there is no group ${group}`);
    parts.push(group);
  }
  return [...parts, source.slice(last)].filter((part) => part !== "");
}
