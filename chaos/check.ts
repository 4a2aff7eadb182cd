// Whether data is a scenario. One table says of every key what it must be; what is wrong is told with the place of the key
// and the wish, all of it at once.

import type { ChaosScenario } from "./scenario.ts";

/** One thing that is wrong. */
export interface ChaosProblem {
  /** The key, such as `scenarios[0].rules[1].when.block`. */
  readonly key: string;
  /** What it must be, and what it is. */
  readonly message: string;
}

type Tell = (key: string, message: string) => void;

/** Tells what is wrong with a value. */
type Check = (value: unknown, key: string, tell: Tell) => void;

interface Field {
  readonly check: Check;
  readonly isRequired?: boolean;
}

type Fields = Readonly<Record<string, Field>>;

/**
 * Looks for what is wrong with scenarios.
 *
 * @param value What may be a list of scenarios.
 * @param key What the list is called in messages.
 * @returns Everything that is wrong; empty when nothing is.
 *
 * @example A block that is none
 * ```ts
 * import { findScenarioProblems } from "@tftpkit/tftp/chaos";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [{ when: { block: -1 }, then: [{ action: "drop" }] }];
 * assertEquals(findScenarioProblems([{ name: "mine", description: "Mine", rules }]), [{
 *   key: "scenarios[0].rules[0].when.block",
 *   message: 'must be a whole number from 0 to 65535, two of them, or "last": current value is -1',
 * }]);
 * ```
 */
export function findScenarioProblems(
  value: unknown,
  key = "scenarios",
): ChaosProblem[] {
  const problems: ChaosProblem[] = [];
  const tell: Tell = (key, message) => problems.push({ key, message });
  list(SCENARIO)(value, key, tell);
  if (problems.length > 0) return problems;
  const names = (value as ChaosScenario[]).map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    tell(`${key}[${index}].name`, `must be one of its own: "${name}" is taken`);
  });
  return problems;
}

/**
 * Makes sure that scenarios are some.
 *
 * @param scenarios The scenarios.
 * @throws {TypeError} When something is wrong; the message names the first key that is.
 */
export function checkScenarios(scenarios: readonly ChaosScenario[]): void {
  const [problem] = scenarios.length === 0
    ? []
    : findScenarioProblems(scenarios);
  if (!problem) return;
  throw new TypeError(
    `Cannot use scenario as ${problem.key} ${problem.message}`,
  );
}

function test(wish: string, isRight: (value: unknown) => boolean): Check {
  return (value, key, tell) => {
    if (!isRight(value)) {
      tell(key, `must be ${wish}: current value is ${show(value)}`);
    }
  };
}

function show(value: unknown): string {
  return value === undefined
    ? "missing"
    : typeof value === "number"
    ? String(value)
    : JSON.stringify(value) ?? typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function object(fields: Fields): Check {
  return (value, key, tell) => {
    if (!isObject(value)) {
      return tell(key, `must be a table: current value is ${show(value)}`);
    }
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(fields, name)) continue;
      const known = Object.keys(fields).join(", ");
      tell(`${key}.${name}`, `must not be there: the keys are ${known}`);
    }
    for (const [name, { check, isRequired }] of Object.entries(fields)) {
      if (value[name] === undefined && !isRequired) continue;
      check(value[name], `${key}.${name}`, tell);
    }
  };
}

function list(check: Check, minCount = 1): Check {
  return (value, key, tell) => {
    if (!Array.isArray(value) || value.length < minCount) {
      const wish = minCount === 0 ? "a list" : "a list with at least one item";
      const shown = Array.isArray(value) ? "empty" : show(value);
      return tell(key, `must be ${wish}: current value is ${shown}`);
    }
    value.forEach((item, index) => check(item, `${key}[${index}]`, tell));
  };
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= min &&
    Number(value) <= max;
}

const whole = (min: number, max: number): Check =>
  test(
    `a whole number from ${min} to ${max}`,
    (value) => isWhole(value, min, max),
  );

/** A number as it is, or so much more or less. */
const relative = (max: number): Check =>
  test(
    `a whole number from 0 to ${max}, or a text such as "+1"`,
    (value) =>
      isWhole(value, 0, max) ||
      typeof value === "string" && /^[+-][0-9]{1,5}$/.test(value),
  );

function isRange(value: unknown, min: number, max: number): boolean {
  if (!Array.isArray(value)) return isWhole(value, min, max);
  return value.length === 2 && isWhole(value[0], min, max) &&
    isWhole(value[1], value[0], max);
}

const range = (min: number, max: number): Check =>
  test(
    `a whole number from ${min} to ${max}, or two of them, lower one first`,
    (value) => isRange(value, min, max),
  );

