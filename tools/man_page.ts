/**
 * Writes the manual page, contrib/man/tftpkit.1, from the table that `--help` is made of: `deno task man`. A test says when
 * that is to be done.
 *
 * The page is in mdoc(7), which mandoc and groff both read. Rules:
 * 1. Text never becomes a macro: backslashes are escaped, and so are dots and quotes at the beginning of a line.
 * 2. Each sentence begins a line, as mdoc wants it.
 * 3. Nothing in it depends on the machine or the day.
 *
 * @module
 */

import {
  type Command,
  COMMON_OPTIONS,
  type OptionSpec,
} from "../cli/command.ts";
import { COMMANDS } from "../cli/main.ts";

/** The page that is published. */
export const MAN_PAGE: URL = new URL(
  "../contrib/man/tftpkit.1",
  import.meta.url,
);

/** When what no table says was last changed. */
const DATE = "November 20, 2026";

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["NO_COLOR", "Where it is set, no colors are used."],
  [
    "AWS_ACCESS_KEY_ID",
    "The key of a bucket that serve reads from, with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
  ],
  [
    "LC_ALL",
    "With LC_CTYPE, LANG and TERM, whether bench may draw with more than ASCII.",
  ],
];

const FILES: readonly (readonly [path: string, meaning: string])[] = [
  ["./srv", "The directory that serve serves when none is named."],
  [
    "/etc/tftpkit/tftpkit.toml",
    "Where the unit for systemd looks for the configuration of serve; the program itself reads none that was not named.",
  ],
];

const EXIT_STATUSES: readonly (readonly [status: number, meaning: string])[] = [
  [0, "All went well."],
  [1, "Something failed."],
  [2, "The call made no sense, or a configuration file does not."],
];

const RFCS: readonly (readonly [number: number, title: string])[] = [
  [1123, "Requirements for Internet Hosts"],
  [1350, "The TFTP Protocol (Revision 2)"],
  [2347, "TFTP Option Extension"],
  [2348, "TFTP Blocksize Option"],
  [2349, "TFTP Timeout Interval and Transfer Size Options"],
  [3617, "Uniform Resource Identifier (URI) Scheme for TFTP"],
  [7440, "TFTP Windowsize Option"],
];

/**
 * What the page should say.
 *
 * @param commands All commands.
 * @returns The page.
 */
export function manPage(commands: readonly Command[] = COMMANDS): string {
  return [
    `.\\" Made from the table of commands: deno task man`,
    `.Dd ${DATE}`,
    ".Dt TFTPKIT 1",
    ".Os",
    ".Sh NAME",
    ".Nm tftpkit",
    ".Nd TFTP server, client and tools",
    ".Sh SYNOPSIS",
    ".Nm",
    ".Ar command",
    ".Op Ar options",
    ".Op Ar arguments",
    ".Nm",
    ".Cm help",
    ".Op Ar command",
    ".Nm",
    ".Fl -version",
    ".Sh DESCRIPTION",
    ".Nm",
    ...text(
      "moves files over TFTP, serves them, and looks at how others do it. Data goes to standard output, everything else to standard error. Its commands are:",
    ),
    ...list(commands.map(({ name, summary }) => [`.It Cm ${name}`, summary])),
    ".Pp",
    "These options are the same for all of them:",
    ...optionList(COMMON_OPTIONS),
    ...commands.flatMap(commandSection),
    ".Sh ENVIRONMENT",
    ...list(ENVIRONMENT.map(([name, meaning]) => [`.It Ev ${name}`, meaning])),
    ".Sh FILES",
    ...list(FILES.map(([path, meaning]) => [`.It Pa ${path}`, meaning])),
    ".Sh EXIT STATUS",
    ...exitStatuses(commands),
    ".Sh EXAMPLES",
    ...examples(commands),
    ".Sh SEE ALSO",
    ".Xr curl 1 ,",
    ".Xr tftp 1 ,",
    ".Xr tftpd 8",
    ".Sh STANDARDS",
    ...RFCS.flatMap(([number, title]) => [
      ".Rs",
      `.%T ${macroText(title)}`,
      `.%R RFC ${number}`,
      ".Re",
    ]),
    ".Sh SECURITY CONSIDERATIONS",
    ...text(
      "TFTP has no passwords and no encryption: whoever reaches the port can read what is served, and with --write add to it. Use it on networks that are trusted.",
    ),
  ].join("\n") + "\n";
}

