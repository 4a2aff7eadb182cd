import { assertEquals, assertThrows } from "@std/assert";
import {
  scanWords,
  splitWords,
  toWord,
  WordsError,
} from "../../../cli/shell/words.ts";

const LINES: readonly [line: string, words: string[]][] = [
  ["", []],
  ["  \t ", []],
  ["get a b", ["get", "a", "b"]],
  ["  get\ta\r", ["get", "a"]],
  ['get "a b" c', ["get", "a b", "c"]],
  ["get 'a \"b' c", ["get", 'a "b', "c"]],
  ['get a" "b', ["get", "a b"]],
  ['get ""', ["get", ""]],
  ["get \\Boot\\BCD", ["get", "\\Boot\\BCD"]],
  ['get "C:\\a b\\"', ["get", "C:\\a b\\"]],
  ["# get a", []],
  ["  #", []],
  ["get #a", ["get", "#a"]],
  ["get 世界", ["get", "世界"]],
];

for (const [line, words] of LINES) {
  Deno.test(`splitWords() reads ${JSON.stringify(line)}`, () => {
    assertEquals(splitWords(line), words);
  });
}

for (const line of ['get "a', "get 'a b", 'get a"']) {
  Deno.test(`splitWords() refuses ${JSON.stringify(line)}`, () => {
    assertThrows(() => splitWords(line), WordsError, "is not closed");
  });
}

Deno.test("scanWords() tells where words begin, and which mark is open", () => {
  assertEquals(scanWords('get "a b'), [
    { text: "get", start: 0, open: "" },
    { text: "a b", start: 4, open: '"' },
  ]);
});

const TEXTS: readonly [
  text: string,
  mark: "" | '"' | "'",
  word: string | null,
][] = [
  ["a", "", "a"],
  ["a", '"', '"a"'],
  ["a b", "", '"a b"'],
  ["", "", '""'],
  ['a"b', "", "'a\"b'"],
  ["a'b", "'", null],
  ["a'\"b", "", null],
];

for (const [text, mark, word] of TEXTS) {
  Deno.test(`toWord() quotes ${JSON.stringify([text, mark])}`, () => {
    assertEquals(toWord(text, mark), word);
    if (word !== null) assertEquals(splitWords(`x ${word}`), ["x", text]);
  });
}
