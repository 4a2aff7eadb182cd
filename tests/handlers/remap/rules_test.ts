import {
  parseMapFile,
  RemapFileError,
} from "../../../handlers/remap/map_file.ts";
import { MAX_WORK, search } from "../../../handlers/remap/_matcher.ts";
import { parsePosix } from "../../../handlers/remap/posix_ere.ts";
import { remapFilename, remapWithin } from "../../../handlers/remap/rules.ts";
import type {
  RemapFilenameOptions,
  RemapStep,
} from "../../../handlers/remap/remap_result.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { firstSeed, forAll } from "../../_random.ts";
import { codes } from "./_match.ts";

/** The new name, or what the client learns. */
function apply(
  rules: string,
  filename: string,
  { operation = "read" as const, client = "192.0.2.169", ...options }:
    & RemapFilenameOptions
    & { operation?: "read" | "write"; client?: string } = {},
): string {
  const request = { filename, operation, client };
  const result = remapFilename(parseMapFile(rules), request, options);
  return result.filename ?? `refused: ${result.refusal}`;
}

const TABLE: readonly [rules: string, name: string, result: string][] = [
  // What in.tftpd 5.2 does as well is in tests/interop/remap_test.ts; here is what 5.4 has besides.
  ["", "a", "a"],
  ["r ^", "a", "a"],
  ["rgg a aa", "banana", "baanaanaa"],
  ["rgg ^a b", "aaa", "baa"],
  ["rgg x* -", "abc", "-a-b-c-"],
  ["rgg a* -", "baaac", "-b-c-"],
  ["rgg b$ x", "bb", "bx"],
  ["rgg (.)(.) \\2\\1", "abcde", "badce"],
  ["rggi A \\0\\0", "aA", "aaAA"],
  ["j ^a x\nr b 1\n:x\nr c 2", "abc", "ab2"],
  ["j ^a x\nr b 1\n:x\nr c 2", "bc", "12"],
  ["j ^(.) \\1\n:x\nr $ X\ne ^\n:y\nr $ Y", "y", "yY"],
  ["j ^(.) \\1\n:x\nr $ X\ne ^\n:y\nr $ Y", "x", "xX"],
  ["~j ^a x\nr ^ 1\n:x\nr $ 2", "b", "b2"],
  ["j . \\L\\0\n:a\nr $ !", "A", "A!"],
  [": end\nr a b", "a", "b"],
  ["a ^x Not\\ \\1for\\ \\i", "x", "refused: Not for 192.0.2.169"],
  ["a (x+) \\U<\\1>", "axx", "refused: <XX>"],
  ["a x", "x", "refused: Access violation"],
  ["a x \\1", "x", "refused: Access violation"],
  ["a~ ^ok No\\0", "x", "refused: No"],
  ["rs ^a b\nr b c", "aa", "ca"],
  ["si ^x\n", "a", "a"],
  ["r .* \\U\\0", "ßé\u{10428}", "ßÉ\u{10400}"],
  ["r (.) [\\1]", "\u{1f4be}", "[\u{1f4be}]"],
  ["r .* \\x", "a", "C00002A9"],
];

for (const [rules, name, result] of TABLE) {
  Deno.test(`remapFilename() makes "${result}" of "${name}" by ${JSON.stringify(rules)}`, () => {
    assertEquals(apply(rules, name), result);
  });
}

Deno.test("remapFilename() leaves out rules for the other operation and family", () => {
  const rules = "G a\nrG $ G\nrP $ P\nr4 $ 4\nr6 $ 6\nrG4 $ +";
  const over6 = { client: "2001:db8::1" };
  assertEquals(apply(rules, "x"), "xG4+");
  assertEquals(apply(rules, "x", { operation: "write" }), "xP4");
  assertEquals(apply(rules, "x", over6), "xG6");
  assertEquals(apply(rules, "x", { client: "::ffff:192.0.2.1" }), "xG4+");
  assertEquals(apply(rules, "x", { client: "unknown" }), "xG");
});

Deno.test("remapFilename() undoes what E does not find, and ends where it does", () => {
  const rules = "rE ^(.*)$ own/\\1\nrEgg a b\nE ^c\nr ^ default/";
  const there = new Set(["own/a", "bb", "c"]);
  const asked: string[] = [];
  const options: RemapFilenameOptions = {
    isTransferable(name, operation) {
      asked.push(`${operation} ${name}`);
      return there.has(name);
    },
  };
  const made = ["a", "aa", "c", "d"].map((name) => apply(rules, name, options));
  assertEquals(made, ["own/a", "bb", "c", "default/d"]);
  assertEquals(asked.slice(0, 3), ["read own/a", "read own/aa", "read bb"]);
});

