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
    ...operands.map((offer) => `${start}${offerFlags(program, offer, false)}`),
    ...options.map((option) => `${start}${optionFlags(program, option)}`),
  ];
}

function optionFlags(program: string, option: OptionModel): string {
  const { name, alias, value, description } = option;
  return `${alias === null ? "" : ` -s ${alias}`} -l ${name}${
    value === null ? "" : offerFlags(program, value.offer, true)
  } -d ${quote(description)}`;
}

function offerFlags(program: string, offer: Offer, isValue: boolean): string {
  const needed = isValue ? " -r" : "";
  switch (offer.kind) {
    case "words":
      return `${needed} -f -a ${quote(offer.words.join(" "))}`;
    case "files":
      return `${needed} -F`;
    case "directories":
      return `${needed} -f -a '(__fish_complete_directories)'`;
    case "hosts":
      return `${needed} -f -a '(__fish_print_hostnames)'`;
    case "urls":
      return `${needed} -f -a '(__${program}_urls)'`;
    case "text":
      return `${needed} -f`;
  }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
