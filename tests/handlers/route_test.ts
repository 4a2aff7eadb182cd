import { assertEquals, assertThrows } from "@std/assert";
import {
  type Route,
  route,
  type RouteMatch,
  TftpResponse,
} from "../../handlers/mod.ts";
import { outcomeOf } from "./_read.ts";
import { fakeRequest, fakeUpload } from "./_request.ts";
import { errorOf } from "./_sandbox.ts";

/** What a pattern finds in a name. */
function matchOf(pattern: RegExp | string, name: string): RouteMatch | null {
  let found: RouteMatch | null = null;
  const handler = route([{
    pattern,
    handler: (_, match) => void (found = match),
  }], () => {});
  handler(fakeRequest(name));
  return found;
}

const answer = (text: string) => () => new TftpResponse(text);

Deno.test("route() lets the first route that fits answer, and reads and writes go their own ways", async () => {
  const accept = () =>
    TftpResponse.upload({ write() {}, commit() {}, abort() {} });
  const handler = route([
    { pattern: "/only/read", operation: "read", handler: answer("1") },
    { pattern: /^only\/write$/, operation: "write", handler: accept },
    {
      pattern: "/both/*",
      handler: ({ operation }) =>
        operation === "read" ? new TftpResponse("3") : accept(),
    },
    { pattern: "/both/second", handler: answer("never") },
    { pattern: "/nothing", handler: () => {} },
    { pattern: "*.cfg", operation: "read", handler: answer("6") },
  ]);
  for (
    const [name, read, write] of [
      ["only/read", "1", 2],
      ["only/write", 1, "accepted"],
      ["both/second", "3", "accepted"],
      // Who answers with nothing has answered.
      ["nothing", "nothing", "nothing"],
      ["deep/down/x.cfg", "6", 2],
      ["elsewhere", 1, 2],
      ["", 1, 2],
    ] as const
  ) {
    assertEquals(await outcomeOf(handler, fakeRequest(name)), read, name);
    assertEquals(await outcomeOf(handler, fakeUpload(name)), write, name);
  }
});

Deno.test("route() asks the fallback where no route fits", async () => {
  const routes: Route[] = [{ pattern: "/a", handler: answer("a") }];
  const handler = route(routes, answer("else"));
  assertEquals(await outcomeOf(handler, fakeRequest("/a")), "a");
  assertEquals(await outcomeOf(handler, fakeRequest("/b")), "else");
  assertEquals(await outcomeOf(route([], answer("x")), fakeRequest("a")), "x");
});

Deno.test("route() refuses at once, and tells the operator why", () => {
  const error = errorOf(() => route([])(fakeRequest("a\n")));
  assertEquals(error.message, 'Cannot read "a\\n" as no route fits');
  assertEquals(error.wireText, "File not found");
  assertEquals(errorOf(() => route([])(fakeUpload("a"))).code, 2);
});

Deno.test("a regular expression sees the name as it was asked", () => {
  const pattern = /^\/?fw\/(?<model>[^/]+)\/(\d+)?/;
  assertEquals(matchOf(pattern, "/fw/x 1%20/7"), {
    groups: { model: "x 1%20" },
    captures: ["x 1%20", "7"],
  });
  assertEquals(matchOf(pattern, "fw/x/y")?.captures, ["x", undefined]);
  assertEquals(matchOf(pattern, "\\fw\\x\\1"), null);
  assertEquals(matchOf(/a/, "banana"), { groups: {}, captures: [] });
});

Deno.test("a regular expression with state begins anew for each request", () => {
  for (const flags of ["g", "y", "gy", "gi"]) {
    const pattern = new RegExp("a(.)", flags);
    pattern.lastIndex = 2;
    let count = 0;
    const handler = route([{ pattern, handler: () => void count++ }], () => {});
    for (let i = 0; i < 4; i++) handler(fakeRequest("ab ac"));
    assertEquals([count, pattern.lastIndex], [4, 2], flags);
    pattern.exec("ab ac");
    handler(fakeRequest("ab"));
    assertEquals(count, 5, flags);
  }
  // With `y` it must fit at the beginning.
  assertEquals(matchOf(/b/y, "ab"), null);
});

