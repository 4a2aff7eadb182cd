// Lines that fit. Rules:
// 1. A text is broken between words; a word that is too long, wherever the line ends. Nothing is left out.
// 2. On a terminal a line is as wide as that, within what people like to read; elsewhere it has 80 columns, so that what is
//    kept in a file does not depend on who looked on.

import type { Output } from "./context.ts";

const USUAL_WIDTH = 80;
const MIN_WIDTH = 40;
const MAX_WIDTH = 100;

/**
 * How wide lines are.
 *
 * @param output Where they are written.
 * @returns Columns.
 */
export function lineWidth(
  { isTerminal, columns }: Pick<Output, "isTerminal" | "columns">,
): number {
  if (!isTerminal) return USUAL_WIDTH;
  return Math.min(Math.max(columns, MIN_WIDTH), MAX_WIDTH);
}

/**
 * Breaks a text.
 *
 * @param text The text.
 * @param width Columns of a line.
 * @returns The lines.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    for (; word.length > width; word = word.slice(width)) {
      lines.push(word.slice(0, width));
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * Breaks a text whose first line stands out.
 *
 * @param text The text.
 * @param width Columns of a line.
 * @param indent Blanks before each line but the first.
 * @returns The lines.
 */
export function wrapHanging(
  text: string,
  width: number,
  indent: number,
): string[] {
  if (text.length <= width) return [text];
  // What is indented like the rest is broken like the rest, and its blanks are no words.
  const head = text.slice(0, indent);
  const [first, ...rest] = wrapText(text.slice(indent), width - indent);
  return [head + first, ...rest.map((line) => " ".repeat(indent) + line)];
}
