import { assertEquals } from "@std/assert";
import { nearest } from "../../cli/nearest.ts";

const WORDS = ["port", "port-range", "write", "windowsize"];

for (
  const [word, meant] of [
    ["prot", "port"],
    ["porf", "port"],
    ["wirte", "write"],
    ["window-size", "windowsize"],
    ["windowsze", "windowsize"],
    ["something", null],
    ["p", null],
    ["", null],
  ] as const
) {
  Deno.test(`nearest() takes "${word}" for ${meant}`, () => {
    assertEquals(nearest(word, WORDS), meant);
  });
}

Deno.test("nearest() has nothing to choose from", () => {
  assertEquals(nearest("port", []), null);
});
