// The configuration file of a command: TOML or JSON, by the ending of its name. Rules:
// 1. Every option that makes sense in a file is a key, under its own name; the operand has a name as well. What does not
//    fit a command line is a section. The three tables of the command are all there is.
// 2. Everything wrong is told at once, each with file, key and wish.
// 3. What was given on the command line counts, whatever the file says; an option there also outdoes one in the file that
//    it cannot stand beside.
// 4. A path in the file is taken from the directory of the file, wherever the program was started.

import { dirname, isAbsolute, join } from "@std/path";
import { parse as parseToml, TomlError } from "smol-toml";
import {
  type Command,
  COMMON_OPTIONS,
  type OptionSpec,
  ParsedArguments,
  UsageError,
} from "./command.ts";
import type { ConfigPlace } from "./config_section.ts";
import { explain } from "./explain.ts";
import { nearest } from "./nearest.ts";
import { ANY_TEXT, textOf, wishOf } from "./value.ts";

/** What a command has that a configuration file can speak of. */
export type Configurable = Pick<Command, "options" | "operand" | "sections">;

/** A file that cannot be used: exit status 2, and a line for each fault. */
export class ConfigError extends UsageError {
  override readonly name: string = "ConfigError";
  /** What is wrong, in the order of the file; each begins with the file's name. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

/** What an error says, a line for each thing that is wrong. */
export function problemsOf(error: unknown): readonly string[] {
  return error instanceof ConfigError ? error.problems : [explain(error)];
}

/**
 * Puts a configuration file below the arguments of a command.
 *
 * @param args The arguments.
 * @param path The file.
 * @param command The command.
 * @returns The arguments, with what the file says of options that were not given.
 * @throws {ConfigError} When it cannot be read, or something is wrong with what it says.
 */
export async function withConfig(
  args: ParsedArguments,
  path: string,
  command: Configurable,
): Promise<ParsedArguments> {
  const parse = parserFor(path);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new ConfigError([`${path}: ${whyUnreadable(error)}`], {
      cause: error,
    });
  }
  return applyConfig(args, parse(text), path, command);
}

/** Who understands a file, by the ending of its name. */
function parserFor(path: string): (text: string) => unknown {
  const [ending] = /\.[^./\\]*$/.exec(path.toLowerCase()) ?? [];
  const [language, parse] = ending === ".toml"
    ? ["TOML", parseToml]
    : ending === ".json"
    ? ["JSON", JSON.parse as (text: string) => unknown]
    : [];
  if (!parse) {
    throw new ConfigError([`${path}: its name must end in .toml or .json`]);
  }
  return (text) => {
    try {
      return parse(text.replace(/^\ufeff/, ""));
    } catch (error) {
      throw new ConfigError(
        [`${path}: not valid ${language}: ${whyInvalid(error)}`],
        { cause: error },
      );
    }
  };
}

function whyInvalid(error: unknown): string {
  if (!(error instanceof TomlError)) return (error as Error).message;
  // Its message has the line of the file below it, with a mark.
  const [first = ""] = error.message.split("\n", 1);
  const reason = first.replace("Invalid TOML document: ", "");
  return `${reason} (line ${error.line} column ${error.column})`;
}

function whyUnreadable(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "this user is not allowed to read it";
  }
  return `it cannot be read: ${(error as Error).message}`;
}

/**
 * Puts what a configuration file says below the arguments of a command.
 *
 * @param args The arguments.
 * @param content What the file says, as its language has it.
 * @param path The file, for messages and for the paths in it.
 * @param command The command.
 * @returns The arguments, with what the file says of options that were not given.
 * @throws {ConfigError} When something is wrong with what it says.
 */
