import { assert, assertRejects } from "@std/assert";
import { freeBytesOf } from "../../../handlers/policy/free_space.ts";

Deno.test("freeBytesOf() asks the system what is free", async () => {
  const free = await freeBytesOf(".");
  assert(Number.isSafeInteger(free) && free >= 0, `${free}`);
});

Deno.test("freeBytesOf() cannot tell for a place that is not there", async () => {
  await assertRejects(() => freeBytesOf("./there/is/no/such/directory"));
});

Deno.test({
  name: "freeBytesOf() says which permission it lacks",
  permissions: { read: true },
  async fn() {
    await assertRejects(() => freeBytesOf("."), Deno.errors.NotCapable, "sys");
  },
});
