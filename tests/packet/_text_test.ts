import { assert, assertEquals } from "@std/assert";
import { bytesToText, textToBytes } from "../../packet/_text.ts";
import { forAll } from "../_random.ts";
import { latin1, octets } from "./_octets.ts";
import { randomText } from "./_random_packet.ts";

const TEXTS: readonly [name: string, text: string, bytes: Uint8Array][] = [
  ["nothing", "", octets()],
  ["ASCII", "boot.img", octets(98, 111, 111, 116, 46, 105, 109, 103)],
  ["two octets a character", "é", octets(0xc3, 0xa9)],
  ["three octets a character", "東", octets(0xe6, 0x9d, 0xb1)],
  ["four octets a character", "\u{1f600}", octets(0xf0, 0x9f, 0x98, 0x80)],
  ["a byte order mark", "\ufeffa", octets(0xef, 0xbb, 0xbf, 0x61)],
  ["NUL", "a\0b", octets(97, 0, 98)],
  ["a replacement character", "a\ufffd", octets(97, 0xef, 0xbf, 0xbd)],
];

for (const [name, text, bytes] of TEXTS) {
  Deno.test(`textToBytes() and bytesToText() agree on ${name}`, () => {
    assertEquals(textToBytes(text), bytes);
    assertEquals(bytesToText(bytes), text);
  });
}

const CUTS: readonly [text: string, maxBytes: number, kept: string][] = [
  ["abc", 0, ""],
  ["abc", 2, "ab"],
  ["abc", 3, "abc"],
  ["abc", 4, "abc"],
  ["aé", 1, "a"],
  ["aé", 2, "a"],
  ["aé", 3, "aé"],
  ["東東", 5, "東"],
  ["\u{1f600}", 3, ""],
  ["\u{1f600}x", 4, "\u{1f600}"],
];

for (const [text, maxBytes, kept] of CUTS) {
  Deno.test(`textToBytes() cuts "${text}" to ${maxBytes} octets: "${kept}"`, () => {
    assertEquals(textToBytes(text, maxBytes), octets(kept));
  });
}

Deno.test("textToBytes() never cuts through a character, and keeps as many as fit", () => {
  forAll(300, (random) => {
    const text = randomText(random, 0, 30);
    const maxBytes = random.between(0, 60);
    const kept = bytesToText(textToBytes(text, maxBytes));
    assert(text.startsWith(kept));
    const next = String.fromCodePoint(text.codePointAt(kept.length) ?? 0);
    const room = maxBytes - textToBytes(kept).length;
    assert(kept === text || textToBytes(next).length > room);
  });
});

Deno.test("textToBytes() replaces a lone surrogate", () => {
  assertEquals(textToBytes("\udc00"), octets(0xef, 0xbf, 0xbd));
});

const NOT_UTF8: readonly [name: string, bytes: Uint8Array][] = [
  ["Latin-1", latin1("gr\xfc\xdfe")],
  ["a character that is cut", octets(0xe6, 0x9d)],
  ["a stray continuation", octets(0x80)],
  ["an overlong slash", octets(0xc0, 0xaf)],
  ["an encoded surrogate", octets(0xed, 0xa0, 0x80)],
  ["a code point beyond the last", octets(0xf4, 0x90, 0x80, 0x80)],
  ["UTF-8 with one bad octet", octets("é東", 0xff)],
];

for (const [name, bytes] of NOT_UTF8) {
  Deno.test(`bytesToText() reads ${name} as one character an octet`, () => {
    const text = bytesToText(bytes);
    assertEquals(text.length, bytes.length);
    assertEquals(latin1(text), bytes);
  });
}

Deno.test("bytesToText() reads every octet above 127 on its own as Latin-1", () => {
  for (let octet = 128; octet < 256; octet++) {
    assertEquals(bytesToText(octets(octet)), String.fromCharCode(octet));
  }
});

Deno.test("bytesToText() is not confused by what it read before", () => {
  assertEquals(bytesToText(octets(0xc3)), "\xc3");
  assertEquals(bytesToText(octets(0xa9)), "\xa9");
  assertEquals(bytesToText(octets(0xc3, 0xa9)), "é");
});

Deno.test("bytesToText() takes for UTF-8 what a strict decoder does", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  forAll(2000, (random) => {
    const bytes = Uint8Array.from(
      { length: random.between(0, 6) },
      () => random.pick([0x41, 0x80, 0xbd, 0xbf, 0xc3, 0xe6, 0xef, 0xf0, 0xff]),
    );
    let expected = String.fromCharCode(...bytes);
    try {
      expected = strict.decode(bytes);
    } catch {
      // One character an octet.
    }
    assertEquals(bytesToText(bytes), expected);
  });
});
