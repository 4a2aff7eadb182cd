// Lines that somebody typed, kept in a file. Rules:
// 1. Each line is added at once: what was typed is there also when the shell did not end well.
// 2. Only its owner may read the file, for names tell things.
// 3. When it has become long, the shell begins by keeping its end only.

import { MAX_HISTORY } from "./editor.ts";

/** A history file. */
export interface HistoryFile {
  /** Lines from before, the latest last. */
  readonly lines: readonly string[];
  /**
   * Adds a line; blank ones and repetitions are left out.
   *
   * @param line The line.
   */
  add(line: string): Promise<void>;
}

/**
 * Opens a history file.
 *
 * @param path The file, which need not be there.
 * @returns Its lines, and how to add to them.
 * @throws {Error} When it is there and cannot be read, or cannot be written.
 */
export async function openHistory(path: string): Promise<HistoryFile> {
  const all = (await readIfThere(path)).split("\n").filter(isWorthKeeping);
  const lines = all.slice(-MAX_HISTORY);
  if (all.length > 2 * MAX_HISTORY) {
    await Deno.writeTextFile(path, lines.join("\n") + "\n");
  }
  let last = lines.at(-1);
  return {
    lines,
    async add(line) {
      if (!isWorthKeeping(line) || line === last) return;
      last = line;
      await Deno.writeTextFile(path, line + "\n", {
        append: true,
        mode: 0o600,
      });
    },
  };
}

function isWorthKeeping(line: string): boolean {
  return /\S/.test(line) && !/\p{Cc}/u.test(line.replaceAll("\t", ""));
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