Deno.test("remapFilename() wants to know who knows files, and a sensible limit", () => {
  const request = { filename: "x", operation: "read", client: "" } as const;
  assertThrows(
    () => remapFilename(parseMapFile("E a"), request),
    TypeError,
    "isTransferable must be given",
  );
  for (const maxSteps of [0, 1.5, NaN]) {
    assertThrows(
      () => remapFilename(parseMapFile("r a b"), request, { maxSteps }),
      RangeError,
      `current value is ${maxSteps}`,
    );
  }
});

Deno.test("remapFilename() counts steps, up to the limit and no further", () => {
  const rules = "r a b\n:label\n6 x\nr c d\nrg e f";
  assertEquals(apply(rules, "ee", { maxSteps: 4 }), "ff");
  assertEquals(
    apply(rules, "ee", { maxSteps: 3 }),
    "refused: Remap table failure",
  );
});

const ENDLESS: readonly [rules: string, reason: string][] = [
  ["s ^", "the rules do not end within 4096 steps: the last was line 1"],
  [":x\nj ^ x", "the rules do not end within 4096 steps: the last was line 2"],
  ["rs ^. x", "the rules do not end within 4096 steps: the last was line 1"],
  [
    "rg a aaaaaaaa",
    "the rule in line 1 makes a name of more than 4096 characters",
  ],
  ["rg a a", "the rule in line 1 matches for ever"],
  [
    "rs .* \\0\\0",
    "the rule in line 1 makes a name of more than 4096 characters",
  ],
  [
    "rgg . " + "x".repeat(2000),
    "the rule in line 1 makes a name of more than 4096 characters",
  ],
  ["j (.) \\1", 'the rule in line 1 jumps to a label that is not there: "a"'],
  ["s (.*)*(.*)*(.*)*\\3\\2\\1!|^", "matching takes too long in line 1"],
];

for (const [rules, reason] of ENDLESS) {
  Deno.test(`remapFilename() refuses when ${reason}`, () => {
    const request = {
      filename: "aaaaaaaaaaaaaaa",
      operation: "read",
      client: "192.0.2.1",
    } as const;
    assertEquals(remapFilename(parseMapFile(rules), request), {
      filename: null,
      refusal: "Remap table failure",
      reason,
    });
  });
}

/** What a name costs, and what becomes of it. */
function cost(rules: string, filename: string) {
  const work = { left: MAX_WORK };
  const request = {
    filename,
    operation: "read",
    client: "192.0.2.1",
  } as const;
  const result = remapWithin(work, parseMapFile(rules), request, {});
  return { spent: MAX_WORK - work.left, result };
}

Deno.test("remapFilename() refuses a name of more than 512 octets before any work", () => {
  const slashes = "rg \\\\ /\nrg // /";
  for (const name of ["\\".repeat(2000), "\\".repeat(513), "é".repeat(257)]) {
    const { spent, result } = cost(slashes, name);
    assertEquals(spent, 0);
    assertEquals(result, {
      filename: null,
      refusal: "Remap table failure",
      reason: "the name has more than 512 octets",
    });
  }
  assertEquals(cost("", "a".repeat(512)).result.refusal, null);
});

Deno.test("remapFilename() needs little work for the longest names, whatever they are made of", () => {
  const slashes = "rg \\\\ /\nrg // /";
  for (
    const [rules, name, made] of [
      [slashes, "\\".repeat(512), "/"],
      [slashes, "/".repeat(512), "/"],
      [slashes, "\\a".repeat(256), "/a".repeat(256)],
      ["rgg \\\\ /\nrgg // /", "\\".repeat(512), "/".repeat(256)],
      ["rgg ./ x", "\\".repeat(512), "\\".repeat(512)],
    ] as const
  ) {
    const { spent, result } = cost(rules, name);
    assertEquals(result.filename, made);
    assert(spent < MAX_WORK / 10, `${name.slice(0, 2)}: ${spent}`);
  }
});

Deno.test("remapFilename() counts what it copies and clears, and does not go on behind the limit", () => {
  const { spent, result } = cost("rs ^(.*)$ \\1", "a".repeat(512));
  assertEquals(result.refusal, "Remap table failure");
  assert(spent > MAX_WORK && spent < MAX_WORK + 1000, `${spent}`);
  // A replacement makes a new name, and each search forgets where the one before it was.
  const once = cost("r ^ x", "a".repeat(512)).spent;
  const empty = cost("r ^ x", "").spent;
  assert(once >= empty + 512 / 32 + 512 * 2 / 64, `${empty}, then ${once}`);
  const through = cost("rgg q x", "q".repeat(512)).spent;
  const searches = cost("rgg q x", "a".repeat(512)).spent;
  assert(through > searches + 256, `${searches}, then ${through}`);
  assert(cost("r .* \\0\\0\\0", "a".repeat(512)).spent > 3 * 256);
});

