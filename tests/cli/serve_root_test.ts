import { assertRejects } from "@std/assert";
import { checkRoot } from "../../cli/serve_root.ts";
import { Sandbox } from "../handlers/_sandbox.ts";

Deno.test("checkRoot() takes a directory, and says what is wrong with anything else", async () => {
  using sandbox = new Sandbox({ file: "" });
  await checkRoot(sandbox.path);
  for (
    const [name, text] of [
      ["none", "as there is no such directory: create it, or name another"],
      ["file", "as it is not a directory: name the directory it is in"],
    ] as const
  ) {
    await assertRejects(
      () => checkRoot(`${sandbox.path}/${name}`),
      Error,
      text,
    );
  }
});
