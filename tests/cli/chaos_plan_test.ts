import { assertEquals, assertRejects } from "@std/assert";
import { BUILTIN_SCENARIOS } from "../../chaos/mod.ts";
import { chaosCommand } from "../../cli/chaos.ts";
import { planChaos, scenarioFiles } from "../../cli/chaos_plan.ts";
import { UsageError } from "../../cli/command.ts";
import { ConfigError } from "../../cli/config.ts";
import { parseCommand } from "../../cli/parse.ts";

const rules = [{ when: {}, then: [{ action: "drop" }] }];

const FILES: Readonly<Record<string, unknown>> = {
  "one.json": { scenarios: [{ name: "mine", description: "Mine", rules }] },
  "two.json": {
    scenarios: ["a", "b"].map((name) => ({ name, description: name, rules })),
  },
  "wrong.json": { scenarios: [{ name: "mine", description: "Mine" }] },
};

function plan(...words: string[]) {
  const args = parseCommand(chaosCommand, words);
  args.check();
  return planChaos(
    args,
    (path) =>
      path in FILES
        ? Promise.resolve(JSON.stringify(FILES[path]))
        : Promise.reject(new Deno.errors.NotFound()),
  );
}

const PLANS: readonly [words: string, scenario: string, each: string[]][] = [
  ["", "calm", []],
  ["-s lossy", "lossy", []],
  ["-s one.json", "mine", []],
  ["-s two.json", "calm", []],
  ["-s two.json -s b", "b", []],
  ["-s two.json --each", "calm", ["a", "b"]],
  ["-s lossy -s one.json -e", "calm", ["lossy", "mine"]],
  ["-e", "calm", BUILTIN_SCENARIOS.map(({ name }) => name)],
];

for (const [words, scenario, each] of PLANS) {
  Deno.test(`planChaos() knows what "${words}" is for`, async () => {
    const made = await plan(...words.split(" ").filter(Boolean));
    assertEquals([made.scenario, made.each], [scenario, each]);
  });
}

Deno.test("planChaos() chooses by client before file", async () => {
  const { choices } = await plan(
    ...["--for", "*.img=slow", "--for", "a=b=lossy"],
    ...["--client", "2001:db8::1=storm"],
  );
  assertEquals(choices, [
    { client: "2001:db8::1", scenario: "storm" },
    { files: "*.img", scenario: "slow" },
    { files: "a=b", scenario: "lossy" },
  ]);
});

Deno.test("scenarioFiles() are those whose names end so", () => {
  const args = parseCommand(chaosCommand, ["-s", "a.TOML", "-s", "slow"]);
  assertEquals(scenarioFiles(args), ["a.TOML"]);
});

const WRONG: readonly [words: string, message: string][] = [
  [
    "-s slow -s lossy",
    "--scenario names 2 scenarios: add --each to take them in turn, or say with --for which is for what",
  ],
  [
    "-s drop-dat",
    '--scenario must name a scenario, and "drop-dat" is none: "drop-data" is one',
  ],
  [
    "--for *=nope-at-all",
    '--for must name a scenario, and "nope-at-all" is none: --list shows them all',
  ],
  [
    "--client nobody",
    '--client must be an address and a scenario, such as "192.0.2.5=lossy": "nobody" is not',
  ],
  [
    "--client 1.2=lossy",
    '--client must be an address and a scenario, such as "192.0.2.5=lossy": "1.2=lossy" is not',
  ],
  ["-s missing.toml", "missing.toml: there is no such file"],
  [
    "-s one.json -s one.json",
    'one.json: another file has a scenario "mine" already',
  ],
  [
    "-s wrong.json",
    "wrong.json: scenarios[0].rules must be a list: current value is missing",
  ],
];

for (const [words, message] of WRONG) {
  Deno.test(`planChaos() refuses "${words}"`, async () => {
    const error = await assertRejects(
      async () => await plan(...words.split(" ")),
      UsageError,
      message,
    );
    assertEquals(
      error instanceof ConfigError,
      message.includes("json:") || message.includes("toml:"),
    );
  });
}
