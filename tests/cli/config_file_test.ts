import { assertEquals, assertRejects } from "@std/assert";
import { withConfigFile } from "../../cli/config_file.ts";
import { parseCommand } from "../../cli/parse.ts";
import { PermissionError } from "../../cli/permission.ts";
import { serveCommand } from "../../cli/serve.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext } from "./_context.ts";

Deno.test("withConfigFile() reads the file where one is named, and may be read", async () => {
  using sandbox = new Sandbox({ "a.toml": "port = 6969\n" });
  const named = parseCommand(serveCommand, ["-c", `${sandbox.path}/a.toml`]);
  const context = new FakeContext([]);
  const args = await withConfigFile(named, serveCommand, context);
  assertEquals(args.integer("port"), 6969);
  const plain = parseCommand(serveCommand, []);
  assertEquals(await withConfigFile(plain, serveCommand, context), plain);
  const strict = new FakeContext([], { isGranted: () => false });
  await assertRejects(
    () => withConfigFile(named, serveCommand, strict),
    PermissionError,
  );
});
