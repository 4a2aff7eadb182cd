import {
  compile,
  PatternSyntaxError,
} from "../../../handlers/remap/_pattern.ts";
import type { PatternNode } from "../../../handlers/remap/_pattern.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { match } from "./_match.ts";

const A: PatternNode = { kind: "set", has: (code) => code === 0x61 };
const OPTIONS = { groupCount: 1, isLongest: false, ignoreCase: false };

function repeat(
  min: number,
  max: number,
  isLazy = false,
  part = A,
): PatternNode {
  return { kind: "repeat", part, min, max, isLazy };
}

const COUNTS: readonly [
  min: number,
  max: number,
  greedy: string | null,
  lazy: string | null,
][] = [
  [0, Infinity, "0-4", "0-0"],
  [1, Infinity, "0-4", "0-1"],
  [3, Infinity, "0-4", "0-3"],
  [0, 1, "0-1", "0-0"],
  [0, 2, "0-2", "0-0"],
  [2, 3, "0-3", "0-2"],
  [4, 4, "0-4", "0-4"],
  [5, 5, null, null],
  [0, 0, "0-0", "0-0"],
];

for (const [min, max, greedy, lazy] of COUNTS) {
  Deno.test(`compile() writes {${min},${max}} out, greedy and lazy`, () => {
    const places = (isLazy: boolean) =>
      match(compile(repeat(min, max, isLazy), OPTIONS), "aaaa")?.split(
        " ",
      )[0] ??
        null;
    assertEquals([places(false), places(true)], [greedy, lazy]);
  });
}

Deno.test("compile() makes loops over nothing that end", () => {
  const empty: PatternNode = { kind: "sequence", parts: [] };
  const group: PatternNode = { kind: "group", index: 1, part: empty };
  const program = compile(repeat(0, Infinity, false, group), OPTIONS);
  assertEquals(match(program, "a"), "0-0 0-0");
});

Deno.test("compile() says whether groups are referred to", () => {
  const group: PatternNode = { kind: "group", index: 1, part: A };
  const reference: PatternNode = { kind: "reference", index: 1 };
  const both: PatternNode = { kind: "sequence", parts: [group, reference] };
  assertEquals(compile(group, OPTIONS).hasReferences, false);
  assertEquals(compile(both, OPTIONS).hasReferences, true);
});

Deno.test("compile() refuses what becomes too large", () => {
  const large = repeat(255, 255, false, repeat(255, 255));
  assertThrows(() => compile(large, OPTIONS), PatternSyntaxError);
});

Deno.test("compile() knows how long a match can be", () => {
  const width = (node: PatternNode) => compile(node, OPTIONS).maxWidth;
  const place: PatternNode = { kind: "place", place: "word border" };
  const two: PatternNode = { kind: "sequence", parts: [A, place, A] };
  assertEquals(width(place), 0);
  assertEquals(width(two), 2);
  assertEquals(width({ kind: "choice", options: [A, two, place] }), 2);
  assertEquals(width({ kind: "group", index: 1, part: two }), 2);
  assertEquals(width(repeat(0, 3, false, two)), 6);
  assertEquals(width(repeat(1, Infinity)), Infinity);
  assertEquals(width(repeat(0, Infinity, false, place)), 0);
  assertEquals(width({ kind: "reference", index: 1 }), Infinity);
});
