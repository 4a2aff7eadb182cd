// Datagrams out of a file that somebody has captured. Rules:
// 1. What the file is, its first octets say: pcap in either byte order, pcapng, or else text in hexadecimal.
// 2. Text is what `xxd`, `hexdump -C` and `tcpdump -X` print, or just numbers: a datagram's payload, or all of it from the IP
//    header on. An empty line ends one.
// 3. What is no UDP over IPv4, or only a piece of it, is left out. No file, however made, does more than give nothing.

import type { UdpAddress } from "../net/mod.ts";

/** A datagram of the file. */
export interface FilePacket {
  /** Where it came from, and went to; `null` where the file only has what was in it. */
  readonly from: UdpAddress | null;
  readonly to: UdpAddress | null;
  readonly payload: Uint8Array;
}

const PCAP_HEADER_BYTES = 24;
const PCAP_RECORD_BYTES = 16;
const PCAP_MAGICS = [0xa1b2c3d4, 0xa1b23c4d];

const PCAPNG_SECTION = 0x0a0d0d0a;
const PCAPNG_INTERFACE = 1;
const PCAPNG_PACKET = 6;
const PCAPNG_BYTE_ORDER = 0x1a2b3c4d;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPES_VLAN = [0x8100, 0x88a8];
const UDP_PROTOCOL = 17;

/**
 * The UDP datagrams of a file.
 *
 * @param bytes What is in the file.
 * @returns The datagrams, in order.
 * @throws {TypeError} When it is neither a capture nor hexadecimal text.
 */
export function readPackets(bytes: Uint8Array): FilePacket[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  if (magic === PCAPNG_SECTION) return readPcapng(bytes, view);
  for (const isLittle of [true, false]) {
    if (bytes.length < PCAP_HEADER_BYTES) break;
    if (PCAP_MAGICS.includes(view.getUint32(0, isLittle))) {
      return readPcap(bytes, view, isLittle);
    }
  }
  return readHex(new TextDecoder("latin1").decode(bytes));
}

function readPcap(
  bytes: Uint8Array,
  view: DataView,
  isLittle: boolean,
): FilePacket[] {
  const linkType = view.getUint32(20, isLittle) & 0xffff;
  const packets: FilePacket[] = [];
  let at = PCAP_HEADER_BYTES;
  while (at + PCAP_RECORD_BYTES <= bytes.length) {
    const start = at + PCAP_RECORD_BYTES;
    at = start + view.getUint32(at + 8, isLittle);
    packets.push(...fromLink(bytes.subarray(start, at), linkType));
  }
  return packets;
}

function readPcapng(bytes: Uint8Array, view: DataView): FilePacket[] {
  const packets: FilePacket[] = [];
  let isLittle = true;
  let linkTypes: number[] = [];
  let at = 0;
  while (at + 12 <= bytes.length) {
    const type = view.getUint32(at, isLittle);
    if (type === PCAPNG_SECTION) {
      isLittle = view.getUint32(at + 8, true) === PCAPNG_BYTE_ORDER;
      linkTypes = [];
    }
    const length = view.getUint32(at + 4, isLittle);
    if (length < 12 || at + length > bytes.length) break;
    if (type === PCAPNG_INTERFACE && length >= 20) {
      linkTypes.push(view.getUint16(at + 8, isLittle));
    } else if (type === PCAPNG_PACKET && length >= 32) {
      const linkType = linkTypes[view.getUint32(at + 8, isLittle)] ?? -1;
      const start = at + 28;
      const end = start + view.getUint32(at + 20, isLittle);
      const limit = at + length - 4;
      const frame = bytes.subarray(start, Math.min(end, limit));
      packets.push(...fromLink(frame, linkType));
    }
    at += length;
  }
  return packets;
}

/** What is behind the header of the link, by its type (https://www.tcpdump.org/linktypes.html). */
function fromLink(frame: Uint8Array, linkType: number): FilePacket[] {
  switch (linkType) {
    case 0: // Loopback of the BSDs.
      return fromIp(frame.subarray(4));
    case 1: // Ethernet.
      return fromEthernet(frame);
    case 101: // IP.
    case 228: // IPv4.
      return fromIp(frame);
    case 113: // Linux "cooked".
      return fromIp(frame.subarray(16));
    case 276: // The same, version 2.
      return fromIp(frame.subarray(20));
    default:
      return [];
  }
}

function fromEthernet(frame: Uint8Array): FilePacket[] {
  const typeAt = (at: number) => (frame[at] ?? 0) << 8 | (frame[at + 1] ?? 0);
  let at = 12;
  while (ETHERTYPES_VLAN.includes(typeAt(at))) at += 4;
  return typeAt(at) === ETHERTYPE_IPV4 ? fromIp(frame.subarray(at + 2)) : [];
}

function fromIp(bytes: Uint8Array): FilePacket[] {
  if (bytes.length < 28 || bytes[0]! >> 4 !== 4) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = (bytes[0]! & 0x0f) * 4;
  const isFragment = (view.getUint16(6) & 0x3fff) !== 0;
  if (isFragment || bytes[9] !== UDP_PROTOCOL || headerBytes < 20) return [];
  const udp = bytes.subarray(headerBytes);
  if (udp.length < 8) return [];
  const port = (at: number) => view.getUint16(headerBytes + at);
  const address = (at: number, port: number): UdpAddress => ({
    transport: "udp",
    hostname: bytes.subarray(at, at + 4).join("."),
    port,
  });
  return [{
    from: address(12, port(0)),
    to: address(16, port(2)),
    payload: udp.slice(8, Math.max(8, port(4))),
  }];
}

function readHex(text: string): FilePacket[] {
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim());
  // Where offsets stand in front of numbers, all other lines are about the packets.
  const hasOffsets = lines.some((line) => OFFSET_REGEXP.test(line));
  const packets: number[][] = [];
  let current: number[] | null = null;
  for (const line of lines) {
    if (line === "" || (hasOffsets && !OFFSET_REGEXP.test(line))) {
      current = null;
      continue;
    }
    if (current === null) packets.push(current = []);
    current.push(...octetsOf(line.replace(OFFSET_REGEXP, "")));
  }
  return packets.flatMap((octets) => {
    const bytes = Uint8Array.from(octets);
    const inside = fromIp(bytes);
    return inside.length > 0
      ? inside
      : [{ from: null, to: null, payload: bytes }];
  });
}

const OFFSET_REGEXP = /^(?:0x)?[0-9a-f]{4,8}(?::\s+|\s{2,})/i;

/** The octets of a line, in front of the same as characters. */
function octetsOf(text: string): number[] {
  // Two blanks are in front of the characters, and in the middle of what `hexdump -C` prints.
  const numbers = text.replace(/\s{2,}\|.*$/, "")
    .replace(/^((?:[0-9a-f]{2,4} ){0,15}[0-9a-f]{2,4})\s{2,}\S.*$/i, onlyHex);
  const digits = numbers.replace(/[\s:,-]|0x/gi, "");
  if (!/^([0-9a-f]{2})+$/i.test(digits)) {
    throw new TypeError(
      "It is neither a capture (pcap, pcapng) nor a packet in hexadecimal",
    );
  }
  return digits.match(/../g)!.map((octet) => parseInt(octet, 16));
}

/** The numbers in front of the characters; all, when those are numbers, too. */
function onlyHex(all: string, numbers: string): string {
  const isHexAll = /^[0-9a-f]{2}( {1,2}[0-9a-f]{2})*$/i.test(all);
  return isHexAll ? all : numbers;
}
