// Completion for bash. Rules:
// 1. Bash 3.2 is enough (macOS): nothing of later versions but compopt, and that may fail.
// 2. To bash "=" and ":" end words: "--name=value" is three words, a URL several. The line itself is looked at for URLs,
//    and what stands before the last colon is taken off again, as readline puts it there.
// 3. Names with blanks are kept whole: one a line, and never split.

import { COMMON_OPTIONS } from "../command.ts";
import type { CommandModel, Offer, OptionModel } from "./model.ts";

/**
 * The script for bash.
 *
 * @param program The name of the program.
 * @param commands What there is.
 * @returns The script.
 */
export function bashScript(
  program: string,
  commands: readonly CommandModel[],
): string {
  const names = commands.map(({ name }) => name).join(" ");
  const common = COMMON_OPTIONS.map(({ name }) => `--${name}`).join(" ");
  return `# Completion of ${program} for bash, made by "${program} completions bash".

_${program}_options() {
  case "$1" in
${commands.map(optionsCase).join("\n")}
  esac
}

_${program}_value() {
  case "$1 $2" in
${commands.flatMap(valueCases).join("\n")}
  esac
}

_${program}_operands() {
  case "$1" in
${commands.map(operandsCase).join("\n")}
  esac
}

_${program}_add() {
  local line
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done
}

_${program}_urls() {
  local line="\${COMP_LINE:0:COMP_POINT}"
  local url="\${line##*[[:space:]]}"
  case "$url" in
    tftp://*/*) return ;;
    tftp://*)
      _${program}_add < <(
        compgen -P tftp:// -S / -A hostname -- "\${url#tftp://}"
      )
      ;;
    *) _${program}_add < <(compgen -W tftp:// -- "$url") ;;
  esac
  compopt -o nospace 2>/dev/null
  if [[ $url == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local i before="\${url%"\${url##*:}"}"
    for i in "\${!COMPREPLY[@]}"; do
      COMPREPLY[i]="\${COMPREPLY[i]#"$before"}"
    done
  fi
}

_${program}_offer() {
  local kind="\${1%% *}" word="$2" line="\${COMP_LINE:0:COMP_POINT}"
  case "$kind" in
    words)
      _${program}_add < <(compgen -W "\${1#words }" -- "$word")
      # Behind "name=" more follows.
      if [[ "\${COMPREPLY[0]}" == *= ]]; then compopt -o nospace 2>/dev/null; fi
      ;;
    hosts) _${program}_add < <(compgen -A hostname -- "$word") ;;
    urls)
      if [[ \${#COMPREPLY[@]} -eq 0 ]]; then _${program}_urls; fi
      ;;
    files | directories)
      # What begins like a URL is none of these.
      if [[ "\${line##*[[:space:]]}" == tftp:* ]]; then return; fi
      compopt -o filenames 2>/dev/null
      if [[ $kind == files ]]; then
        _${program}_add < <(compgen -f -- "$word")
      else
        _${program}_add < <(compgen -d -- "$word")
      fi
      ;;
  esac
}

_${program}() {
  COMPREPLY=()
  local word="\${COMP_WORDS[COMP_CWORD]}" before="" command="\${COMP_WORDS[1]}"
  if [[ $COMP_CWORD -le 1 ]]; then
    if [[ $word == -* ]]; then
      _${program}_add < <(compgen -W "${common}" -- "$word")
    else
      _${program}_add < <(compgen -W "${names}" -- "$word")
    fi
    return
  fi
  before="\${COMP_WORDS[COMP_CWORD-1]}"
  if [[ $word == "=" ]]; then
    word=""
  elif [[ $before == "=" ]]; then
    before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  local i is_over="" is_value="" offer=""
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == "--" ]]; then is_over=1; fi
  done
  if [[ -z $is_over ]]; then
    while IFS= read -r offer; do
      _${program}_offer "$offer" "$word"
      is_value=1
    done < <(_${program}_value "$command" "$before")
    if [[ -n $is_value ]]; then return; fi
    if [[ $word == -* ]]; then
      _${program}_add < <(
        compgen -W "$(_${program}_options "$command")" -- "$word"
      )
      return
    fi
  fi
  while IFS= read -r offer; do
    _${program}_offer "$offer" "$word"
  done < <(_${program}_operands "$command")
}

complete -F _${program} ${program}
`;
}

function optionsCase({ name, options }: CommandModel): string {
  const words = options.map((option) => `--${option.name}`).join(" ");
  return `    ${name}) echo "${words}" ;;`;
}

function valueCases({ name, options }: CommandModel): string[] {
  return options.flatMap((option) =>
    option.value === null ? [] : [valueCase(name, option, option.value.offers)]
  );
}

function valueCase(
  command: string,
  { name, alias }: OptionModel,
  offers: readonly Offer[],
): string {
  const patterns = [`"${command} --${name}"`];
  if (alias !== null) patterns.push(`"${command} -${alias}"`);
  return `    ${patterns.join(" | ")}) ${printLines(offers)} ;;`;
}

function operandsCase({ name, operands }: CommandModel): string {
  return operands.length === 0
    ? `    ${name}) ;;`
    : `    ${name}) ${printLines(operands)} ;;`;
}

function printLines(offers: readonly Offer[]): string {
  const lines = offers.map((offer) => `"${offerText(offer)}"`).join(" ");
  return `printf '%s\\n' ${lines}`;
}

function offerText(offer: Offer): string {
  return offer.kind === "words" ? `words ${offer.words.join(" ")}` : offer.kind;
}
