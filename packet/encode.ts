import { textToBytes } from "./_text.ts";
import { OPCODE } from "./opcode.ts";
import type { OptionList, Packet } from "./packet.ts";

/** Octets in front of the bytes of a DATA packet: opcode and block number (RFC 1350 figure 5-2). */
export const DATA_HEADER_BYTES = 4;

/** The longest text put into an ERROR packet, in octets: it has to fit beside the headers in any network's packet. */
export const MAX_ERROR_TEXT_BYTES = 500;

/**
 * Turns a packet into a datagram.
 *
 * @param packet The packet.
 * @returns A new array with the octets to send.
 * @throws {RangeError} When a block number or error code is not a whole number from 0 to 65535.
 * @throws {TypeError} When a name, mode or option holds a NUL, which would end it early, or an option has no name.
 *
 * @example An acknowledgment
 * ```ts
 * import { encodePacket } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodePacket({ type: "ACK", block: 258 }), new Uint8Array([0, 4, 1, 2]));
 * ```
 */
export function encodePacket(packet: Packet): Uint8Array {
  switch (packet.type) {
    case "RRQ":
    case "WRQ":
      return encodeFields(OPCODE[packet.type], [
        ["file name", packet.filename],
        ["mode", packet.mode],
        ...optionFields(packet.options),
      ]);
    case "OACK":
      return encodeFields(OPCODE.OACK, optionFields(packet.options));
    case "DATA": {
      const bytes = new Uint8Array(DATA_HEADER_BYTES + packet.data.length);
      bytes.set(packet.data, DATA_HEADER_BYTES);
      writeHeader(bytes, OPCODE.DATA, checkWord("block number", packet.block));
      return bytes;
    }
    case "ACK": {
      const bytes = new Uint8Array(4);
      writeHeader(bytes, OPCODE.ACK, checkWord("block number", packet.block));
      return bytes;
    }
    case "ERROR": {
      // A text is for people: a NUL in it, or too much of it, is cut rather than refused.
      const text = textToBytes(
        packet.message.split("\0", 1)[0]!,
        MAX_ERROR_TEXT_BYTES,
      );
      const bytes = new Uint8Array(4 + text.length + 1);
      bytes.set(text, 4);
      writeHeader(bytes, OPCODE.ERROR, checkWord("error code", packet.code));
      return bytes;
    }
  }
}

/**
 * Writes opcode and block number into the first four octets: how a DATA packet is built in place, around bytes that are
 * there already. Nothing is checked.
 *
 * @param bytes Where to write; at least four octets long.
 * @param opcode The opcode.
 * @param word The block number or error code; its low 16 bits are written.
 *
 * @example A DATA packet around its bytes
 * ```ts
 * import { DATA_HEADER_BYTES, OPCODE, writeHeader } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const packet = new Uint8Array(DATA_HEADER_BYTES + 1).fill(7);
 * writeHeader(packet, OPCODE.DATA, 1);
 * assertEquals(packet, new Uint8Array([0, 3, 0, 1, 7]));
 * ```
 */
export function writeHeader(
  bytes: Uint8Array,
  opcode: number,
  word: number,
): void {
  bytes[0] = 0;
  bytes[1] = opcode;
  bytes[2] = (word >>> 8) & 0xff;
  bytes[3] = word & 0xff;
}

function checkWord(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff) return value;
  throw new RangeError(
    `Cannot encode ${what} as it must be a whole number from 0 to 65535: current value is ${value}`,
  );
}

function optionFields(options: OptionList): [string, string][] {
  return options.flatMap(([name, value]): [string, string][] => {
    if (name === "") {
      throw new TypeError(
        `Cannot encode option as it must have a name: its value is ${
          JSON.stringify(value)
        }`,
      );
    }
    return [["option name", name], [`value of option "${name}"`, value]];
  });
}

function encodeFields(
  opcode: number,
  fields: readonly (readonly [what: string, text: string])[],
): Uint8Array {
  const parts = fields.map(([what, text]) => {
    if (text.includes("\0")) {
      throw new TypeError(
        `Cannot encode ${what} as it must not contain NUL: current value is ${
          JSON.stringify(text)
        }`,
      );
    }
    return textToBytes(text);
  });
  const length = parts.reduce((sum, part) => sum + part.length + 1, 2);
  const bytes = new Uint8Array(length);
  bytes[1] = opcode;
  let offset = 2;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length + 1;
  }
  return bytes;
}
