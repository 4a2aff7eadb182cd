import { parseArgs } from "@std/cli/parse-args";
import {
  type Command,
  COMMON_OPTIONS,
  type OptionSpec,
  ParsedArguments,
  UsageError,
} from "./command.ts";

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
  const valued = options.filter(({ value }) => value !== undefined);
  const flags = options.filter(({ value }) => value === undefined);
  const names = (specs: readonly OptionSpec[]) => specs.map(({ name }) => name);
  const parsed = parseArgs([...args], {
    string: names(valued),
    boolean: names(flags),
    collect: names(options),
    alias: Object.fromEntries(
      options.flatMap(({ name, alias }) => alias ? [[name, [alias]]] : []),
    ),
    unknown: (argument, key) => {
      if (key === undefined) return true;
      throw new UsageError(unknownOption(argument, key, options));
    },
  }) as Record<string, unknown> & { _: (string | number)[] };

  const values = new Map<string, readonly string[]>();
  for (const spec of options) {
    const given = ([parsed[spec.name]].flat() as unknown[])
      .filter((value) => value !== undefined && value !== false)
      .map(String);
    if (given.length === 0) continue;
    check(spec, given);
    values.set(spec.name, given);
  }
  // The parser makes numbers of operands that look like some; a file may well be called 007.
  return new ParsedArguments(operandsOf(args, valued, parsed._), values);
}

function check(spec: OptionSpec, given: readonly string[]): void {
  if (spec.value !== undefined && given.includes("")) {
    throw new UsageError(`--${spec.name} needs a value: ${spec.value}`);
  }
  const isOnce = spec.value !== undefined && !spec.isRepeatable;
  if (isOnce && given.length > 1) {
    throw new UsageError(
      `--${spec.name} can be given once only: it is there ${given.length} times`,
    );
  }
}

/** The operands as they were typed. */
function operandsOf(
  args: readonly string[],
  valued: readonly OptionSpec[],
  parsed: readonly (string | number)[],
): string[] {
  const takesValue = new Set(
    valued.flatMap(({ name, alias }) =>
      alias ? [`--${name}`, `-${alias}`] : [`--${name}`]
    ),
  );
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (takesValue.has(arg)) i++;
    else if (arg === "-" || !arg.startsWith("-")) operands.push(arg);
  }
  return operands.length === parsed.length ? operands : parsed.map(String);
}

function unknownOption(
  argument: string,
  key: string,
  options: readonly OptionSpec[],
): string {
  const typed = argument.split("=", 1)[0]!;
  const near = options
    .map(({ name }) => ({ name, distance: editDistance(name, key) }))
    .toSorted((a, b) => a.distance - b.distance)[0];
  const isClose = near && near.distance <= Math.max(1, key.length / 3);
  return `There is no option ${typed}${
    isClose && key.length > 1 ? `: did you mean --${near.name}?` : ""
  }`;
}

/** How many letters must be changed, added or taken away to make one word of another (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length]!;
}
