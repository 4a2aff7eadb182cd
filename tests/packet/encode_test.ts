import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  DATA_HEADER_BYTES,
  decodePacket,
  encodePacket,
  MAX_ERROR_TEXT_BYTES,
  OPCODE,
  type Packet,
  writeHeader,
} from "../../packet/mod.ts";
import { forAll } from "../_random.ts";
import { GOLDEN } from "./_golden.ts";
import { octets } from "./_octets.ts";
import { randomPacket } from "./_random_packet.ts";

for (const { name, packet, bytes } of GOLDEN) {
  Deno.test(`encodePacket() writes ${name}`, () => {
    assertEquals(encodePacket(packet), bytes);
  });
}

Deno.test("encodePacket() writes what decodePacket() reads back", () => {
  forAll(2000, (random) => {
    const packet = randomPacket(random);
    assertEquals(decodePacket(encodePacket(packet)), packet);
  });
});

Deno.test("encodePacket() copies the bytes of DATA", () => {
  const data = octets("abc");
  const bytes = encodePacket({ type: "DATA", block: 1, data });
  assertNotStrictEquals(bytes.buffer, data.buffer);
  data[0] = 0;
  assertEquals(bytes, octets(0, 3, 0, 1, "abc"));
});

Deno.test("encodePacket() writes DATA of the largest block size", () => {
  const data = new Uint8Array(65464).fill(0xa5);
  const bytes = encodePacket({ type: "DATA", block: 1, data });
  assertEquals(bytes.length, 65468);
  assertEquals(bytes.subarray(DATA_HEADER_BYTES), data);
});

Deno.test("encodePacket() writes a lone surrogate as U+FFFD", () => {
  const packet: Packet = {
    type: "RRQ",
    filename: "\ud800",
    mode: "octet",
    options: [],
  };
  assertEquals(
    encodePacket(packet),
    octets(0, 1, 0xef, 0xbf, 0xbd, 0, "octet", 0),
  );
});

const ERROR_TEXTS: readonly [name: string, message: string, text: string][] = [
  ["cuts a text at its NUL", "No\0such file", "No"],
  ["takes a text that begins with NUL for none", "\0hidden", ""],
  ["leaves a text of 500 octets whole", "x".repeat(500), "x".repeat(500)],
  ["cuts a text to 500 octets", "x".repeat(501), "x".repeat(500)],
  ["cuts between characters", `${"x".repeat(499)}é`, "x".repeat(499)],
  [
    "counts octets, not characters",
    "\u{1f600}".repeat(126),
    "\u{1f600}".repeat(125),
  ],
];

for (const [name, message, text] of ERROR_TEXTS) {
  Deno.test(`encodePacket() of ERROR ${name}`, () => {
    const bytes = encodePacket({ type: "ERROR", code: 0, message });
    assertEquals(bytes, octets(0, 5, 0, 0, text, 0));
    assert(bytes.length <= 4 + MAX_ERROR_TEXT_BYTES + 1);
  });
}

for (const value of [-1, 65536, 1.5, NaN, Infinity, -0.5]) {
  const packets: readonly (readonly [string, Packet])[] = [
    [
      "block number",
      { type: "DATA", block: value, data: new Uint8Array() },
    ],
    ["block number", { type: "ACK", block: value }],
    ["error code", { type: "ERROR", code: value, message: "" }],
  ];
  for (const [what, packet] of packets) {
    Deno.test(`encodePacket() throws on ${what} ${value} of ${packet.type}`, () => {
      assertThrows(
        () => encodePacket(packet),
        RangeError,
        `Cannot encode ${what} as it must be a whole number from 0 to 65535: current value is ${value}`,
      );
    });
  }
}

const plain = {
  type: "RRQ",
  filename: "f",
  mode: "octet",
  options: [],
} as const;

const UNENCODABLE: readonly [name: string, packet: Packet, reason: string][] = [
  [
    "NUL in a file name",
    { ...plain, filename: "a\0b" },
    'Cannot encode file name as it must not contain NUL: current value is "a\\u0000b"',
  ],
  [
    "NUL in the file name of a WRQ",
    { ...plain, type: "WRQ", filename: "a\0" },
    "Cannot encode file name as it must not contain NUL",
  ],
  [
    "NUL in a mode",
    { ...plain, mode: "\0octet" },
    "Cannot encode mode as it must not contain NUL",
  ],
  [
    "NUL in an option's name",
    { ...plain, options: [["ok", "1"], ["a\0b", "1"]] },
    "Cannot encode option name as it must not contain NUL",
  ],
  [
    "NUL in an option's value",
    { ...plain, options: [["tsize", "0\0"]] },
    'Cannot encode value of option "tsize" as it must not contain NUL',
  ],
  [
    "NUL in a value of an OACK",
    { type: "OACK", options: [["tsize", "\0"]] },
    'Cannot encode value of option "tsize" as it must not contain NUL',
  ],
  [
    "an option without a name",
    { ...plain, options: [["", "1"]] },
    'Cannot encode option as it must have a name: its value is "1"',
  ],
  [
    "an option of an OACK without a name",
    { type: "OACK", options: [["", ""]] },
    'Cannot encode option as it must have a name: its value is ""',
  ],
];

for (const [name, packet, reason] of UNENCODABLE) {
  Deno.test(`encodePacket() throws on ${name}`, () => {
    assertThrows(() => encodePacket(packet), TypeError, reason);
  });
}

Deno.test("writeHeader() writes four octets and leaves the rest alone", () => {
  const bytes = new Uint8Array(6).fill(7);
  writeHeader(bytes, OPCODE.DATA, 0x1234);
  assertEquals(bytes, octets(0, 3, 0x12, 0x34, 7, 7));
});

Deno.test("writeHeader() writes into the view it is given", () => {
  const ring = new Uint8Array(12).fill(9);
  writeHeader(ring.subarray(4, 8), OPCODE.ACK, 1);
  assertEquals(ring, octets(9, 9, 9, 9, 0, 4, 0, 1, 9, 9, 9, 9));
});

const WORDS: readonly [word: number, high: number, low: number][] = [
  [0, 0, 0],
  [255, 0, 255],
  [256, 1, 0],
  [65535, 255, 255],
  [65536, 0, 0],
  [65537, 0, 1],
  [0x1_2345_6789, 0x67, 0x89],
  [2 ** 40 + 7, 0, 7],
];

for (const [word, high, low] of WORDS) {
  Deno.test(`writeHeader() writes the low 16 bits of ${word}`, () => {
    const bytes = new Uint8Array(4);
    writeHeader(bytes, OPCODE.DATA, word);
    assertEquals(bytes, octets(0, 3, high, low));
  });
}

Deno.test("writeHeader() builds the DATA that encodePacket() builds", () => {
  forAll(200, (random) => {
    const data = random.bytes(random.between(0, 64));
    const block = random.between(0, 65535);
    const slot = octets(0xff, 0xff, 0xff, 0xff, data);
    writeHeader(slot, OPCODE.DATA, block);
    assertEquals(slot, encodePacket({ type: "DATA", block, data }));
  });
});
