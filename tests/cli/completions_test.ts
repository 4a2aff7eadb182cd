import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completionScript, SHELLS } from "../../cli/completions.ts";
import { COMMANDS } from "../../cli/main.ts";
import { run } from "./_context.ts";

for (const shell of SHELLS) {
  Deno.test(`completions ${shell} writes a script with all commands`, async () => {
    const { status, stdout, stderr } = await run(["completions", shell]);
    assertEquals([status, stderr], [0, ""]);
    assertEquals(stdout, completionScript(shell, "tftpkit", COMMANDS));
    for (const { name } of COMMANDS) assertStringIncludes(stdout, name);
    // Nothing of this machine or time: what a release has is what everyone has.
    assert(!stdout.includes(Deno.cwd()));
  });
}

for (
  const [words, end] of [
    [[], ""],
    [["tcsh"], ', and not "tcsh"'],
    [["bash", "zsh"], ""],
  ] as const
) {
  Deno.test(`completions refuses "${words.join(" ")}"`, async () => {
    const { status, stdout, stderr } = await run(["completions", ...words]);
    assertEquals([status, stdout], [2, ""]);
    assertEquals(
      stderr,
      `tftpkit: One shell is needed: bash, zsh or fish${end}\nTry "tftpkit completions --help".\n`,
    );
  });
}
