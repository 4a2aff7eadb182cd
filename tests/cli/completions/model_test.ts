import { assert, assertEquals } from "@std/assert";
import { completionModel, type Offer } from "../../../cli/completions/model.ts";
import type { Command, OptionSpec } from "../../../cli/command.ts";
import { COMMANDS } from "../../../cli/main.ts";

function modelOf(usage: readonly string[], options: readonly OptionSpec[]) {
  const command: Command = {
    name: "do",
    summary: "Do it",
    usage,
    options,
    notes: [],
    examples: [],
    run: () => Promise.resolve(0),
  };
  return completionModel([command])[0]!;
}

const option = (more: Partial<OptionSpec>): OptionSpec => ({
  name: "x",
  description: "Do x",
  ...more,
});

const VALUES: readonly [
  spec: Partial<OptionSpec>,
  offer: Offer | null,
  ...more: Offer[],
][] = [
  [{}, null],
  [
    { value: "KIND", type: { kind: "choice", words: ["a", "b"] } },
    { kind: "words", words: ["a", "b"] },
  ],
  [{ value: "DIR", type: { kind: "path" } }, { kind: "directories" }],
  [{ value: "FILE", type: { kind: "path" } }, { kind: "files" }],
  [{ value: "PLACE", type: { kind: "path" } }, { kind: "files" }],
  [{ value: "PATH" }, { kind: "files" }],
  [{ value: "ADDRESS" }, { kind: "hosts" }],
  [{ value: "URL" }, { kind: "urls" }],
  [{ value: "PROFILE" }, { kind: "text" }],
  [{ value: "X", suggests: ["a"] }, { kind: "words", words: ["a"] }],
  [
    { value: "X|FILE", suggests: ["a"] },
    { kind: "words", words: ["a"] },
    { kind: "files" },
  ],
];

for (const [spec, offer, ...more] of VALUES) {
  Deno.test(`completionModel() knows what ${JSON.stringify(spec)} takes`, () => {
    const [first] = modelOf([], [option(spec)]).options;
    assertEquals(
      first!.value?.offers ?? null,
      offer && [offer, ...more],
    );
  });
}

const OPERANDS: readonly [usage: string, kinds: string[]][] = [
  ["do [OPTIONS] [DIR...]", ["directories"]],
  ["do [OPTIONS] FILE [NAME...]", ["files"]],
  ["do [OPTIONS] FILE... tftp://HOST[:PORT]/[DIRECTORY/]", ["files", "urls"]],
  ["do [OPTIONS] --put SIZE tftp://HOST/", ["urls"]],
  ["do [OPTIONS] -o FILE [HOST]", ["hosts"]],
  ["do a|b", ["words"]],
  ["do", []],
];

for (const [usage, kinds] of OPERANDS) {
  Deno.test(`completionModel() knows the operands of "${usage}"`, () => {
    const { operands } = modelOf([usage], []);
    assertEquals(operands.map(({ kind }) => kind), kinds);
  });
}

Deno.test("completionModel() has every command and option of the table, with short descriptions", () => {
  const model = completionModel(COMMANDS);
  assertEquals(
    model.map(({ name }) => name),
    [...COMMANDS.map(({ name }) => name), "help"],
  );
  for (const [index, { options }] of COMMANDS.entries()) {
    const seen = model[index]!.options;
    assertEquals(
      seen.map(({ name }) => name),
      [...options.map(({ name }) => name), "help", "version"],
    );
    for (const { name, description } of seen) {
      assert(description.length > 0 && description.length <= 60, name);
    }
  }
});

Deno.test("completionModel() cuts descriptions where a thought ends, or between words", () => {
  for (
    const [description, short] of [
      ["Take uploads (needs --allow-write=DIR)", "Take uploads"],
      [
        "Let uploads replace files; implies --write",
        "Let uploads replace files",
      ],
      [
        "Give up after the time that this many retransmissions without an answer take",
        "Give up after the time that this many retransmissions...",
      ],
    ] as const
  ) {
    const { options } = modelOf([], [option({ description })]);
    assertEquals(options[0]!.description, short);
  }
});