const choice = (...words: readonly string[]): Check =>
  test(`one of ${words.join(", ")}`, (value) => words.includes(String(value)));

const TEXT: Check = test(
  "a text without NUL",
  (value) => typeof value === "string" && !value.includes("\0"),
);

const TEXTS: Check = test(
  "a table of texts",
  (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, text]) =>
      name !== "" && typeof text === "string" && !(name + text).includes("\0")
    ),
);

const MAX_MS = 3_600_000;

const PACKET_TYPES = ["RRQ", "WRQ", "DATA", "ACK", "ERROR", "OACK"];

const PACKET_TYPE: Check = test(
  `one of ${PACKET_TYPES.join(", ")}, or a list of them`,
  (value) => {
    const types = [value].flat();
    return types.length > 0 &&
      types.every((type) => PACKET_TYPES.includes(String(type)));
  },
);

const CONDITION: Check = object({
  packet: { check: PACKET_TYPE },
  direction: { check: choice("to-client", "from-client", "both") },
  operation: { check: choice("read", "write") },
  block: {
    check: test(
      'a whole number from 0 to 65535, two of them, or "last"',
      (value) => value === "last" || isRange(value, 0, 65535),
    ),
  },
  nth: { check: range(1, 1_000_000) },
  transmission: { check: range(1, 1_000_000) },
  hasOptions: {
    check: test("true or false", (value) => typeof value === "boolean"),
  },
  probability: {
    check: test(
      "a number from 0 to 1",
      (value) => typeof value === "number" && value >= 0 && value <= 1,
    ),
  },
});

/** An object whose other keys depend on one of them. */
function union(tag: string, kinds: Readonly<Record<string, Fields>>): Check {
  const words = Object.keys(kinds);
  return (value, key, tell) => {
    if (!isObject(value)) {
      return tell(key, `must be a table: current value is ${show(value)}`);
    }
    const kind = value[tag];
    if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) {
      return tell(
        `${key}.${tag}`,
        `must be one of ${words.join(", ")}: current value is ${show(kind)}`,
      );
    }
    object({ [tag]: { check: TEXT }, ...kinds[kind]! })(value, key, tell);
  };
}

const BLOCK: Field = { check: relative(65535), isRequired: true };
const CODE: Field = { check: whole(0, 65535), isRequired: true };
const SIZE: Field = { check: whole(0, 65464), isRequired: true };
const SAID: Field = { check: TEXT, isRequired: true };

const PACKET: Check = union("type", {
  DATA: { block: BLOCK, sizeBytes: SIZE },
  ACK: { block: BLOCK },
  ERROR: { code: CODE, text: SAID },
  OACK: { options: { check: TEXTS, isRequired: true } },
  raw: {
    hex: {
      check: test(
        "octets in hexadecimal",
        (value) =>
          typeof value === "string" && /^(\s*[0-9a-f]{2})*\s*$/i.test(value),
      ),
      isRequired: true,
    },
  },
});

const ACTION: Check = union("action", {
  drop: {},
  delay: {
    ms: { check: whole(0, MAX_MS), isRequired: true },
    jitterMs: { check: whole(0, MAX_MS) },
  },
  duplicate: {
    copies: { check: whole(1, 1000) },
    afterMs: { check: whole(0, MAX_MS) },
  },
  swap: {},
  acknowledge: {},
  corrupt: {
    count: { check: whole(1, 65535) },
    offset: { check: whole(0, 65535) },
  },
  rewrite: {
    opcode: { check: whole(0, 65535) },
    block: { check: relative(65535) },
  },
  options: {
    set: { check: TEXTS },
    remove: {
      check: list(TEXT),
    },
  },
  resize: { sizeBytes: { check: relative(65503), isRequired: true } },
  truncate: { sizeBytes: SIZE },
  send: {
    packet: { check: PACKET, isRequired: true },
    place: { check: choice("instead", "before", "after") },
    from: { check: choice("server", "stranger") },
  },
  stranger: {},
  error: { code: CODE, text: SAID },
  stop: {},
});

const SCENARIO: Check = object({
  name: {
    check: test(
      "letters, digits and hyphens",
      (value) =>
        typeof value === "string" && /^[a-z0-9][a-z0-9-]*$/i.test(value),
    ),
    isRequired: true,
  },
  description: {
    check: test(
      "a text of one line",
      (value) => typeof value === "string" && /^\P{Cc}+$/u.test(value),
    ),
    isRequired: true,
  },
  expect: { check: choice("finish", "fail", "any") },
  rules: {
    check: list(
      object({
        when: { check: CONDITION, isRequired: true },
        then: { check: list(ACTION), isRequired: true },
      }),
      0,
    ),
    isRequired: true,
  },
});
