// The map file of tftp-hpa (tftpd(8), "FILENAME REMAPPING"), from text to rules. Rules:
// 1. A line is `operation pattern [replacement]`, or `:label`. Words are set apart by white space; a `#` ends the line; a
//    backslash keeps white space and `#` in a word, and stays in it, as patterns and replacements know escapes of their
//    own. What stands behind the third word does not count.
// 2. All errors of a file are found at once, each with its line.
// 3. What tftp-hpa 5.2 to 5.4 takes is taken and means the same. One thing more is an error: a jump to a label that is not
//    there, where the label is written out. tftp-hpa finds that when the rule matches, and refuses the client.
// 4. A replacement is split into parts here, so that the engine reads no escapes.

import { PatternSyntaxError, type Program } from "./_pattern.ts";
import { parsePosix } from "./posix_ere.ts";

/** A part of a replacement: text, a group of the match, something about the client, or how to write what follows. */
export type ReplacementPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "group"; readonly index: number }
  | { readonly kind: "address" }
  | { readonly kind: "hex address" }
  | { readonly kind: "case"; readonly to: "upper" | "lower" | "as it is" };

/** A line of the file: a rule, or a label to jump to. */
export interface RemapEntry {
  /** The line, counted from 1. */
  readonly line: number;
  /** The line as written, without comment, with single spaces between its words. */
  readonly text: string;
  /** The label that stands here; `null` for a rule. */
  readonly label: string | null;
  /** The letters of the operation. */
  readonly flags: string;
  /** How often a replacement is made: once, until nothing matches (`g`), or all the way through the name (`gg`). */
  readonly repeat: "once" | "again" | "through";
  /** What is looked for; `null` for a label. */
  readonly pattern: Program | null;
  /** The third word. */
  readonly replacement: readonly ReplacementPart[];
}

/** What is wrong in a line of a file. */
export interface RemapFileProblem {
  /** The line, counted from 1. */
  readonly line: number;
  /** What is wrong, and where in the line's words. */
  readonly message: string;
}

/**
 * A file of rules that is wrong; it has all that is wrong in it.
 *
 * @example Two errors at once
 * ```ts
 * import { parseMapFile, RemapFileError } from "@tftpkit/tftp/handlers";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const error = assertThrows(() => parseMapFile("x a\nr (b c"), RemapFileError);
 * assertEquals(error.problems.map(({ line }) => line), [1, 2]);
 * ```
 */
export class RemapFileError extends SyntaxError {
  /** The class name, for logs. */
  override readonly name: string = "RemapFileError";
  /** What is wrong, in the order of lines. */
  readonly problems: readonly RemapFileProblem[];

  /**
   * Creates the error.
   *
   * @param problems What is wrong.
   */
  constructor(problems: readonly RemapFileProblem[]) {
    const lines = problems.map(({ line, message }) =>
      `line ${line}: ${message}`
    );
    super(`Cannot use rules: ${lines.join("; ")}`);
    this.problems = problems;
  }
}

/**
 * The rules of a map file, ready to be used: see {@linkcode remapFilename} and {@linkcode remap}.
 *
 * @example Whether a rule asks for files
 * ```ts
 * import { parseMapFile } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseMapFile("rE ^ own/").checksFiles, true);
 * ```
 */
export class RemapRules {
  /**
   * Rules and labels, in the order of lines.
   *
   * @internal
   */
  readonly entries: readonly RemapEntry[];
  /** Whether a rule asks if a file is there (`E`). */
  readonly checksFiles: boolean;
  /**
   * Where labels are, as places in `entries`.
   *
   * @internal
   */
  readonly labels: ReadonlyMap<string, number>;

  /**
   * Creates the rules; that is what `parseMapFile` is for.
   *
   * @param entries Rules and labels.
   * @internal
   */
  constructor(entries: readonly RemapEntry[]) {
    this.entries = entries;
    this.checksFiles = entries.some(({ flags }) => flags.includes("E"));
    // Of labels that are there twice, the first counts.
    this.labels = new Map(
      entries.flatMap(({ label }, index) =>
        label === null ? [] : [[label, index] as const]
      ).reverse(),
    );
  }
}

const FLAGS = "rgiesaGPEj46~";

/** What tftp-hpa 5.4 refuses, and why. */
const REFUSED_PAIRS: readonly (readonly [pair: string, why: string])[] = [
  ["r~", "what does not match cannot be replaced"],
  ["ra", "a request that is refused needs no name"],
  ["rj", "the third word is either a name or a label"],
  ["aj", "only one can come next"],
  ["as", "only one can come next"],
  ["ej", "only one can come next"],
  ["ae", "only one can come next"],
  ["es", "only one can come next"],
  ["eE", "only one can come next"],
  ["Ej", "only one can come next"],
  ["aE", "only one can come next"],
  ["Es", "only one can come next"],
];

