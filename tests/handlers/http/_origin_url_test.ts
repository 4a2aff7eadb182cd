import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OriginUrl, redactUrl } from "../../../handlers/http/_origin_url.ts";
import { errorOf } from "../_sandbox.ts";

const origin = new OriginUrl("http://boot.example/tftp");

Deno.test("a name is put after the base, component by component", () => {
  const cases: [string, string][] = [
    ["kernel", "kernel"],
    ["/arm64//./kernel", "arm64/kernel"],
    ["C:\\Boot\\x64\\a.com", "Boot/x64/a.com"],
    ["a b+c", "a%20b%2Bc"],
    ["ü", "%C3%BC"],
    ["a?b#c&d=e", "a%3Fb%23c%26d%3De"],
    ["%2e%2e/%2F", "%252e%252e/%252F"],
    ["a;b@c", "a%3Bb%40c"],
  ];
  for (const [name, path] of cases) {
    assertEquals(origin.locate(name), `http://boot.example/tftp/${path}`);
  }
});

Deno.test("what leads out of the base, or is no text, is refused", () => {
  for (const name of ["..", "a/../b", "..\\x", "a\0b", "\ud800", "//h:80/x"]) {
    assertEquals(errorOf(() => origin.locate(name)).code, 2, name);
  }
  assertEquals(errorOf(() => origin.locate("/")).code, 1);
});

Deno.test("user name and password become a header, the query goes with each URL", () => {
  const base = new OriginUrl("https://m%C3%BC:p%40ss@h.example:8443/a/?t=1#x");
  assertEquals(base.locate("b"), "https://h.example:8443/a/b?t=1");
  assertEquals(base.authorization, `Basic ${btoa("m\xc3\xbc:p@ss")}`);
  assertEquals(origin.authorization, null);
});

Deno.test("what is told has no user name, password or query", () => {
  assertEquals(
    redactUrl("https://user:pass@h.example/a?token=x#y"),
    "https://h.example/a",
  );
});

Deno.test("only an absolute HTTP URL is an origin, and a bad one is not repeated", () => {
  const { message } = assertThrows(
    () => new OriginUrl("user:secret@host"),
    TypeError,
  );
  assertEquals(message.includes("secret"), false);
  assertThrows(() => new OriginUrl("/srv"), TypeError);
  assertStringIncludes(
    assertThrows(() => new OriginUrl("file:///srv"), TypeError).message,
    '"file:"',
  );
});
