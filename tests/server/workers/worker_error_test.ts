import { assertEquals } from "@std/assert";
import { WorkerError } from "../../../server.ts";

Deno.test("a WorkerError can be told from what handlers throw", () => {
  assertEquals(new WorkerError("broke").name, "WorkerError");
});
