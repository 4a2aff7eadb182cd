// Completion for zsh. It works in both ways that people use: as a file _NAME in $fpath, and sourced behind compinit.

import { COMMON_OPTIONS } from "../command.ts";
import type { CommandModel, Offer, OptionModel } from "./model.ts";

/**
 * The script for zsh.
 *
 * @param program The name of the program.
 * @param commands What there is.
 * @returns The script.
 */
export function zshScript(
  program: string,
  commands: readonly CommandModel[],
): string {
  const common = COMMON_OPTIONS.map(({ name, alias, description }) =>
    `    '(- *)'{-${alias},--${name}}'[${inBrackets(description)}]' \\`
  );
  return `#compdef ${program}
# Completion of ${program} for zsh, made by "${program} completions zsh".

_${program}_urls() {
  if compset -P 'tftp://'; then
    compset -P '*/' || _hosts -S /
  else
    compadd -S '' -- tftp://
  fi
}

_${program}_command() {
  local -a commands=(
${
    commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`)
      .join("\n")
  }
  )
  _describe command commands
}

_${program}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \\
${common.join("\n")}
    '1:command:_${program}_command' \\
    '*::argument:->argument' && return
  [[ $state == argument ]] || return 1
  case "$line[1]" in
${commands.map((command) => commandCase(program, command)).join("\n")}
  esac
}

if [[ "$funcstack[1]" == "_${program}" ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function commandCase(program: string, command: CommandModel): string {
  const { name, options, operands } = command;
  const specs = [
    ...options.map((option) => optionSpec(program, option)),
    ...operandSpecs(program, operands),
  ];
  const lines = specs.map((spec) => `        ${spec}`).join(" \\\n");
  return `    ${name})
      _arguments -s -S \\
${lines}
      ;;`;
}

function optionSpec(program: string, option: OptionModel): string {
  const { name, alias, value, isRepeatable, description } = option;
  const rest = quote(
    `[${inBrackets(description)}]${
      value === null
        ? ""
        : `:${escapeColons(value.name)}:${
          escapeColons(actions(program, value.offers))
        }`
    }`,
  );
  const long = value === null ? `--${name}` : `--${name}=`;
  const short = value === null ? `-${alias}` : `-${alias}+`;
  if (alias === null) return `${isRepeatable ? "'*'" : ""}${long}${rest}`;
  return isRepeatable
    ? `'*'{${short},${long}}${rest}`
    : `'(-${alias} --${name})'{${short},${long}}${rest}`;
}

/** One for all places: `_alternative` joins what can stand there. */
function operandSpecs(program: string, operands: readonly Offer[]): string[] {
  const [first] = operands;
  if (first === undefined) return [];
  const name = operands.length === 1 ? first.kind : "argument";
  return [quote(`*:${name}:${actions(program, operands)}`)];
}

/** What can stand in one place. */
function actions(program: string, offers: readonly Offer[]): string {
  if (offers.length === 1) return action(program, offers[0]!);
  const choices = offers.map((offer) =>
    `"${offer.kind}:${offer.kind}:${action(program, offer)}"`
  );
  // Behind a blank, zsh adds no options of its own, which `_alternative` does not know.
  return ` _alternative ${choices.join(" ")}`;
}

function action(program: string, offer: Offer): string {
  switch (offer.kind) {
    case "words":
      // Behind "name=" more follows.
      return offer.words.some((word) => word.endsWith("="))
        ? `{compadd -S "" -- ${offer.words.join(" ")}}`
        : `(${offer.words.join(" ")})`;
    case "files":
      return "_files";
    case "directories":
      return "_files -/";
    case "hosts":
      return "_hosts";
    case "urls":
      return `_${program}_urls`;
    case "text":
      return " ";
  }
}

function inBrackets(text: string): string {
  return text.replace(/[[\]\\]/g, "\\$&");
}

function escapeColons(text: string): string {
  return text.replaceAll(":", "\\:");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
