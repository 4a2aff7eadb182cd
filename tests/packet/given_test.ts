import { given } from "../../packet/given.ts";
import { assertEquals } from "@std/assert";

Deno.test("given() leaves out what is undefined, and nothing else", () => {
  const values = { a: undefined, b: 0, c: null, d: "", e: false, f: NaN };
  assertEquals(Object.keys(given(values)), ["b", "c", "d", "e", "f"]);
  assertEquals(given({}), {});
});

Deno.test("given() has types that options take", () => {
  const read = (text?: string): number | undefined => text?.length;
  const options: { readonly size?: number; readonly name?: string } = {
    ...given({ size: read(), name: read("a")?.toFixed() }),
  };
  assertEquals(options, { name: "1" });
});
