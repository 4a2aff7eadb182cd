import { PatternParser } from "../../../handlers/remap/_parser.ts";
import {
  type CodeTest,
  compile,
  type PatternNode,
  PatternSyntaxError,
} from "../../../handlers/remap/_pattern.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { match } from "./_match.ts";

/** The least that a syntax can add: what is behind a backslash is itself, and one operator may stand behind an atom. */
class PlainParser extends PatternParser {
  protected override readonly bracketEscape = undefined;

  protected override any(): CodeTest {
    return (code) => code !== 0x2f;
  }

  protected override group(): PatternNode {
    const index = ++this.groupCount;
    return { kind: "group", index, part: this.groupPart(this.at++) };
  }

  protected override escape(): PatternNode {
    this.at += 2;
    return this.literal(this.chars[this.at - 1]!.codePointAt(0)!);
  }

  protected override repeated(part: PatternNode): PatternNode {
    const isInterval = this.chars[this.at] === "{";
    const counts = isInterval
      ? this.interval(...this.chars.slice(this.at + 1, this.at + 4))
      : this.operator();
    if (counts === null) return part;
    if (isInterval) this.at += 5;
    const [min, max] = counts;
    return { kind: "repeat", part, min, max, isLazy: false };
  }
}

function find(text: string, name: string, ignoreCase = false): string | null {
  const parser = new PlainParser(text, ignoreCase);
  const node = parser.parse();
  const { groupCount } = parser;
  return match(
    compile(node, { groupCount, ignoreCase, isLongest: false }),
    name,
  );
}

const FOUND: readonly [text: string, name: string, places: string | null][] = [
  ["", "a", "0-0"],
  ["a|b", "b", "0-1"],
  ["a(b|c)d", "acd", "0-3 1-2"],
  ["((a)b)", "ab", "0-2 0-2 0-1"],
  ["a)", "a)", "0-2"],
  ["[a-c]+", "xabc", "1-4"],
  ["[^a]", "ab", "1-2"],
  [".", "/a", "1-2"],
  ["\\.", "a.", "1-2"],
  ["^a$", "ab", null],
  ["ab?c*", "acc", "0-3"],
  ["a{1,2}", "aaa", "0-2"],
  ["💾.", "💾a", "0-2"],
];

for (const [text, name, places] of FOUND) {
  Deno.test(`PatternParser reads ${text || "nothing"}, found in ${name}`, () => {
    assertEquals(find(text, name), places);
  });
}

Deno.test("PatternParser folds the case of what is listed, and then negates", () => {
  assertEquals(find("aB", "Ab", true), "0-2");
  assertEquals(find("[^a]", "A", true), null);
});

const REFUSED: readonly [text: string, position: number, message: string][] = [
  ["a|*", 3, "there is nothing before * to repeat"],
  ["(?)", 2, "there is nothing before ? to repeat"],
  ["a(b", 2, "the ( has no )"],
  ["a[b", 2, "the [ has no ]"],
  ["a{3,2}", 2, "the second count must not be smaller"],
  ["(".repeat(101), 101, "groups are nested too deep"],
];

for (const [text, position, message] of REFUSED) {
  Deno.test(`PatternParser refuses ${text.slice(0, 20)}`, () => {
    const error = assertThrows(
      () => new PlainParser(text).parse(),
      PatternSyntaxError,
    );
    assertEquals([error.position, error.message], [position, message]);
  });
}
