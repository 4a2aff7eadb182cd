import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMON_OPTIONS } from "../../cli/command.ts";
import { COMMANDS as COMMAND_TABLES, main } from "../../cli/main.ts";
import { ANY_TEXT, readValue } from "../../cli/value.ts";
import { VERSION } from "../../cli/version.ts";
import { FakeContext, run } from "./_context.ts";

const COMMANDS = [
  "serve",
  "get",
  "put",
  "shell",
  "probe",
  "chaos",
  "map-test",
  "bench",
  "completions",
];

for (const args of [["--help"], ["-h"], ["help"]]) {
  Deno.test(`main() shows help for ${args}, and asks for nothing`, async () => {
    const context = new FakeContext(args);
    assertEquals([await main(context), context.asked], [0, []]);
    assertEquals(context.stderr.text, "");
    for (const command of COMMANDS) {
      assertMatch(context.stdout.text, new RegExp(`^  ${command} `, "m"));
    }
  });
}

for (const command of COMMANDS) {
  Deno.test(`main() shows help for ${command}, within 80 columns`, async () => {
    const { status, stdout, stderr } = await run([command, "--help"]);
    assertEquals([status, stderr], [0, ""]);
    assert(stdout.includes(`\nUsage:\n  tftpkit ${command} `));
    const tooLong = stdout.split("\n").filter((line) => line.length > 80);
    assertEquals(tooLong, []);
    for (const args of [[command, "-h"], ["help", command]]) {
      assertEquals(await run(args), { status, stdout, stderr });
    }
  });

  Deno.test(`main() shows help for ${command} whatever else is said`, async () => {
    const more = command === "map-test" || command === "chaos"
      ? ["--write"]
      : command === "completions"
      ? ["tcsh"]
      : command === "probe"
      ? ["--json"]
      : ["-r", "x"];
    const { status } = await run([command, "a", "b", ...more, "--help"]);
    assertEquals(status, 0);
  });
}

for (
  const args of [["--version"], ["-V"], ["get", "--version"], ["put", "-V"]]
) {
  Deno.test(`main() shows the version for ${args.join(" ")}`, async () => {
    const { status, stdout, stderr } = await run(args);
    assertEquals([status, stderr], [0, ""]);
    assertEquals(
      stdout,
      `tftpkit ${VERSION} (deno ${Deno.version.deno}, v8 ${Deno.version.v8}, ${Deno.build.target})\n`,
    );
  });
}

Deno.test("main() shows the commit where the build has written it down", async () => {
  const context = new FakeContext(["--version"]);
  assertEquals(await main(Object.assign(context, { commit: "abc1234" })), 0);
  assertMatch(
    context.stdout.text,
    /^tftpkit \S+ \(commit abc1234, deno \S+, v8 \S+, \S+\)\n$/,
  );
});

Deno.test("main() shows help as an error when nothing is asked for", async () => {
  const { status, stdout, stderr } = await run([]);
  const help = await run(["--help"]);
  assertEquals([status, stdout, stderr], [2, "", help.stdout]);
});

const REFUSED: readonly [args: string[], message: string, hint: string][] = [
  [
    ["nope"],
    'There is no command "nope": use serve, get, put, shell, probe, chaos, map-test, bench or completions',
    "",
  ],
  [
    ["help", "nope"],
    'There is no command "nope": use serve, get, put, shell, probe, chaos, map-test, bench or completions',
    "",
  ],
  [
    ["toString"],
    'There is no command "toString": use serve, get, put, shell, probe, chaos, map-test, bench or completions',
    "",
  ],
  [["--verbose"], "There is no option --verbose before a command", ""],
  [["serve", "--nope"], "There is no option --nope", "serve "],
  [["get", "-x"], "There is no option -x", "get "],
  [["put", "-o", "x"], "There is no option -o", "put "],
];

for (const [args, message, hint] of REFUSED) {
  Deno.test(`main() refuses "${args.join(" ")}" with status 2 and a hint`, async () => {
    assertEquals(await run(args), {
      status: 2,
      stdout: "",
      stderr: `tftpkit: ${message}\nTry "tftpkit ${hint}--help".\n`,
    });
  });
}

for (const command of COMMAND_TABLES) {
  Deno.test(`main() refuses options of ${command.name} that make no sense, before anything else`, async () => {
    const options = [...command.options, ...COMMON_OPTIONS];
    for (const { name, value, type = ANY_TEXT, takesRest } of options) {
      const isAnything = value !== undefined && readValue(type, "?") !== null;
      if (isAnything || takesRest) continue;
      const context = new FakeContext([command.name, `--${name}=?`]);
      assertEquals([await main(context), context.asked], [2, []]);
      assertEquals(context.stdout.text, "");
      assertMatch(
        context.stderr.text,
        value === undefined
          ? new RegExp(`^tftpkit: --${name} takes no value but true or false`)
          : new RegExp(
            `^tftpkit: --${name} must be .*: "\\?" is n(ot|either)\n`,
          ),
      );
    }
  });
}

Deno.test("main() says with what status a command has failed, where that has one", async () => {
  for (
    const [args, status, isHinted] of [
      [["get", "nonsense"], 3, true],
      [["get"], 2, true],
      [["get", "tftp://192.0.2.1/x"], 4, false],
    ] as const
  ) {
    const outcome = await run(args, { isGranted: () => false });
    assertEquals(outcome.status, status);
    assertEquals(outcome.stderr.includes('Try "tftpkit get --help"'), isHinted);
  }
});

Deno.test("main() tells what a command throws in one line, with status 1", async () => {
  assertEquals(await run(["serve", "/nowhere/at/all"]), {
    status: 1,
    stdout: "",
    stderr:
      "tftpkit: Cannot serve /nowhere/at/all as there is no such directory: create it, or name another\n",
  });
});
