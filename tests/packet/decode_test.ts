// The invariant of the fuzzing tests below: whatever bytes come, decodePacket returns a packet or throws
// PacketSyntaxError.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  decodePacket,
  encodePacket,
  OPCODE,
  type Packet,
  PacketSyntaxError,
  peekBlock,
  peekOpcode,
} from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { GOLDEN } from "./_golden.ts";
import { latin1, octets } from "./_octets.ts";

for (const { name, packet, bytes } of GOLDEN) {
  Deno.test(`decodePacket() reads ${name}`, () => {
    assertEquals(decodePacket(bytes), packet);
  });
}

function request(
  filename: string,
  mode: string,
  options: [string, string][] = [],
): Packet {
  return { type: "RRQ", filename, mode, options };
}

const TOLERANCES: readonly [name: string, bytes: Uint8Array, packet: Packet][] =
  [
    [
      "takes a request without its final NUL",
      octets(0, 1, "f", 0, "octet"),
      request("f", "octet"),
    ],
    [
      "takes a request whose last value lacks its NUL",
      octets(0, 1, "f", 0, "octet", 0, "tsize", 0, "0"),
      request("f", "octet", [["tsize", "0"]]),
    ],
    [
      "takes a request that is padded with NULs",
      octets(0, 1, "f", 0, "octet", 0, new Uint8Array(500)),
      request("f", "octet"),
    ],
    [
      "takes a request with options that is padded with NULs",
      octets(0, 1, "f", 0, "octet", 0, "tsize", 0, "0", 0, 0, 0, 0),
      request("f", "octet", [["tsize", "0"]]),
    ],
    [
      "takes what follows an empty option name for padding",
      octets(0, 1, "f", 0, "octet", 0, 0, "blksize", 0, "8", 0),
      request("f", "octet"),
    ],
    [
      "lowers the mode of a request",
      octets(0, 1, "F", 0, "OcTeT", 0),
      request("F", "octet"),
    ],
    [
      "keeps a mode that nobody knows",
      octets(0, 1, "f", 0, "Binary ", 0),
      request("f", "binary "),
    ],
    [
      "drops an option without a value",
      octets(0, 1, "f", 0, "octet", 0, "blksize", 0),
      request("f", "octet"),
    ],
    [
      "drops an option without a value and without its NUL",
      octets(0, 1, "f", 0, "octet", 0, "tsize", 0, "0", 0, "blksize"),
      request("f", "octet", [["tsize", "0"]]),
    ],
    [
      "keeps an option with an empty value",
      octets(0, 1, "f", 0, "octet", 0, "multicast", 0, 0),
      request("f", "octet", [["multicast", ""]]),
    ],
    [
      "takes what follows a NUL in the file name for the mode",
      octets(0, 1, "hello", 0, ".txt", 0, "octet", 0),
      request("hello", ".txt"),
    ],
    [
      "takes a file name that is longer than an RFC 1350 packet",
      octets(0, 1, "x".repeat(600), 0, "octet", 0),
      request("x".repeat(600), "octet"),
    ],
    [
      "takes a file name that is not UTF-8 for Latin-1",
      octets(0, 1, latin1("gr\xfc\xdfe"), 0, "octet", 0),
      request("grüße", "octet"),
    ],
    [
      "takes an ACK that is padded to the length of an Ethernet frame",
      octets(0, 4, 0, 7, new Uint8Array(14)),
      { type: "ACK", block: 7 },
    ],
    [
      "takes an ACK with anything behind it",
      octets(0, 4, 0, 7, "junk"),
      { type: "ACK", block: 7 },
    ],
    [
      "takes an ERROR without a text and its NUL",
      octets(0, 5, 0, 2),
      { type: "ERROR", code: 2, message: "" },
    ],
    [
      "takes an ERROR whose text lacks its NUL",
      octets(0, 5, 0, 2, "No"),
      { type: "ERROR", code: 2, message: "No" },
    ],
    [
      "takes an ERROR with something behind its text",
      octets(0, 5, 0, 2, "No", 0, "leftovers", 0),
      { type: "ERROR", code: 2, message: "No" },
    ],
    [
      "takes an ERROR whose text is not UTF-8 for Latin-1",
      octets(0, 5, 0, 1, latin1("r\xe9seau"), 0),
      { type: "ERROR", code: 1, message: "réseau" },
    ],
    [
      "takes an OACK whose last value lacks its NUL",
      octets(0, 6, "blksize", 0, "8"),
      { type: "OACK", options: [["blksize", "8"]] },
    ],
    [
      "takes an OACK of nothing but padding",
      octets(0, 6, 0, 0, 0),
      { type: "OACK", options: [] },
    ],
    [
      "keeps the NULs of DATA",
      octets(0, 3, 0, 1, 0, 0),
      { type: "DATA", block: 1, data: new Uint8Array(2) },
    ],
  ];

