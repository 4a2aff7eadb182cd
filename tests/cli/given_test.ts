import { assertEquals } from "@std/assert";
import { given } from "../../cli/given.ts";

Deno.test("given() leaves out what is not there, and nothing else", () => {
  assertEquals({ ...given("a", 0), ...given("b", undefined) }, { a: 0 });
});