const NAMES: readonly [
  pattern: string,
  name: string,
  groups: Record<string, string | undefined> | null,
  captures?: (string | undefined)[],
][] = [
  ["/firmware/:model/*", "firmware/x/a/b.bin", { model: "x" }, ["a/b.bin"]],
  ["/firmware/:model/*", "/firmware/x/b.bin", { model: "x" }, ["b.bin"]],
  ["firmware/:model/*", "/firmware/x/b.bin", { model: "x" }, ["b.bin"]],
  ["/firmware/:model/*", "firmware/x", null],
  ["/firmware/:model/*", "Firmware/x/y", null],
  ["/SEP:mac.cnf.xml", "SEP001122334455.cnf.xml", { mac: "001122334455" }],
  ["/:file", "a/b", null],
  ["*", "a/b", {}, ["a/b"]],
  ["/*/x/*", "a/b/x/c", {}, ["a/b", "c"]],
  [":a/*/:b", "1/2/3/4", { a: "1", b: "4" }, ["2/3"]],
  ["{/v1}?/x", "x", {}],
  ["{/v1}?/x", "v1/x", {}],
  ["{v:n/}?x", "v2/x", { n: "2" }],
  ["{v:n/}?x", "x", { n: undefined }],
  ["/firmware/:model?", "firmware/x", { model: "x" }],
  ["/firmware/:model?", "firmware", { model: undefined }],
  ["/firmware/v1{/:model}?", "firmware/v1", { model: undefined }],
  ["/firmware/*?", "firmware", {}, [undefined]],
  ["/a/./b/:c", "a/b/x", { c: "x" }],
  ["/firmware/x", "firmware/y", null],
  ["/:n(\\d+).bin", "42.bin", { n: "42" }],
  ["/:n(\\d+).bin", "x.bin", null],
  // Backslashes, drives, and what is empty.
  ["/Boot/:arch/*", "C:\\Boot\\x64\\wdsnbp.com", { arch: "x64" }, [
    "wdsnbp.com",
  ]],
  ["/a/b", "//a/./b/", {}],
  // Nothing is decoded, in names or patterns, and what URLs encode comes out as it was.
  ["/:file", "a%2fb", { file: "a%2fb" }],
  ["/:file", "a%20b", { file: "a%20b" }],
  ["/a%20b", "a b", null],
  ["/a%20b", "a%20b", {}],
  ["/a b", "a b", {}],
  ["/a b", "a%20b", null],
  ["/:file", "100%", { file: "100%" }],
  ["/:file", "%", { file: "%" }],
  ["/:file", "%e4", { file: "%e4" }],
  ["/:file", "grüße ☃ 😀", { file: "grüße ☃ 😀" }],
  ["/grüße/*", "grüße/x", {}, ["x"]],
  ["/:file", "a?b#c", { file: "a?b#c" }],
  ["/:file", '^`{}"<>|[]', { file: '^`{}"<>|[]' }],
  ["/a^b", "a^b", {}],
  ["/a,b;c=d@e&f|g'h", "a,b;c=d@e&f|g'h", {}],
  // What URLs would make of it is not what is asked for.
  ["/public/*", "public/../private/x", null],
  ["/private/*", "public/../private/x", null],
  ["/public/*", "public/%2e%2e/x", {}, ["%2e%2e/x"]],
  ["/private/*", "public/%2e%2e/private/x", null],
  ["/public/*", "..\\public\\x", null],
  ["*", "..", null],
  ["*", "a/..b/c..", {}, ["a/..b/c.."]],
];

for (const [pattern, name, groups, captures = []] of NAMES) {
  const verb = groups ? "fits" : "does not fit";
  Deno.test(`${JSON.stringify(name)} ${verb} the pattern ${pattern}`, () => {
    const expected = groups ? { groups, captures } : null;
    assertEquals(matchOf(pattern, name), expected);
  });
}

Deno.test("every character but slashes and controls comes out of a group as it went in", () => {
  for (let code = 0x20; code < 0x800; code++) {
    const character = String.fromCharCode(code);
    if ("\\/\x7f".includes(character)) continue;
    for (
      const name of [`ab${character}c`, `ab${character}`, `${character}ab`]
    ) {
      assertEquals(matchOf("/:file", name)?.groups.file, name, `${code}`);
    }
  }
});

Deno.test("a name with a control character fits no pattern in text", () => {
  for (const control of ["\0", "\t", "\n", "\r", "\x7f"]) {
    for (
      const name of [`${control}secret`, `sec${control}ret`, "a" + control]
    ) {
      assertEquals(matchOf("/secret", name), null);
      assertEquals(matchOf("*", name), null);
    }
  }
});

Deno.test("route() refuses what makes no sense when it is made", () => {
  const handler = () => {};
  for (
    const [wrong, message] of [
      [{ pattern: "/:", handler }, 'current value is "/:"'],
      [{ pattern: "/(", handler }, "pattern must be"],
      [{ pattern: 5, handler }, "pattern must be"],
      [{ pattern: "/a", operation: "delete", handler }, '"delete"'],
      [{ pattern: "/a", handler: "x" }, "handler must be a function"],
    ] as const
  ) {
    assertThrows(() => route([wrong as unknown as Route]), TypeError, message);
  }
  assertThrows(() => route([], {} as () => void), TypeError, "fallback must");
});
