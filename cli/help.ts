import { type Command, COMMON_OPTIONS, type OptionSpec } from "./command.ts";
import { wrapText } from "./wrap.ts";

/** Column in which descriptions of options begin. */
const DESCRIPTION_COLUMN = 27;

/** Columns of a help text: what a terminal has at least. */
const WIDTH = 80;

/** What `--help` says about a command. */
export function commandHelp(programName: string, command: Command): string {
  const sections = [
    command.summary,
    section(
      "Usage",
      command.usage.map((usage) => `  ${programName} ${usage}`),
    ),
    ...optionSections([...command.options, ...COMMON_OPTIONS]),
    ...command.notes.map((note) => wrap(note, 0).join("\n")),
    ...command.exitStatuses === undefined
      ? []
      : [section("Exit status", command.exitStatuses.flatMap(statusLines))],
    section(
      "Examples",
      command.examples.flatMap(([call, effect]) => [
        `  ${programName} ${call}`,
        ...wrap(effect, 6).map((line) => `      ${line}`),
      ]),
    ),
  ];
  return sections.join("\n\n") + "\n";
}

/** What the program says about itself. */
export function programHelp(
  programName: string,
  commands: readonly Command[],
): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "A TFTP server and client",
    section("Usage", [`  ${programName} COMMAND [OPTIONS] [ARGUMENTS]`]),
    section(
      "Commands",
      commands.map(({ name, summary }) =>
        `  ${name.padEnd(width)}  ${summary}`
      ),
    ),
    section("Options", COMMON_OPTIONS.map(optionLines)),
    `"${programName} COMMAND --help" tells more about a command.`,
  ].join("\n\n") + "\n";
}

function section(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines].join("\n");
}

function statusLines([status, meaning]: readonly [number, string]): string[] {
  const indent = 7;
  return wrap(meaning, indent).map((line, index) =>
    (index === 0 ? `  ${status}` : "").padEnd(indent) + line
  );
}

/** The options under their headings, in the order in which these come first; those without a heading are the last. */
function optionSections(options: readonly OptionSpec[]): string[] {
  const groups = Map.groupBy(options, ({ group = "Options" }) => group);
  const rest = groups.get("Options") ?? [];
  groups.delete("Options");
  return [...groups, ["Options", rest] as const].map(([title, members]) =>
    section(title, members.map(optionLines))
  );
}

function optionLines(option: OptionSpec): string {
  const { alias, name, value, description } = option;
  const head = `  ${alias ? `-${alias}, ` : "    "}--${name}${
    value ? ` ${value}` : ""
  }`;
  const [first = "", ...rest] = wrap(description, DESCRIPTION_COLUMN);
  const indent = " ".repeat(DESCRIPTION_COLUMN);
  const start = head.length + 1 < DESCRIPTION_COLUMN
    ? head.padEnd(DESCRIPTION_COLUMN) + first
    : `${head}\n${indent}${first}`;
  return [start, ...rest.map((line) => indent + line)].join("\n");
}

/** Breaks a text into lines that fit beside an indent. */
function wrap(text: string, indent: number): string[] {
  return wrapText(text, WIDTH - indent);
}
