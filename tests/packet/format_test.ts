import { assert, assertEquals, assertNotMatch } from "@std/assert";
import {
  formatOptions,
  formatPacket,
  type Packet,
  quoteText,
} from "../../packet/mod.ts";
import { forAll } from "../_random.ts";
import { GOLDEN } from "./_golden.ts";
import { latin1, octets } from "./_octets.ts";
import { randomPacket } from "./_random_packet.ts";

const LINES: readonly [packet: Packet, line: string][] = [
  [
    { type: "RRQ", filename: "boot.img", mode: "octet", options: [] },
    'RRQ "boot.img" octet',
  ],
  [
    {
      type: "WRQ",
      filename: "",
      mode: "netascii",
      options: [["BLKSIZE", "1428"], ["multicast", ""]],
    },
    'WRQ "" netascii BLKSIZE=1428 multicast=',
  ],
  [
    { type: "DATA", block: 65535, data: new Uint8Array(1428) },
    "DATA 65535 (1428 octets)",
  ],
  [{ type: "DATA", block: 2, data: new Uint8Array() }, "DATA 2 (0 octets)"],
  [{ type: "ACK", block: 0 }, "ACK 0"],
  [
    { type: "ERROR", code: 1, message: "File not found" },
    'ERROR 1 "File not found"',
  ],
  [{ type: "OACK", options: [] }, "OACK"],
  [
    { type: "OACK", options: [["blksize", "1428"], ["tsize", "9000"]] },
    "OACK blksize=1428 tsize=9000",
  ],
];

for (const [packet, line] of LINES) {
  Deno.test(`formatPacket() tells ${line}`, () => {
    assertEquals(formatPacket(packet), line);
  });
}

Deno.test("formatPacket() tells a datagram as the packet in it", () => {
  for (const { name, packet, bytes } of GOLDEN) {
    assertEquals(formatPacket(bytes), formatPacket(packet), name);
  }
});

const OPTION_TEXTS: readonly [name: string, value: string, text: string][] = [
  ["md5", "", "md5="],
  ["md5", "q83vEg==", "md5=q83vEg=="],
  ["color", "blue tsize=0", 'color="blue tsize=0"'],
  ["color tsize", "0", '"color tsize"=0'],
  ["a=b", "c", '"a=b"=c'],
  ["color", '"', String.raw`color="\""`],
  ["color", "blue, 9 retransmissions", 'color="blue, 9 retransmissions"'],
  ["color", "a\nb", String.raw`color="a\nb"`],
  ["color", "\x1b[31m\u202e", String.raw`color=\u001b[31m\u202e`],
  ["color", "\\n", String.raw`color=\\n`],
];

for (const [name, value, text] of OPTION_TEXTS) {
  Deno.test(`formatOptions() tells ${text}`, () => {
    assertEquals(formatOptions([[name, value]]), text);
    assertEquals(
      formatPacket({ type: "OACK", options: [[name, value], ["tsize", "1"]] }),
      `OACK ${text} tsize=1`,
    );
  });
}

Deno.test("formatOptions() tells no options as nothing, and no two lists alike", () => {
  assertEquals(formatOptions([]), "");
  const lists = [
    [["a", "b c=d"]],
    [["a", "b"], ["c", "d"]],
    [["a", '"b c=d"']],
    [["a=b c", "d"]],
    [["a", "b"], ["c=d", ""]],
  ] as [string, string][][];
  assertEquals(new Set(lists.map(formatOptions)).size, lists.length);
});

const MALFORMED: readonly [bytes: Uint8Array, start: string][] = [
  [octets(), "malformed, 0 octets (Cannot decode packet"],
  [octets(0), "malformed, 1 octets: 00 (Cannot decode packet"],
  [octets(0, 9, 0xff), "malformed, 3 octets: 00 09 ff (Cannot decode packet"],
  [
    octets(9, new Uint8Array(15)),
    `malformed, 16 octets: 09${" 00".repeat(15)} (Cannot`,
  ],
  [
    octets(9, new Uint8Array(16)),
    `malformed, 17 octets: 09${" 00".repeat(15)} … (Cannot`,
  ],
];

