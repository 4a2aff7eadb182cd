import { assertEquals, assertThrows } from "@std/assert";
import {
  alreadyExists,
  checkAnnouncedSize,
  checkSize,
  sizeDiffers,
  tooLarge,
  uploadsNotAllowed,
} from "../../handlers/_upload_rules.ts";
import { TftpError } from "../../packet/mod.ts";
import { fakeUpload } from "./_request.ts";

Deno.test("checkSize() takes whole numbers of octets, and no bound at all", () => {
  for (const size of [0, 1, 2 ** 40, Infinity]) checkSize("x", size);
  for (const size of [-1, 0.5, NaN, -Infinity, 2 ** 53]) {
    assertThrows(() => checkSize("x", size), RangeError, `x as it must be`);
  }
});

Deno.test("checkAnnouncedSize() tells what must come, where that is known", () => {
  const check = (size: number | null, mode: "octet" | "netascii") =>
    checkAnnouncedSize(fakeUpload("x", { size, mode }), 4);
  assertEquals(check(4, "octet"), 4);
  assertEquals(check(0, "octet"), null);
  assertEquals(check(null, "octet"), null);
  // Eight octets of netascii can be four.
  assertEquals(check(8, "netascii"), null);
  for (const [size, mode] of [[5, "octet"], [9, "netascii"]] as const) {
    const { code } = assertThrows(() => check(size, mode), TftpError);
    assertEquals(code, 3);
  }
});

Deno.test("refusals of uploads have codes and texts that say nothing of paths", () => {
  for (
    const [error, code] of [
      [uploadsNotAllowed(fakeUpload("/secret")), 2],
      [tooLarge(5, 4), 3],
      [sizeDiffers(4, "5"), 0],
      [alreadyExists("/secret"), 6],
    ] as const
  ) {
    assertEquals(error.code, code);
    assertEquals(/secret|\d/.test(error.wireText), false, error.wireText);
  }
});
