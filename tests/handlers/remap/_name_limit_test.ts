import { isTooLong } from "../../../handlers/remap/_name_limit.ts";
import { assertEquals } from "@std/assert";

Deno.test("isTooLong() counts octets, up to 512", () => {
  const names = ["a".repeat(512), "é".repeat(256), "\u{1f4be}".repeat(128)];
  assertEquals(names.map(isTooLong), [false, false, false]);
  assertEquals(names.map((name) => isTooLong(name + "a")), [true, true, true]);
});