export function applyConfig(
  args: ParsedArguments,
  content: unknown,
  path: string,
  command: Configurable,
): ParsedArguments {
  const { options, operand, sections = [] } = command;
  const problems: string[] = [];
  const directory = dirname(path);
  const place: ConfigPlace = {
    report: (key, problem) => problems.push(`${path}: ${key} ${problem}`),
    resolvePath: (path) =>
      isAbsolute(path) || directory === "." ? path : join(directory, path),
  };
  if (!isTable(content)) {
    throw new ConfigError([`${path}: it must be an object, with keys`]);
  }
  const operands: string[] = [];
  const values = new Map<string, readonly string[]>();
  const said = new Map<string, unknown>();
  for (const [key, value] of Object.entries(content)) {
    const section = sections.find(({ name }) => name === key);
    const spec = options.find(({ name }) => name === key);
    if (section) said.set(key, section.check(value, place));
    else if (key === operand?.name) {
      // One may stand for itself.
      const isRepeatable = operand.isRepeatable && Array.isArray(value);
      const spec = { ...operand, isRepeatable: isRepeatable ?? false };
      operands.push(...readKey(spec, value, place));
    } else if (spec && !spec.isCommandLineOnly) {
      values.set(key, readKey(spec, value, place));
    } else if (key === "$schema") {
      if (typeof value !== "string") place.report(key, "must be a text");
    } else place.report(key, whyUnknown(key, command));
  }
  checkRivals(values, options, place);
  if (problems.length > 0) throw new ConfigError(problems);
  return args.withDefaults(
    new ParsedArguments(operands, values, options),
    said,
  );
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

/** What a key says, in the texts that would say it on the command line. */
function readKey(
  spec: OptionSpec,
  value: unknown,
  place: ConfigPlace,
): string[] {
  const { name, type = ANY_TEXT } = spec;
  if (spec.value === undefined) {
    if (typeof value === "boolean") return value ? ["true"] : [];
    place.report(name, `must be true or false: ${show(value)} is neither`);
    return [];
  }
  if (spec.isRepeatable && !Array.isArray(value)) {
    place.report(
      name,
      `must be a list, in brackets, of ${spec.value}: ${show(value)} is not`,
    );
    return [];
  }
  const values = spec.isRepeatable ? value as unknown[] : [value];
  // No list and an empty one are not the same, and for `allow` the difference is everybody.
  if (values.length === 0) {
    place.report(name, "must name one or more, or be left out: it is empty");
  }
  return values.flatMap((each, i) => {
    const text = textOf(type, each);
    if (text === null) {
      const key = spec.isRepeatable ? `${name}[${i}]` : name;
      place.report(key, `must be ${wishOf(type)}: ${show(each)} is not`);
      return [];
    }
    return type.kind === "path" ? place.resolvePath(text) : text;
  });
}

function checkRivals(
  values: ReadonlyMap<string, readonly string[]>,
  options: readonly OptionSpec[],
  place: ConfigPlace,
): void {
  const isThere = (name: string) => (values.get(name)?.length ?? 0) > 0;
  for (const { name, excludes = [] } of options) {
    const rival = isThere(name) && excludes.find(isThere);
    if (rival) place.report(name, `and ${rival} contradict each other`);
  }
}

/** Words for the operand that are not its name. */
const OPERAND_SYNONYMS: readonly string[] = ["dir", "directory", "path"];

function whyUnknown(
  key: string,
  { options, operand, sections = [] }: Configurable,
): string {
  const isOption = [...options, ...COMMON_OPTIONS].some(({ name }) =>
    name === key
  );
  if (isOption) return "is for the command line only";
  const near = operand && OPERAND_SYNONYMS.includes(key)
    ? operand.name
    : nearest(key.replaceAll("_", "-"), [
      ...options.filter((it) => !it.isCommandLineOnly).map(({ name }) => name),
      ...sections.map(({ name }) => name),
      ...operand ? [operand.name] : [],
    ]);
  return `is not a key here${near ? `: did you mean ${near}?` : ""}`;
}

/** A value as it may be shown in a line. */
function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isTable(value)) return "a table";
  if (typeof value === "number" || typeof value === "bigint") return `${value}`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
