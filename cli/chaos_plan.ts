// What `chaos` is asked to do: its options, and what they mean. Rules:
// 1. --scenario takes the name of a scenario or a file of them: what ends in .toml or .json is a file.
// 2. One scenario alone is for every request; several need --each, --for or --client to say which is for whom. Those of a
//    file are there to be chosen, and are for every request when they are alone.
// 3. --each takes all that were named, or that the files have, or else all built-in ones.

import { isIP } from "node:net";
import {
  BUILTIN_SCENARIOS,
  type ChaosChoice,
  type ChaosScenario,
  parseScenarioFile,
  ScenarioFileError,
} from "../chaos/mod.ts";
import {
  type OptionSpec,
  type ParsedArguments,
  UsageError,
} from "./command.ts";
import { ConfigError } from "./config.ts";
import { explain } from "./explain.ts";
import { nearest } from "./nearest.ts";
import { SERVE_OPTIONS } from "./serve_options.ts";

const SERVE_NAMES = [
  "write",
  "host",
  "port",
  "single-port",
  "blksize",
  "windowsize",
  "timeout",
  "retries",
];

/** The options of `chaos`. */
export const CHAOS_OPTIONS: readonly OptionSpec[] = [
  {
    name: "scenario",
    group: "Misbehaving",
    alias: "s",
    value: "NAME|FILE",
    suggests: BUILTIN_SCENARIOS.map(({ name }) => name),
    isRepeatable: true,
    description:
      "Misbehave like this: a built-in scenario, or a file of your own in TOML or JSON, whose name ends so",
  },
  {
    name: "each",
    group: "Misbehaving",
    alias: "e",
    description:
      "Let each client meet the scenarios one after the other, one a request: those that were named, or else all",
  },
  {
    name: "for",
    group: "Misbehaving",
    value: "GLOB=NAME",
    type: {
      kind: "text",
      wish: 'files and a scenario, such as "*.img=drop-data"',
      pattern: ".+=[A-Za-z0-9-]+",
    },
    isRepeatable: true,
    description:
      "Misbehave like this for these files; the first that fits counts",
  },
  {
    name: "client",
    group: "Misbehaving",
    value: "ADDRESS=NAME",
    type: {
      kind: "text",
      wish: 'an address and a scenario, such as "192.0.2.5=lossy"',
      pattern: "[0-9A-Fa-f.:]+=[A-Za-z0-9-]+",
      isValid: (text) => isIP(text.split("=", 1)[0]!) !== 0,
    },
    isRepeatable: true,
    description: "Misbehave like this for this client",
  },
  {
    name: "seed",
    group: "Misbehaving",
    value: "NUMBER",
    type: { kind: "integer", min: 0, max: Number.MAX_SAFE_INTEGER },
    description:
      "What all chance follows from: the same seed, the same mishaps (default: any, and told)",
  },
  {
    name: "list",
    group: "Misbehaving",
    alias: "l",
    description: "Show all scenarios, and what a correct client does; then end",
  },
  {
    name: "json",
    description: "Write verdicts as JSON Lines to standard output",
  },
  {
    name: "verbose",
    alias: "v",
    description: "Also tell each packet that something is done to",
  },
  {
    name: "quiet",
    alias: "q",
    excludes: ["verbose"],
    description: "Tell only verdicts",
  },
  ...SERVE_OPTIONS.filter(({ name }) => SERVE_NAMES.includes(name)).map(
    (option) => ({ ...option, group: "Serving" }),
  ),
];

/** What `chaos` is to do. */
export interface ChaosPlan {
  /** Scenarios from files. */
  readonly scenarios: readonly ChaosScenario[];
  /** The one for every request that nothing else is chosen for. */
  readonly scenario: string;
  readonly choices: readonly ChaosChoice[];
  readonly each: readonly string[];
}

/** The files among what --scenario names. */
export function scenarioFiles(args: ParsedArguments): string[] {
  return args.all("scenario").filter(isFile);
}

/**
 * Works out what is meant.
 *
 * @param args What was asked for.
 * @param read Reads a text file.
 * @returns The plan.
 * @throws {UsageError} When it makes no sense.
 */
export async function planChaos(
  args: ParsedArguments,
  read: (path: string) => Promise<string>,
): Promise<ChaosPlan> {
  const named = args.all("scenario").filter((text) => !isFile(text));
  const scenarios: ChaosScenario[] = [];
  for (const path of scenarioFiles(args)) {
    for (const scenario of await readScenarios(path, read)) {
      if (scenarios.some(({ name }) => name === scenario.name)) {
        throw new ConfigError([
          `${path}: another file has a scenario "${scenario.name}" already`,
        ]);
      }
      scenarios.push(scenario);
    }
  }
  const known = [...BUILTIN_SCENARIOS, ...scenarios].map(({ name }) => name);
  const check = (option: string, name: string): string => {
    if (known.includes(name)) return name;
    const close = nearest(name, known);
    throw new UsageError(
      `--${option} must name a scenario, and "${name}" is none${
        close === null ? ": --list shows them all" : `: "${close}" is one`
      }`,
    );
  };
  for (const name of named) check("scenario", name);
  const choices = [
    ...pairs(args, "client", check).map(([client, scenario]) => ({
      client,
      scenario,
    })),
    ...pairs(args, "for", check).map(([files, scenario]) => ({
      files,
      scenario,
    })),
  ];
  const own = [...named, ...scenarios.map(({ name }) => name)];
  if (args.has("each")) {
    const each = own.length > 0 ? own : known;
    return { scenarios, scenario: "calm", choices, each };
  }
  if (named.length > 1) {
    throw new UsageError(
      `--scenario names ${named.length} scenarios: add --each to take them in turn, or say with --for which is for what`,
    );
  }
  const scenario = named[0] ?? (own.length === 1 ? own[0]! : "calm");
  return { scenarios, scenario, choices, each: [] };
}

/** Values of an option that end in the name of a scenario. */
function pairs(
  args: ParsedArguments,
  option: string,
  check: (option: string, name: string) => string,
): (readonly [what: string, scenario: string])[] {
  return args.all(option).map((text) => {
    const at = text.lastIndexOf("=");
    return [text.slice(0, at), check(option, text.slice(at + 1))] as const;
  });
}

async function readScenarios(
  path: string,
  read: (path: string) => Promise<string>,
): Promise<readonly ChaosScenario[]> {
  let text: string;
  try {
    text = await read(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : `it cannot be read: ${explain(error)}`;
    throw new ConfigError([`${path}: ${why}`], { cause: error });
  }
  try {
    return parseScenarioFile(text, path);
  } catch (error) {
    if (!(error instanceof ScenarioFileError)) throw error;
    throw new ConfigError(error.problems, { cause: error });
  }
}

function isFile(text: string): boolean {
  return /\.(toml|json)$/i.test(text);
}
