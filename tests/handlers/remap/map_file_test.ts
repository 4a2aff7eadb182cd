import {
  parseMapFile,
  parseReplacement,
  RemapFileError,
  splitWords,
} from "../../../handlers/remap/map_file.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { forAll } from "../../_random.ts";

const LINES: readonly [line: string, words: readonly string[]][] = [
  ["", []],
  ["  \t ", []],
  ["# all of it", []],
  ["r a b", ["r", "a", "b"]],
  ["\tr\t a  b \r", ["r", "a", "b"]],
  ["r a b# comment", ["r", "a", "b"]],
  ["r a\\ b c\\#d", ["r", "a\\ b", "c\\#d"]],
  ["rg \\\\ /", ["rg", "\\\\", "/"]],
  ["rg \\\\# /", ["rg", "\\\\"]],
  ["r a b\\", ["r", "a", "b\\"]],
  ["r a b\\\r", ["r", "a", "b\\"]],
  ["r [ ] x", ["r", "[", "]", "x"]],
];

for (const [line, words] of LINES) {
  Deno.test(`splitWords() splits ${JSON.stringify(line)}`, () => {
    assertEquals(splitWords(line), words);
  });
}

Deno.test("splitWords() gives words back that are put together again", () => {
  forAll(500, (random) => {
    const char = () => random.pick([..."ab\\# \t[^é"]);
    const line = random.list(random.between(0, 20), char).join("");
    const words = splitWords(line);
    assertEquals(splitWords(words.join(" \t")), words);
  });
});

Deno.test("parseReplacement() knows its escapes, and no others", () => {
  assertEquals(parseReplacement("a\\0\\9b\\i\\x"), [
    { kind: "text", text: "a" },
    { kind: "group", index: 0 },
    { kind: "group", index: 9 },
    { kind: "text", text: "b" },
    { kind: "address" },
    { kind: "hex address" },
  ]);
  assertEquals(parseReplacement("\\U\\L\\E"), [
    { kind: "case", to: "upper" },
    { kind: "case", to: "lower" },
    { kind: "case", to: "as it is" },
  ]);
  assertEquals(parseReplacement("\\\\\\#\\ \\q$1\\"), [
    { kind: "text", text: "\\# q$1\\" },
  ]);
  assertEquals(parseReplacement(""), []);
});

Deno.test("parseMapFile() reads rules and labels with their lines", () => {
  const rules = parseMapFile(
    "\ufeff# top\r\nri ^[a-z]:  # drive\r\n\r\n:next ignored\r\n: other\r\nrgg a  b  c",
  );
  assertEquals(
    rules.entries.map((
      { line, text, label, flags, repeat },
    ) => [line, text, label, flags, repeat]),
    [
      [2, "ri ^[a-z]:", null, "ri", "once"],
      [4, ":next ignored", "next", "", "once"],
      [5, ": other", "other", "", "once"],
      [6, "rgg a b", null, "rgg", "through"],
    ],
  );
  assertEquals([...rules.labels].sort(), [["next", 1], ["other", 2]]);
});

Deno.test("parseMapFile() takes g only with r", () => {
  const { entries } = parseMapFile("g a\nrg a b\ngr a b\ngrg a b");
  const repeats = entries.map(({ repeat }) => repeat);
  assertEquals(repeats, ["once", "again", "again", "through"]);
});

Deno.test("parseMapFile() says whether files are asked for", () => {
  assertEquals(parseMapFile("rE a b").checksFiles, true);
  assertEquals(parseMapFile("re a b").checksFiles, false);
});

Deno.test("parseMapFile() takes the first of two labels of one name, with its escapes", () => {
  const { labels } = parseMapFile(":a\\ b\n:c\n:a\\ b");
  assertEquals(labels.get("a b"), 0);
});

for (const pair of "r~ ra rj aj as ej ae es eE Ej aE Es".split(" ")) {
  Deno.test(`parseMapFile() refuses ${pair[0]} and ${pair[1]} together`, () => {
    for (const flags of [pair, `${pair[1]}iG${pair[0]}`]) {
      const error = assertThrows(
        () => parseMapFile(`:x\n${flags} a x`),
        RemapFileError,
      );
      assertEquals(error.problems.length, 1);
      assertEquals(error.problems[0]!.line, 2);
    }
  });
}

Deno.test("parseMapFile() tells all errors at once, each with its line", () => {
  const error = assertThrows(
    () =>
      parseMapFile(
        [
          "r ok ok",
          "rx a b",
          "q",
          "r (a b",
          "j a nowhere",
          "j a",
          ":",
          "j a \\1",
          "r a{9999} b",
        ].join("\n"),
      ),
    RemapFileError,
  );
  assertEquals(error.problems, [
    { line: 2, message: 'there is no flag "x"' },
    { line: 3, message: 'there is no flag "q"' },
    { line: 3, message: "the pattern is missing" },
    { line: 4, message: 'pattern "(a", character 1: the ( has no )' },
    { line: 5, message: 'there is no label "nowhere"' },
    { line: 6, message: "j needs a label as its third word" },
    { line: 7, message: "the label has no name" },
    {
      line: 9,
      message: 'pattern "a{9999}", character 2: a count must be 255 at most',
    },
  ]);
  assertEquals(
    error.message.startsWith(
      'Cannot use rules: line 2: there is no flag "x"; ',
    ),
    true,
  );
});

Deno.test("parseMapFile() gives rules or a RemapFileError, whatever the text", () => {
  forAll(500, (random) => {
    const char = () => random.pick([..."rgeEsaji4~ \t\n:#\\()[]{}*+?|^$a1,"]);
    const text = random.list(random.between(0, 60), char).join("");
    try {
      parseMapFile(text);
    } catch (error) {
      if (!(error instanceof RemapFileError)) throw error;
    }
  });
});
