import type { CliContext } from "./context.ts";
import type { ConfigSection } from "./config_section.ts";
import { ANY_TEXT, readValue, type ValueType, wishOf } from "./value.ts";

/** An option of a command: what is parsed, and what `--help` says, from one place. */
export interface OptionSpec {
  /** The name, without dashes. */
  readonly name: string;
  /** One letter that means the same. */
  readonly alias?: string;
  /** What its value is called; an option without one is either there or not. */
  readonly value?: string;
  /** What its value may be; any text unless told otherwise. */
  readonly type?: ValueType;
  /**
   * Words to offer to whoever types its value, where its type does not name all there are. Behind one that ends in "=" more
   * follows.
   */
  readonly suggests?: readonly string[];
  /** Whether it can be given more than once. */
  readonly isRepeatable?: boolean;
  /** Whether all that follows it is its values, be they options or not; it is the last option then. */
  readonly takesRest?: boolean;
  /** Options that cannot be there beside it. */
  readonly excludes?: readonly string[];
  /** Whether it makes sense on a command line only, and is no key of a configuration file. */
  readonly isCommandLineOnly?: boolean;
  /** Whether a reload can change it; where not, it takes a restart. */
  readonly isReloadable?: boolean;
  /** What it stands under in the help; "Options" unless told otherwise. */
  readonly group?: string;
  /** What it does. */
  readonly description: string;
}

/** A command of the program. */
export interface Command {
  /** The word that calls it. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** How it is called, behind the program's name; one line each. */
  readonly usage: readonly string[];
  /** Its options, besides those that all commands have. */
  readonly options: readonly OptionSpec[];
  /** Its operand, where a configuration file can name it. */
  readonly operand?: OptionSpec;
  /** What a configuration file may say that does not fit a command line. */
  readonly sections?: readonly ConfigSection[];
  /** What stands below the options. */
  readonly notes: readonly string[];
  /** What its exit statuses mean, where they say more than 0, 1 and 2. */
  readonly exitStatuses?: readonly (readonly [
    status: number,
    meaning: string,
  ])[];
  /** Calls with what they do. */
  readonly examples: readonly (readonly [call: string, effect: string])[];
  /**
   * Does it.
   *
   * @param args What was asked for, checked by the table.
   * @param context The process.
   * @returns The exit status: 0 when all went well, 1 when something failed.
   * @throws {UsageError} When it was asked for in a way that makes no sense.
   */
  run(args: ParsedArguments, context: CliContext): Promise<number>;
  /**
   * The exit status for what `run` has thrown, where it is not 2 for a call that makes no sense and 1 for the rest.
   *
   * @param error What was thrown.
   * @returns The status; `undefined` for the usual one.
   */
  exitStatus?(error: unknown): number | undefined;
}

/** Options that all commands have. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: "help", alias: "h", description: "Show this help" },
  { name: "version", alias: "V", description: "Show the version" },
];

/** Options of all commands that transfer something. */
export const TIMING_OPTIONS: readonly OptionSpec[] = [
  {
    name: "timeout",
    alias: "t",
    value: "SECONDS",
    type: { kind: "seconds" },
    description:
      "Wait this long before the first retransmission; later ones follow the round trip that was measured (default: 1)",
  },
  {
    name: "retries",
    alias: "r",
    value: "COUNT",
    type: { kind: "integer", min: 0, max: 100 },
    description:
      "Give up after the time that this many retransmissions without an answer take, with waits that double up to 8 s (default: 5, which takes 31 s)",
  },
];

/** What was asked for makes no sense: exit status 2, and a hint where help is. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** The arguments of a command, by the names in its table. */
export class ParsedArguments {
  /** What is no option, in order. */
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #options: readonly OptionSpec[];
  readonly #sections: ReadonlyMap<string, unknown>;

  /**
   * @param operands What is no option.
   * @param values The values of each option that was given; none for one without a value that was taken back.
   * @param options The table.
   * @param sections What sections of a configuration file say, by name.
   */
  constructor(
    operands: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
    options: readonly OptionSpec[] = [],
    sections: ReadonlyMap<string, unknown> = new Map(),
  ) {
    this.operands = operands;
    this.#values = values;
    this.#options = options;
    this.#sections = sections;
  }

