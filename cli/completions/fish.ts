// Completion for fish.

import { COMMON_OPTIONS } from "../command.ts";
import type { CommandModel, Offer, OptionModel } from "./model.ts";

/**
 * The script for fish.
 *
 * @param program The name of the program.
 * @param commands What there is.
 * @returns The script.
 */
export function fishScript(
  program: string,
  commands: readonly CommandModel[],
): string {
  const start = `complete -c ${program}`;
  const first = `${start} -n __${program}_needs_command`;
  return `# Completion of ${program} for fish, made by "${program} completions fish".

function __${program}_needs_command
    test (count (commandline -opc)) -eq 1
end

function __${program}_is
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = "$argv[1]"
end

function __${program}_urls
    for host in (__fish_print_hostnames)
        echo tftp://$host/
    end
    echo tftp://
end

${start} -f
${
    commands.map(({ name, summary }) =>
      `${first} -a ${name} -d ${quote(summary)}`
    ).join("\n")
  }
${
    COMMON_OPTIONS.map(({ name, alias, description }) =>
      `${first} -s ${alias} -l ${name} -d ${quote(description)}`
    ).join("\n")
  }
${commands.flatMap((command) => commandLines(program, command)).join("\n")}
`;
}

function commandLines(
  program: string,
  { name, options, operands }: CommandModel,
): string[] {
  const start = `complete -c ${program} -n '__${program}_is ${name}'`;
  return [
    "",
    ...operands.length === 0
      ? []
      : [`${start}${offerFlags(program, operands)}`],
    ...options.map((option) => `${start}${optionFlags(program, option)}`),
  ];
}

function optionFlags(program: string, option: OptionModel): string {
  const { name, alias, value, description } = option;
  return `${alias === null ? "" : ` -s ${alias}`} -l ${name}${
    value === null ? "" : ` -r${offerFlags(program, value.offers)}`
  } -d ${quote(description)}`;
}

/** What can stand in one place: files, or no files, and words. */
function offerFlags(program: string, offers: readonly Offer[]): string {
  const hasFiles = offers.some(({ kind }) => kind === "files");
  const words = offers.flatMap((offer) => wordsOf(program, offer)).join(" ");
  const list = words === "" ? "" : ` -a ${quote(words)}`;
  return `${hasFiles ? " -F" : " -f"}${list}`;
}

function wordsOf(program: string, offer: Offer): readonly string[] {
  switch (offer.kind) {
    case "words":
      return offer.words;
    case "directories":
      return ["(__fish_complete_directories)"];
    case "hosts":
      return ["(__fish_print_hostnames)"];
    case "urls":
      return [`(__${program}_urls)`];
    case "files":
    case "text":
      return [];
  }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
