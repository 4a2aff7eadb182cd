// What the Tab key offers. Rules:
// 1. The first word is a command; then it is up to the command: files here, or a few words. What a server has, TFTP cannot
//    tell.
// 2. What is offered is whole words, quoted where they must be. A blank follows what is complete, and none follows a
//    directory, which has more in it.
// 3. Whatever goes wrong, nothing is offered.

import type { ArgumentKind } from "./command.ts";
import { findCommand, SHELL_COMMANDS } from "./interpreter.ts";
import { scanWords, toWord, type Word } from "./words.ts";

/** A file or directory here. */
export interface LocalEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Lists a directory; nothing where it cannot. */
export type ListLocal = (
  directory: string,
) => LocalEntry[] | Promise<LocalEntry[]>;

/** What is offered, and what of the line it takes the place of. */
export type Completion = [candidates: string[], replaced: string];

/**
 * Completes a line.
 *
 * @param line The line, up to the cursor.
 * @param listLocal Lists a directory.
 * @returns What is offered.
 */
export async function complete(
  line: string,
  listLocal: ListLocal,
): Promise<Completion> {
  const words = scanWords(line);
  const isNew = /(^|\s)$/.test(line) && (words.at(-1)?.open ?? "") === "";
  const last: Word = isNew
    ? { text: "", start: line.length, open: "" }
    : words.at(-1)!;
  const before = isNew ? words : words.slice(0, -1);
  const replaced = line.slice(last.start);
  const kind = before.length === 0
    ? commandNames()
    : kindOf(before.map(({ text }) => text));
  if (kind === "remote") return [[], replaced];
  const candidates = kind === "local"
    ? await localNames(last, listLocal)
    : kind.filter((word) => word.startsWith(last.text.toLowerCase()));
  return [
    candidates.length === 1 && !/[/\\"']$/.test(candidates[0]!)
      ? [`${candidates[0]} `]
      : candidates,
    replaced,
  ];
}

/**
 * What commands are called.
 *
 * @returns All names but those of one letter.
 */
export function commandNames(): string[] {
  return SHELL_COMMANDS.flatMap(({ names }) => names)
    .filter((name) => name.length > 1)
    .toSorted();
}

function kindOf([name, ...args]: readonly string[]): ArgumentKind {
  try {
    const command = findCommand(name!);
    const { names, completes = [] } = command;
    if (names[0] === "help") return commandNames();
    const given = args.filter((arg) => arg !== "-f").length;
    return completes[Math.min(given, completes.length - 1)] ?? [];
  } catch {
    return [];
  }
}

async function localNames(
  { text, open }: Word,
  listLocal: ListLocal,
): Promise<string[]> {
  const [directory = "", start = ""] =
    /^(.*[/\\])?([^/\\]*)$/s.exec(text)?.slice(1) ?? [];
  const entries = await listLocal(directory === "" ? "." : directory);
  return entries
    .filter(({ name }) => name.startsWith(start))
    // A name that begins with a dot is meant when the dot is there.
    .filter(({ name }) => start !== "" || !name.startsWith("."))
    .filter(({ name }) => !/\p{Cc}/u.test(name))
    .map(({ name, isDirectory }) => {
      const path = `${directory}${name}${isDirectory ? "/" : ""}`;
      const word = toWord(path, open);
      // The closing mark is left to whoever goes on typing.
      return isDirectory && word !== path ? word?.slice(0, -1) : word;
    })
    .filter((word) => typeof word === "string")
    .toSorted();
}