function commandSection(command: Command): string[] {
  const { name, summary, usage, options, notes } = command;
  return [
    `.Sh ${macroText(name.toUpperCase())} COMMAND`,
    ...literal(usage.map((line) => `tftpkit ${line}`)),
    ".Pp",
    ...text(`${summary}.`),
    ...optionGroups(options),
    ...notes.flatMap((note) => [".Pp", ...text(note)]),
  ];
}

function optionGroups(options: readonly OptionSpec[]): string[] {
  const groups = Map.groupBy(options, ({ group = "Options" }) => group);
  return [...groups].flatMap(([title, members]) => [
    `.Ss ${macroText(title)}`,
    ...optionList(members),
  ]);
}

function optionList(options: readonly OptionSpec[]): string[] {
  return list(options.map(({ name, alias, value, description }) => {
    const short = alias === undefined ? "" : `Fl ${alias} , `;
    const behind = value === undefined ? "" : ` Ar ${macroText(value)}`;
    return [`.It ${short}Fl -${macroText(name)}${behind}`, `${description}.`];
  }));
}

function exitStatuses(commands: readonly Command[]): string[] {
  const more = commands.filter((command) => command.exitStatuses);
  // Commands with the same statuses share a list.
  const shared = Map.groupBy(
    more,
    ({ exitStatuses }) => JSON.stringify(exitStatuses),
  );
  return [
    ...list(EXIT_STATUSES.map(([status, meaning]) => [
      `.It ${status}`,
      meaning,
    ])),
    ...[...shared.values()].flatMap((members) => [
      ".Pp",
      ...text(`For ${members.map(({ name }) => name).join(" and ")}:`),
      ...list(members[0]!.exitStatuses!.map(([status, meaning]) => [
        `.It ${status}`,
        `${meaning}.`,
      ])),
    ]),
  ];
}

function examples(commands: readonly Command[]): string[] {
  return commands.flatMap(({ examples }) => examples)
    .flatMap(([call, effect], index) => [
      ...(index === 0 ? [] : [".Pp"]),
      ...text(`${effect[0]!.toUpperCase()}${effect.slice(1)}:`),
      ...literal([`$ tftpkit ${call}`]),
    ]);
}

function list(items: readonly (readonly string[])[]): string[] {
  return [
    ".Bl -tag -width Ds",
    ...items.flatMap(([head, body]) => [head!, ...text(body!)]),
    ".El",
  ];
}

function literal(lines: readonly string[]): string[] {
  return [
    ".Bd -literal -offset indent -compact",
    ...lines.map(textLine),
    ".Ed",
  ];
}

/** A text as lines: one for each sentence. */
function text(paragraph: string): string[] {
  return paragraph.replace(/\.\.$/, ".").split(/(?<=[.?!]) (?=[A-Z"'])/)
    .map(textLine);
}

/** A line of text that is no macro, whatever it begins with. */
function textLine(line: string): string {
  return escapeText(line).replace(/^['.]/, "\\&$&");
}

/** A word behind a macro: some words would be macros of their own there, and some signs stand alone. */
function macroText(word: string): string {
  const escaped = escapeText(word).replaceAll('"', "\\(dq");
  const isMacro = /^[A-Z%][A-Za-z]{1,2}$/.test(word);
  const text = isMacro ? `\\&${escaped}` : escaped;
  return text.includes(" ") ? `"${text}"` : text;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq").replaceAll("`", "\\(ga")
    .replaceAll("~", "\\(ti").replaceAll("^", "\\(ha");
}

if (import.meta.main) await Deno.writeTextFile(MAN_PAGE, manPage());