/**
 * Reads a map file of tftp-hpa.
 *
 * @param text The file.
 * @returns The rules.
 * @throws {RemapFileError} When there is anything wrong in it; with all that is wrong.
 *
 * @example Drive letters and backslashes
 * ```ts
 * import { parseMapFile, remapFilename } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = parseMapFile(String.raw`
 * ri ^[a-z]:        # no drive letter
 * rg \\       /     # slashes
 * `);
 * const { filename } = remapFilename(rules, {
 *   filename: "C:\\Boot\\BCD",
 *   operation: "read",
 *   client: "192.0.2.7",
 * });
 * assertEquals(filename, "/Boot/BCD");
 * ```
 */
export function parseMapFile(text: string): RemapRules {
  const problems: RemapFileProblem[] = [];
  const entries: RemapEntry[] = [];
  text.replace(/^\uFEFF/, "").split("\n").forEach((source, index) => {
    const line = index + 1;
    const words = splitWords(source);
    if (words.length === 0) return;
    const entry = parseEntry(line, words, problems);
    if (entry !== null) entries.push(entry);
  });
  const rules = new RemapRules(entries);
  checkJumps(rules, problems);
  if (problems.length === 0) return rules;
  throw new RemapFileError(problems.toSorted((a, b) => a.line - b.line));
}

/** The words of a line; escapes stay in them. */
export function splitWords(source: string): string[] {
  const words: string[] = [];
  let word = "";
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    if (char === "#") break;
    if (/[ \t\v\f\r]/.test(char)) {
      if (word !== "") words.push(word);
      word = "";
    } else {
      word += char;
      if (char === "\\" && at + 1 < source.length) word += source[++at];
    }
  }
  // Before a line end of Windows, a backslash keeps nothing.
  word = word.replace(/\\\r$/, "\\");
  return word === "" ? words : [...words, word];
}

function parseEntry(
  line: number,
  words: readonly string[],
  problems: RemapFileProblem[],
): RemapEntry | null {
  const [operation = "", pattern, replacement = ""] = words;
  const text = words.slice(0, 3).join(" ");
  const complain = (message: string): null => {
    problems.push({ line, message });
    return null;
  };
  if (operation.startsWith(":")) {
    const name = operation.slice(1) || pattern;
    if (name === undefined) return complain("the label has no name");
    return {
      ...{ line, text, flags: "", repeat: "once", pattern: null },
      label: unescape(name),
      replacement: [],
    };
  }
  const before = problems.length;
  for (const flag of new Set(operation)) {
    if (!FLAGS.includes(flag)) complain(`there is no flag "${flag}"`);
  }
  for (const [pair, why] of REFUSED_PAIRS) {
    if ([...pair].every((flag) => operation.includes(flag))) {
      complain(`${pair[0]} and ${pair[1]} do not go together: ${why}`);
    }
  }
  const program = parsePattern(pattern, operation.includes("i"), complain);
  if (operation.includes("j") && replacement === "") {
    complain("j needs a label as its third word");
  }
  if (problems.length > before) return null;
  const globals = operation.split("g").length - 1;
  const repeat = !operation.includes("r") || globals === 0
    ? "once"
    : globals === 1
    ? "again"
    : "through";
  return {
    ...{ line, text, label: null, flags: operation, repeat, pattern: program },
    replacement: parseReplacement(replacement),
  };
}

function parsePattern(
  text: string | undefined,
  ignoreCase: boolean,
  complain: (message: string) => null,
): Program | null {
  if (text === undefined) return complain("the pattern is missing");
  try {
    return parsePosix(text, { ignoreCase });
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    return complain(
      `pattern "${text}", character ${error.position}: ${error.message}`,
    );
  }
}

/** Splits a replacement into its parts. */
export function parseReplacement(source: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let text = "";
  const add = (part: ReplacementPart): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
    parts.push(part);
  };
  const chars = [...source];
  for (let at = 0; at < chars.length; at++) {
    if (chars[at] !== "\\") {
      text += chars[at];
      continue;
    }
    const char = chars[++at];
    // A backslash at the end is itself.
    if (char === undefined) text += "\\";
    else if (/[0-9]/.test(char)) add({ kind: "group", index: Number(char) });
    else if (char === "i") add({ kind: "address" });
    else if (char === "x") add({ kind: "hex address" });
    else if (char === "U") add({ kind: "case", to: "upper" });
    else if (char === "L") add({ kind: "case", to: "lower" });
    else if (char === "E") add({ kind: "case", to: "as it is" });
    else text += char;
  }
  if (text !== "") parts.push({ kind: "text", text });
  return parts;
}

/** A label without its escapes. */
function unescape(word: string): string {
  return word.replace(/\\([^])/g, "$1");
}

function checkJumps(rules: RemapRules, problems: RemapFileProblem[]): void {
  for (const { line, flags, replacement } of rules.entries) {
    if (!flags.includes("j")) continue;
    const [part] = replacement;
    // Other parts depend on the name, or on the client.
    if (replacement.length !== 1 || part?.kind !== "text") continue;
    if (!rules.labels.has(part.text)) {
      problems.push({ line, message: `there is no label "${part.text}"` });
    }
  }
}
