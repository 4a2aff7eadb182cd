import { parsePosix } from "../../../handlers/remap/posix_ere.ts";
import { PatternSyntaxError } from "../../../handlers/remap/_pattern.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { firstSeed, Random } from "../../_random.ts";
import { match } from "./_match.ts";

/** What regcomp() and regexec() of glibc make of it: the match, then the groups. */
const MATCHED: readonly [
  pattern: string,
  text: string,
  places: string | null,
][] = [
  ["a)", "a)", "0-2"],
  ["a||b", "b", "0-1"],
  ["()", "x", "0-0 0-0"],
  ["a{,3}", "aaaa", "0-3"],
  ["a{,}", "aaa", "0-3"],
  ["a**", "aa", "0-2"],
  ["a+?", "aa", "0-2"],
  ["a^b", "a^b", null],
  ["a$b", "a$b", null],
  ["(^a)", "a", "0-1 0-1"],
  ["x(^a)", "xa", null],
  ["(^)*a", "a", "0-1 0-0"],
  ["[a-]", "-", "0-1"],
  ["[]a]", "]", "0-1"],
  ["[^]a]", "]", null],
  ["[\\]", "\\", "0-1"],
  ["[\\n]", "n", "0-1"],
  ["[a\\]b]", "\\b]", "0-3"],
  ["\\{", "{", "0-1"],
  ["(a)\\1", "aa", "0-2 0-1"],
  ["\\0", "0", "0-1"],
  ["\\n\\t", "nt", "0-2"],
  ["[[.-.]]", "-", "0-1"],
  ["[[=a=]]", "a", "0-1"],
  ["[--a]", ".", "0-1"],
  ["[%--]", "-", "0-1"],
  ["a{1}{2}", "aa", "0-2"],
  ["a*{2}", "aa", "0-2"],
  ["a{0}b", "ab", "1-2"],
  ["a{1,2}{3}", "aaaa", "0-4"],
  ["(a|ab)(c|bcd)(d*)", "abcd", "0-4 0-1 1-4 4-4"],
  ["(a|ab)(bcd|c)(d|.*)", "abcd", "0-4 0-1 1-4 4-4"],
  ["(a*)*", "b", "0-0 0-0"],
  ["(a*)+", "b", "0-0 0-0"],
  ["(a|b)*", "ab", "0-2 1-2"],
  ["((a)|b)*", "ab", "0-2 1-2 0-1"],
  ["(a*)(ab)*(b*)", "abb", "0-3 0-1 - 1-3"],
  ["(a?)*", "aa", "0-2 1-2"],
  ["(){3}", "x", "0-0 0-0"],
  ["x*", "ax", "0-0"],
  ["\\w+", "ab-c", "0-2"],
  ["\\W", "ab-c", "2-3"],
  ["\\s\\S", "a b", "1-3"],
  ["\\bb", "ab b", "3-4"],
  ["\\Bb", "ab b", "1-2"],
  ["\\<b", "ab b", "3-4"],
  ["b\\>", "ab bc", "1-2"],
  ["\\`a\\'", "a", "0-1"],
  ["]", "]", "0-1"],
  ["}", "}", "0-1"],
  ["(|a)b", "ab", "0-2 0-1"],
  ["", "abc", "0-0"],
  ["(a)*b", "b", "0-1 -"],
  ["((a*)b)*", "abb", "0-3 2-3 2-2"],
  ["(ab|a)(bc)?", "abc", "0-3 0-1 1-3"],
  ["(a+|b+)*", "aabb", "0-4 2-4"],
  ["([^/]*)/", "a/b/c", "0-2 0-1"],
  ["(^|/)x", "a/x", "1-3 1-2"],
  ["(xx|xyz|x)*", "xyzxxx", "0-6 5-6"],
  ["(a|aa)*", "aaaa", "0-4 3-4"],
  ["((a)|(b))*", "ab", "0-2 1-2 0-1 1-2"],
  ["(a(b)?)+", "aba", "0-3 2-3 1-2"],
  ["(foo|foobar)(bar)?", "foobar", "0-6 0-3 3-6"],
  ["(f*)*o", "ffo", "0-3 0-2"],
  ["\\/\\-\\_\\ ", "/-_ ", "0-4"],
  ["(a*){2}", "aa", "0-2 2-2"],
  ["(a|ab){2}", "aba", "0-3 2-3"],
  [".", "é", "0-1"],
  ["[^a]", "\u{1f4be}", "0-1"],
  ["[[:alpha:]]+", "aé1", "0-2"],
];

for (const [pattern, text, places] of MATCHED) {
  Deno.test(`parsePosix() finds ${pattern} in "${text}" as glibc does`, () => {
    assertEquals(match(parsePosix(pattern), text), places);
  });
}

const FOLDED: readonly [
  pattern: string,
  text: string,
  places: string | null,
][] = [
  ["aB", "Ab", "0-2"],
  ["[a-c]+", "ABCD", "0-3"],
  ["[^a]", "A", null],
  ["[[:upper:]]", "a", "0-1"],
  ["(a)\\1", "aA", "0-2 0-1"],
  ["É", "é", "0-1"],
];

