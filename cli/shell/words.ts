// Lines into words. Rules:
// 1. Blanks and tabs stand between words; inside of quotation marks, double or single, they are part of one.
// 2. A backslash is itself: names on boot servers have them, and so have paths on Windows.
// 3. A line whose first word begins with "#" is a comment.
// 4. A quotation mark that is never closed is an error, and no guess.

/** A line that is no words. */
export class WordsError extends Error {
  override readonly name: string = "WordsError";
}

/** A word, and where it stands. */
export interface Word {
  /** What it says, without its quotation marks. */
  readonly text: string;
  /** Where it begins, with its quotation marks. */
  readonly start: number;
  /** The quotation mark that is still open at the end of the line, if any. */
  readonly open: '"' | "'" | "";
}

/**
 * The words of a line, the last of which may still be open.
 *
 * @param line The line.
 * @returns The words.
 */
export function scanWords(line: string): Word[] {
  const words: Word[] = [];
  let word: { text: string; start: number } | null = null;
  let open: Word["open"] = "";
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (open !== "") {
      if (character === open) open = "";
      else word!.text += character;
    } else if (/\s/.test(character)) {
      if (word) words.push({ ...word, open });
      word = null;
    } else {
      word ??= { text: "", start: i };
      if (character === '"' || character === "'") open = character;
      else word.text += character;
    }
  }
  if (word) words.push({ ...word, open });
  return words;
}

/**
 * The words of a line that is complete.
 *
 * @param line The line.
 * @returns The words; none for an empty line and a comment.
 * @throws {WordsError} When a quotation mark is not closed.
 */
export function splitWords(line: string): string[] {
  if (/^\s*#/.test(line)) return [];
  const words = scanWords(line);
  const open = words.at(-1)?.open ?? "";
  if (open !== "") {
    throw new WordsError(`A quotation mark is not closed: ${open}`);
  }
  return words.map(({ text }) => text);
}

/**
 * A text as a word of a line.
 *
 * @param text The text.
 * @param mark The quotation mark to use where none is needed, if any.
 * @returns The word; `null` when no quotation marks are left to put around it.
 */
export function toWord(text: string, mark: Word["open"] = ""): string | null {
  const isPlain = text !== "" && !/[\s"']/.test(text);
  if (isPlain && mark === "") return text;
  for (const each of mark === "" ? ['"', "'"] : [mark]) {
    if (!text.includes(each)) return each + text + each;
  }
  return null;
}
