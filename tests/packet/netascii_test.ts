import { assertEquals, assertNotStrictEquals } from "@std/assert";
import {
  encodeNetascii,
  NetasciiDecoder,
  netasciiLength,
} from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { octets } from "./_octets.ts";

function decode(parts: readonly Uint8Array[]): Uint8Array {
  const decoder = new NetasciiDecoder();
  const decoded = parts.map((part) => decoder.decode(part));
  return octets(...decoded, decoder.finish());
}

/** Bytes in which line ends, CRs and NULs are frequent. */
function randomText(random: Random): Uint8Array {
  const length = random.between(0, 200);
  const rarely = random.chance(1, 2);
  return Uint8Array.from({ length }, () => {
    if (rarely && random.chance(3, 4)) return random.word() & 0xff;
    return random.pick([0x0a, 0x0d, 0x00, 0x61]);
  });
}

/** Texts as they are kept, and as RFC 764 has them on the wire. Each is decoded from what it is encoded to. */
const PAIRS: readonly [name: string, text: string, wire: string][] = [
  ["nothing", "", ""],
  ["text without line ends", "abc", "abc"],
  ["LF as CR LF", "a\nb", "a\r\nb"],
  ["CR as CR NUL", "a\rb", "a\r\0b"],
  ["LF at the end", "a\n", "a\r\n"],
  ["CR at the end", "a\r", "a\r\0"],
  ["LF alone", "\n", "\r\n"],
  ["CR alone", "\r", "\r\0"],
  ["CR LF as CR NUL CR LF", "a\r\nb", "a\r\0\r\nb"],
  ["LF CR", "\n\r", "\r\n\r\0"],
  ["CR CR", "\r\r", "\r\0\r\0"],
  ["empty lines", "\n\n\n", "\r\n\r\n\r\n"],
  ["NUL as it is", "a\0b", "a\0b"],
  ["NUL behind CR", "\r\0", "\r\0\0"],
  ["NUL behind LF", "\n\0", "\r\n\0"],
];

for (const [name, text, wire] of PAIRS) {
  Deno.test(`encodeNetascii() writes ${name}`, () => {
    assertEquals(encodeNetascii(octets(text)), octets(wire));
  });

  Deno.test(`NetasciiDecoder reads ${name}`, () => {
    assertEquals(decode([octets(wire)]), octets(text));
  });

  Deno.test(`netasciiLength() counts ${name}`, () => {
    assertEquals(netasciiLength(octets(text)), octets(wire).length);
  });
}

/** What no encoder writes, and peers send all the same. */
const LENIENT: readonly [name: string, wire: string, text: string][] = [
  ["CR with another octet behind it", "a\rb", "a\rb"],
  ["CR at the very end", "a\r", "a\r"],
  ["LF without CR", "a\nb\n", "a\nb\n"],
  ["CR CR LF", "a\r\r\nb", "a\r\nb"],
  ["CR CR NUL", "a\r\r\0b", "a\r\rb"],
  ["two CRs at the very end", "\r\r", "\r\r"],
  ["CR LF NUL", "\r\n\0", "\n\0"],
];

for (const [name, wire, text] of LENIENT) {
  Deno.test(`NetasciiDecoder passes ${name}`, () => {
    assertEquals(decode([octets(wire)]), octets(text));
  });

  Deno.test(`NetasciiDecoder passes ${name}, octet by octet`, () => {
    const parts = Array.from(octets(wire), (octet) => octets(octet));
    assertEquals(decode(parts), octets(text));
  });
}

Deno.test("encodeNetascii() writes each octet but LF and CR as it is", () => {
  for (let octet = 0; octet < 256; octet++) {
    if (octet === 0x0a || octet === 0x0d) continue;
    assertEquals(encodeNetascii(octets(octet)), octets(octet));
    assertEquals(decode([octets(octet)]), octets(octet));
  }
});

