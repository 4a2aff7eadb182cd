import { parsePerl } from "../../../handlers/remap/perl_pattern.ts";
import { PatternSyntaxError } from "../../../handlers/remap/_pattern.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { match } from "./_match.ts";

/** The match, then the groups, as Perl has them. */
const MATCHED: readonly [
  pattern: string,
  text: string,
  places: string | null,
][] = [
  ["a|ab", "ab", "0-1"],
  ["(a|ab)(c|bcd)(d*)", "abcd", "0-4 0-1 1-4 4-4"],
  ["^\\w*\\.conf$", "r1.conf", "0-7"],
  ["a+?", "aaa", "0-1"],
  ["a*?b", "aab", "0-3"],
  ["a{2,3}?", "aaa", "0-2"],
  ["(?:a|b)(c)", "bc", "0-2 1-2"],
  ["(?i)^D[a-c]$", "dB", "0-2"],
  ["(?is)a.b", "A\nB", "0-3"],
  ["a.b", "a\nb", null],
  ["\\d+\\D", "a12b", "1-4"],
  ["\\A\\h?x\\z", " x", "0-2"],
  ["[\\d\\-_]+", "a1-_", "1-4"],
  ["[[:alpha:]\\]]+", "1a]", "1-3"],
  ["\\x41\\x{42}", "AB", "0-2"],
  ["\\t", "\t", "0-1"],
  ["\\/\\.\\_\\ ", "/._ ", "0-4"],
  ["a{,3}", "a{,3}", "0-5"],
  ["x{", "x{", "0-2"],
  ["(a)(b)\\2", "abb", "0-3 0-1 1-2"],
  ["]", "]", "0-1"],
  ["^*a", "a", "0-1"],
  ["^[p]?pxelinux.cfg/[0-9A-F]{1,6}$", "pxelinux.cfg/C0A8", "0-17"],
];

for (const [pattern, text, places] of MATCHED) {
  Deno.test(`parsePerl() finds ${pattern} in ${JSON.stringify(text)}`, () => {
    assertEquals(match(parsePerl(pattern), text), places);
  });
}

const REFUSED: readonly [pattern: string, position: number, message: string][] =
  [
    ["*a", 1, "there is nothing before * to repeat"],
    ["a(", 2, "the ( has no )"],
    ["a)", 2, "the ) has no ("],
    ["[a", 1, "the [ has no ]"],
    ["a\\", 2, "nothing follows the \\"],
    ["(?=a)", 1, "this kind of group is not supported"],
    ["(?<=a)b", 1, "this kind of group is not supported"],
    ["(?<n>a)", 1, "this kind of group is not supported"],
    ["(?>a)", 1, "this kind of group is not supported"],
    ["a(?i)b", 2, "this kind of group is not supported"],
    ["(?x)a", 1, "the flag x is not supported"],
    ["(*UTF8)a", 1, "verbs such as (*UTF8) are not supported"],
    ["a++", 3, "possessive repetition is not supported"],
    ["a**", 3, "a repetition cannot be repeated"],
    ["\\Kx", 1, "\\K is not supported"],
    ["[\\b]", 2, "\\b is not supported"],
    ["\\x4", 1, "\\x must be followed by two hex digits"],
    ["(a)\\2", 4, "there is no group 2"],
    ["(a)\\10", 4, "a group is referred to by one digit"],
    ["a{3,2}", 2, "the second count must not be smaller"],
    ["a{256}", 2, "a count must be 255 at most"],
    ["(".repeat(101), 101, "groups are nested too deep"],
  ];

for (const [pattern, position, message] of REFUSED) {
  Deno.test(`parsePerl() refuses ${pattern.slice(0, 20)}`, () => {
    const error = assertThrows(() => parsePerl(pattern), PatternSyntaxError);
    assertEquals([error.position, error.message], [position, message]);
  });
}
