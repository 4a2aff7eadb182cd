// Which scenario a request meets. In this order:
// 1. a name that begins with that of a scenario, "/drop-data/kernel", which then is a request for "/kernel";
// 2. the first choice that fits the name and the client;
// 3. the next in rotation, for each client its own;
// 4. the one for all the rest, or none.

import { plainHostname } from "../net/mod.ts";
import { BUILTIN_SCENARIOS } from "./builtin.ts";
import { checkScenarios } from "./check.ts";
import type { ChaosScenario } from "./scenario.ts";

/** A scenario for some requests. */
export interface ChaosChoice {
  /**
   * Names of files: `*` stands for any number of characters, `?` for one.
   *
   * @default {"*"}
   */
  readonly files?: string;
  /**
   * The address of a client.
   *
   * @default {any}
   */
  readonly client?: string;
  /** The name of the scenario. */
  readonly scenario: string;
}

/** Options that say which scenario a request meets. */
export interface ChooseOptions {
  /**
   * Scenarios that can be chosen besides the built-in ones; one with the name of a built-in one takes its place.
   *
   * @default {[]}
   */
  readonly scenarios?: readonly ChaosScenario[];
  /**
   * The name of the scenario for every request that nothing else is chosen for.
   *
   * @default {"calm"}
   */
  readonly scenario?: string;
  /**
   * Scenarios for files and clients; the first that fits counts.
   *
   * @default {[]}
   */
  readonly choices?: readonly ChaosChoice[];
  /**
   * Names of scenarios that each client meets one after the other, one a request, and then again.
   *
   * @default {[]}
   */
  readonly each?: readonly string[];
  /**
   * Whether a name that begins with that of a scenario asks for that scenario.
   *
   * @default {true}
   */
  readonly hasPrefixes?: boolean;
}

/** What was asked for, and what it meets. */
export interface Chosen {
  readonly scenario: ChaosScenario;
  /** The name without what has chosen the scenario. */
  readonly filename: string;
}

/** Chooses scenarios. */
export class Chooser {
  readonly #scenarios: ReadonlyMap<string, ChaosScenario>;
  readonly #fallback: ChaosScenario;
  readonly #choices: readonly {
    readonly files: RegExp;
    readonly client: string | undefined;
    readonly scenario: ChaosScenario;
  }[];
  readonly #each: readonly ChaosScenario[];
  readonly #turns = new Map<string, number>();
  readonly #hasPrefixes: boolean;

  /** @throws {TypeError} When a scenario is none, or there is none of a name. */
  constructor(options: ChooseOptions = {}) {
    const {
      scenarios = [],
      scenario = "calm",
      choices = [],
      each = [],
      hasPrefixes = true,
    } = options;
    checkScenarios(scenarios);
    this.#scenarios = new Map(
      [...BUILTIN_SCENARIOS, ...scenarios].map((each) => [each.name, each]),
    );
    this.#fallback = this.#find(scenario);
    this.#choices = choices.map(({ files = "*", client, scenario }) => ({
      files: globRegExp(files),
      client,
      scenario: this.#find(scenario),
    }));
    this.#each = each.map((name) => this.#find(name));
    this.#hasPrefixes = hasPrefixes;
  }

  /** The scenario for a request. */
  choose(filename: string, hostname: string): Chosen {
    const client = plainHostname(hostname);
    const prefix = this.#hasPrefixes
      ? /^([/\\]?)([^/\\]+)[/\\](.+)$/s.exec(filename)
      : null;
    const named = prefix && this.#scenarios.get(prefix[2]!);
    if (named) return { scenario: named, filename: prefix[1]! + prefix[3]! };
    const choice = this.#choices.find((each) =>
      each.files.test(filename.replace(/^[/\\]/, "")) &&
      (each.client === undefined || each.client === client)
    );
    if (choice) return { scenario: choice.scenario, filename };
    if (this.#each.length === 0) return { scenario: this.#fallback, filename };
    const turn = this.#turns.get(client) ?? 0;
    this.#turns.set(client, turn + 1);
    return { scenario: this.#each[turn % this.#each.length]!, filename };
  }

  #find(name: string): ChaosScenario {
    const scenario = this.#scenarios.get(name);
    if (scenario) return scenario;
    throw new TypeError(
      `Cannot use scenario as it must be a built-in one or one of yours: current value is "${name}"`,
    );
  }
}

/** A name with `*` and `?`, where a slash at the beginning means nothing. */
function globRegExp(glob: string): RegExp {
  const source = glob.replace(/^\//, "").replace(
    /[*?]|[^\w*?]/g,
    (character) =>
      character === "*" ? ".*" : character === "?" ? "." : `\\${character}`,
  );
  return new RegExp(`^(?:${source})$`, "s");
}
