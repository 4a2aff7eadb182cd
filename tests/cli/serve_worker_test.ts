import { assertEquals } from "@std/assert";
import { createHandler } from "../../cli/serve_worker.ts";
import { workerPlan } from "../../cli/serve_workers.ts";
import { parseCommand } from "../../cli/parse.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import { planServe } from "../../cli/serve_plan.ts";
import { fakeRequest } from "../handlers/_request.ts";

Deno.test("createHandler() serves what the plan says, once it has crossed to a worker", async () => {
  const root = await Deno.makeTempDir();
  await Deno.writeTextFile(`${root}/file`, "bytes");
  const args = parseCommand(
    { name: "serve", options: SERVE_OPTIONS },
    ["--lowercase", root],
  );
  const plan = structuredClone(workerPlan(planServe(args), 1));
  const handler = await createHandler(plan);
  const response = await handler(fakeRequest("FILE"));
  assertEquals(response?.source?.size, 5);
  await response?.source?.close();
  await Deno.remove(root, { recursive: true });
});
