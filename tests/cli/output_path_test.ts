import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../cli/command.ts";
import {
  checkDistinct,
  outputPaths,
  type OutputWish,
} from "../../cli/output_path.ts";

function pathOf(
  filename: string,
  wish: Partial<OutputWish> = {},
  os: typeof Deno.build.os = "linux",
): string | null {
  const [place] = outputPaths([{ hostname: "h", filename }], {
    outputs: [],
    directory: undefined,
    isDirectory: false,
    ...wish,
  }, os);
  return place!.path;
}

const DERIVED: readonly [filename: string, name: string][] = [
  ["x", "x"],
  ["a/b/x", "x"],
  ["/etc/passwd", "passwd"],
  ["../../x", "x"],
  ["..\\..\\x", "x"],
  ["a/..\\x", "x"],
  ["C:\\x", "x"],
  ["x/", "x"],
];

for (const [filename, name] of DERIVED) {
  Deno.test(`outputPaths() makes "${name}" of the name ${filename}`, () => {
    assertEquals(pathOf(filename), name);
    assertEquals(pathOf(filename, { directory: "d" }), join("d", name));
    assertEquals(pathOf(filename, { outputs: ["d/"] }), join("d", name));
  });
}

for (const filename of ["..", ".", "/", "a/..", "a\\.."]) {
  Deno.test(`outputPaths() makes nothing of the name ${filename}`, () => {
    assertThrows(() => pathOf(filename, { directory: "d" }), UsageError);
    assertEquals(pathOf(filename, { outputs: ["x"] }), "x");
  });
}

for (
  const filename of ["c:x", "x:stream", "NUL", "com1.txt", "a*", "x.", "x\n"]
) {
  Deno.test(`outputPaths() takes ${JSON.stringify(filename)} for no name on Windows`, () => {
    assertThrows(() => pathOf(filename, {}, "windows"), UsageError);
    assertEquals(pathOf(filename), filename);
  });
}

Deno.test("outputPaths() keeps --output in --output-dir", () => {
  const directory = "d";
  assertEquals(pathOf("x", { directory, outputs: ["y"] }), join("d", "y"));
  assertEquals(
    pathOf("x", { directory, outputs: ["e/"] }),
    join("d", "e", "x"),
  );
  assertEquals(pathOf("x", { directory, outputs: ["-"] }), null);
  for (const output of ["/y", "../y", "e/../../y", "e\\..\\..\\y"]) {
    assertThrows(
      () => pathOf("x", { directory, outputs: [output] }),
      UsageError,
      "leads out of d",
    );
  }
});

Deno.test("outputPaths() lets no symbolic link lead out of --output-dir", () => {
  const targets = [{ hostname: "h", filename: "x" }];
  for (const directory of ["d", undefined]) {
    for (const outputs of [[], ["y"]]) {
      const wish = { outputs, directory, isDirectory: false };
      const [place] = outputPaths(targets, wish);
      assertEquals(place!.mayFollow, directory === undefined);
    }
  }
});

Deno.test("outputPaths() takes one --output for each file", () => {
  const targets = ["x", "y"].map((filename) => ({ hostname: "h", filename }));
  const wish = { directory: undefined, isDirectory: false };
  assertEquals(
    outputPaths(targets, { ...wish, outputs: ["a", "-"] }).map((it) => it.path),
    ["a", null],
  );
  assertThrows(
    () => outputPaths(targets, { ...wish, outputs: ["a", "b", "c"] }),
    UsageError,
  );
});

Deno.test("checkDistinct() refuses two files of one name, however it is spelled", () => {
  checkDistinct(["a", "b", "A"], "linux");
  assertThrows(() => checkDistinct(["a", "./a"], "linux"), UsageError);
  assertThrows(() => checkDistinct(["a", "b/../a"], "linux"), UsageError);
  for (const os of ["windows", "darwin"] as const) {
    assertThrows(() => checkDistinct(["a", "A"], os), UsageError);
  }
});
