// Whatever octets come, the decoder gives a packet or throws PacketSyntaxError, and what it gives can be encoded, told in one
// printable line, and negotiated; nothing is read or written outside of the datagram.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import {
  acceptOptionAck,
  decodePacket,
  encodeNetascii,
  encodePacket,
  formatPacket,
  negotiateOptions,
  NetasciiDecoder,
  netasciiLength,
  type OptionList,
  type Packet,
  PacketSyntaxError,
  quoteText,
  TftpError,
} from "../../packet/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { GOLDEN } from "../packet/_golden.ts";
import { octets } from "../packet/_octets.ts";
import { randomPacket } from "../packet/_random_packet.ts";
import { hostileRequest, mutate } from "./_mutate.ts";

const CORPUS = GOLDEN.map(({ bytes }) => bytes);

/** A datagram from one of the makers, whole, cut, or changed. */
function hostileDatagram(random: Random): Uint8Array {
  const bytes = random.pick([
    () => random.pick(CORPUS),
    () => hostileRequest(random),
    () => encodePacket(randomPacket(random)),
    () => octets(0, 6, hostileRequest(random).subarray(2)),
    () => random.bytes(random.between(0, 200)),
  ])();
  return random.chance(3, 4) ? mutate(random, bytes, CORPUS) : bytes;
}

function tryDecode(bytes: Uint8Array): Packet | null {
  try {
    return decodePacket(bytes);
  } catch (error) {
    assertInstanceOf(error, PacketSyntaxError);
    assert(error.offset >= 0 && error.offset <= bytes.length);
    return null;
  }
}

/** One line, in which nothing steers a terminal or turns the direction of reading. */
function assertPrintable(line: string): void {
  const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(line);
  if (unseen) {
    throw new Error(
      `Holds U+${unseen[0].codePointAt(0)!.toString(16)}: ${line}`,
    );
  }
}

function optionsOf(packet: Packet | null): OptionList {
  return packet && "options" in packet ? packet.options : [];
}

Deno.test("decodePacket() gives what can be said again, and formatPacket() tells all of it in one line", () => {
  forAll(20_000, (random) => {
    const bytes = hostileDatagram(random);
    const before = bytes.slice();
    const packet = tryDecode(bytes);
    assertPrintable(formatPacket(bytes));
    if (packet) {
      assertPrintable(formatPacket(packet));
      if (packet.type !== "ERROR") {
        assertEquals(decodePacket(encodePacket(packet)), packet);
      }
    }
    assertEquals(bytes, before);
  });
});

Deno.test("decodePacket() holds at each length of hostile datagrams, and reads the same wherever they lie", () => {
  forAll(200, (random) => {
    const bytes = hostileDatagram(random).subarray(0, 300);
    const large = octets(random.bytes(7), bytes, "octet", 0, "blksize", 0);
    for (let end = 0; end <= bytes.length; end++) {
      const alone = tryDecode(bytes.slice(0, end));
      assertEquals(tryDecode(large.subarray(7, 7 + end)), alone);
    }
  });
});

Deno.test("formatPacket() takes time in proportion to the datagram", () => {
  forAll(20, (random) => {
    const fields = random.bytes(65_000).map((octet) => octet < 90 ? 0 : octet);
    const bytes = octets(0, random.between(1, 6), fields);
    const start = performance.now();
    assertPrintable(formatPacket(bytes));
    assertLess(performance.now() - start, 1000);
  });
});

Deno.test("quoteText() makes one printable line of any text, from which the text can be read again", () => {
  forAll(5000, (random) => {
    const text = String.fromCodePoint(
      ...random.list(
        random.between(0, 30),
        () =>
          random.pick([
            random.between(0, 0x20),
            random.between(0x7f, 0xa0),
            random.between(0x2000, 0x206f),
            random.between(0xd800, 0xdfff),
            random.between(0, 0x10ffff),
            random.pick([0x22, 0x5c, 0xfeff, 0xe0001, 0x1f600]),
          ]),
      ),
    );
    const quoted = quoteText(text);
    assertPrintable(quoted);
    const json = quoted.replaceAll(/(?<!\\)((?:\\\\)*)\\u\{([0-9a-f]+)\}/g, (
      _,
      slashes: string,
      digits: string,
    ) => {
      const character = String.fromCodePoint(parseInt(digits, 16));
      return slashes + character;
    });
    assertEquals(JSON.parse(json), text);
  });
});

Deno.test("negotiateOptions() makes an OACK that acceptOptionAck() takes, of whatever options a datagram has", () => {
  let answered = 0;
  forAll(10_000, (random) => {
    const asked = optionsOf(tryDecode(hostileDatagram(random)));
    const { accepted, settings } = negotiateOptions(asked, {}, {
      operation: random.pick(["read", "write"]),
      size: random.pick([null, 0, 1, 100_000]),
    });
    if (accepted.length > 0) answered++;
    // The client that asked decodes what is on the wire.
    const wire = encodePacket({ type: "OACK", options: accepted });
    const told = decodePacket(wire);
    assert(told.type === "OACK");
    const { transferSize: _, ...agreed } = acceptOptionAck(asked, told.options);
    const { transferSize: __, ...held } = settings;
    assertEquals(agreed, held);
    assert(settings.blockSize >= 8 && settings.blockSize <= 65464);
    assert(settings.windowSize >= 1 && settings.windowSize <= 32767);
  });
  assert(answered > 1000, `${answered}`);
});

Deno.test("acceptOptionAck() takes no more than was asked for, whatever an OACK says", () => {
  forAll(10_000, (random) => {
    const asked = optionsOf(tryDecode(hostileDatagram(random)));
    const told = random.chance(1, 2)
      ? optionsOf(tryDecode(hostileDatagram(random)))
      : asked.map(([name, value]) =>
        [name, random.chance(1, 2) ? value : "65464"] as const
      );
    try {
      const settings = acceptOptionAck(asked, told);
      const largest = (names: RegExp, otherwise: number) =>
        asked.filter(([name]) => names.test(name))
          .reduce(
            (most, [, value]) => Math.max(most, Number(value) || 0),
            otherwise,
          );
      assert(settings.blockSize <= largest(/^bl[k\u212a]size2?$/i, 512));
      assert(settings.windowSize <= largest(/^windowsize$/i, 1));
      assert(settings.blockSize >= 8 && settings.windowSize >= 1);
    } catch (error) {
      assertInstanceOf(error, TftpError);
      assertEquals(error.code, 8);
      assertPrintable(error.wireText);
      encodePacket({ type: "ERROR", code: 8, message: error.wireText });
    }
  });
});

Deno.test("NetasciiDecoder takes any octets in any parts, and never gives more than it got", () => {
  forAll(3000, (random) => {
    const base = random.pick(CORPUS);
    const wire = mutate(
      random,
      random.chance(1, 2) ? base : encodeNetascii(base),
      [
        octets("\r\n"),
        octets("\r\0"),
        octets("\r"),
        octets(0),
      ],
    );
    const decoder = new NetasciiDecoder();
    const parts = random.split(wire).map((part) => decoder.decode(part));
    const text = octets(...parts, decoder.finish());
    assert(text.length <= wire.length);
    const whole = new NetasciiDecoder();
    assertEquals(octets(whole.decode(wire), whole.finish()), text);
    // What was decoded can be said again, and then means the same.
    const again = encodeNetascii(text);
    assertEquals(netasciiLength(text), again.length);
    const last = new NetasciiDecoder();
    assertEquals(octets(last.decode(again), last.finish()), text);
  });
});
