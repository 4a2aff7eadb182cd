// What a shell can offer, read from the table of commands. Rules:
// 1. An option whose type has words offers these, and nothing else. For others the name of the value tells: DIR is a
//    directory, FILE and PATH are files, HOST and ADDRESS are hosts, URL is a URL; anything else is for the user to type.
//    Words that the table suggests come on top.
// 2. So it is with operands, as the lines behind "Usage" name them; `a|b|c` are words.
// 3. Nothing is told apart that a shell could not tell: where a command takes files and then a URL, both are offered at
//    each place.

import { type Command, COMMON_OPTIONS, type OptionSpec } from "../command.ts";

/** What can stand somewhere. */
export type Offer =
  | { readonly kind: "files" | "directories" | "hosts" | "urls" | "text" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** An option, as shells see it. */
export interface OptionModel {
  /** Its name, without dashes. */
  readonly name: string;
  /** One letter that means the same. */
  readonly alias: string | null;
  /** What its value is called and may be; `null` when it has none. */
  readonly value:
    | { readonly name: string; readonly offers: readonly Offer[] }
    | null;
  /** Whether it can be there more than once. */
  readonly isRepeatable: boolean;
  /** What it does, in a few words. */
  readonly description: string;
}

/** A command, as shells see it. */
export interface CommandModel {
  /** The word that calls it. */
  readonly name: string;
  /** What it does. */
  readonly summary: string;
  /** Its options. */
  readonly options: readonly OptionModel[];
  /** What its operands may be. */
  readonly operands: readonly Offer[];
}

/** Letters of a description in a list of options. */
const MAX_DESCRIPTION = 60;

/**
 * Reads the table.
 *
 * @param commands All commands.
 * @returns The same for shells, and `help` besides.
 */
export function completionModel(
  commands: readonly Command[],
): readonly CommandModel[] {
  const words = commands.map(({ name }) => name);
  return [
    ...commands.map(({ name, summary, usage, options }) => ({
      name,
      summary,
      options: [...options, ...COMMON_OPTIONS].map(optionModel),
      operands: operandOffers(usage),
    })),
    {
      name: "help",
      summary: "Show help",
      options: [],
      operands: [{ kind: "words", words }],
    },
  ];
}

function optionModel(option: OptionSpec): OptionModel {
  const { name, alias = null, value, isRepeatable = false } = option;
  return {
    name,
    alias,
    value: value === undefined
      ? null
      : { name: value, offers: valueOffers(option) },
    isRepeatable,
    description: shorten(option.description),
  };
}

function valueOffers({ value = "", type, suggests }: OptionSpec): Offer[] {
  if (type?.kind === "choice") return [{ kind: "words", words: type.words }];
  const named = namedOffer(value);
  const offer: Offer = type?.kind === "path" && named.kind === "text"
    ? { kind: "files" }
    : named;
  if (suggests === undefined) return [offer];
  const words: Offer = { kind: "words", words: suggests };
  return offer.kind === "text" ? [words] : [words, offer];
}

/** What a name in capitals stands for. */
function namedOffer(name: string): Offer {
  if (/tftp:\/\/|\bURL\b/.test(name)) return { kind: "urls" };
  if (/\bDIR(ECTORY)?\b/.test(name)) return { kind: "directories" };
  if (/\b(FILE|PATH)\b/.test(name)) return { kind: "files" };
  if (/\b(HOST|ADDRESS)\b/.test(name)) return { kind: "hosts" };
  return { kind: "text" };
}

function operandOffers(usage: readonly string[]): Offer[] {
  const offers = new Map<string, Offer>();
  for (const line of usage) {
    const words = line.replaceAll("[OPTIONS]", "")
      // Options that stand in a usage line, with their values.
      .replace(/--?[a-z][\w-]* [A-Z]\S*|--?[a-z][\w-]*/g, "")
      .split(" ").slice(1);
    for (const word of words.filter((each) => each !== "")) {
      const offer: Offer = /^\[?[a-z0-9-]+(\|[a-z0-9-]+)+\]?$/.test(word)
        ? { kind: "words", words: word.replace(/[[\]]/g, "").split("|") }
        : namedOffer(word);
      if (offer.kind !== "text") offers.set(offer.kind, offer);
    }
  }
  return [...offers.values()];
}

/** The beginning of a description that can stand alone. */
function shorten(description: string): string {
  const [first] = description.split(/ \(|; |: |, (?=such|which|where)/);
  if (first!.length <= MAX_DESCRIPTION) return first!;
  const cut = first!.slice(0, MAX_DESCRIPTION - 3);
  return `${cut.slice(0, cut.lastIndexOf(" "))}...`;
}
