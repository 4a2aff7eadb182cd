import { type Command, COMMON_OPTIONS, type OptionSpec } from "./command.ts";
import { wrapHanging, wrapText } from "./wrap.ts";

/** Columns of a help text that is not written to a terminal. */
const USUAL_WIDTH = 80;

/** Column in which descriptions of options begin; in a narrow terminal, below the option. */
function descriptionColumn(width: number): number {
  return width < 70 ? 8 : 27;
}

/**
 * What `--help` says about a command.
 *
 * @param programName The program.
 * @param command The command.
 * @param width Columns of a line, 40 or more.
 * @returns Lines, each with its line end.
 */
export function commandHelp(
  programName: string,
  command: Command,
  width = USUAL_WIDTH,
): string {
  const statusLines = ([status, meaning]: readonly [number, string]) =>
    wrapHanging(`  ${status}`.padEnd(7) + meaning, width, 7);
  const sections = [
    command.summary,
    section(
      "Usage",
      command.usage.flatMap((usage) =>
        wrapHanging(`  ${programName} ${usage}`, width, 6)
      ),
    ),
    ...optionSections([...command.options, ...COMMON_OPTIONS], width),
    ...command.notes.map((note) => wrapText(note, width).join("\n")),
    ...command.exitStatuses === undefined
      ? []
      : [section("Exit status", command.exitStatuses.flatMap(statusLines))],
    section(
      "Examples",
      command.examples.flatMap(([call, effect]) => [
        // A call that is broken could not be copied.
        `  ${programName} ${call}`,
        ...indented(effect, 6, width),
      ]),
    ),
  ];
  return sections.join("\n\n") + "\n";
}

/**
 * What the program says about itself.
 *
 * @param programName The program.
 * @param commands What it can do.
 * @param width Columns of a line, 40 or more.
 * @returns Lines, each with its line end.
 */
export function programHelp(
  programName: string,
  commands: readonly Command[],
  width = USUAL_WIDTH,
): string {
  const column = Math.max(...commands.map(({ name }) => name.length)) + 4;
  return [
    "A TFTP server and client",
    section(
      "Usage",
      wrapHanging(`  ${programName} COMMAND [OPTIONS] [ARGUMENTS]`, width, 6),
    ),
    section(
      "Commands",
      commands.flatMap(({ name, summary }) =>
        wrapHanging(`  ${name}`.padEnd(column) + summary, width, column)
      ),
    ),
    section(
      "Options",
      COMMON_OPTIONS.map((option) => optionLines(option, width)),
    ),
    wrapText(
      `"${programName} COMMAND --help" tells more about a command.`,
      width,
    ).join("\n"),
  ].join("\n\n") + "\n";
}

function section(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines].join("\n");
}

/** The options under their headings, in the order in which these come first; those without a heading are the last. */
function optionSections(
  options: readonly OptionSpec[],
  width: number,
): string[] {
  const groups = Map.groupBy(options, ({ group = "Options" }) => group);
  const rest = groups.get("Options") ?? [];
  groups.delete("Options");
  return [...groups, ["Options", rest] as const].map(([title, members]) =>
    section(title, members.map((option) => optionLines(option, width)))
  );
}

function optionLines(option: OptionSpec, width: number): string {
  const { alias, name, value, description } = option;
  const column = descriptionColumn(width);
  const head = `  ${alias ? `-${alias}, ` : "    "}--${name}${
    value ? ` ${value}` : ""
  }`;
  const [first = "", ...rest] = indented(description, column, width);
  return head.length + 1 < column
    ? [head.padEnd(column) + first.trimStart(), ...rest].join("\n")
    : [head, first, ...rest].join("\n");
}

/** A text in lines that fit, behind blanks. */
function indented(text: string, indent: number, width: number): string[] {
  return wrapText(text, width - indent)
    .map((line) => " ".repeat(indent) + line);
}
