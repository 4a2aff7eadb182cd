import { assertEquals, assertThrows } from "@std/assert";
import {
  addressValue,
  readAddress,
  readAddresses,
  readText,
  readU16,
  readU32,
  readU8,
  replyLimit,
  textValue,
  u16Value,
  u32Value,
  u8Value,
} from "../../pxe/mod.ts";
import { forAll } from "../_random.ts";
import { latin1, octets } from "../packet/_octets.ts";

const of = (value: Uint8Array) => new Map([[1, value]]);

Deno.test("readers read what writers write", () => {
  forAll(1000, (random) => {
    const word = random.word();
    assertEquals(readU8(of(u8Value(word & 0xff)), 1), word & 0xff);
    assertEquals(readU16(of(u16Value(word & 0xffff)), 1), word & 0xffff);
    assertEquals(readU32(of(u32Value(word)), 1), word);
    const addresses = random.list(
      random.between(1, 9),
      () => random.bytes(4).join("."),
    );
    assertEquals(readAddresses(of(addressValue(...addresses)), 1), addresses);
    assertEquals(readAddress(of(addressValue(addresses[0]!)), 1), addresses[0]);
  });
  assertEquals(readU32(of(u32Value(0xffffffff)), 1), 0xffffffff);
});

Deno.test("readers find no value in one of another length, or in none", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 8]) {
    const options = of(new Uint8Array(length));
    assertEquals(readU8(options, 1), length === 1 ? 0 : undefined);
    assertEquals(readU16(options, 1), length === 2 ? 0 : undefined);
    assertEquals(readU32(options, 1), length === 4 ? 0 : undefined);
    assertEquals(readAddress(options, 1), length === 4 ? "0.0.0.0" : undefined);
    assertEquals(
      readAddresses(options, 1).length,
      length % 4 === 0 ? length / 4 : 0,
    );
  }
  for (const read of [readU8, readU16, readU32, readAddress, readText]) {
    assertEquals(read(new Map(), 1), undefined);
  }
  assertEquals(readAddresses(new Map(), 1), []);
});

Deno.test("readText() ends at the first NUL, and takes what is not UTF-8", () => {
  assertEquals(readText(of(octets("abc", 0, 0)), 1), "abc");
  assertEquals(readText(of(octets("a", 0, "c")), 1), "a");
  assertEquals(readText(of(octets()), 1), "");
  assertEquals(readText(of(octets(0, "a")), 1), "");
  assertEquals(readText(of(latin1("\xff\xfe")), 1), "\xff\xfe");
  assertEquals(readText(of(textValue("größe")), 1), "größe");
});

Deno.test("writers refuse what does not fit", () => {
  for (const value of [-1, 0.5, NaN, 2 ** 32]) {
    for (const write of [u8Value, u16Value, u32Value]) {
      assertThrows(() => write(value), RangeError, `current value is ${value}`);
    }
  }
  assertThrows(() => u8Value(256), RangeError, "0 to 255");
  assertThrows(() => u16Value(65536), RangeError, "0 to 65535");
  assertThrows(() => addressValue("10.0.0.1", "x"), TypeError, '"x"');
});

Deno.test("replyLimit() believes a client no less than 576 octets and no more than a frame holds", () => {
  const limit = (wish: number) => replyLimit(new Map([[57, u16Value(wish)]]));
  assertEquals([0, 300, 576, 1472, 1500, 1501, 65535].map(limit), [
    ...[576, 576, 576, 1472, 1500, 1500, 1500],
  ]);
  assertEquals(replyLimit(new Map()), 576);
  assertEquals(replyLimit(new Map([[57, octets(5)]])), 576);
});
