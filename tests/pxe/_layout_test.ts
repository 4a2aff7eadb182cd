import { assertEquals } from "@std/assert";
import { MAGIC_COOKIE, OFFSET } from "../../pxe/_layout.ts";

Deno.test("OFFSET leaves the room that RFC 2131 figure 1 gives to each field", () => {
  assertEquals(OFFSET.serverName - OFFSET.hardwareAddress, 16);
  assertEquals(OFFSET.file - OFFSET.serverName, 64);
  assertEquals(OFFSET.cookie - OFFSET.file, 128);
  assertEquals(OFFSET.options - OFFSET.cookie, 4);
});

Deno.test("MAGIC_COOKIE is 99.130.83.99 (RFC 2131 section 3)", () => {
  assertEquals(MAGIC_COOKIE, ((99 << 24) | (130 << 16) | (83 << 8) | 99) >>> 0);
});
