import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { loadHandler } from "../../../server/workers/load_handler.ts";

const handler = () => {};

Deno.test("loadHandler() takes the default export, or what createHandler makes of the data", async () => {
  const load = (module: unknown) =>
    loadHandler(() => Promise.resolve(module), "data");
  assertStrictEquals(await load({ default: handler }), handler);
  let given: unknown;
  const createHandler = (data: unknown) => {
    given = data;
    return Promise.resolve(handler);
  };
  assertStrictEquals(await load({ default: null, createHandler }), handler);
  assertEquals(given, "data");
  await assertRejects(() => load({}), TypeError, "createHandler");
});
