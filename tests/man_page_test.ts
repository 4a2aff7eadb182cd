import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Command } from "../cli/command.ts";
import { COMMANDS } from "../cli/main.ts";
import { MAN_PAGE, manPage } from "../tools/man_page.ts";
import { findProgram } from "./interop/_peers.ts";

const PATH = fromFileUrl(MAN_PAGE);

Deno.test("contrib/man/tftpkit.1 says what the table says: deno task man", async () => {
  assertEquals(await Deno.readTextFile(PATH), manPage());
});

Deno.test("the manual page has every command, option and example", () => {
  const page = manPage();
  for (const { name, options, examples } of COMMANDS) {
    assertStringIncludes(page, `\n.It Cm ${name}\n`);
    for (const option of options) {
      assertStringIncludes(page, `Fl -${option.name.replaceAll("-", "\\-")}`);
    }
    assert(examples.length > 0);
  }
  for (
    const title of ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES"]
  ) {
    assertStringIncludes(page, `\n.Sh ${title}\n`);
  }
  for (const title of ["EXIT STATUS", "EXAMPLES", "STANDARDS"]) {
    assertStringIncludes(page, `\n.Sh ${title}\n`);
  }
});

/** A table that is as awkward as can be. */
const AWKWARD: Command & {
  exitStatuses: readonly (readonly [number, string])[];
} = {
  name: "odd",
  summary: "Do it",
  usage: ["odd [-x] .FILE"],
  options: [
    {
      name: "op",
      value: "Op",
      description: ".Sh is no heading. 'Nor this' is",
    },
    { name: "a-b", alias: "a", value: 'X "Y" Z', description: "\\fBold ~^`" },
  ],
  notes: [".Pp", "'a\\nb'"],
  exitStatuses: [[7, "Seven"]],
  examples: [["odd 'C:\\Boot'", "does it"]],
  run: () => Promise.resolve(0),
};

Deno.test("nothing in a table becomes a macro of the manual page", () => {
  const page = manPage([AWKWARD]);
  const lines = page.split("\n");
  const macros = lines.filter((line) => /^['.]/.test(line))
    .map((line) => line.split(" ")[0]);
  const known = new Set([
    ...[`.\\"`, ".Dd", ".Dt", ".Os", ".Sh", ".Ss", ".Nm", ".Nd", ".Ar", ".Op"],
    ...[".Cm", ".Fl", ".Bl", ".It", ".El", ".Bd", ".Ed", ".Pp", ".Xr"],
    ...[".Rs", ".%T", ".%R", ".Re"],
  ]);
  assertEquals(macros.filter((macro) => !known.has(macro!)), []);
  for (
    const line of [
      "\\&.Sh is no heading.",
      "\\(aqNor this\\(aq is.",
      ".It Fl -op Ar \\&Op",
      '.It Fl a , Fl -a\\-b Ar "X \\(dqY\\(dq Z"',
      "\\efBold \\(ti\\(ha\\(ga.",
      "\\&.Pp",
      "\\(aqa\\enb\\(aq",
      "$ tftpkit odd \\(aqC:\\eBoot\\(aq",
      ".It 7",
      "For odd:",
    ]
  ) {
    assert(lines.includes(line), line);
  }
});

/** Runs a formatter on a page; what it has to complain about. */
async function complaints(
  program: string,
  args: readonly string[],
  page: string,
): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(page));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return decoder.decode(stderr) + decoder.decode(stdout);
}

const FORMATTERS: readonly (readonly [name: string, args: string[]])[] = [
  ["mandoc", ["-Tlint", "-Wwarning"]],
  ["groff", ["-mdoc", "-Tutf8", "-z", "-ww"]],
];

for (const [name, args] of FORMATTERS) {
  const program = findProgram(name);
  Deno.test({
    name: `${name} understands the manual page${
      program ? "" : ` (skipped: ${name} is not here)`
    }`,
    ignore: program === null,
    async fn() {
      for (const page of [manPage(), manPage([AWKWARD])]) {
        const text = await complaints(program!, args, page);
        // Which other pages are installed is not about this one.
        const lines = text.split("\n")
          .filter((line) => line !== "" && !/mandoc\.db/.test(line));
        assertEquals(lines, []);
      }
    },
  });
}

const man = findProgram("man");

Deno.test({
  name: `man shows the page${man ? "" : " (skipped: man is not here)"}`,
  ignore: man === null,
  async fn() {
    const { code, stdout } = await new Deno.Command(man!, {
      args: ["-l", PATH],
      env: { MANWIDTH: "80", LC_ALL: "C", PAGER: "cat", MANPAGER: "cat" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0);
    assertStringIncludes(text, "SERVE COMMAND");
    assertStringIncludes(text, "--port-range FIRST:LAST");
  },
});
