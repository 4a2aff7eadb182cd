import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import type { OptionSpec, ParsedArguments } from "../../cli/command.ts";
import {
  applyConfig,
  ConfigError,
  type Configurable,
  problemsOf,
  withConfig,
} from "../../cli/config.ts";
import type { ConfigSection } from "../../cli/config_section.ts";
import { parseCommand } from "../../cli/parse.ts";
import { Sandbox } from "../handlers/_sandbox.ts";

const options: readonly OptionSpec[] = [
  { name: "host", value: "ADDRESS", isRepeatable: true, description: "" },
  {
    name: "port",
    value: "PORT",
    type: { kind: "integer", min: 0, max: 65535 },
    description: "",
  },
  {
    name: "max-size",
    value: "OCTETS",
    type: { kind: "octets" },
    description: "",
  },
  { name: "map", value: "FILE", type: { kind: "path" }, description: "" },
  { name: "write", description: "" },
  { name: "verbose", description: "" },
  { name: "quiet", excludes: ["verbose"], description: "" },
  { name: "config", value: "FILE", isCommandLineOnly: true, description: "" },
];

/** A section that is a list of names. */
const NAMES: ConfigSection<readonly string[]> = {
  name: "names",
  description: "",
  schema: { type: "array" },
  check(value, place) {
    const isRight = Array.isArray(value) && !value.includes("");
    if (isRight) return value.map((name) => place.resolvePath(name));
    place.report("names", "must be a list of names");
    place.report("names", "must not be like that");
  },
};

const command: Configurable = {
  options,
  operand: {
    name: "root",
    value: "DIR",
    type: { kind: "path" },
    description: "",
  },
  sections: [NAMES],
};

/** What comes of a command line, and a file. */
function applied(
  line: string,
  content: unknown,
  path = "/etc/t.toml",
): ParsedArguments {
  const words = line.split(" ").filter(Boolean);
  const args = parseCommand({ name: "serve", options }, words);
  return applyConfig(args, content, path, command);
}

function shown(args: ParsedArguments): object {
  const names = options.map(({ name }) => name);
  return Object.fromEntries([
    ...args.operands.map((operand) => ["root", operand]),
    ...names.filter((name) => args.has(name))
      .map((name) => [name, args.all(name).join()]),
  ]);
}

const APPLIED: readonly [line: string, content: object, result: object][] = [
  ["", {}, {}],
  ["", { $schema: "https://example.com/x" }, {}],
  ["", { host: ["a", "b"], port: 69, write: true }, {
    host: "a,b",
    port: "69",
    write: "true",
  }],
  ["", { write: false }, {}],
  ["", { root: "/srv", "max-size": "64k" }, {
    root: "/srv",
    "max-size": "64k",
  }],
  ["", { "max-size": 100 }, { "max-size": "100" }],
  // What the command line says counts.
  ["/a --port 1 --host x", { root: "/b", port: 2, host: ["y", "z"] }, {
    root: "/a",
    port: "1",
    host: "x",
  }],
  ["--write=false", { write: true }, {}],
  ["--write", { write: false }, { write: "true" }],
  // And it rules out what cannot stand beside it.
  ["--verbose", { quiet: true }, { verbose: "true" }],
  ["--quiet", { verbose: true }, { quiet: "true" }],
  ["--verbose=false", { quiet: true }, { quiet: "true" }],
];

for (const [line, content, result] of APPLIED) {
  Deno.test(`applyConfig() puts ${JSON.stringify(content)} below "${line}"`, () => {
    assertEquals(shown(applied(line, content)), result);
  });
}

Deno.test("applyConfig() takes paths from the directory of the file", () => {
  const content = { root: "./srv", map: "../m.rules", names: ["a", "/b"] };
  const args = applied("", content, "/etc/tftp/t.toml");
  assertEquals(shown(args), {
    root: join("/etc/tftp/srv"),
    map: join("/etc/m.rules"),
  });
  assertEquals(args.section(NAMES), [join("/etc/tftp/a"), "/b"]);
  // Those of the command line are as they were typed.
  assertEquals(shown(applied("--map x y", content)), { root: "y", map: "x" });
  assertEquals(shown(applied("", { root: "./srv" }, "t.toml")), {
    root: "./srv",
  });
});

Deno.test("applyConfig() has nothing of a section that is not there", () => {
  assertEquals(applied("", {}).section(NAMES), undefined);
});

