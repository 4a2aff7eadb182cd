import { RemapFileError } from "../../../handlers/remap/map_file.ts";
import { parsePcreFile } from "../../../handlers/remap/pcre_file.ts";
import { assertEquals, assertThrows } from "@std/assert";

/** The first eight as atftpd 0.8 does them. */
const TABLE: readonly [line: string, name: string, result: string | null][] = [
  ["^\\w*\\.conf$     master.conf", "r1.conf", "master.conf"],
  ["^\\w*\\.conf$     master.conf", "r1.img", null],
  ["^a(.)(.)$ x$2y$1", "abc", "xcyb"],
  ["(?i)^D$  dd", "d", "dd"],
  ["lin  X", "qlinq", "qXq"],
  ["linux x", "linuxlinux", "xlinux"],
  ["repl(ace) m$1", "areplaceb", "amaceb"],
  ["str$ replaced3", "astr", "areplaced3"],
  ["a ${0}1$$", "bab", "ba1$b"],
  ["(a)|(b) <$1$2>", "b", "<b>"],
  ["^ x/", "\u{1f4be}", "x/\u{1f4be}"],
];

for (const [line, name, result] of TABLE) {
  Deno.test(`substitute() makes ${result} of ${name} by ${line}`, () => {
    assertEquals(
      parsePcreFile(line).substitute(name)?.filename ?? null,
      result,
    );
  });
}

Deno.test("substitute() uses the first line that matches, and says which", () => {
  const rules = parsePcreFile("# comment\r\n\r\n^str$\tone\r\n^str two\r\n");
  assertEquals(rules.substitute("str"), {
    ...{ filename: "one", line: 3, rule: "^str$ one" },
  });
  assertEquals(rules.substitute("strx")?.filename, "twox");
});

Deno.test("substitute() gives up on a name that takes too long", () => {
  const rules = parsePcreFile("^(a*)*(a*)*(a*)*\\1\\2\\3b x\na y");
  assertEquals(rules.substitute("a".repeat(200)), null);
});

Deno.test("parsePcreFile() tells all errors at once, each with its line", () => {
  const error = assertThrows(
    () => parsePcreFile("one\na b c\n[a x\n(?=a) x\nok $0\na $1\na $x\na b$"),
    RemapFileError,
  );
  const words =
    "it must be a pattern and a replacement, with white space between them only";
  const dollar = "a $ must be followed by a digit, or by another $";
  assertEquals(error.problems, [
    { line: 1, message: words },
    { line: 2, message: words },
    { line: 3, message: 'pattern "[a", character 1: the [ has no ]' },
    {
      line: 4,
      message:
        'pattern "(?=a)", character 1: this kind of group is not supported',
    },
    { line: 6, message: 'replacement "$1", character 1: there is no group 1' },
    { line: 7, message: `replacement "$x", character 1: ${dollar}` },
    { line: 8, message: `replacement "b$", character 2: ${dollar}` },
  ]);
});

Deno.test("substitute() leaves names alone that have more than 512 octets", () => {
  const rules = parsePcreFile("a$ b");
  assertEquals(rules.substitute("a".repeat(512))?.filename.length, 512);
  assertEquals(rules.substitute("a".repeat(513)), null);
});