for (const [name, bytes, packet] of TOLERANCES) {
  Deno.test(`decodePacket() ${name}`, () => {
    assertEquals(decodePacket(bytes), packet);
  });
}

const REFUSALS: readonly [
  name: string,
  bytes: Uint8Array,
  offset: number,
  reason: string,
][] = [
  ["an empty datagram", octets(), 0, "at least 2 octets: it has 0"],
  ["a single octet", octets(0), 1, "at least 2 octets: it has 1"],
  ["opcode 0", octets(0, 0, 0, 1), 0, "current value is 0"],
  ["opcode 7", octets(0, 7, 0, 1), 0, "current value is 7"],
  ["an opcode in the wrong byte order", octets(1, 0), 0, "value is 256"],
  ["the largest opcode", octets(255, 255), 0, "current value is 65535"],
  ["an opcode whose high octet is not 0", octets(1, 4, 0, 1), 0, "is 260"],
  ["a DATA without a block number", octets(0, 3), 2, "DATA as it must have"],
  ["half a block number", octets(0, 3, 0), 3, "at least 4 octets: it has 3"],
  ["an ACK without a block number", octets(0, 4), 2, "ACK as it must have"],
  ["an ACK that is cut", octets(0, 4, 1), 3, "at least 4 octets: it has 3"],
  ["an ERROR without a code", octets(0, 5), 2, "ERROR as it must have"],
  ["an ERROR that is cut", octets(0, 5, 0), 3, "at least 4 octets: it has 3"],
  ["an RRQ with nothing in it", octets(0, 1), 2, "RRQ as a transfer mode"],
  ["a WRQ with nothing in it", octets(0, 2), 2, "WRQ as a transfer mode"],
  ["a name without NUL", octets(0, 1, "abc"), 5, "must follow the file name"],
  ["a name without mode", octets(0, 1, "abc", 0), 6, "must follow the file"],
  ["an empty mode", octets(0, 1, "abc", 0, 0), 6, "must follow the file"],
  ["a request of NULs", octets(0, 2, 0, 0, 0, 0), 3, "must follow the file"],
];

for (const [name, bytes, offset, reason] of REFUSALS) {
  Deno.test(`decodePacket() throws on ${name}`, () => {
    const error = assertThrows(
      () => decodePacket(bytes),
      PacketSyntaxError,
      reason,
    );
    assertEquals(error.offset, offset);
    assert(error.message.startsWith("Cannot decode "), error.message);
  });
}

Deno.test("decodePacket() gives the bytes of DATA as a view, not as a copy", () => {
  const bytes = octets(0, 3, 0, 1, "abc");
  const packet = decodePacket(bytes);
  assert(packet.type === "DATA");
  assertStrictEquals(packet.data.buffer, bytes.buffer);
  assertEquals(packet.data.byteOffset, 4);
  bytes[4] = 0x7a;
  assertEquals(packet.data, octets("zbc"));
});

Deno.test("decodePacket() looks at nothing outside of the view it is given", () => {
  for (const { name, packet, bytes } of GOLDEN) {
    const large = octets("before", bytes, "behind", 0, "more", 0);
    const view = large.subarray(6, 6 + bytes.length);
    assertEquals(decodePacket(view), packet, name);
  }
  const cut = octets(0, 1, "f", 0, "octet").subarray(0, 4);
  assertThrows(() => decodePacket(cut), PacketSyntaxError);
});

Deno.test("decodePacket() reads 65507 octets full of options", () => {
  const options = octets("a", 0, "1", 0);
  const bytes = new Uint8Array(65507);
  bytes.set(octets(0, 1, "f", 0, "octet", 0));
  for (let at = 10; at + 4 <= bytes.length; at += 4) bytes.set(options, at);
  const packet = decodePacket(bytes);
  assert(packet.type === "RRQ");
  assertEquals(packet.options.length, 16374);
  assertEquals(packet.options.at(-1), ["a", "1"]);
});

Deno.test("peekOpcode() reads the first two octets, or tells -1", () => {
  assertEquals(peekOpcode(octets()), -1);
  assertEquals(peekOpcode(octets(0)), -1);
  assertEquals(peekOpcode(octets(0, 6)), OPCODE.OACK);
  assertEquals(peekOpcode(octets(1, 3, 9, 9)), 259);
  assertEquals(peekOpcode(octets(255, 255)), 65535);
});

