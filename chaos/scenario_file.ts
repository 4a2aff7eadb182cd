import { parse as parseToml } from "smol-toml";
import { type ChaosProblem, findScenarioProblems } from "./check.ts";
import type { ChaosScenario } from "./scenario.ts";

/** A file of scenarios that cannot be used. */
export class ScenarioFileError extends SyntaxError {
  /** The name of the class. */
  override readonly name: string = "ScenarioFileError";
  /** What is wrong, one line each, with file, key and wish. */
  readonly problems: readonly string[];

  /**
   * Makes one.
   *
   * @param problems What is wrong, one line each.
   * @param options What caused it.
   */
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

/**
 * Reads scenarios from the text of a file: TOML or JSON, with a list `scenarios` whose items are as `ChaosScenario` says.
 *
 * @param text What the file says.
 * @param path The name of the file, which ends in .toml or .json and stands in messages.
 * @returns The scenarios.
 * @throws {ScenarioFileError} When it is not such a text; everything wrong is told at once.
 *
 * @example A scenario in TOML
 * ```ts
 * import { parseScenarioFile } from "@tftpkit/tftp/chaos";
 * import { assertEquals } from "@std/assert";
 *
 * const [scenario] = parseScenarioFile(`
 * [[scenarios]]
 * name = "lose-three"
 * description = "Loses DATA 3 three times"
 * expect = "finish"
 *
 * [[scenarios.rules]]
 * when = { packet = "DATA", block = 3, nth = [1, 3] }
 * then = [{ action = "drop" }]
 * `, "lab.toml");
 * assertEquals(scenario?.rules[0]?.then, [{ action: "drop" }]);
 * ```
 */
export function parseScenarioFile(
  text: string,
  path: string,
): readonly ChaosScenario[] {
  const content = parse(text.replace(/^\ufeff/, ""), path);
  if (
    typeof content !== "object" || content === null || Array.isArray(content)
  ) {
    throw new ScenarioFileError([
      `${path}: it must be a table with a list "scenarios"`,
    ]);
  }
  const { scenarios, ...rest } = content as Record<string, unknown>;
  const problems: ChaosProblem[] = Object.keys(rest).map((key) => ({
    key,
    message: "must not be there: the only key is scenarios",
  }));
  problems.push(...findScenarioProblems(scenarios));
  if (problems.length > 0) {
    throw new ScenarioFileError(
      problems.map(({ key, message }) => `${path}: ${key} ${message}`),
    );
  }
  return scenarios as ChaosScenario[];
}

function parse(text: string, path: string): unknown {
  const [ending] = /\.[^./\\]*$/.exec(path.toLowerCase()) ?? [];
  const language = ending === ".toml"
    ? "TOML"
    : ending === ".json"
    ? "JSON"
    : null;
  if (language === null) {
    throw new ScenarioFileError([
      `${path}: its name must end in .toml or .json`,
    ]);
  }
  try {
    return plain(language === "TOML" ? parseToml(text) : JSON.parse(text));
  } catch (cause) {
    const [first = ""] = (cause as Error).message.split("\n", 1);
    const reason = first.replace("Invalid TOML document: ", "");
    throw new ScenarioFileError(
      [`${path}: not valid ${language}: ${reason}${placeOf(cause)}`],
      { cause },
    );
  }
}

/** The line, where the parser tells it. */
function placeOf(error: unknown): string {
  const { line, column } = Object(error) as { line?: number; column?: number };
  return line === undefined ? "" : ` (line ${line} column ${column})`;
}

/** Tables of TOML have no prototype; what is made of them shall look like everything else. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plain(item)]),
  );
}
