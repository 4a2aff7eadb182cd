// Bars for a terminal. Rules:
// 1. No line is wider than it was said, whatever the numbers are.
// 2. A bar that stands for something is never empty: one of a thousand is still seen.
// 3. Block elements, an eighth of a column fine, where the terminal has them; otherwise number signs.

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar with what stands before and behind it. */
export interface Row {
  /** What stands before it. */
  readonly label: string;
  /** How long it is, compared to others. */
  readonly value: number;
  /** What stands behind it. */
  readonly note: string;
}

/**
 * Draws bars, one a line.
 *
 * @param rows The bars.
 * @param isAscii Whether to use nothing but ASCII.
 * @param width Columns of a line.
 * @returns The lines.
 */
export function drawBars(
  rows: readonly Row[],
  isAscii: boolean,
  width: number,
): string[] {
  const labelWidth = Math.max(0, ...rows.map(({ label }) => label.length));
  const noteWidth = Math.max(0, ...rows.map(({ note }) => note.length));
  const largest = Math.max(0, ...rows.map(({ value }) => value));
  const room = Math.max(1, width - labelWidth - noteWidth - 5);
  return rows.map(({ label, value, note }) => {
    const columns = largest > 0 ? value / largest * room : 0;
    const bar = isAscii ? signs(columns) : blocks(columns);
    return `  ${label.padStart(labelWidth)}  ${bar}${
      bar === "" ? "" : " "
    }${note}`;
  });
}

function signs(columns: number): string {
  return columns > 0 ? "#".repeat(Math.max(1, Math.round(columns))) : "";
}

function blocks(columns: number): string {
  if (columns <= 0) return "";
  const eighths = Math.max(1, Math.round(columns * 8));
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]!;
}

/**
 * Whether a terminal shows no more than ASCII, as far as can be told.
 *
 * @param isTerminal Whether it is a terminal at all.
 * @param env Looks up a variable of the environment.
 * @returns Whether to keep to ASCII.
 */
export function isAsciiOnly(
  isTerminal: boolean,
  env: (name: string) => string | undefined,
): boolean {
  if (!isTerminal || env("TERM") === "dumb") return true;
  // The first of these that is set and not empty counts (POSIX, Environment Variables, 8.2).
  const locale = env("LC_ALL") || env("LC_CTYPE") || env("LANG");
  return locale !== undefined && locale !== "" && !/utf-?8/i.test(locale);
}
