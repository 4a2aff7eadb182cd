/**
 * Messages for tests.
 *
 * @module
 */

import { DHCP_OPTION, type DhcpPacket, NO_ADDRESS } from "../../pxe/mod.ts";
import type { Random } from "../_random.ts";
import { octets } from "../packet/_octets.ts";
import { randomText } from "../packet/_random_packet.ts";

export const MAC = octets(0x52, 0x54, 0, 0x4c, 0x41, 0x42);

/** A DISCOVER that says nothing of itself, with these fields changed. */
export function dhcpPacket(changes: Partial<DhcpPacket> = {}): DhcpPacket {
  return {
    op: "request",
    hardwareType: 1,
    hardwareAddress: MAC,
    hops: 0,
    transactionId: 0x01020304,
    seconds: 0,
    flags: 0,
    clientAddress: NO_ADDRESS,
    yourAddress: NO_ADDRESS,
    serverAddress: NO_ADDRESS,
    relayAddress: NO_ADDRESS,
    serverName: "",
    file: "",
    options: new Map([[DHCP_OPTION.MessageType, octets(1)]]),
    ...changes,
  };
}

/** The octets of a message with these fields of its header, and this behind its 236 octets. */
export function dhcpBytes(
  vendorArea: Uint8Array,
  header: Readonly<Record<number, Uint8Array>> = {},
): Uint8Array {
  const bytes = octets(1, 1, 6, new Uint8Array(233), vendorArea);
  bytes.set(MAC, 28);
  for (const [offset, field] of Object.entries(header)) {
    bytes.set(field, Number(offset));
  }
  return bytes;
}

/** The four octets in front of options. */
export const COOKIE = octets(0x63, 0x82, 0x53, 0x63);

function randomAddress(random: Random): string {
  return random.chance(1, 3) ? NO_ADDRESS : random.bytes(4).join(".");
}

/** A text that takes no more than so many octets in UTF-8. */
function randomShortText(random: Random, maxBytes: number): string {
  if (random.chance(1, 3)) return "";
  return randomText(random, 0, Math.floor(maxBytes / 4));
}

/** A value: mostly short, sometimes as long as one part is or longer. */
function randomValue(random: Random): Uint8Array {
  const length = random.pick([
    random.between(0, 16),
    random.between(0, 40),
    random.between(0, 300),
    random.pick([254, 255, 256, 510, 511]),
  ]);
  return random.bytes(length);
}

/** A message that can be sent; whether all of it fits depends on its options. */
export function randomDhcpPacket(random: Random): DhcpPacket {
  const options = new Map<number, Uint8Array>();
  for (let left = random.between(0, 12); left > 0; left--) {
    const code = random.pick([82, 43, 67, random.between(1, 254)]);
    if (code !== DHCP_OPTION.Overload) options.set(code, randomValue(random));
  }
  if (random.chance(9, 10)) {
    options.set(DHCP_OPTION.MessageType, random.bytes(1));
  } else options.delete(DHCP_OPTION.MessageType);
  return {
    op: random.pick(["request", "reply"]),
    hardwareType: random.between(0, 255),
    hardwareAddress: random.bytes(random.between(0, 16)),
    hops: random.between(0, 255),
    transactionId: random.word(),
    seconds: random.between(0, 0xffff),
    flags: random.between(0, 0xffff),
    clientAddress: randomAddress(random),
    yourAddress: randomAddress(random),
    serverAddress: randomAddress(random),
    relayAddress: randomAddress(random),
    serverName: randomShortText(random, 63),
    file: randomShortText(random, 127),
    options,
  };
}
