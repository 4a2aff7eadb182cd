// How far transfers are, in lines for a terminal. Pure: numbers and a width in, lines out.
//
//   boot.img  42% [==========>             ]  12.3/29.0 MB  4.5 MB/s  0:04 left  3 sent again
//
// The progress bar of `@std/cli` is not used: each of those writes to a stream of its own, which it locks, by its own timer
// and the machine's clock, clears the one line that the cursor is in, and knows nothing of the width of the terminal. Two
// of them at once write over each other, one that is too wide leaves a line behind at every redraw, and none of it can be
// tested without waiting.
//
// Rules:
// 1. No line is as wide as the terminal: one that fills it would wrap in some.
// 2. What is narrow loses first the sizes, then the bar, repairs, rate and time; the name is cut last, and has a third of the
//    line. Of a long name the end is shown: that is what differs.
// 3. A file whose size is not known has no bar, no percentage and no end: what came, how fast, and for how long.
// 4. There are never more lines than the terminal has: those that do not fit are counted.
// 5. ASCII only, besides the name: not every console of a switch closet knows more.

import { formatBytes } from "../observe/mod.ts";

/** How far a transfer is. */
export interface ProgressRow {
  /** What it is called. */
  readonly name: string;
  /** Octets so far; `null` as long as the server has not answered. */
  readonly bytes: number | null;
  /** Octets in all, if known. */
  readonly size: number | null;
  /** Octets per second, lately; `null` when that is not known yet. */
  readonly rate: number | null;
  /** How long it has been going on, in milliseconds. */
  readonly elapsedMs: number;
  /** How often something had to be sent again. */
  readonly repairs: number;
}

/** All there is to show. */
export interface ProgressView {
  /** Transfers under way. */
  readonly rows: readonly ProgressRow[];
  /** Transfers that have ended. */
  readonly done: number;
  /** Transfers in all. */
  readonly total: number;
}

/** Columns of a bar at least, with its brackets: one that is shorter says nothing. */
const MIN_BAR = 12;

/** Columns of a bar at most. */
const MAX_BAR = 42;

/** Columns that a name has at least. */
const MIN_NAME = 8;

/**
 * Puts transfers into lines.
 *
 * @param view What to show.
 * @param size The terminal's.
 * @returns The lines.
 */
export function progressLines(
  { rows, done, total }: ProgressView,
  size: { readonly columns: number; readonly rows: number },
): string[] {
  const width = Math.max(1, size.columns - 1);
  // One line stays free: where the prompt was, or what was told last.
  const room = Math.max(1, size.rows - 1);
  const hasSummary = total > 1;
  const shown = rows.slice(0, Math.max(1, room - (hasSummary ? 1 : 0)));
  const hidden = rows.length - shown.length;
  const nameWidth = Math.min(
    Math.max(MIN_NAME, Math.floor(width / 3)),
    Math.max(1, ...shown.map(({ name }) => textWidth(name))),
  );
  const lines = shown.map((row) => rowLine(row, nameWidth, width));
  if (hasSummary && room > 1) {
    const more = hidden > 0 ? `, ${hidden} more under way` : "";
    lines.push(cut(`${done} of ${total} done${more}`, width));
  }
  return lines;
}

function rowLine(row: ProgressRow, nameWidth: number, width: number): string {
  const name = cutFront(row.name, nameWidth);
  const padded = name + " ".repeat(Math.max(0, nameWidth - textWidth(name)));
  const { percent, optional } = factsOf(row);
  const head = padded + percent;
  const ratio = ratioOf(row);
  if (ratio !== null) {
    // Rather a bar than sizes.
    for (const facts of [optional, optional.filter((it) => it.weight > 1)]) {
      const tail = tailOf(facts);
      const room = width - textWidth(head + tail) - 1;
      if (room < MIN_BAR) continue;
      return `${head} ${bar(ratio, Math.min(MAX_BAR, room))}${tail}`;
    }
  }
  const facts = [...optional];
  while (facts.length > 0 && textWidth(head + tailOf(facts)) > width) {
    const least = Math.min(...facts.map(({ weight }) => weight));
    facts.splice(facts.findIndex(({ weight }) => weight === least), 1);
  }
  return cut(head + tailOf(facts), width);
}

