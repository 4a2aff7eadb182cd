import { assertEquals, assertThrows } from "@std/assert";
import { BUILTIN_SCENARIOS } from "../../chaos/builtin.ts";
import {
  parseScenarioFile,
  ScenarioFileError,
} from "../../chaos/scenario_file.ts";

const TOML = `
[[scenarios]]
name = "mine"
description = "Mine"

[[scenarios.rules]]
when = { packet = "DATA", block = [2, 3] }
then = [{ action = "delay", ms = 5 }]
`;

const SCENARIO = {
  name: "mine",
  description: "Mine",
  rules: [{
    when: { packet: "DATA", block: [2, 3] },
    then: [{ action: "delay", ms: 5 }],
  }],
};

Deno.test("parseScenarioFile() reads TOML and JSON alike", () => {
  assertEquals(parseScenarioFile(TOML, "a.toml"), [SCENARIO] as never);
  const json = "\ufeff" + JSON.stringify({ scenarios: [SCENARIO] });
  assertEquals(parseScenarioFile(json, "b.JSON"), [SCENARIO] as never);
});

Deno.test("parseScenarioFile() reads back the built-in scenarios", () => {
  const text = JSON.stringify({ scenarios: BUILTIN_SCENARIOS });
  assertEquals(parseScenarioFile(text, "all.json"), [...BUILTIN_SCENARIOS]);
});

const WRONG: readonly [path: string, text: string, problems: string[]][] = [
  ["a.yaml", "", ["a.yaml: its name must end in .toml or .json"]],
  [
    "a.toml",
    "scenarios = [",
    [
      "a.toml: not valid TOML: unfinished array (line 1 column 13)",
    ],
  ],
  ["a.json", "[]", ['a.json: it must be a table with a list "scenarios"']],
  [
    "a.json",
    '{"scenario": []}',
    [
      "a.json: scenario must not be there: the only key is scenarios",
      "a.json: scenarios must be a list with at least one item: current value is missing",
    ],
  ],
  [
    "a.toml",
    TOML.replace("ms = 5", 'ms = "5"').replace("[2, 3]", "-1"),
    [
      'a.toml: scenarios[0].rules[0].when.block must be a whole number from 0 to 65535, two of them, or "last": current value is -1',
      'a.toml: scenarios[0].rules[0].then[0].ms must be a whole number from 0 to 3600000: current value is "5"',
    ],
  ],
];

for (const [path, text, problems] of WRONG) {
  Deno.test(`parseScenarioFile() refuses with "${problems[0]}"`, () => {
    const error = assertThrows(
      () => parseScenarioFile(text, path),
      ScenarioFileError,
    );
    assertEquals(error.problems, problems);
  });
}
