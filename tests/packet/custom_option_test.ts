import { assertEquals, assertThrows } from "@std/assert";
import {
  checkCustomOption,
  checkCustomOptionName,
  encodePacket,
  MAX_OPTION_ACK_BYTES,
  OPTION_NAMES,
  optionSizeBytes,
} from "../../packet/mod.ts";
import { isBuiltInOption } from "../../packet/custom_option.ts";

for (const name of ["md5", "x-SHA.256", "multicast", "!", "~", "a=b"]) {
  Deno.test(`checkCustomOptionName() takes ${name}`, () => {
    checkCustomOptionName(name);
  });
}

for (
  const name of ["", " ", "a b", "a\0", "grün", "a\n", "\x7f", "md5\u200b"]
) {
  Deno.test(`checkCustomOptionName() refuses ${JSON.stringify(name)}`, () => {
    assertThrows(
      () => checkCustomOptionName(name),
      TypeError,
      `Cannot use custom option as its name must be of visible ASCII characters: current value is ${
        JSON.stringify(name)
      }`,
    );
  });
}

Deno.test("checkCustomOptionName() refuses every built-in name, in any case", () => {
  for (const known of OPTION_NAMES) {
    for (const name of [known, known.toUpperCase()]) {
      assertThrows(() => checkCustomOptionName(name), TypeError, `"${name}"`);
      assertThrows(() => checkCustomOption(name, ""), TypeError, `"${name}"`);
      assertEquals(isBuiltInOption(name), true);
    }
  }
  for (const name of ["md5", "", "constructor", "bl\u212asize"]) {
    assertEquals(isBuiltInOption(name), false);
  }
});

Deno.test("checkCustomOption() takes any text without NUL", () => {
  for (const value of ["", " ", "a b", "grün", "\n\x1b[31m", "\ud800"]) {
    checkCustomOption("md5", value);
  }
});

Deno.test("checkCustomOption() refuses what is no text, and NUL", () => {
  for (const value of ["\0", "a\0b", null, 5, undefined]) {
    assertThrows(
      () => checkCustomOption("md5", value as string),
      TypeError,
      `Cannot use custom option "md5" as its value must be a text without NUL: current value is ${
        JSON.stringify(value)
      }`,
    );
  }
});

Deno.test("checkCustomOption() takes no more than fits into an OACK, counted in octets", () => {
  for (const [name, letter] of [["md5", "x"], ["a", "ü"]] as const) {
    const octets = new TextEncoder().encode(letter).length;
    const room = MAX_OPTION_ACK_BYTES - 2 - name.length - 2;
    const fitting = letter.repeat(Math.floor(room / octets));
    checkCustomOption(name, fitting);
    assertThrows(
      () => checkCustomOption(name, fitting + letter),
      RangeError,
      `Cannot use custom option "${name}" as it must fit into an OACK of 512 octets: alone it takes 51`,
    );
  }
});

Deno.test("optionSizeBytes() counts what an option adds to a packet", () => {
  const empty = encodePacket({ type: "OACK", options: [] });
  for (const [name, value] of [["tsize", "0"], ["md5", ""], ["ü", "東京"]]) {
    const options = [[name!, value!]] as const;
    const packet = encodePacket({ type: "OACK", options });
    assertEquals(optionSizeBytes(name!, value!), packet.length - empty.length);
  }
});