const REFUSED: readonly [content: unknown, ...problems: string[]][] = [
  [[], "it must be an object, with keys"],
  [5, "it must be an object, with keys"],
  [{ prot: 1 }, "prot is not a key here: did you mean port?"],
  [{ max_size: 1 }, "max_size is not a key here: did you mean max-size?"],
  [{ name: [] }, "name is not a key here: did you mean names?"],
  [{ dir: "/x" }, "dir is not a key here: did you mean root?"],
  [{ something: {} }, "something is not a key here"],
  [JSON.parse('{"__proto__": 1}'), "__proto__ is not a key here"],
  [{ config: "x" }, "config is for the command line only"],
  [{ help: true }, "help is for the command line only"],
  [{ $schema: 1 }, "$schema must be a text"],
  [{ write: 1 }, "write must be true or false: 1 is neither"],
  [{ write: "yes" }, 'write must be true or false: "yes" is neither'],
  [{ port: "69" }, 'port must be a whole number from 0 to 65535: "69" is not'],
  [{ port: -1 }, "port must be a whole number from 0 to 65535: -1 is not"],
  [{ port: [1] }, "port must be a whole number from 0 to 65535: a list is not"],
  [{ host: "a" }, 'host must be a list, in brackets, of ADDRESS: "a" is not'],
  [{ host: [] }, "host must name one or more, or be left out: it is empty"],
  [{ host: ["a", {}] }, "host[1] must be a text: a table is not"],
  [{ map: null }, "map must be a path: null is not"],
  [
    { map: 5, root: "", write: 0, wirte: 1 },
    "map must be a path: 5 is not",
    'root must be a path: "" is not',
    "write must be true or false: 0 is neither",
    "wirte is not a key here: did you mean write?",
  ],
  [
    { names: {} },
    "names must be a list of names",
    "names must not be like that",
  ],
  [{ quiet: true, verbose: true }, "quiet and verbose contradict each other"],
];

for (const [content, ...problems] of REFUSED) {
  Deno.test(`applyConfig() refuses ${JSON.stringify(content)}, and says all that is wrong`, () => {
    const error = assertThrows(() => applied("", content), ConfigError);
    assertEquals(error.problems, problems.map((it) => `/etc/t.toml: ${it}`));
    assertEquals(problemsOf(error), error.problems);
  });
}

const TEXTS: readonly [name: string, text: string, result: object | RegExp][] =
  [
    ["t.toml", 'port = 7 # x\nhost = ["a"]', { port: "7", host: "a" }],
    ["t.TOML", "\ufeffwrite = true\n", { write: "true" }],
    ["t.json", '\ufeff{"port": 7, "write": true}', {
      port: "7",
      write: "true",
    }],
    ["t.toml", "", {}],
    ["t.toml", "a = 1\nb =\n", /: not valid TOML: .* \(line 2 column \d+\)$/],
    ["t.toml", "port = 1\nport = 2\n", /: not valid TOML: .* \(line 2 /],
    ["t.json", '{"port": 7,}', /: not valid JSON: .* \(line 1 column \d+\)$/],
    ["t.json", "", /: not valid JSON: /],
    ["t.yaml", "", /: its name must end in \.toml or \.json$/],
    ["toml", "", /: its name must end in \.toml or \.json$/],
  ];

for (const [name, text, result] of TEXTS) {
  Deno.test(`withConfig() reads ${name} with ${JSON.stringify(text)}`, async () => {
    using sandbox = new Sandbox({ [name]: text });
    const args = parseCommand({ name: "serve", options }, []);
    const path = `${sandbox.path}/${name}`;
    const reading = withConfig(args, path, command);
    if (!(result instanceof RegExp)) {
      assertEquals(shown(await reading), result);
      return;
    }
    const { problems } = await assertRejects(() => reading, ConfigError);
    assertEquals(problems.length, 1);
    const [problem] = problems;
    assertEquals(problem!.startsWith(path), true);
    assertEquals(problem!.split("\n").length, 1);
    assertEquals(result.test(problem!), true, problem);
  });
}

Deno.test("withConfig() says why a file cannot be read", async () => {
  using sandbox = new Sandbox({ "d.toml/x": "" });
  const args = parseCommand({ name: "serve", options }, []);
  for (
    const [path, reason] of [
      [`${sandbox.path}/missing.toml`, "there is no such file"],
      [`${sandbox.path}/d.toml`, "it is a directory"],
    ] as const
  ) {
    const error = await assertRejects(
      () => withConfig(args, path, command),
      ConfigError,
    );
    assertEquals(error.problems, [`${path}: ${reason}`]);
  }
});

Deno.test("problemsOf() has one line for any other error", () => {
  assertEquals(problemsOf(new Error("a\nb")), ["a"]);
});
