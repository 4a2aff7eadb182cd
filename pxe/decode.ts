// What makes a message, and what does not. The rules:
//
// 1. Three things end in a PacketSyntaxError: fewer than the 236 octets up to the end of `file`, an `op` that is neither
//    request nor reply, and a hardware address longer than its field. Nobody who sends these can be answered.
// 2. All else is read as far as it makes sense: no vendor area, no cookie (BOOTP without options), an area that ends in
//    the middle of an option, a missing end.
// 3. Fields are overloaded by the first option area alone, and the file field comes before the name field. An option 52
//    inside of an overloaded field is skipped, so no message can send the reader in a circle.
// 4. What is read does not refer to the datagram: the buffer may be used again.

import { bytesToText } from "../packet/_text.ts";
import { PacketSyntaxError } from "../packet/mod.ts";
import {
  FRAMING,
  MAGIC_COOKIE,
  MAX_HARDWARE_ADDRESS_BYTES,
  OFFSET,
  OP,
  OVERLOAD,
} from "./_layout.ts";
import { collectOptions, joinParts, type OptionParts } from "./_option_area.ts";
import type { DhcpOptions, DhcpPacket } from "./dhcp_packet.ts";
import { formatIpv4 } from "./ipv4.ts";

/**
 * Turns a datagram into a BOOTP or DHCP message (RFC 951, RFC 2131). Any byte string gives a message or a
 * `PacketSyntaxError`, never another error.
 *
 * It takes what the field sends: messages shorter than the 300 octets of BOOTP, no cookie, no end behind the options,
 * options in the `file` and `sname` fields (RFC 2131 section 4.1), options in parts (RFC 3396). An option that is cut off
 * is not there.
 *
 * @param bytes The datagram. Nothing of it is kept.
 * @returns The message.
 * @throws {PacketSyntaxError} When there are fewer than 236 octets, `op` is neither 1 nor 2, or the hardware address is said
 * to be longer than 16 octets.
 *
 * @example What a message asks
 * ```ts
 * import { DHCP_OPTION, decodeDhcpPacket } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(300);
 * bytes.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
 * bytes.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);
 * const packet = decodeDhcpPacket(bytes);
 * assertEquals(packet.transactionId, 0xdeadbeef);
 * assertEquals(packet.options.get(DHCP_OPTION.MessageType), new Uint8Array([1]));
 * ```
 */
export function decodeDhcpPacket(bytes: Uint8Array): DhcpPacket {
  if (bytes.length < OFFSET.cookie) {
    throw new PacketSyntaxError(
      `Cannot decode DHCP message as it must have at least ${OFFSET.cookie} octets: it has ${bytes.length}`,
      bytes.length,
    );
  }
  const op = bytes[OFFSET.op]!;
  if (op !== OP.request && op !== OP.reply) {
    throw new PacketSyntaxError(
      `Cannot decode DHCP message as its op must be 1 or 2: current value is ${op}`,
      OFFSET.op,
    );
  }
  const hardwareLength = bytes[OFFSET.hardwareLength]!;
  if (hardwareLength > MAX_HARDWARE_ADDRESS_BYTES) {
    throw new PacketSyntaxError(
      `Cannot decode DHCP message as its hardware address must have at most ${MAX_HARDWARE_ADDRESS_BYTES} octets: current value is ${hardwareLength}`,
      OFFSET.hardwareLength,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { options, overload } = decodeOptions(bytes, view);
  return {
    op: op === OP.request ? "request" : "reply",
    hardwareType: bytes[OFFSET.hardwareType]!,
    hardwareAddress: bytes.slice(
      OFFSET.hardwareAddress,
      OFFSET.hardwareAddress + hardwareLength,
    ),
    hops: bytes[OFFSET.hops]!,
    transactionId: view.getUint32(OFFSET.transactionId),
    seconds: view.getUint16(OFFSET.seconds),
    flags: view.getUint16(OFFSET.flags),
    clientAddress: formatIpv4(view.getUint32(OFFSET.clientAddress)),
    yourAddress: formatIpv4(view.getUint32(OFFSET.yourAddress)),
    serverAddress: formatIpv4(view.getUint32(OFFSET.serverAddress)),
    relayAddress: formatIpv4(view.getUint32(OFFSET.relayAddress)),
    serverName: overload & OVERLOAD.ServerName
      ? ""
      : fieldText(bytes, OFFSET.serverName, OFFSET.file),
    file: overload & OVERLOAD.File
      ? ""
      : fieldText(bytes, OFFSET.file, OFFSET.cookie),
    options,
  };
}

function decodeOptions(
  bytes: Uint8Array,
  view: DataView,
): { options: DhcpOptions; overload: number } {
  if (
    bytes.length < OFFSET.options ||
    view.getUint32(OFFSET.cookie) !== MAGIC_COOKIE
  ) {
    return { options: new Map(), overload: 0 };
  }
  const parts: OptionParts = new Map();
  collectOptions(bytes.subarray(OFFSET.options), parts);
  const overload = overloadOf(parts);
  if (overload & OVERLOAD.File) {
    collectOptions(bytes.subarray(OFFSET.file, OFFSET.cookie), parts);
  }
  if (overload & OVERLOAD.ServerName) {
    collectOptions(bytes.subarray(OFFSET.serverName, OFFSET.file), parts);
  }
  parts.delete(FRAMING.Overload);
  return { options: joinParts(parts), overload };
}

/** Which fields hold options: bits of `OVERLOAD`; 0 where option 52 is not there or says nothing that has a meaning. */
function overloadOf(parts: OptionParts): number {
  const [value, ...others] = parts.get(FRAMING.Overload) ?? [];
  if (value?.length !== 1 || others.length > 0) return 0;
  return value[0]! <= (OVERLOAD.File | OVERLOAD.ServerName) ? value[0]! : 0;
}

/** The text of a field that ends at its NUL, or where the field ends. */
function fieldText(bytes: Uint8Array, start: number, end: number): string {
  // Mostly there is none.
  if (bytes[start] === 0) return "";
  const field = bytes.subarray(start, end);
  const length = field.indexOf(0);
  return bytesToText(length < 0 ? field : field.subarray(0, length));
}