for (const [pattern, text, places] of FOLDED) {
  Deno.test(`parsePosix() finds ${pattern} in "${text}" in any case`, () => {
    assertEquals(
      match(parsePosix(pattern, { ignoreCase: true }), text),
      places,
    );
  });
}

const REFUSED: readonly [pattern: string, position: number, message: string][] =
  [
    ["*a", 1, "there is nothing before * to repeat"],
    ["a|*b", 3, "there is nothing before * to repeat"],
    ["(+)", 2, "there is nothing before + to repeat"],
    ["^*", 2, "there is nothing before * to repeat"],
    ["$?", 2, "there is nothing before ? to repeat"],
    ["\\<{2}", 3, "there is nothing before { to repeat"],
    ["a(b", 2, "the ( has no )"],
    ["a{", 2, "the { has no }"],
    ["a{}", 2, "a { } must hold a count, such as {2} or {2,4}"],
    ["a{1x}", 2, "a { } must hold a count, such as {2} or {2,4}"],
    ["a{2,1}", 2, "the second count must not be smaller"],
    ["a{256}", 2, "a count must be 255 at most"],
    ["a\\", 2, "nothing follows the \\"],
    ["[a", 1, "the [ has no ]"],
    ["[", 1, "the [ has no ]"],
    ["[[:alpha:]", 1, "the [ has no ]"],
    ["[[:foo:]]", 2, 'there is no class "foo"'],
    ["[b-a]", 2, "the range has no such end"],
    ["[[:alpha:]-z]", 2, "the range has no such end"],
    ["[a-c-e]", 5, "a range cannot begin with a range"],
    ["[[.hyphen.]]", 2, '"hyphen" is more than one character'],
    ["\\1(a)", 1, "there is no group 1 before this"],
    ["(a\\1)", 3, "there is no group 1 before this"],
    ["(a)\\2", 4, "there is no group 2 before this"],
    ["(".repeat(101), 101, "groups are nested too deep"],
    ["a" + "*".repeat(101), 102, "it is repeated too often"],
    ["((a{255}){255}){255}", 1, "the expression is too large"],
  ];

for (const [pattern, position, message] of REFUSED) {
  Deno.test(`parsePosix() refuses ${pattern.slice(0, 20)}`, () => {
    const error = assertThrows(() => parsePosix(pattern), PatternSyntaxError);
    assertEquals([error.position, error.message], [position, message]);
  });
}

/** An expression without places and nested repetition, about which GNU sed is known to be right. */
function draw(random: Random, depth: number): string {
  const list = (most: number, make: () => string, by: string): string =>
    random.list(random.between(1, most), make).join(by);
  const atom = (): string => {
    if (depth > 0 && random.chance(1, 4)) return `(${draw(random, depth - 1)})`;
    return random.pick([
      "a",
      "b",
      "c",
      "/",
      ".",
      "[ab]",
      "[^a]",
      "[[:alpha:]]",
    ]);
  };
  const repeated = (): string =>
    atom() + random.pick(["", "", "", "*", "+", "?", "{2}", "{1,2}"]);
  return list(3, () => list(3, repeated, ""), "|");
}

/** Whether `sed` is that of GNU, whose expressions are those of glibc. */
const HAS_GNU_SED = (() => {
  try {
    const { stdout } = new Deno.Command("sed", { args: ["--version"] })
      .outputSync();
    return new TextDecoder().decode(stdout).includes("GNU sed");
  } catch {
    return false;
  }
})();

Deno.test({
  name: "parsePosix() and sed -E find the same in random texts",
  ignore: !HAS_GNU_SED,
  fn() {
    const seed = firstSeed();
    console.log(`seed ${seed}: repeat with TFTPKIT_SEED=${seed}`);
    const random = new Random(seed);
    const cases = random.list(300, () => ({
      pattern: draw(random, 2),
      text: random.list(random.between(0, 8), () => random.pick([..."aabbc/"]))
        .join(""),
    }));
    const directory = Deno.makeTempDirSync();
    try {
      const script = cases.map(({ pattern }, index) =>
        `${index + 1}{s\x01${pattern}\x01<&>\x01;b\n}`
      );
      Deno.writeTextFileSync(`${directory}/script`, script.join("\n"));
      const texts = cases.map(({ text }) => text + "\n").join("");
      Deno.writeTextFileSync(`${directory}/texts`, texts);
      const { stdout, stderr } = new Deno.Command("sed", {
        args: ["-E", "-f", `${directory}/script`, `${directory}/texts`],
        env: { LC_ALL: "C" },
      }).outputSync();
      const decoder = new TextDecoder();
      assertEquals(decoder.decode(stderr), "");
      const made = decoder.decode(stdout).split("\n").slice(0, -1);
      const ours = cases.map(({ pattern, text }) => {
        const [place] = match(parsePosix(pattern), text)?.split(" ") ?? [];
        if (place === undefined) return text;
        const [start, end] = place.split("-").map(Number);
        return `${text.slice(0, start)}<${text.slice(start, end)}>${
          text.slice(end)
        }`;
      });
      const show = (results: string[]) =>
        results.map((result, i) => `${cases[i]?.pattern}  ${result}`);
      assertEquals(show(ours), show(made));
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
});