for (const [bytes, start] of MALFORMED) {
  Deno.test(`formatPacket() tells ${bytes.length} octets that are no packet`, () => {
    const line = formatPacket(bytes);
    assert(line.startsWith(start), line);
  });
}

const QUOTES: readonly [name: string, text: string, quoted: string][] = [
  ["nothing", "", '""'],
  ["text that is seen as itself", "grüße 東京 😀", '"grüße 東京 😀"'],
  ["a quotation mark", 'a"b', String.raw`"a\"b"`],
  ["a backslash", "\\Boot\\BCD", String.raw`"\\Boot\\BCD"`],
  ["a backslash in front of a quotation mark", '\\"', String.raw`"\\\""`],
  ["line ends and tabs", "a\r\n\tb", String.raw`"a\r\n\tb"`],
  ["NUL", "\0", String.raw`"\u0000"`],
  ["an escape sequence", "\x1b[2J", String.raw`"\u001b[2J"`],
  ["DEL", "\x7f", String.raw`"\u007f"`],
  ["the C1 form of an escape sequence", "\x9b2J", String.raw`"\u009b2J"`],
  ["the line separators", "\u2028\u2029", String.raw`"\u2028\u2029"`],
  ["a bidirectional override", "exe\u202egnp", String.raw`"exe\u202egnp"`],
  ["a zero-width space", "a\u200bb", String.raw`"a\u200bb"`],
  ["a byte order mark", "\ufeffa", String.raw`"\ufeffa"`],
  ["a lone surrogate", "\ud800", String.raw`"\ud800"`],
  ["a character for private use", "\ue000", String.raw`"\ue000"`],
  ["a tag beyond U+FFFF", "\u{e0041}", String.raw`"\u{e0041}"`],
];

for (const [name, text, quoted] of QUOTES) {
  Deno.test(`quoteText() writes ${name}`, () => {
    assertEquals(quoteText(text), quoted);
  });
}

Deno.test("quoteText() writes no two texts alike", () => {
  const texts = ["\n", "\\n", "\\\n", "\ue0041", "\u{e0041}", '"', '\\"'];
  assertEquals(new Set(texts.map(quoteText)).size, texts.length);
});

/** Everything that breaks a line, steers a terminal or turns the direction of writing. */
// deno-lint-ignore no-control-regex
const STEERING_REGEXP = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/u;

const EVIL = "a\n\r\x1b[31m\x07\x9b\u2028\u202e";

const EVIL_PACKETS: readonly [place: string, packet: Packet][] = [
  [
    "a file name",
    { type: "RRQ", filename: EVIL, mode: "octet", options: [] },
  ],
  ["a mode", { type: "WRQ", filename: "f", mode: EVIL, options: [] }],
  [
    "an option's name",
    { type: "RRQ", filename: "f", mode: "octet", options: [[EVIL, "1"]] },
  ],
  ["an option's value", { type: "OACK", options: [["tsize", EVIL]] }],
  ["an error's text", { type: "ERROR", code: 0, message: EVIL }],
];

for (const [place, packet] of EVIL_PACKETS) {
  Deno.test(`formatPacket() lets nothing in ${place} steer a terminal`, () => {
    assertNotMatch(formatPacket(packet), STEERING_REGEXP);
  });
}

Deno.test("formatPacket() tells any packet in one line that steers nothing", () => {
  forAll(1000, (random) => {
    assertNotMatch(formatPacket(randomPacket(random)), STEERING_REGEXP);
  });
});

Deno.test("formatPacket() tells any octets in one line that steers nothing", () => {
  forAll(1000, (random) => {
    const body = random.bytes(random.between(0, 60));
    const fields = body.map((octet) => octet < 40 ? 0 : octet);
    assertNotMatch(formatPacket(body), STEERING_REGEXP);
    const opcode = random.between(0, 7);
    assertNotMatch(formatPacket(octets(0, opcode, fields)), STEERING_REGEXP);
  });
});

Deno.test("formatPacket() tells Latin-1 controls of a datagram as escapes", () => {
  const bytes = octets(0, 1, latin1("a\x9bb"), 0, "octet", 0);
  assertEquals(formatPacket(bytes), String.raw`RRQ "a\u009bb" octet`);
});
