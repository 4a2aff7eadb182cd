import { benchCommand } from "./bench.ts";
import { bootpCommand } from "./bootp.ts";
import { chaosCommand } from "./chaos.ts";
import { type Command, UsageError } from "./command.ts";
import { completionsCommand } from "./completions.ts";
import { ConfigError, problemsOf } from "./config.ts";
import type { CliContext } from "./context.ts";
import { dhcpCommand } from "./dhcp.ts";
import { getCommand } from "./get.ts";
import { commandHelp, programHelp } from "./help.ts";
import { lineWidth } from "./wrap.ts";
import { mapTestCommand } from "./test_map.ts";
import { parseCommand } from "./parse.ts";
import { probeCommand } from "./probe.ts";
import { putCommand } from "./put.ts";
import { pxeCommand } from "./pxe.ts";
import { serveCommand } from "./serve.ts";
import { shellCommand } from "./shell.ts";
import { VERSION } from "./version.ts";

/** Every command there is, in the order of `--help`. */
export const COMMANDS: readonly Command[] = [
  serveCommand,
  pxeCommand,
  dhcpCommand,
  bootpCommand,
  getCommand,
  putCommand,
  shellCommand,
  probeCommand,
  chaosCommand,
  mapTestCommand,
  benchCommand,
  completionsCommand(() => COMMANDS),
];

/**
 * Runs the program.
 *
 * @param context The process.
 * @returns The exit status: 0 when all went well, 1 when something failed, 2 when it was called in a way that makes no
 * sense; commands that have more say so in their help.
 */
export async function main(context: CliContext): Promise<number> {
  const { args, programName, stderr } = context;
  try {
    return await dispatch(context);
  } catch (error) {
    for (const problem of problemsOf(error)) {
      stderr.write(`${programName}: ${problem}\n`);
    }
    const command = COMMANDS.find(({ name }) => name === args[0]);
    const isUsage = error instanceof UsageError;
    const status = command?.exitStatus?.(error) ?? (isUsage ? 2 : 1);
    // What is wrong with a file, help for the command line does not say.
    if (!isUsage || error instanceof ConfigError) return status;
    stderr.write(
      `Try "${programName} ${command ? `${command.name} ` : ""}--help".\n`,
    );
    return status;
  }
}

async function dispatch(context: CliContext): Promise<number> {
  const { args, programName, stdout, stderr } = context;
  const [word, ...rest] = args;
  switch (word) {
    case undefined:
      stderr.write(programHelp(programName, COMMANDS, lineWidth(stderr)));
      return 2;
    case "--help":
    case "-h":
      stdout.write(programHelp(programName, COMMANDS, lineWidth(stdout)));
      return 0;
    case "--version":
    case "-V":
      stdout.write(versionLine(context));
      return 0;
    case "help":
      return help(rest, context);
  }
  const command = findCommand(word);
  const parsed = parseCommand(command, rest);
  if (parsed.has("help")) {
    stdout.write(commandHelp(programName, command, lineWidth(stdout)));
    return 0;
  }
  if (parsed.has("version")) {
    stdout.write(versionLine(context));
    return 0;
  }
  parsed.check();
  return await command.run(parsed, context);
}

function help(words: readonly string[], context: CliContext): number {
  const { programName, stdout } = context;
  const [word] = words;
  const width = lineWidth(stdout);
  stdout.write(
    word === undefined
      ? programHelp(programName, COMMANDS, width)
      : commandHelp(programName, findCommand(word), width),
  );
  return 0;
}

function findCommand(word: string): Command {
  const command = COMMANDS.find(({ name }) => name === word);
  if (command) return command;
  throw new UsageError(
    word.startsWith("-")
      ? `There is no option ${word} before a command`
      : `There is no command "${word}": use ${listCommands()}`,
  );
}

/** "serve, get or put" */
function listCommands(): string {
  const names = COMMANDS.map(({ name }) => name);
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function versionLine({ programName, commit }: CliContext): string {
  const facts = [
    ...(commit === undefined ? [] : [`commit ${commit}`]),
    `deno ${Deno.version.deno}`,
    `v8 ${Deno.version.v8}`,
    Deno.build.target,
  ];
  return `${programName} ${VERSION} (${facts.join(", ")})\n`;
}