Deno.test("NetasciiDecoder keeps CR LF and CR NUL together over a border at every position", () => {
  const text = octets("one\ntwo\rthree\r\n\n\r\r\0four\r");
  const wire = encodeNetascii(text);
  for (let first = 0; first <= wire.length; first++) {
    for (let second = first; second <= wire.length; second++) {
      const parts = [
        wire.subarray(0, first),
        wire.subarray(first, second),
        wire.subarray(second),
      ];
      assertEquals(decode(parts), text, `cut at ${first} and ${second}`);
    }
  }
});

for (const blockSize of [1, 2, 3, 8, 512]) {
  Deno.test(`NetasciiDecoder reads line ends in blocks of ${blockSize} octets`, () => {
    const text = octets("x\n\r\ny\r".repeat(300));
    const wire = encodeNetascii(text);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < wire.length; at += blockSize) {
      parts.push(wire.subarray(at, at + blockSize));
    }
    assertEquals(decode(parts), text);
  });
}

Deno.test("NetasciiDecoder reads what encodeNetascii() wrote, wherever it is cut", () => {
  forAll(1000, (random) => {
    const text = randomText(random);
    const wire = octets(...random.split(text).map(encodeNetascii));
    assertEquals(wire, encodeNetascii(text));
    assertEquals(netasciiLength(text), wire.length);
    assertEquals(decode(random.split(wire)), text);
  });
});

Deno.test("NetasciiDecoder makes the same of any octets, wherever they are cut", () => {
  forAll(1000, (random) => {
    const wire = randomText(random);
    const text = String.fromCharCode(...wire)
      .replaceAll(/\r[\n\0]/g, (pair) => pair === "\r\n" ? "\n" : "\r");
    const expected = Uint8Array.from(text, (octet) => octet.charCodeAt(0));
    assertEquals(decode([wire]), expected);
    assertEquals(decode(random.split(wire)), expected);
  });
});

Deno.test("netasciiLength() of the parts is that of the whole", () => {
  forAll(300, (random) => {
    const text = randomText(random);
    const lengths = random.split(text).map(netasciiLength);
    const sum = lengths.reduce((total, length) => total + length, 0);
    assertEquals(sum, netasciiLength(text));
  });
});

Deno.test("NetasciiDecoder.decode() keeps a CR back until its partner comes", () => {
  const decoder = new NetasciiDecoder();
  assertEquals(decoder.decode(octets("a\r")), octets("a"));
  assertEquals(decoder.decode(octets()), octets());
  assertEquals(decoder.decode(octets("\n")), octets("\n"));
  assertEquals(decoder.finish(), octets());
});

Deno.test("NetasciiDecoder.finish() gives a CR back once, and then starts anew", () => {
  const decoder = new NetasciiDecoder();
  decoder.decode(octets("a\r"));
  assertEquals(decoder.finish(), octets("\r"));
  assertEquals(decoder.finish(), octets());
  assertEquals(decoder.decode(octets("\nb")), octets("\nb"));
});

Deno.test("encodeNetascii() and NetasciiDecoder.decode() give new arrays and leave theirs alone", () => {
  const bytes = octets("a\r\nb");
  const wire = encodeNetascii(bytes);
  const decoder = new NetasciiDecoder();
  const first = decoder.decode(bytes);
  const second = decoder.decode(octets("zzzz"));
  assertEquals(bytes, octets("a\r\nb"));
  assertEquals(first, octets("a\nb"));
  assertEquals(second, octets("zzzz"));
  assertNotStrictEquals(wire.buffer, bytes.buffer);
  assertNotStrictEquals(first.buffer, bytes.buffer);
  assertNotStrictEquals(encodeNetascii(octets("a")).buffer, bytes.buffer);
});

Deno.test("two NetasciiDecoders know nothing of each other", () => {
  const one = new NetasciiDecoder();
  const other = new NetasciiDecoder();
  one.decode(octets("\r"));
  assertEquals(other.decode(octets("\n")), octets("\n"));
  assertEquals(one.decode(octets("x")), octets("\rx"));
});
