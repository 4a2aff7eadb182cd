import type { CliContext } from "./context.ts";

/** An option of a command: what is parsed, and what `--help` says, from one place. */
export interface OptionSpec {
  /** The name, without dashes. */
  readonly name: string;
  /** One letter that means the same. */
  readonly alias?: string;
  /** What its value is called; an option without one is either there or not. */
  readonly value?: string;
  /** Whether it can be given more than once. */
  readonly isRepeatable?: boolean;
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
  /** What stands below the options. */
  readonly notes: readonly string[];
  /** Calls with what they do. */
  readonly examples: readonly (readonly [call: string, effect: string])[];
  /**
   * Does it.
   *
   * @param args What was asked for.
   * @param context The process.
   * @returns The exit status: 0 when all went well, 1 when something failed.
   * @throws {UsageError} When it was asked for in a way that makes no sense.
   */
  run(args: ParsedArguments, context: CliContext): Promise<number>;
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
    description:
      "Wait this long before the first retransmission; later ones follow the round trip that was measured (default: 1)",
  },
  {
    name: "retries",
    alias: "r",
    value: "COUNT",
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

  constructor(
    operands: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.operands = operands;
    this.#values = values;
  }

  /** Whether an option is there. */
  has(name: string): boolean {
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

  /** The value of an option as a whole number. */
  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(
      `--${name} must be a whole number from ${min} to ${max}: "${text}" is not`,
    );
  }

  /** The value of an option in seconds, as milliseconds. */
  seconds(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : NaN;
    if (value >= 0.001 && value <= 3600) return value * 1000;
    throw new UsageError(
      `--${name} must be a number of seconds from 0.001 to 3600: "${text}" is not`,
    );
  }

  /** The value of an option as a number of octets, with k, M or G for powers of 1024. */
  bytes(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const match = /^([0-9]+)([kmgt]?)i?b?$/i.exec(text);
    const power = " kmgt".indexOf(match?.[2]?.toLowerCase() || " ");
    const value = match ? Number(match[1]) * 1024 ** power : NaN;
    if (Number.isSafeInteger(value)) return value;
    throw new UsageError(
      `--${name} must be a number of octets such as 65536, 64k or 16M: "${text}" is not`,
    );
  }

  /** The value of an option that must be one of a few words. */
  choice<Word extends string>(
    name: string,
    words: readonly Word[],
  ): Word | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = words.find((word) => word === text.toLowerCase());
    if (word !== undefined) return word;
    throw new UsageError(
      `--${name} must be ${words.join(" or ")}: "${text}" is neither`,
    );
  }
}
