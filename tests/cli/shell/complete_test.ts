import { assert, assertEquals } from "@std/assert";
import { complete, type LocalEntry } from "../../../cli/shell/complete.ts";

const FILES: Readonly<Record<string, readonly string[]>> = {
  ".": ["r1.cfg", "r2.cfg", "a b.txt", "images/", ".hidden", "x\x1b", "o p/"],
  "images/": ["boot.img", "boot.md5"],
  "o p/": ["f"],
};

function list(directory: string): LocalEntry[] {
  return (FILES[directory] ?? []).map((name) => ({
    name: name.replace("/", ""),
    isDirectory: name.endsWith("/"),
  }));
}

const LINES: readonly [line: string, candidates: string[], replaced: string][] =
  [
    ["sta", ["status "], "sta"],
    ["  sta", ["status "], "sta"],
    ["tr", ["trace "], "tr"],
    ["q", ["quit "], "q"],
    ["nope", [], "nope"],
    ["put r", ["r1.cfg", "r2.cfg"], "r"],
    ["put r1", ["r1.cfg "], "r1"],
    ["put r1.cfg r2", ["r2.cfg "], "r2"],
    ["p im", ["images/"], "im"],
    ["put images/boot.i", ["images/boot.img "], "images/boot.i"],
    ["put a", ['"a b.txt"'], "a"],
    ['put "a b', ['"a b.txt"'], '"a b'],
    ["put 'a", ["'a b.txt'"], "'a"],
    ["put o", ['"o p/'], "o"],
    ['put "o p/', ['"o p/f"'], '"o p/'],
    ["put .h", [".hidden "], ".h"],
    ["put nowhere/", [], "nowhere/"],
    ["get r", [], "r"],
    ["get x r1", ["r1.cfg "], "r1"],
    ["get -f x r1", ["r1.cfg "], "r1"],
    ["mode n", ["netascii "], "n"],
    ["option bl", ["blksize "], "bl"],
    ["option x d", ["disable "], "d"],
    ["verbose o", ["on", "off"], "o"],
    ["help sta", ["status "], "sta"],
    ["connect r", [], "r"],
    ["nope r", [], "r"],
  ];

for (const [line, candidates, replaced] of LINES) {
  Deno.test(`complete() offers ${JSON.stringify(candidates)} for ${line}`, async () => {
    assertEquals(await complete(line, list), [candidates, replaced]);
  });
}

Deno.test("complete() offers every command for an empty line, but no single letters", async () => {
  const [candidates] = await complete("", list);
  assert(candidates.includes("windowsize"));
  assert(candidates.every(({ length }) => length > 1));
});

Deno.test("complete() offers neither hidden names nor what steers a terminal", async () => {
  assertEquals(await complete("put ", list), [
    ['"a b.txt"', '"o p/', "images/", "r1.cfg", "r2.cfg"],
    "",
  ]);
});
