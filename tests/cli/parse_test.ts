import { assertEquals, assertThrows } from "@std/assert";
import { type OptionSpec, UsageError } from "../../cli/command.ts";
import { parseCommand } from "../../cli/parse.ts";

const options: OptionSpec[] = [
  { name: "host", value: "ADDRESS", isRepeatable: true, description: "" },
  { name: "port", alias: "p", value: "PORT", description: "" },
  { name: "verbose", alias: "v", description: "" },
  { name: "write", alias: "w", description: "" },
];

/** What came of arguments: operands, and all options that are there. */
function parse(...args: string[]): [string[], Record<string, string[]>] {
  const parsed = parseCommand({ name: "serve", options }, args);
  const names = ["host", "port", "verbose", "write", "help", "version"];
  return [
    [...parsed.operands],
    Object.fromEntries(
      names.filter((name) => parsed.has(name))
        .map((name) => [name, [...parsed.all(name)]]),
    ),
  ];
}

const PARSED: readonly [args: string, operands: string[], options: object][] = [
  ["", [], {}],
  ["dir", ["dir"], {}],
  ["--port 69 dir", ["dir"], { port: ["69"] }],
  ["dir --port=69", ["dir"], { port: ["69"] }],
  ["-p 69 dir", ["dir"], { port: ["69"] }],
  ["-p69 dir", ["dir"], { port: ["69"] }],
  ["--host a --host b", [], { host: ["a", "b"] }],
  ["--host=a --host ::1", [], { host: ["a", "::1"] }],
  ["-v -w dir", ["dir"], { verbose: ["true"], write: ["true"] }],
  ["-vw dir", ["dir"], { verbose: ["true"], write: ["true"] }],
  ["-vwp 69 dir", ["dir"], {
    verbose: ["true"],
    write: ["true"],
    port: ["69"],
  }],
  ["-v dir -v", ["dir"], { verbose: ["true", "true"] }],
  ["--help", [], { help: ["true"] }],
  ["-h -V", [], { help: ["true"], version: ["true"] }],
  ["--write=false", [], {}],
  ["-w --write=false", [], {}],
  ["--write=false -w", [], { write: ["true"] }],
  ["--write=true dir", ["dir"], { write: ["true"] }],
  ["-p=69", [], { port: ["69"] }],
  ["-vp69", [], { verbose: ["true"], port: ["69"] }],
  ["--host -", [], { host: ["-"] }],
  ["--host=-x", [], { host: ["-x"] }],
  ["--host false", [], { host: ["false"] }],
];

for (const [args, operands, found] of PARSED) {
  Deno.test(`parseCommand() understands "${args}"`, () => {
    assertEquals(parse(...args.split(" ").filter(Boolean)), [operands, found]);
  });
}

Deno.test("parseCommand() leaves operands as they were typed", () => {
  const operands = ["007", "1e3", "0x10", "-", "a b", "", "true"];
  assertEquals(parse(...operands), [operands, {}]);
  assertEquals(parse("-p", "5", "007"), [["007"], { port: ["5"] }]);
});

Deno.test('parseCommand() takes what is behind "--" for operands', () => {
  assertEquals(
    parse("-v", "--", "--port", "-x", "007"),
    [["--port", "-x", "007"], { verbose: ["true"] }],
  );
});

const REFUSED: readonly [args: string[], message: string][] = [
  [["--porf", "1"], "There is no option --porf: did you mean --port?"],
  [["--prt=1"], "There is no option --prt: did you mean --port?"],
  [["--verbos"], "There is no option --verbos: did you mean --verbose?"],
  [["--something"], "There is no option --something"],
  [["-x"], "There is no option -x"],
  [["--no-write"], "There is no option --no-write"],
  [["--port"], "--port needs a value: PORT"],
  [["--port="], "--port needs a value: PORT"],
  [["--port", "--write"], "--port needs a value: PORT"],
  [["-p", "-v"], "--port needs a value: PORT"],
  [["--wirte"], "There is no option --wirte: did you mean --write?"],
  [["-vx"], "There is no option -x"],
  [["--__proto__"], "There is no option --__proto__"],
  [
    ["--write=yes"],
    '--write takes no value but true or false: "yes" is neither',
  ],
  [["-p"], "--port needs a value: PORT"],
  [
    ["--port=1", "-p", "2"],
    "--port can be given once only: it is there 2 times",
  ],
  [["--host", "a", "--host", ""], "--host needs a value: ADDRESS"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`parseCommand() refuses "${args.join(" ")}"`, () => {
    const error = assertThrows(() => parse(...args), UsageError);
    assertEquals(error.message, message);
  });
}

Deno.test("parseCommand() leaves all that follows to an option that takes the rest", () => {
  const options: OptionSpec[] = [
    {
      name: "command",
      alias: "c",
      value: "COMMAND...",
      takesRest: true,
      isRepeatable: true,
      description: "",
    },
    { name: "verbose", alias: "v", description: "" },
  ];
  const parse = (line: string) => {
    const parsed = parseCommand({ name: "shell", options }, line.split(" "));
    return [parsed.operands, parsed.all("command"), parsed.has("verbose")];
  };
  assertEquals(parse("h -v -c get -v --help"), [
    ["h"],
    ["get", "-v", "--help"],
    true,
  ]);
  assertEquals(parse("h --command get a -c b"), [
    ["h"],
    ["get", "a", "-c", "b"],
    false,
  ]);
  assertEquals(parse("-- -c get"), [["-c", "get"], [], false]);
  assertThrows(() => parse("h -c"), UsageError, "--command needs a value");
});
