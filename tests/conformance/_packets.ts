/**
 * Packets in few words, for scripts of what one side of a transfer says.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { UdpAddress } from "../../net/mod.ts";
import type {
  AckPacket,
  DataPacket,
  ErrorPacket,
  OptionAckPacket,
  OptionList,
  RequestPacket,
} from "../../packet/mod.ts";
import type { Peer } from "../_virtual.ts";

/** Where requests go. */
export const REQUEST_PORT: UdpAddress = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: 69,
};

export function read(
  filename: string,
  options: OptionList = [],
  mode = "octet",
): RequestPacket {
  return { type: "RRQ", filename, mode, options };
}

export function write(
  filename: string,
  options: OptionList = [],
  mode = "octet",
): RequestPacket {
  return { type: "WRQ", filename, mode, options };
}

export function ack(block: number): AckPacket {
  return { type: "ACK", block };
}

/** A block with these bytes, or with as many of the file that `content` makes. */
export function data(block: number, bytes: Uint8Array | number): DataPacket {
  return {
    type: "DATA",
    block,
    data: typeof bytes === "number"
      ? content(bytes, (block - 1) * bytes)
      : bytes,
  };
}

export function oack(
  ...options: [name: string, value: string][]
): OptionAckPacket {
  return { type: "OACK", options };
}

export function error(code: number, message = ""): ErrorPacket {
  return { type: "ERROR", code, message };
}

/** Octets as a text shows them, one character each. */
export function raw(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The text of octets, one character each. */
export function unraw(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** A file of a size, in which each block differs from the others; or as much of it from an offset on. */
export function content(size: number, offset: number = 0): Uint8Array {
  const octet = (at: number) => at * 7 + (at >> 8) * 13;
  return Uint8Array.from({ length: size }, (_, i) => octet(offset + i));
}

/** What a DATA packet carries. */
export function payload(datagram: Uint8Array): Uint8Array {
  return datagram.slice(4);
}

/** The next packet, and the only one, must be an ERROR with this code, whatever its text. */
export async function expectError(peer: Peer, code: number): Promise<void> {
  const lines = await peer.drain();
  assertEquals(lines.map((line) => line.split(" ", 2)), [["ERROR", `${code}`]]);
}