Deno.test("remapFilename() leaves ordinary names much room", () => {
  const rules = [
    "ri ^[a-z]:",
    "rg \\\\ /",
    "rg // /",
    "e ^pub/",
    "a \\.key$ No",
    "r ^/? default/",
    ...Array(40).fill("r ^(.*)\\.cfg$ x/\\1.txt"),
  ].join("\n");
  for (
    const name of [
      "C:\\Boot\\x64\\fonts\\wgl4_boot.ttf",
      "pxelinux.cfg/01-00-11-22-33-44-55",
      "a-directory/".repeat(10) + "file.cfg",
    ]
  ) {
    const { spent, result } = cost(rules, name);
    assertEquals(result.refusal, null);
    assert(spent < MAX_WORK / 10, `${name}: ${spent}`);
  }
});

Deno.test("remapFilename() replaces with rg as if it began at the start each time", () => {
  console.log(`seed ${firstSeed()}`);
  const compared = { same: 0, changed: 0 };
  forAll(2000, (random) => {
    const word = (letters: readonly string[], most: number) =>
      random.list(random.between(1, most), () => random.pick(letters)).join("");
    const pattern = word(
      [
        ..."ab/.|()^$",
        "[ab]",
        "a{0,2}",
        "a?",
        "b*",
        "\\b",
        "\\<",
        "\\>",
        "\\B",
      ],
      5,
    );
    const put = word([..."abc/"], 3).slice(random.between(0, 1));
    const filename = word([..."aab//-"], 20);
    let rules;
    try {
      rules = parseMapFile(`rg ${pattern} ${put}`);
    } catch (error) {
      assert(error instanceof RemapFileError);
      return;
    }
    const request = { filename, operation: "read", client: "" } as const;
    const options = { maxSteps: 60 };
    const made = remapFilename(rules, request, options).filename;
    const expected = replaceFromStart(pattern, put, filename, 60);
    assertEquals(made, expected, `rg ${pattern} ${put}: ${filename}`);
    compared[made === filename ? "same" : "changed"]++;
  });
  assert(compared.changed > 300, JSON.stringify(compared));
});

/** What `rg` means, done without any haste; `null` when there is no end to it. */
function replaceFromStart(
  pattern: string,
  put: string,
  filename: string,
  maxSteps: number,
): string | null {
  const program = parsePosix(pattern);
  let name = codes(filename);
  for (let step = 0; step < maxSteps; step++) {
    const match = search(program, name, 0, { left: 1_000_000 });
    if (match === null) return String.fromCodePoint(...name);
    const next = name.toSpliced(
      match.start,
      match.end - match.start,
      ...codes(put),
    );
    if (`${next}` === `${name}`) return null;
    name = next;
  }
  return null;
}

Deno.test("remapFilename() tells each step", () => {
  const steps: RemapStep[] = [];
  const onStep = (step: RemapStep) => steps.push(step);
  const options = { onStep, isTransferable: () => false };
  apply("r a b # x\nr q q\n\nrE b c\nj b x\n:x\nrsi B c\ne c", "a", options);
  const step = (
    line: number,
    rule: string,
    filename: string,
    rest: Partial<RemapStep> = {},
  ): RemapStep => ({
    ...{ line, rule, filename, isMatch: true, isUndone: false, next: "rule" },
    ...rest,
  });
  assertEquals(steps, [
    step(1, "r a b", "b"),
    step(2, "r q q", "b", { isMatch: false }),
    step(4, "rE b c", "b", { isUndone: true }),
    step(5, "j b x", "b", { next: "label" }),
    step(7, "rsi B c", "c", { next: "start" }),
    step(1, "r a b", "c", { isMatch: false }),
    step(2, "r q q", "c", { isMatch: false }),
    step(4, "rE b c", "c", { isMatch: false }),
    step(5, "j b x", "c", { isMatch: false }),
    step(7, "rsi B c", "c", { isMatch: false }),
    step(8, "e c", "c", { next: "end" }),
  ]);
});

Deno.test("remapFilename() makes one result of every name within its limits, by random rules", () => {
  console.log(`seed ${firstSeed()}`);
  let worked = 0;
  forAll(300, (random) => {
    const word = (letters: string, most: number) =>
      random.list(random.between(1, most), () => random.pick([...letters]))
        .join("");
    const rule = () =>
      `${word("rgiesEGP46a~", 3)} ${word("ab/.*+()|^$[]\\", 6)} ${
        word("ab/\\012UxL", 5)
      }`;
    const text = random.list(random.between(1, 6), rule).join("\n");
    const filename = word("abAB/\\.é\u{1f4be}\ud800", 40);
    let rules;
    try {
      rules = parseMapFile(text);
    } catch (error) {
      assert(error instanceof RemapFileError);
      return;
    }
    worked++;
    let steps = 0;
    const result = remapFilename(
      rules,
      { filename, operation: "write", client: "fe80::1%eth0" },
      {
        maxSteps: 100,
        isTransferable: (name) => name.length % 2 === 0,
        onStep: () => steps++,
      },
    );
    assert(steps <= 101);
    if (result.filename === null) assert(result.refusal !== "");
    else assert([...result.filename].length <= 4096);
  });
  assert(worked > 20, `${worked} sets of rules were none`);
});