Deno.test("peekBlock() reads the third and fourth octet, or tells -1", () => {
  assertEquals(peekBlock(octets()), -1);
  assertEquals(peekBlock(octets(0, 4, 1)), -1);
  assertEquals(peekBlock(octets(0, 4, 0, 0)), 0);
  assertEquals(peekBlock(octets(9, 9, 1, 2, 3)), 258);
  assertEquals(peekBlock(octets(0, 3, 255, 255)), 65535);
});

/** Holds the invariant, and what goes with it. */
function checkInvariant(bytes: Uint8Array): void {
  const before = bytes.slice();
  let packet: Packet;
  try {
    packet = decodePacket(bytes);
  } catch (error) {
    assertInstanceOf(error, PacketSyntaxError);
    assert(error.offset >= 0 && error.offset <= bytes.length);
    return;
  } finally {
    assertEquals(bytes, before);
  }
  assertEquals(OPCODE[packet.type], peekOpcode(bytes));
  switch (packet.type) {
    case "RRQ":
    case "WRQ":
      assert(packet.mode !== "");
      checkTexts(packet.filename, packet.mode, ...packet.options.flat());
      break;
    case "OACK":
      checkTexts(...packet.options.flat());
      break;
    case "ERROR":
      assertEquals(packet.code, peekBlock(bytes));
      checkTexts(packet.message);
      break;
    case "ACK":
      assertEquals(packet.block, peekBlock(bytes));
      break;
    case "DATA":
      assertEquals(packet.block, peekBlock(bytes));
      assertEquals(packet.data.length, bytes.length - 4);
  }
}

function checkTexts(...texts: string[]): void {
  for (const text of texts) assert(!text.includes("\0"), "NUL in a text");
}

/** The octets that a mutation writes: ends of texts, opcodes, digits, and what is no UTF-8. */
const NASTY_OCTETS = [0, 1, 2, 3, 4, 5, 6, 7, 0x30, 0x80, 0xc3, 0xff];

Deno.test("decodePacket() holds its invariant on packets cut at each length", () => {
  for (const { bytes } of GOLDEN) {
    for (let end = 0; end <= bytes.length; end++) {
      checkInvariant(bytes.subarray(0, end));
    }
  }
});

Deno.test("decodePacket() holds its invariant on packets with one octet changed", () => {
  for (const { bytes } of GOLDEN) {
    for (let at = 0; at < bytes.length; at++) {
      for (const octet of NASTY_OCTETS) checkInvariant(bytes.with(at, octet));
    }
  }
});

Deno.test("decodePacket() holds its invariant on all datagrams of up to two octets", () => {
  checkInvariant(octets());
  for (let first = 0; first < 256; first++) {
    checkInvariant(octets(first));
    for (let second = 0; second < 256; second++) {
      checkInvariant(octets(first, second));
    }
  }
});

Deno.test("decodePacket() holds its invariant on mutated packets", () => {
  forAll(2000, (random) => {
    checkInvariant(mutate(random, random.pick(GOLDEN).bytes));
  });
});

Deno.test("decodePacket() holds its invariant on random octets", () => {
  forAll(2000, (random) => {
    checkInvariant(random.bytes(random.between(0, 100)));
    const body = random.bytes(random.between(0, 600));
    checkInvariant(octets(0, random.between(1, 6), body));
    // With many NULs there are many fields.
    const fields = body.map((octet) => octet < 100 ? 0 : octet);
    checkInvariant(octets(0, random.between(1, 6), fields));
  });
});

Deno.test("decodePacket() holds its invariant on the largest datagram", () => {
  forAll(6, (random) => {
    checkInvariant(octets(0, random.between(1, 6), random.bytes(65505)));
  });
});

Deno.test("decodePacket() reads nothing that encodePacket() cannot say again", () => {
  forAll(1000, (random) => {
    const bytes = mutate(random, random.pick(GOLDEN).bytes);
    let packet: Packet;
    try {
      packet = decodePacket(bytes);
    } catch {
      return;
    }
    assertEquals(decodePacket(encodePacket(packet)), packet);
  });
});

function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  let mutant = bytes;
  const changes = random.between(1, 4);
  for (let change = 0; change < changes; change++) {
    const at = random.between(0, mutant.length);
    const end = random.between(at, mutant.length);
    const octet = random.pick(NASTY_OCTETS);
    mutant = random.pick([
      () => octets(mutant.subarray(0, at), mutant.subarray(end)),
      () => octets(mutant.subarray(0, at), octet, mutant.subarray(at)),
      () => octets(mutant.subarray(0, end), mutant.subarray(at)),
      () => octets(mutant.subarray(0, at), octet, mutant.subarray(at + 1)),
      () => octets(mutant, random.bytes(random.between(0, 20))),
    ])();
  }
  return mutant;
}
