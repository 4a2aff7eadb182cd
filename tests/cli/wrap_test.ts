import { assertEquals } from "@std/assert";
import { lineWidth, wrapHanging, wrapText } from "../../cli/wrap.ts";

const WIDTHS: readonly [isTerminal: boolean, columns: number, is: number][] = [
  [false, 200, 80],
  [true, 80, 80],
  [true, 50, 50],
  [true, 20, 40],
  [true, 200, 100],
];

for (const [isTerminal, columns, is] of WIDTHS) {
  Deno.test(`lineWidth() is ${is} ${isTerminal ? "on a terminal" : "elsewhere"} of ${columns} columns`, () => {
    assertEquals(lineWidth({ isTerminal, columns }), is);
  });
}

const TEXTS: readonly [text: string, width: number, lines: string[]][] = [
  ["", 5, [""]],
  ["ab cd", 5, ["ab cd"]],
  ["ab cd ef", 5, ["ab cd", "ef"]],
  ["abcdefgh ij", 5, ["abcde", "fgh", "ij"]],
  ["a abcdefgh", 5, ["a", "abcde", "fgh"]],
];

for (const [text, width, lines] of TEXTS) {
  Deno.test(`wrapText() breaks "${text}"`, () => {
    assertEquals(wrapText(text, width), lines);
  });
}

Deno.test("wrapHanging() puts what follows under the beginning of the text", () => {
  assertEquals(wrapHanging("get   Download", 20, 6), ["get   Download"]);
  assertEquals(
    wrapHanging("get   Download files, or one", 20, 6),
    ["get   Download", "      files, or one"],
  );
});
