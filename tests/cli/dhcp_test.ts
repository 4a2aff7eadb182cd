import { assertEquals, assertStringIncludes } from "@std/assert";
import { dhcpCommand } from "../../cli/dhcp.ts";
import { run } from "./_context.ts";

Deno.test("dhcp --help shows every option and every example", async () => {
  const { status, stdout } = await run(["dhcp", "--help"]);
  assertEquals(status, 0);
  for (const { name } of dhcpCommand.options) {
    assertStringIncludes(stdout, `--${name}`);
  }
  for (const [call] of dhcpCommand.examples) {
    assertStringIncludes(stdout, `tftpkit ${call.split(" ")[0]}`);
  }
});
