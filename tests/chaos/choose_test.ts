import { assertEquals, assertThrows } from "@std/assert";
import { type ChooseOptions, Chooser } from "../../chaos/choose.ts";
import { scenarioOf } from "./_values.ts";

const CLIENT = "192.0.2.5";

function names(
  options: ChooseOptions,
  asked: readonly (readonly [filename: string, client?: string])[],
): string[] {
  const chooser = new Chooser(options);
  return asked.map(([filename, client = CLIENT]) => {
    const chosen = chooser.choose(filename, client);
    return `${chosen.scenario.name} ${chosen.filename}`;
  });
}

Deno.test("Chooser leaves everything calm unless told otherwise", () => {
  assertEquals(names({}, [["a"], ["dir/b"]]), ["calm a", "calm dir/b"]);
});

Deno.test("Chooser takes a scenario from the beginning of a name", () => {
  const asked = [
    ["/drop-data/a/b"],
    ["drop-data/a"],
    ["\\lossy\\a"],
    [
      "/nope/a",
    ],
    ["/drop-data"],
    ["/drop-data/"],
  ] as const;
  assertEquals(names({ scenario: "slow" }, asked), [
    "drop-data /a/b",
    "drop-data a",
    "lossy \\a",
    "slow /nope/a",
    "slow /drop-data",
    "slow /drop-data/",
  ]);
  assertEquals(names({ hasPrefixes: false }, [asked[0]]), [
    "calm /drop-data/a/b",
  ]);
});

Deno.test("Chooser takes the first choice that fits file and client", () => {
  const choices = [
    { files: "boot/*.img", scenario: "slow" },
    { files: "?.cfg", client: CLIENT, scenario: "lossy" },
    { client: "192.0.2.6", scenario: "storm" },
  ];
  assertEquals(
    names({ choices }, [
      ["/boot/x/a.img"],
      ["boot/a.imgx"],
      ["a.cfg"],
      ["a.cfg", "::ffff:192.0.2.5"],
      ["a.cfg", "192.0.2.6"],
      ["a+cfg"],
    ]),
    [
      "slow /boot/x/a.img",
      "calm boot/a.imgx",
      "lossy a.cfg",
      "lossy a.cfg",
      "storm a.cfg",
      "calm a+cfg",
    ],
  );
});

Deno.test("Chooser goes round, for each client from the beginning", () => {
  const each = ["slow", "lossy"];
  assertEquals(
    names({ each }, [["a"], ["a"], ["a", "192.0.2.6"], ["a"]]),
    ["slow a", "lossy a", "slow a", "slow a"],
  );
});

Deno.test("Chooser knows scenarios of one's own, also under a built-in name", () => {
  const scenarios = [scenarioOf(), { ...scenarioOf(), name: "slow" }];
  const chooser = new Chooser({ scenarios, scenario: "slow" });
  assertEquals(chooser.choose("mine/a", CLIENT).scenario, scenarios[0]);
  assertEquals(chooser.choose("a", CLIENT).scenario, scenarios[1]);
});

for (
  const options of [
    { scenario: "nope" },
    { each: ["slow", "nope"] },
    { choices: [{ scenario: "nope" }] },
  ]
) {
  Deno.test(`Chooser refuses ${JSON.stringify(options)}`, () => {
    assertThrows(
      () => new Chooser(options),
      TypeError,
      'Cannot use scenario as it must be a built-in one or one of yours: current value is "nope"',
    );
  });
}
