// Whatever octets come to port 67, the decoder gives a message or throws PacketSyntaxError; what it gives can be told, tells
// who sent it, can be echoed in a reply, and nothing of it takes more time than its octets are worth.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import { PacketSyntaxError } from "../../packet/mod.ts";
import {
  decodeDhcpPacket,
  decodePxeOptions,
  decodeRelayOptions,
  describeClient,
  details,
  DHCP_OPTION,
  type DhcpPacket,
  encodeDhcpPacket,
  messageType,
  replyLimit,
  summary,
} from "../../pxe/mod.ts";
import { forAll, type Random } from "../_random.ts";
import { octets } from "../packet/_octets.ts";
import { GOLDEN_DHCP } from "../pxe/_golden.ts";
import { COOKIE, dhcpBytes, randomDhcpPacket } from "../pxe/_packet.ts";
import { mutate } from "./_mutate.ts";

const CORPUS = GOLDEN_DHCP.map(({ bytes }) => bytes);

/** Options that are likely to hurt: overloads, lengths that lie, texts that steer, numbers of the wrong size. */
const PIECES: readonly Uint8Array[] = [
  octets(0),
  octets(255),
  octets(52, 1, 1),
  octets(52, 1, 2),
  octets(52, 1, 3),
  octets(52, 0),
  octets(53, 1, 1),
  octets(53, 2, 1, 1),
  octets(53, 0),
  octets(57, 2, 0, 0),
  octets(57, 2, 255, 255),
  octets(60, 9, "PXEClient"),
  octets(60, 32, "PXEClient:Arch:99999:UNDI:003000"),
  octets(12, 8, "a\n\x1b[31mb"),
  octets(12, 3, "\u202e"),
  octets(67, 4, 0xff, 0, 0xc0, 0x80),
  octets(77, 4, 200, 1, 2, 3),
  octets(82, 255),
  octets(82, 4, 1, 255, 0, 0),
  octets(93, 3, 0, 7, 0),
  octets(97, 17, new Uint8Array(17).fill(7)),
  octets(43, 8, 9, 6, 0, 0, 255, 0x61, 8, 1),
  octets(43, 10, 8, 8, 0, 0, 255, 1, 2, 3, 4, 5),
  octets(43, 7, 43, 5, 43, 3, 43, 1, 43),
  octets(175, 6, 235, 4, 255, 255, 255, 255),
];

function randomArea(random: Random): Uint8Array {
  return octets(...random.list(
    random.between(0, 20),
    () =>
      random.chance(4, 5) ? random.pick(PIECES) : octets(
        random.between(0, 255),
        random.between(0, 255),
        random.bytes(random.between(0, 9)),
      ),
  ));
}

function hostileMessage(random: Random): Uint8Array {
  const bytes = random.pick([
    () => random.pick(CORPUS),
    () => encodeDhcpPacket(randomDhcpPacket(random)),
    () =>
      dhcpBytes(octets(COOKIE, randomArea(random)), {
        44: randomArea(random).subarray(0, 64),
        108: randomArea(random).subarray(0, 128),
        0: octets(random.pick([1, 1, 1, 2, 3]), 1, random.pick([6, 6, 16, 17])),
      }),
    () => random.bytes(random.between(0, 700)),
  ])();
  return random.chance(3, 4) ? mutate(random, bytes, CORPUS) : bytes;
}

function tryDecode(bytes: Uint8Array): DhcpPacket | null {
  try {
    return decodeDhcpPacket(bytes);
  } catch (error) {
    assertInstanceOf(error, PacketSyntaxError);
    assert(error.offset >= 0 && error.offset <= bytes.length);
    return null;
  }
}

function assertPrintable(text: string, unseen: RegExp): void {
  const found = unseen.exec(text);
  if (!found) return;
  const code = found[0].codePointAt(0)!.toString(16);
  throw new Error(`Holds U+${code}: ${JSON.stringify(text)}`);
}

function assertOneLine(text: string): void {
  assertPrintable(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
}

/** A reply that gives back all that a server echoes, and more. */
function echo(request: DhcpPacket): DhcpPacket {
  return { ...request, op: "reply", yourAddress: "192.0.2.7" };
}

Deno.test("a hostile DHCP message is read or refused, told in printable text, and left as it was", () => {
  forAll(20_000, (random) => {
    const bytes = hostileMessage(random);
    const before = bytes.slice();
    const packet = tryDecode(bytes);
    assertOneLine(summary(bytes));
    details(bytes).split("\n").forEach(assertOneLine);
    assertEquals(bytes, before);
    if (!packet) return;
    assertOneLine(summary(packet));
    const { mac, clientId } = describeClient(packet);
    assertEquals(
      mac.length,
      Math.max(0, packet.hardwareAddress.length * 3 - 1),
    );
    assertEquals(clientId, packet.options.get(DHCP_OPTION.ClientId));
    for (const value of packet.options.values()) {
      decodePxeOptions(value);
      decodeRelayOptions(value);
    }
  });
});

Deno.test("a hostile DHCP message can be echoed within the size that it asks for", () => {
  forAll(10_000, (random) => {
    const packet = tryDecode(hostileMessage(random));
    if (!packet) return;
    // What is not UTF-8 grows when it is written again; a BOOTP reply has no other place for a long name.
    const reply = { ...echo(packet), file: "", serverName: "" };
    const maxMessageBytes = replyLimit(packet.options);
    const dropped = new Set<number>();
    const bytes = encodeDhcpPacket(reply, {
      maxMessageBytes,
      onDrop: (code) => dropped.add(code),
    });
    assert(bytes.length >= 300 && bytes.length <= maxMessageBytes - 28);
    const again = decodeDhcpPacket(bytes);
    const kept = [...packet.options].filter(([code]) => !dropped.has(code));
    assertEquals(again, { ...reply, options: new Map(kept) });
    if (packet.options.get(DHCP_OPTION.MessageType)?.length === 1) {
      assertEquals(messageType(again), messageType(packet));
    }
  });
});

Deno.test("a DHCP message reads the same wherever it lies, and at each length", () => {
  forAll(50, (random) => {
    const bytes = hostileMessage(random).subarray(0, 500);
    const large = octets(random.bytes(7), bytes, COOKIE, 53, 1, 1, 255);
    for (let end = 0; end <= bytes.length; end++) {
      const alone = tryDecode(bytes.slice(0, end));
      assertEquals(tryDecode(large.subarray(7, 7 + end)), alone);
    }
  });
});

Deno.test("a DHCP message of 65,507 octets costs time in proportion", () => {
  const filled = (piece: Uint8Array) => {
    const area = new Uint8Array(65_507 - 240);
    for (let at = 0; at + piece.length <= area.length; at += piece.length) {
      area.set(piece, at);
    }
    return dhcpBytes(octets(COOKIE, area));
  };
  const start = performance.now();
  for (const piece of [...PIECES, octets(12, 1, "a"), octets(12, 0)]) {
    const packet = decodeDhcpPacket(filled(piece));
    assertOneLine(summary(packet));
    details(packet);
    encodeDhcpPacket(echo(packet));
  }
  assertLess(performance.now() - start, 5000);
});
