import { assert, assertEquals, assertFalse } from "@std/assert";
import { isTemporaryName, splitFilename } from "../../handlers/mod.ts";
import { errorOf } from "./_sandbox.ts";

const TEMPORARY = ".tftpkit-00112233445566778899aabbccddeeff.part";

const ACCEPTED: readonly [name: string, ...components: string[]][] = [
  ["hello", "hello"],
  ["pxelinux.cfg/default", "pxelinux.cfg", "default"],
  ["/boot/kernel", "boot", "kernel"],
  ["///boot//kernel", "boot", "kernel"],
  ["./boot/./kernel", "boot", "kernel"],
  ["boot/", "boot"],
  ["\\Boot\\BCD", "Boot", "BCD"],
  ["C:\\Boot\\x", "Boot", "x"],
  ["c:/Boot/x", "Boot", "x"],
  ["C:Boot", "Boot"],
  ["\\\\host\\share\\x", "host", "share", "x"],
  ["%2e%2e/%2e%2e/x", "%2e%2e", "%2e%2e", "x"],
  [".hidden", ".hidden"],
  ["..hidden", "..hidden"],
  ["...a", "...a"],
  [" leading space", " leading space"],
  ["a b", "a b"],
  ["Größe/日本語", "Größe", "日本語"],
  ["icon", "icon"],
  ["console", "console"],
  ["com", "com"],
  ["com10", "com10"],
  ["lptx", "lptx"],
  ["x.con", "x.con"],
  ["movie.part", "movie.part"],
  ["a".repeat(255), "a".repeat(255)],
  ["é".repeat(127), "é".repeat(127)],
];

for (const [name, ...components] of ACCEPTED) {
  Deno.test(`splitFilename() takes ${JSON.stringify(name).slice(0, 40)}`, () => {
    assertEquals(splitFilename(name), components);
  });
}

const NOTHING_LEFT = ["", "/", "//", "\\", ".", "./.", "/./", "C:", "C:\\"];

for (const name of NOTHING_LEFT) {
  Deno.test(`splitFilename() finds no file in ${JSON.stringify(name)}`, () => {
    const error = errorOf(() => splitFilename(name));
    assertEquals([error.code, error.wireText], [1, "File not found"]);
  });
}

const REFUSED = [
  // Out of the root.
  ...["..", "../x", "/../x", "a/../b", "a/..", "..\\x", "a\\..\\..\\x"],
  ...["C:..\\x", "C:\\..\\x", "\\\\?\\C:\\x", "//?/C:/x"],
  // Controls.
  ...["a\0", "a\0.txt", "\x01", "a\nb", "a\x1fb", "a\x7f", "a\tb"],
  // Streams and drives.
  ...["ab:c", "a.txt::$DATA", "a/C:/b", "/C:/x", "::$DATA", "C:x:y"],
  // Other names for the same thing.
  ...["a.", "a ", "a. .", "a./b", "a /b", "...", "....", ". ", ".. ", "a/. "],
  // Devices.
  ...["con", "CON", "Con.txt", "a/NUL", "nul.tar.gz", "prn", "aux"],
  ...["COM0", "com1", "COM9.x", "LPT0", "lpt9", "COM¹", "com²", "LPT³.txt"],
  ...["CONIN$", "conout$", "CONOUT$.x", "con .txt"],
  // Too long: in characters, and in octets only.
  ...["a".repeat(256), `x/${"a".repeat(300)}/y`, "é".repeat(128)],
  // Unfinished uploads.
  ...[TEMPORARY, `a/${TEMPORARY}`, TEMPORARY.toUpperCase()],
];

for (const name of REFUSED) {
  Deno.test(`splitFilename() refuses ${JSON.stringify(name).slice(0, 60)}`, () => {
    const error = errorOf(() => splitFilename(name));
    assertEquals([error.code, error.wireText], [2, "Access violation"]);
  });
}

Deno.test("splitFilename() tells which rule a name breaks", () => {
  const messages = ["a/../b", "a/b.", "con", "a:b:c"]
    .map((name) => errorOf(() => splitFilename(name)).message);
  assertEquals(messages, [
    'Cannot use filename as no component may be "..": current value is "a/../b"',
    'Cannot use filename as no component may end with a dot or a space: current value is "a/b."',
    'Cannot use filename as no component may be a device of Windows: current value is "con"',
    'Cannot use filename as no component may hold ":": current value is "a:b:c"',
  ]);
});

Deno.test("splitFilename() tells the name in its message, on one line and harmless", () => {
  const { message, wireText } = errorOf(() => splitFilename("a\n\x1b[31m"));
  assertEquals(
    message,
    'Cannot use filename as it must not hold control characters: current value is "a\\n\\u001b[31m"',
  );
  assertEquals(wireText, "Access violation");
});

Deno.test("isTemporaryName() knows what uploads are called while they come", () => {
  assert(isTemporaryName(TEMPORARY));
  assert(isTemporaryName(TEMPORARY.toUpperCase()));
  // The sign of kelvin is a "k" in lower case.
  assert(isTemporaryName(TEMPORARY.replace("k", "\u212a")));
  for (
    const name of ["x", ".tftpkit-.part", `${TEMPORARY}x`, `x${TEMPORARY}`]
  ) {
    assertFalse(isTemporaryName(name), name);
  }
});
