// Files that Wireshark and tcpdump open (draft-ietf-opsawg-pcap): a header, then a record for each packet. A socket shows
// what is in a datagram and not the headers in front of it, so these are made up. Rules:
// 1. Packets begin with their IP header (LINKTYPE_RAW, 101), so that IPv4 and IPv6 can stand in one file.
// 2. Lengths and checksums are right. What depends on the network is not known and is a constant: 64 hops, no fragments
//    although a long datagram had some, identification 0.
// 3. Pure: bytes and times are arguments.

import type { UdpAddress } from "../net/mod.ts";
import { ipBytes } from "../net/ip_bytes.ts";

/** Octets of the header of a file. */
export const PCAP_HEADER_BYTES = 24;

/** Octets in front of each packet. */
const RECORD_HEADER_BYTES = 16;

const LINKTYPE_RAW = 101;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 8;
const UDP_PROTOCOL = 17;
const HOP_LIMIT = 64;

/** What 16 bits can tell of a length. */
const MAX_LENGTH = 65535;

/** A datagram, and when it was on its way. */
export interface CapturedDatagram {
  /** When, in milliseconds since 1970. */
  readonly timeMs: number;
  /** Where from. */
  readonly from: UdpAddress;
  /** Where to. */
  readonly to: UdpAddress;
  /** What is in it. */
  readonly payload: Uint8Array;
}

/**
 * The header of a file.
 *
 * @param snapBytes Octets that are kept of a packet at most.
 * @returns The octets.
 */
export function pcapHeader(snapBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PCAP_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  // Microseconds; whoever reads it tells from this which end comes first.
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapBytes, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  return bytes;
}

/**
 * The record of a datagram, with an IP and a UDP header in front of it.
 *
 * @param datagram The datagram. Its addresses must be of one family.
 * @param snapBytes Octets of the packet, headers included, that are kept.
 * @returns The octets; `null` when there can be no such packet: because it is too long for its headers (more than 65507
 * octets of payload with IPv4, 65527 with IPv6), or because its addresses are none, or not of one family.
 */
export function pcapRecord(
  { timeMs, from, to, payload }: CapturedDatagram,
  snapBytes: number,
): Uint8Array<ArrayBuffer> | null {
  const source = ipBytes(from.hostname);
  const target = ipBytes(to.hostname);
  if (!source || !target || source.length !== target.length) return null;
  const isV4 = source.length === 4;
  const udpBytes = UDP_HEADER_BYTES + payload.length;
  const ipHeaderBytes = isV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  // IPv6 does not count its own header.
  if (udpBytes + (isV4 ? ipHeaderBytes : 0) > MAX_LENGTH) return null;
  const packetBytes = ipHeaderBytes + udpBytes;
  const keptBytes = Math.min(packetBytes, snapBytes);

  const headerBytes = ipHeaderBytes + UDP_HEADER_BYTES;
  const bytes = new Uint8Array(
    RECORD_HEADER_BYTES + Math.max(keptBytes, headerBytes),
  );
  const view = new DataView(bytes.buffer);
  const seconds = Math.floor(timeMs / 1000);
  view.setUint32(0, seconds, true);
  view.setUint32(4, Math.floor((timeMs - seconds * 1000) * 1000), true);
  view.setUint32(8, keptBytes, true);
  view.setUint32(12, packetBytes, true);

  const ip = new DataView(bytes.buffer, RECORD_HEADER_BYTES);
  if (isV4) writeIpv4(ip, packetBytes, source, target);
  else writeIpv6(ip, udpBytes, source, target);
  const udp = new DataView(bytes.buffer, RECORD_HEADER_BYTES + ipHeaderBytes);
  udp.setUint16(0, from.port);
  udp.setUint16(2, to.port);
  udp.setUint16(4, udpBytes);
  udp.setUint16(6, udpChecksum(source, target, from, to, payload));
  const keptPayload = Math.max(0, keptBytes - headerBytes);
  bytes.set(
    payload.subarray(0, keptPayload),
    RECORD_HEADER_BYTES + headerBytes,
  );
  return bytes.subarray(0, RECORD_HEADER_BYTES + keptBytes);
}

/** RFC 791 section 3.1 */
function writeIpv4(
  ip: DataView,
  length: number,
  source: Uint8Array,
  target: Uint8Array,
): void {
  // Version 4, a header of five words.
  ip.setUint8(0, 0x45);
  ip.setUint16(2, length);
  // Not to be fragmented: so identification 0 is one that may be given twice (RFC 6864 section 4.1).
  ip.setUint16(6, 0x4000);
  ip.setUint8(8, HOP_LIMIT);
  ip.setUint8(9, UDP_PROTOCOL);
  for (let i = 0; i < 4; i++) {
    ip.setUint8(12 + i, source[i]!);
    ip.setUint8(16 + i, target[i]!);
  }
  let sum = 0;
  for (let i = 0; i < IPV4_HEADER_BYTES; i += 2) sum += ip.getUint16(i);
  ip.setUint16(10, ~fold(sum) & 0xffff);
}

/** RFC 8200 section 3 */
function writeIpv6(
  ip: DataView,
  payloadLength: number,
  source: Uint8Array,
  target: Uint8Array,
): void {
  ip.setUint8(0, 0x60);
  ip.setUint16(4, payloadLength);
  ip.setUint8(6, UDP_PROTOCOL);
  ip.setUint8(7, HOP_LIMIT);
  for (let i = 0; i < 16; i++) {
    ip.setUint8(8 + i, source[i]!);
    ip.setUint8(24 + i, target[i]!);
  }
}

/** RFC 768, with the addresses that the pseudo header has (RFC 8200 section 8.1). */
function udpChecksum(
  source: Uint8Array,
  target: Uint8Array,
  from: UdpAddress,
  to: UdpAddress,
  payload: Uint8Array,
): number {
  const length = UDP_HEADER_BYTES + payload.length;
  // The length counts twice: in the pseudo header and in the header.
  const sum = addWords(source) + addWords(target) + UDP_PROTOCOL + 2 * length +
    from.port + to.port + addWords(payload);
  const checksum = ~fold(sum) & 0xffff;
  // 0 says that there is none.
  return checksum === 0 ? 0xffff : checksum;
}

/** The sum of all 16-bit words; an octet that is left has a 0 behind it. */
function addWords(bytes: Uint8Array): number {
  let sum = 0;
  const { length } = bytes;
  for (let i = 1; i < length; i += 2) sum += bytes[i - 1]! << 8 | bytes[i]!;
  return length % 2 === 0 ? sum : sum + (bytes[length - 1]! << 8);
}

/** Adds what is beyond 16 bits to what is in them (RFC 1071). */
function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}
