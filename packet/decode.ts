import { bytesToText } from "./_text.ts";
import { PacketSyntaxError } from "./errors.ts";
import { OPCODE } from "./opcode.ts";
import type {
  ErrorPacket,
  OptionList,
  Packet,
  RequestPacket,
} from "./packet.ts";

/**
 * Turns a datagram into a packet.
 *
 * It takes what the field sends: a missing NUL at the very end, NULs or other padding behind the packet, a mode in any
 * case, an option whose value is missing (dropped), an ERROR without text. Any byte string gives a packet or a
 * {@linkcode PacketSyntaxError}, never another error.
 *
 * @param bytes The datagram. The `data` of a DATA packet is a view into it, not a copy.
 * @returns The packet.
 * @throws {PacketSyntaxError} When the bytes are not a TFTP packet (RFC 1350 section 5).
 *
 * @example A read request
 * ```ts
 * import { decodePacket } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("\0\x01boot.img\0octet\0tsize\x000\0");
 * assertEquals(decodePacket(bytes), {
 *   type: "RRQ",
 *   filename: "boot.img",
 *   mode: "octet",
 *   options: [["tsize", "0"]],
 * });
 * ```
 */
export function decodePacket(bytes: Uint8Array): Packet {
  const opcode = peekOpcode(bytes);
  switch (opcode) {
    case OPCODE.RRQ:
      return decodeRequest("RRQ", bytes);
    case OPCODE.WRQ:
      return decodeRequest("WRQ", bytes);
    case OPCODE.DATA:
      return {
        type: "DATA",
        block: word(bytes, "DATA"),
        data: bytes.subarray(4),
      };
    case OPCODE.ACK:
      return { type: "ACK", block: word(bytes, "ACK") };
    case OPCODE.ERROR:
      return decodeError(bytes);
    case OPCODE.OACK:
      return { type: "OACK", options: decodeOptions(bytes, 2) };
    case -1:
      throw new PacketSyntaxError(
        `Cannot decode packet as it must have at least 2 octets: it has ${bytes.length}`,
        bytes.length,
      );
    default:
      throw new PacketSyntaxError(
        `Cannot decode packet as its opcode must be 1 to 6: current value is ${opcode}`,
        0,
      );
  }
}

/**
 * The opcode of a datagram, without decoding the rest: what a transfer looks at for each packet.
 *
 * @param bytes The datagram.
 * @returns The first two octets as a number, or -1 when there are fewer.
 *
 * @example Is it an acknowledgment?
 * ```ts
 * import { OPCODE, peekOpcode } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(peekOpcode(new Uint8Array([0, 4, 0, 1])), OPCODE.ACK);
 * ```
 */
export function peekOpcode(bytes: Uint8Array): number {
  return bytes.length < 2 ? -1 : (bytes[0]! << 8) | bytes[1]!;
}

/**
 * The block number of a DATA or ACK datagram, without decoding the rest. The opcode is not looked at.
 *
 * @param bytes The datagram.
 * @returns The third and fourth octet as a number, or -1 when they are not there.
 *
 * @example Which block?
 * ```ts
 * import { peekBlock } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(peekBlock(new Uint8Array([0, 4, 1, 2])), 258);
 * ```
 */
export function peekBlock(bytes: Uint8Array): number {
  return bytes.length < 4 ? -1 : (bytes[2]! << 8) | bytes[3]!;
}

function word(bytes: Uint8Array, type: string): number {
  const value = peekBlock(bytes);
  if (value >= 0) return value;
  throw new PacketSyntaxError(
    `Cannot decode ${type} as it must have at least 4 octets: it has ${bytes.length}`,
    bytes.length,
  );
}

function decodeRequest(
  type: RequestPacket["type"],
  bytes: Uint8Array,
): RequestPacket {
  const nameEnd = fieldEnd(bytes, 2);
  const modeEnd = fieldEnd(bytes, nameEnd + 1);
  if (modeEnd <= nameEnd + 1) {
    throw new PacketSyntaxError(
      `Cannot decode ${type} as a transfer mode must follow the file name: it ends there`,
      Math.min(nameEnd + 1, bytes.length),
    );
  }
  return {
    type,
    filename: bytesToText(bytes.subarray(2, nameEnd)),
    mode: bytesToText(bytes.subarray(nameEnd + 1, modeEnd)).toLowerCase(),
    options: decodeOptions(bytes, modeEnd + 1),
  };
}

function decodeError(bytes: Uint8Array): ErrorPacket {
  return {
    type: "ERROR",
    code: word(bytes, "ERROR"),
    message: bytesToText(bytes.subarray(4, fieldEnd(bytes, 4))),
  };
}

/** Pairs of names and values up to the end, or up to an empty name: what follows that is padding. */
function decodeOptions(bytes: Uint8Array, start: number): OptionList {
  const options: [string, string][] = [];
  let offset = start;
  while (offset < bytes.length) {
    const nameEnd = fieldEnd(bytes, offset);
    // A name with nothing behind it has no value and is not an option; `name NUL NUL` has an empty one (RFC 2090).
    if (nameEnd === offset || nameEnd + 1 >= bytes.length) break;
    const valueEnd = fieldEnd(bytes, nameEnd + 1);
    options.push([
      bytesToText(bytes.subarray(offset, nameEnd)),
      bytesToText(bytes.subarray(nameEnd + 1, valueEnd)),
    ]);
    offset = valueEnd + 1;
  }
  return options;
}

/** Where the field that starts at `start` ends: at its NUL, or at the end of the datagram. */
function fieldEnd(bytes: Uint8Array, start: number): number {
  if (start >= bytes.length) return bytes.length;
  const end = bytes.indexOf(0, start);
  return end < 0 ? bytes.length : end;
}
