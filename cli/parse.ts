import { parseArgs } from "node:util";
import {
  type Command,
  COMMON_OPTIONS,
  type OptionSpec,
  ParsedArguments,
  UsageError,
} from "./command.ts";
import { nearest } from "./nearest.ts";

/**
 * Reads the arguments of a command by its table of options.
 *
 * @param command The command.
 * @param args What stands behind its name.
 * @returns The arguments.
 * @throws {UsageError} When an option is not in the table, has no value, or comes twice.
 */
export function parseCommand(
  command: Pick<Command, "name" | "options">,
  args: readonly string[],
): ParsedArguments {
  const options = [...command.options, ...COMMON_OPTIONS];
  const { own, rest } = cutRest(args, options);
  // Only cut into pieces here: what is wrong with them is said in our words, and operands stay as they were typed.
  const { tokens } = parseArgs({
    args: own,
    strict: false,
    tokens: true,
    options: Object.fromEntries(options.map(({ name, alias, value }) => [name, {
      type: value === undefined ? "boolean" : "string",
      ...(alias === undefined ? {} : { short: alias }),
    }])),
  });
  const operands: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const spec = options.find(({ name }) => name === token.name);
    if (!spec) throw new UsageError(unknownOption(token, options));
    const values = given.get(spec.name) ?? [];
    given.set(spec.name, values);
    if (spec.value !== undefined) values.push(valueOf(spec, token));
    else if (isMeant(spec, token)) values.push("true");
    // The last word counts: --write=false takes back what stands before it, and in a configuration file.
    else values.length = 0;
  }
  if (rest) {
    given.set(rest.name, [...given.get(rest.name) ?? [], ...rest.values]);
  }
  for (const [name, { length }] of given) {
    const { value, isRepeatable } = options.find((spec) => spec.name === name)!;
    if (value !== undefined && !isRepeatable && length > 1) {
      throw new UsageError(
        `--${name} can be given once only: it is there ${length} times`,
      );
    }
  }
  return new ParsedArguments(operands, given, options);
}

/** What stands before the option that takes all the rest, and that rest. */
function cutRest(
  args: readonly string[],
  options: readonly OptionSpec[],
): { own: string[]; rest: { name: string; values: string[] } | null } {
  const spec = options.find(({ takesRest }) => takesRest);
  const dashes = args.indexOf("--");
  const end = spec === undefined
    ? -1
    : args.findIndex((arg, index) =>
      (arg === `--${spec.name}` || arg === `-${spec.alias}`) &&
      (dashes < 0 || index < dashes)
    );
  if (spec === undefined || end < 0) return { own: [...args], rest: null };
  const values = args.slice(end + 1);
  if (values.length === 0) {
    throw new UsageError(`--${spec.name} needs a value: ${spec.value}`);
  }
  return { own: args.slice(0, end), rest: { name: spec.name, values } };
}

/** An option as it was typed. */
interface OptionToken {
  readonly name: string;
  /** With its dashes. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether the value is part of the same argument. */
  readonly inlineValue?: boolean | undefined;
}

function valueOf(spec: OptionSpec, token: OptionToken): string {
  const { rawName, value = "", inlineValue } = token;
  const isShort = !rawName.startsWith("--");
  const text = isShort && inlineValue ? value.replace(/^=/, "") : value;
  const isOption = !inlineValue && text.length > 1 && text.startsWith("-");
  if (text !== "" && !isOption) return text;
  throw new UsageError(`--${spec.name} needs a value: ${spec.value}`);
}

function isMeant(spec: OptionSpec, { value }: OptionToken): boolean {
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw new UsageError(
    `--${spec.name} takes no value but true or false: "${value}" is neither`,
  );
}

function unknownOption(
  { name, rawName }: OptionToken,
  options: readonly OptionSpec[],
): string {
  const near = nearest(name, options.map(({ name }) => name));
  return `There is no option ${rawName}${
    near === null ? "" : `: did you mean --${near}?`
  }`;
}
