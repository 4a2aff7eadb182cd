import { assert, assertEquals } from "@std/assert";
import { drawBars, isAsciiOnly } from "../../../cli/bench/plot.ts";

const ROWS = [
  { label: "1 ms", value: 1000, note: "1000" },
  { label: "10 ms", value: 500, note: "500" },
  { label: "20 ms", value: 1, note: "1" },
  { label: "30 ms", value: 0, note: "0" },
];

Deno.test("drawBars() draws bars of number signs", () => {
  assertEquals(drawBars(ROWS, true, 80), [
    `   1 ms  ${"#".repeat(66)} 1000`,
    `  10 ms  ${"#".repeat(33)} 500`,
    "  20 ms  # 1",
    "  30 ms  0",
  ]);
});

Deno.test("drawBars() draws bars of blocks, an eighth of a column fine", () => {
  assertEquals(drawBars(ROWS, false, 80), [
    `   1 ms  ${"█".repeat(66)} 1000`,
    `  10 ms  ${"█".repeat(33)} 500`,
    "  20 ms  ▏ 1",
    "  30 ms  0",
  ]);
});

Deno.test("drawBars() stays within 80 columns, and draws nothing of nothing", () => {
  for (const isAscii of [true, false]) {
    for (const width of [1, 30, 60]) {
      const rows = ROWS.map((row) => ({ ...row, label: "x".repeat(width) }));
      assert(drawBars(rows, isAscii, 80).every((line) => line.length <= 80));
    }
    assertEquals(drawBars([], isAscii, 80), []);
    const zero = [{ label: "a", value: 0, note: "0" }];
    assertEquals(drawBars(zero, isAscii, 80), ["  a  0"]);
  }
});

Deno.test("isAsciiOnly() goes by the locale, as far as it is known", () => {
  const cases: [boolean, Record<string, string>, boolean][] = [
    [true, {}, false],
    [false, { LANG: "C.UTF-8" }, true],
    [true, { LANG: "C.UTF-8" }, false],
    [true, { LANG: "C" }, true],
    [true, { LANG: "C", LC_ALL: "de_DE.utf8" }, false],
    [true, { LANG: "C.UTF-8", LC_CTYPE: "POSIX" }, true],
    [true, { LANG: "C.UTF-8", LC_ALL: "" }, false],
    [true, { LANG: "C.UTF-8", TERM: "dumb" }, true],
  ];
  for (const [isTerminal, variables, expected] of cases) {
    assertEquals(
      isAsciiOnly(isTerminal, (name) => variables[name]),
      expected,
      JSON.stringify(variables),
    );
  }
});
