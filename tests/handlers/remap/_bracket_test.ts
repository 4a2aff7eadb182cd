import {
  isDigit,
  isSpace,
  not,
  parseBracket,
} from "../../../handlers/remap/_bracket.ts";
import { PatternSyntaxError } from "../../../handlers/remap/_pattern.ts";
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";

/** What of some characters a bracket expression lists. */
function listed(text: string): string {
  const { has, next } = parseBracket([...text], 0);
  assertEquals(next, text.length);
  return [..."aZz5-]^\\_ \té.["].filter((char) => has(char.codePointAt(0)!))
    .join("");
}

const LISTS: readonly [text: string, chars: string][] = [
  ["[az]", "az"],
  ["[]^]", "]^"],
  ["[a^]", "a^"],
  ["[-5]", "5-"],
  ["[5-]", "5-"],
  ["[+--]", "-"],
  ["[[:alpha:]]", "aZzé"],
  ["[[:alnum:]_]", "aZz5_é"],
  ["[[:upper:][:digit:]]", "Z5"],
  ["[[:lower:]]", "azé"],
  ["[[:punct:]]", "-]^\\_.["],
  ["[[:space:]]", " \t"],
  ["[[:blank:]]", " \t"],
  ["[[:cntrl:]]", "\t"],
  ["[[:xdigit:]]", "a5"],
  ["[[:graph:]]", "aZz5-]^\\_é.["],
  ["[[:print:]]", "aZz5-]^\\_ é.["],
  ["[[.].]-_]", "]^_"],
  ["[[=z=]a]", "az"],
  ["[[]", "["],
];

for (const [text, chars] of LISTS) {
  Deno.test(`parseBracket() reads ${text}`, () => {
    assertEquals(listed(text), chars);
  });
}

Deno.test("parseBracket() says whether all else is meant", () => {
  assertEquals(parseBracket([..."[^a]b"], 0).isNegated, true);
  assertEquals(parseBracket([..."x[a]b"], 1).isNegated, false);
  assertEquals(parseBracket([..."x[a]b"], 1).next, 4);
});

Deno.test("parseBracket() leaves escapes to those who have some", () => {
  const escape = () => ({ item: isDigit, next: 3 });
  const { has } = parseBracket([..."[\\d]"], 0, escape);
  assert(has(0x35));
  assertFalse(has(0x64));
});

Deno.test("parseBracket() says where an end is missing", () => {
  for (const text of ["[", "[]", "[^]", "[a", "[[:a", "[[.]", "[a-"]) {
    assertThrows(() => parseBracket([...text], 0), PatternSyntaxError);
  }
});

Deno.test("not() turns a set around", () => {
  assert(not(isSpace)(0x61));
  assertFalse(not(isSpace)(0x20));
});