  /** Whether an option is there. */
  has(name: string): boolean {
    return this.count(name) > 0;
  }

  /** Whether anything was said of an option, be it that it is not meant. */
  isGiven(name: string): boolean {
    return this.#values.has(name);
  }

  /** How often an option is there. */
  count(name: string): number {
    return this.#values.get(name)?.length ?? 0;
  }

  /** All values of an option. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** What a section of the configuration file says. */
  section<T>({ name }: ConfigSection<T>): T | undefined {
    return this.#sections.get(name) as T | undefined;
  }

  /**
   * The same, with what a configuration file says of options that were not given here.
   *
   * @param other What the file says.
   * @param sections What its sections say.
   * @returns Both.
   */
  withDefaults(
    other: ParsedArguments,
    sections: ReadonlyMap<string, unknown> = new Map(),
  ): ParsedArguments {
    const values = new Map(this.#values);
    for (const [name, given] of other.#values) {
      const isRuledOut = this.#rivals(name).some((rival) => this.has(rival));
      if (!values.has(name) && !isRuledOut) values.set(name, given);
    }
    const operands = this.operands.length > 0 ? this : other;
    return new ParsedArguments(
      operands.operands,
      values,
      this.#options,
      sections,
    );
  }

  /**
   * Checks every value by the table, and that nothing is there beside what it rules out.
   *
   * @throws {UsageError} When something is not as the table says.
   */
  check(): void {
    for (const { name, value, type = ANY_TEXT } of this.#options) {
      if (value === undefined) continue;
      for (const text of this.all(name)) {
        if (readValue(type, text) === null) throw wrong(name, type, text);
      }
    }
    for (const { name, excludes = [] } of this.#options) {
      const rival = this.has(name) && excludes.find((it) => this.has(it));
      if (rival) {
        throw new UsageError(`--${name} and --${rival} contradict each other`);
      }
    }
  }

  /** The value of an option as a whole number, within bounds or those of the table. */
  integer(name: string, min?: number, max?: number): number | undefined {
    const type = this.#type(name);
    const bounds = type?.kind === "integer" ? type : { min: 0, max: 2 ** 53 };
    return this.#read(name, {
      kind: "integer",
      min: min ?? bounds.min,
      max: max ?? bounds.max,
    }) as number | undefined;
  }

  /** The value of an option in seconds, as milliseconds. */
  seconds(name: string): number | undefined {
    const type = this.#type(name);
    const seconds = type?.kind === "seconds" ? type : undefined;
    return this.#read(name, seconds ?? { kind: "seconds" }) as
      | number
      | undefined;
  }

  /** The value of an option as a number of octets, with k, M or G for powers of 1024. */
  bytes(name: string): number | undefined {
    return this.#read(name, { kind: "octets" }) as number | undefined;
  }

  /** The value of an option that must be one of a few words. */
  choice<Word extends string>(
    name: string,
    words: readonly Word[],
  ): Word | undefined {
    return this.#read(name, { kind: "choice", words }) as Word | undefined;
  }

  #type(name: string): ValueType | undefined {
    return this.#options.find((option) => option.name === name)?.type;
  }

  /** Options that cannot be there beside one, whichever of the two says so. */
  #rivals(name: string): string[] {
    return this.#options.flatMap(({ name: other, excludes = [] }) =>
      other === name ? excludes : excludes.includes(name) ? [other] : []
    );
  }

  #read(name: string, type: ValueType): number | string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = readValue(type, text);
    if (value === null) throw wrong(name, type, text);
    return value;
  }
}

function wrong(name: string, type: ValueType, text: string): UsageError {
  // Of two words, neither; of anything else, just not.
  const isEither = type.kind === "choice" && type.words.length <= 2;
  return new UsageError(
    `--${name} must be ${wishOf(type)}: "${text}" ${
      isEither ? "is neither" : "is not"
    }`,
  );
}
