import { assertEquals, assertThrows } from "@std/assert";
import { lastPart, parseRemote } from "../../../cli/shell/remote.ts";

const NAMES: readonly [
  text: string,
  hostname: string | null,
  filename: string,
][] = [
  ["a", null, "a"],
  ["/a/b", null, "/a/b"],
  ["host:a", "host", "a"],
  ["host:", "host", ""],
  ["192.0.2.1:/a:b", "192.0.2.1", "/a:b"],
  ["[2001:db8::1]:a", "2001:db8::1", "a"],
  ["a/b:c", null, "a/b:c"],
  [":a", null, ":a"],
  ["C:\\a", null, "C:\\a"],
  ["c:/a", null, "c:/a"],
  ["c:a", "c", "a"],
];

for (const [text, hostname, filename] of NAMES) {
  Deno.test(`parseRemote() reads ${text}`, () => {
    const expected = { hostname, port: null, mode: null, filename };
    assertEquals(parseRemote(text, false), expected);
  });
}

Deno.test("parseRemote() reads URLs", () => {
  assertEquals(parseRemote("tftp://h:70/a%20b;mode=netascii", false), {
    hostname: "h",
    port: 70,
    mode: "netascii",
    filename: "a b",
  });
  assertEquals(parseRemote("TFTP://h/a", false).mode, null);
  assertThrows(() => parseRemote("tftp://h/%zz", false), SyntaxError);
});

Deno.test("parseRemote() takes a name for a name when it is literal", () => {
  for (const filename of ["host:a", "tftp://h/a"]) {
    const expected = { hostname: null, port: null, mode: null, filename };
    assertEquals(parseRemote(filename, true), expected);
  }
});

for (
  const [name, part] of [
    ["a", "a"],
    ["/a/b.txt", "b.txt"],
    ["c:\\d.txt", "d.txt"],
    ["a/", ""],
    ["a/..", ""],
    [".", ""],
    ["..a", "..a"],
  ] as const
) {
  Deno.test(`lastPart() finds "${part}" in ${name}`, () => {
    assertEquals(lastPart(name), part);
  });
}
