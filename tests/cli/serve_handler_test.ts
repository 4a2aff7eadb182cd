import { assertEquals, assertRejects } from "@std/assert";
import { parseCommand } from "../../cli/parse.ts";
import { makeHandler } from "../../cli/serve_handler.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planServe } from "../../cli/serve_plan.ts";
import { TftpError } from "../../packet/mod.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { fakeRequest } from "../handlers/_request.ts";

Deno.test("makeHandler() answers by the plan", async () => {
  using sandbox = new Sandbox({ file: "text" });
  const args = parseCommand({ name: "serve", options: SERVE_OPTIONS }, [
    sandbox.path,
  ]);
  const handler = await makeHandler(planServe(args));
  const response = await handler(fakeRequest("file"));
  assertEquals(response?.source?.size, 4);
  response?.source?.close();
  const error = await assertRejects(
    async () => await handler(fakeRequest("missing")),
    TftpError,
  );
  assertEquals(error.code, 1);
});
