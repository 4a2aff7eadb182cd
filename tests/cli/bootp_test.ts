import { assertEquals, assertStringIncludes } from "@std/assert";
import { bootpCommand } from "../../cli/bootp.ts";
import { run } from "./_context.ts";

Deno.test("bootp --help shows every option and every example", async () => {
  const { status, stdout } = await run(["bootp", "--help"]);
  assertEquals(status, 0);
  for (const { name } of bootpCommand.options) {
    assertStringIncludes(stdout, `--${name}`);
  }
  for (const [call] of bootpCommand.examples) {
    assertStringIncludes(stdout, `tftpkit ${call.split(" ")[0]}`);
  }
});
