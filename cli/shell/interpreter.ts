// A line in, what comes of it out: no file, no network, no terminal. Rules:
// 1. A command can be cut short as long as it can be no other; a name that is there in full, or the one letter that a command
//    has as a name, counts before anything that it might be short for.
// 2. What makes no sense changes nothing.
// 3. There is no "!": the shell starts no programs, and needs no permission to.

import { nearest } from "../nearest.ts";
import { type ShellCommand, ShellError, type ShellOutcome } from "./command.ts";
import { REQUEST_COMMANDS } from "./requests.ts";
import { SETTING_COMMANDS } from "./settings.ts";
import type { ShellState } from "./state.ts";
import { splitWords, WordsError } from "./words.ts";

const HELP_COMMAND: ShellCommand = {
  names: ["help", "?"],
  usage: "[COMMAND]",
  summary: "List the commands, or tell more about one",
  count: [0, 1],
  run: ([name]) => ({
    text: name === undefined ? allHelp() : helpOn(findCommand(name)),
  }),
};

const QUIT_COMMAND: ShellCommand = {
  names: ["quit", "exit", "q", "bye"],
  usage: "",
  summary: "Leave",
  count: [0, 0],
  run: () => ({ action: { type: "quit" } }),
};

/** Every command there is, in the order of `help`. */
export const SHELL_COMMANDS: readonly ShellCommand[] = [
  ...REQUEST_COMMANDS,
  ...SETTING_COMMANDS,
  HELP_COMMAND,
  QUIT_COMMAND,
];

/** Commands of other shells that this one has not, and why. */
const ABSENT: Readonly<Record<string, string>> = {
  "!": "The shell starts no programs",
  mtftp: "Multicast is not supported: use get",
  ls: "TFTP has no way to list files",
  dir: "TFTP has no way to list files",
  cd: "TFTP knows no directory to be in: use names with a path",
};

/**
 * Does what a line says, as far as that can be done without the world.
 *
 * @param line The line, or its words.
 * @param state What the shell remembers.
 * @returns What comes of it; nothing for an empty line and a comment.
 * @throws {ShellError} When it makes no sense.
 */
export function interpret(
  line: string | readonly string[],
  state: ShellState,
): ShellOutcome {
  const [name, ...args] = typeof line === "string" ? wordsOf(line) : line;
  if (name === undefined) return {};
  const command = findCommand(name);
  const [min, max] = command.count;
  if (args.length < min || args.length > max) {
    throw new ShellError(
      max === 0
        ? `${command.names[0]} takes no arguments`
        : `Say: ${callOf(command)}`,
    );
  }
  return command.run(args, state);
}

/**
 * The command that a word stands for.
 *
 * @param word The word, perhaps cut short.
 * @returns The command.
 * @throws {ShellError} When it is none, or could be several.
 */
export function findCommand(word: string): ShellCommand {
  const lower = word.toLowerCase();
  const whole = SHELL_COMMANDS.find(({ names }) => names.includes(lower));
  if (whole) return whole;
  const found = SHELL_COMMANDS.filter(({ names }) =>
    names.some((name) => name.startsWith(lower))
  );
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const names = found.map((command) =>
      command.names.find((name) => name.startsWith(lower))!
    );
    throw new ShellError(
      `"${word}" could be ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
    );
  }
  const absent = lower.startsWith("!") ? "!" : lower;
  if (Object.hasOwn(ABSENT, absent)) throw new ShellError(ABSENT[absent]!);
  // A single letter is close to too much.
  const words = SHELL_COMMANDS.flatMap(({ names }) => names)
    .filter((name) => name.length > 1);
  const near = nearest(lower, words);
  throw new ShellError(
    `There is no command "${word}"${
      near === null ? ': "help" lists them' : `: did you mean ${near}?`
    }`,
  );
}

function wordsOf(line: string): string[] {
  try {
    return splitWords(line);
  } catch (error) {
    if (error instanceof WordsError) throw new ShellError(error.message);
    throw error;
  }
}

function callOf({ names, usage }: ShellCommand): string {
  return `${names[0]} ${usage}`.trimEnd();
}

/** Two columns, and one below the other where a call is long. */
function allHelp(): string {
  const width = Math.max(
    ...SHELL_COMMANDS.map(({ names }) => names[0]!.length),
  );
  return SHELL_COMMANDS
    .map(({ names, summary }) => `${names[0]!.padEnd(width)}  ${summary}`)
    .concat(
      "",
      '"help COMMAND" tells more. Commands can be cut short: st for status.',
    )
    .join("\n");
}

function helpOn(command: ShellCommand): string {
  const { names, summary, details = [] } = command;
  const others = names.slice(1).join(", ");
  return [
    callOf(command),
    summary,
    ...details,
    ...(others === "" ? [] : [`Also: ${others}`]),
  ].join("\n");
}
