import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Command } from "../../cli/command.ts";
import { commandHelp, programHelp } from "../../cli/help.ts";

const command: Command = {
  name: "fetch",
  summary: "Fetch things",
  usage: ["fetch [OPTIONS] THING", "fetch --all"],
  options: [
    { name: "all", alias: "a", description: "Fetch all there is" },
    { name: "size", value: "OCTETS", description: "How much" },
    {
      name: "a-very-long-name",
      value: "VALUE",
      description:
        "An option whose name leaves no room beside it and whose description needs two lines",
    },
  ],
  notes: [
    "A note that is so long that it does not fit into a single line of eighty columns, is it?",
  ],
  examples: [["fetch moon", "fetches the moon"]],
  run: () => Promise.resolve(0),
};

Deno.test("commandHelp() tells all about a command in 80 columns", () => {
  assertEquals(
    commandHelp("prog", command),
    `\
Fetch things

Usage:
  prog fetch [OPTIONS] THING
  prog fetch --all

Options:
  -a, --all                Fetch all there is
      --size OCTETS        How much
      --a-very-long-name VALUE
                           An option whose name leaves no room beside it and
                           whose description needs two lines
  -h, --help               Show this help
  -V, --version            Show the version

A note that is so long that it does not fit into a single line of eighty
columns, is it?

Examples:
  prog fetch moon
      fetches the moon
`,
  );
});

Deno.test("commandHelp() puts options under their headings, and those without one last", () => {
  const options = [
    { name: "plain", description: "Plain" },
    { name: "near", description: "Near", group: "Place" },
    { name: "soon", description: "Soon", group: "Time" },
    { name: "far", description: "Far", group: "Place" },
  ];
  const lines = commandHelp("prog", { ...command, options }).split("\n");
  const from = lines.indexOf("Place:");
  assertEquals(lines.slice(from, from + 13).map((line) => line.trim()), [
    "Place:",
    "--near               Near",
    "--far                Far",
    "",
    "Time:",
    "--soon               Soon",
    "",
    "Options:",
    "--plain              Plain",
    "-h, --help               Show this help",
    "-V, --version            Show the version",
    "",
    "A note that is so long that it does not fit into a single line of eighty",
  ]);
});

Deno.test("programHelp() lists the commands", () => {
  const short: Command = { ...command, name: "go", summary: "Go away" };
  assertEquals(
    programHelp("prog", [command, short]),
    `\
A TFTP server and client

Usage:
  prog COMMAND [OPTIONS] [ARGUMENTS]

Commands:
  fetch  Fetch things
  go     Go away

Options:
  -h, --help               Show this help
  -V, --version            Show the version

"prog COMMAND --help" tells more about a command.
`,
  );
});

Deno.test("commandHelp() lists exit statuses before the examples, where there are any", () => {
  const exitStatuses: [number, string][] = [
    [0, "All went well"],
    [
      130,
      "Interrupted in a way that takes so many words to tell that one line is not enough",
    ],
  ];
  const help = commandHelp("prog", { ...command, exitStatuses });
  assertEquals(
    help.slice(help.indexOf("Exit status:")).split("\n").slice(0, 6),
    [
      "Exit status:",
      "  0    All went well",
      "  130  Interrupted in a way that takes so many words to tell that one line is",
      "       not enough",
      "",
      "Examples:",
    ],
  );
});

Deno.test("commandHelp() and programHelp() fit a narrow terminal, and use a wide one", () => {
  for (const width of [40, 60, 80, 100]) {
    const texts = [
      commandHelp("prog", command, width),
      programHelp("prog", [command], width),
    ];
    const lines = texts.flatMap((text) => text.split("\n"));
    const longest = Math.max(...lines.map((line) => line.length));
    assert(longest <= width, `${longest} of ${width}`);
  }
  const [narrow, wide] = [40, 100].map((width) =>
    commandHelp("prog", command, width)
  );
  assertMatch(narrow!, /^ {6}--size OCTETS\n {8}How much$/m);
  assertMatch(wide!, /^ {27}An option .* and whose description needs$/m);
});
