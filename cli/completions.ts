import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import { bashScript } from "./completions/bash.ts";
import { fishScript } from "./completions/fish.ts";
import { completionModel } from "./completions/model.ts";
import { zshScript } from "./completions/zsh.ts";
import type { CliContext } from "./context.ts";

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell that there is a script for. */
export type Shell = typeof SHELLS[number];

/**
 * The script that teaches a shell what can be completed.
 *
 * @param shell The shell.
 * @param program The name of the program.
 * @param commands All commands.
 * @returns The script.
 */
export function completionScript(
  shell: Shell,
  program: string,
  commands: readonly Command[],
): string {
  const model = completionModel(commands);
  switch (shell) {
    case "bash":
      return bashScript(program, model);
    case "zsh":
      return zshScript(program, model);
    case "fish":
      return fishScript(program, model);
  }
}

/**
 * `completions SHELL`
 *
 * @param commands All commands, this one included: it is asked when it runs.
 */
export function completionsCommand(
  commands: () => readonly Command[],
): Command {
  return {
    name: "completions",
    summary: "Write a completion script for a shell",
    usage: [`completions ${SHELLS.join("|")}`],
    options: [],
    notes: [
      "The script goes to standard output. It completes commands, options and their values: words, files, directories and the hosts that the shell knows.",
    ],
    examples: [
      [
        "completions bash > ~/.local/share/bash-completion/completions/tftpkit",
        "for bash, with the package bash-completion",
      ],
      [
        "completions zsh > ~/.zfunc/_tftpkit",
        "for zsh, with ~/.zfunc in $fpath before compinit",
      ],
      [
        "completions fish > ~/.config/fish/completions/tftpkit.fish",
        "for fish",
      ],
    ],
    run: (args, context) => Promise.resolve(write(args, context, commands())),
  };
}

function write(
  { operands }: ParsedArguments,
  { stdout, programName }: CliContext,
  commands: readonly Command[],
): number {
  const [word, ...more] = operands;
  const shell = SHELLS.find((each) => each === word);
  if (!shell || more.length > 0) {
    throw new UsageError(
      `One shell is needed: bash, zsh or fish${
        word === undefined || shell ? "" : `, and not "${word}"`
      }`,
    );
  }
  stdout.write(completionScript(shell, programName, commands));
  return 0;
}
