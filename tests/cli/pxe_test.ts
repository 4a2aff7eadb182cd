import { assertEquals, assertStringIncludes } from "@std/assert";
import { pxeCommand } from "../../cli/pxe.ts";
import { run } from "./_context.ts";

Deno.test("pxe --help shows every option and every example", async () => {
  const { status, stdout } = await run(["pxe", "--help"]);
  assertEquals(status, 0);
  for (const { name } of pxeCommand.options) {
    assertStringIncludes(stdout, `--${name}`);
  }
  for (const [call] of pxeCommand.examples) {
    assertStringIncludes(stdout, `tftpkit ${call.split(" ")[0]}`);
  }
});
