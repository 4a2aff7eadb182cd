import { assertEquals, assertThrows } from "@std/assert";
import { checkScenarios, findScenarioProblems } from "../../chaos/check.ts";
import { scenarioOf } from "./_values.ts";

const DROP = { action: "drop" };

function problems(rule: unknown): string[] {
  const scenario = { name: "mine", description: "Mine", rules: [rule] };
  return findScenarioProblems([scenario]).map(({ key, message }) =>
    `${key.replace("scenarios[0].rules[0]", "")} ${message}`
  );
}

const WRONG_CONDITIONS: readonly [when: unknown, problem: string][] = [
  [1, ".when must be a table: current value is 1"],
  [undefined, ".when must be a table: current value is missing"],
  [
    { pakcet: "DATA" },
    ".when.pakcet must not be there: the keys are packet, direction, operation, block, nth, transmission, hasOptions, probability",
  ],
  [
    { packet: "data" },
    '.when.packet must be one of RRQ, WRQ, DATA, ACK, ERROR, OACK, or a list of them: current value is "data"',
  ],
  [
    { packet: [] },
    ".when.packet must be one of RRQ, WRQ, DATA, ACK, ERROR, OACK, or a list of them: current value is []",
  ],
  [
    { direction: "out" },
    '.when.direction must be one of to-client, from-client, both: current value is "out"',
  ],
  [
    { block: [3, 2] },
    '.when.block must be a whole number from 0 to 65535, two of them, or "last": current value is [3,2]',
  ],
  [
    { nth: 0 },
    ".when.nth must be a whole number from 1 to 1000000, or two of them, lower one first: current value is 0",
  ],
  [
    { probability: 1.5 },
    ".when.probability must be a number from 0 to 1: current value is 1.5",
  ],
  [
    { hasOptions: "yes" },
    '.when.hasOptions must be true or false: current value is "yes"',
  ],
];

for (const [when, problem] of WRONG_CONDITIONS) {
  Deno.test(`findScenarioProblems() tells what is wrong with when = ${JSON.stringify(when)}`, () => {
    assertEquals(problems({ when, then: [DROP] }), [problem]);
  });
}

const WRONG_ACTIONS: readonly [action: unknown, problem: string][] = [
  [
    {},
    ".then[0].action must be one of drop, delay, duplicate, swap, acknowledge, corrupt, rewrite, options, resize, truncate, send, stranger, error, stop: current value is missing",
  ],
  [
    { action: "delay" },
    ".then[0].ms must be a whole number from 0 to 3600000: current value is missing",
  ],
  [
    { action: "drop", ms: 1 },
    ".then[0].ms must not be there: the keys are action",
  ],
  [
    { action: "rewrite", block: "1" },
    '.then[0].block must be a whole number from 0 to 65535, or a text such as "+1": current value is "1"',
  ],
  [
    { action: "options", set: { blksize: 1 } },
    '.then[0].set must be a table of texts: current value is {"blksize":1}',
  ],
  [
    { action: "send", packet: { type: "raw", hex: "0" } },
    '.then[0].packet.hex must be octets in hexadecimal: current value is "0"',
  ],
  [
    { action: "send", packet: { type: "ACK" } },
    '.then[0].packet.block must be a whole number from 0 to 65535, or a text such as "+1": current value is missing',
  ],
  [
    { action: "error", code: 70000, text: "x" },
    ".then[0].code must be a whole number from 0 to 65535: current value is 70000",
  ],
  [
    { action: "error", code: 1, text: "x\0" },
    '.then[0].text must be a text without NUL: current value is "x\\u0000"',
  ],
];

for (const [action, problem] of WRONG_ACTIONS) {
  Deno.test(`findScenarioProblems() tells what is wrong with ${JSON.stringify(action)}`, () => {
    assertEquals(problems({ when: {}, then: [action] }), [problem]);
  });
}

Deno.test("findScenarioProblems() tells everything at once", () => {
  const found = findScenarioProblems([
    { name: "a b", description: "two\nlines", expect: "luck", rules: [] },
    { name: "x", description: "X", rules: [{ when: {}, then: [] }] },
    7,
  ]);
  assertEquals(found.map(({ key }) => key), [
    "scenarios[0].name",
    "scenarios[0].description",
    "scenarios[0].expect",
    "scenarios[1].rules[0].then",
    "scenarios[2]",
  ]);
});

Deno.test("findScenarioProblems() wants names of their own, and a list", () => {
  const { name, description, rules } = scenarioOf();
  const twice = [{ name, description, rules }, { name, description, rules }];
  assertEquals(findScenarioProblems(twice), [{
    key: "scenarios[1].name",
    message: 'must be one of its own: "mine" is taken',
  }]);
  assertEquals(findScenarioProblems(undefined)[0]?.key, "scenarios");
  assertEquals(findScenarioProblems([])[0]?.key, "scenarios");
});

Deno.test("checkScenarios() throws the first problem", () => {
  checkScenarios([]);
  checkScenarios([scenarioOf()]);
  assertThrows(
    () => checkScenarios([{ ...scenarioOf(), name: "" }]),
    TypeError,
    'Cannot use scenario as scenarios[0].name must be letters, digits and hyphens: current value is ""',
  );
});