/** How much of a file is there, from 0 to 1; some servers send more than they said. */
function ratioOf(
  { bytes, size }: Pick<ProgressRow, "bytes" | "size">,
): number | null {
  if (bytes === null || size === null) return null;
  return size === 0 ? 1 : Math.min(1, bytes / size);
}

function tailOf(facts: readonly Fact[]): string {
  return facts.map(({ text }) => `  ${text}`).join("");
}

interface Fact {
  readonly text: string;
  /** How much it is missed. */
  readonly weight: number;
}

function factsOf(
  { bytes, size, rate, elapsedMs, repairs }: ProgressRow,
): { percent: string; optional: Fact[] } {
  const repair = {
    text: repairs > 0 ? `${repairs} sent again` : "",
    weight: 2,
  };
  if (bytes === null) {
    const waiting = {
      text: `no answer yet, ${clockText(elapsedMs / 1000)}`,
      weight: 3,
    };
    return { percent: "", optional: present([waiting, repair]) };
  }
  const speed = {
    text: rate === null ? "" : `${formatBytes(rate)}/s`,
    weight: 3,
  };
  if (size === null) {
    return {
      percent: `  ${formatBytes(bytes)}`,
      optional: present([
        speed,
        { text: clockText(elapsedMs / 1000), weight: 4 },
        repair,
      ]),
    };
  }
  // Whole only when it is: the last block counts most.
  const percent = `${Math.floor(ratioOf({ bytes, size })! * 100)}%`.padStart(5);
  const left = rate !== null && rate > 0 && bytes < size
    ? `${clockText((size - bytes) / rate)} left`
    : "";
  return {
    percent,
    optional: present([
      { text: `${formatBytes(bytes)} of ${formatBytes(size)}`, weight: 1 },
      speed,
      { text: left, weight: 4 },
      repair,
    ]),
  };
}

function present(facts: readonly Fact[]): Fact[] {
  return facts.filter(({ text }) => text !== "");
}

function bar(ratio: number, width: number): string {
  const inner = width - 2;
  const filled = Math.floor(ratio * inner);
  const body = filled >= inner
    ? "=".repeat(inner)
    : `${"=".repeat(filled)}>`.padEnd(inner);
  return `[${body}]`;
}

/** "0:04", "12:34", "1:02:03" */
function clockText(seconds: number): string {
  const whole = Math.min(Math.ceil(seconds), 359_999);
  const parts = [whole % 60, Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return hours > 0
    ? `${hours}:${two(parts[1]!)}:${two(parts[0]!)}`
    : `${parts[1]}:${two(parts[0]!)}`;
}

/** Characters that take two columns: East Asian ones, and pictures. */
const WIDE_REGEXP =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** Characters that take none: they stand on the one before. */
const FLAT_REGEXP = /[\p{Mn}\p{Me}\p{Cf}]/u;

/**
 * Columns that a text takes in a terminal.
 *
 * @param text The text, without controls.
 * @returns The number of columns.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character <= "~") return 1;
  if (FLAT_REGEXP.test(character)) return 0;
  return WIDE_REGEXP.test(character) ? 2 : 1;
}

/** The beginning of a text that fits, with a sign that there is more. */
function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}~`;
}

/** The end of a text that fits, with a sign that there is more. */
function cutFront(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = [...text];
  let kept = "";
  for (let used = 0; characters.length > 0;) {
    const character = characters.pop()!;
    used += characterWidth(character);
    if (used > width - 1) break;
    kept = character + kept;
  }
  return `~${kept}`;
}
