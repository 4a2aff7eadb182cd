/**
 * Packets and their octets, written down by hand from the figures of the RFCs and from what clients and servers send.
 * Encoding gives the octets, decoding the packet.
 *
 * @module
 */

import type { Packet } from "../../packet/mod.ts";
import { octets } from "./_octets.ts";

export interface Golden {
  readonly name: string;
  readonly packet: Packet;
  readonly bytes: Uint8Array;
}

export const GOLDEN: readonly Golden[] = [
  {
    name: "a plain RRQ (RFC 1350 figure 5-1)",
    packet: { type: "RRQ", filename: "boot.img", mode: "octet", options: [] },
    bytes: octets(0, 1, "boot.img", 0, "octet", 0),
  },
  {
    name: "a plain WRQ (RFC 1350 figure 5-1)",
    packet: { type: "WRQ", filename: "a", mode: "netascii", options: [] },
    bytes: octets(0, 2, "a", 0, "netascii", 0),
  },
  {
    name: "an RRQ without a file name",
    packet: { type: "RRQ", filename: "", mode: "octet", options: [] },
    bytes: octets(0, 1, 0, "octet", 0),
  },
  {
    name: "an RRQ in mode mail",
    packet: { type: "RRQ", filename: "user@host", mode: "mail", options: [] },
    bytes: octets(0, 1, "user@host", 0, "mail", 0),
  },
  {
    name: "an RRQ of curl",
    packet: {
      type: "RRQ",
      filename: "hello",
      mode: "octet",
      options: [["tsize", "0"], ["blksize", "512"], ["timeout", "6"]],
    },
    bytes: octets(
      ...[0, 1, "hello", 0, "octet", 0],
      ...["tsize", 0, "0", 0, "blksize", 0, "512", 0, "timeout", 0, "6", 0],
    ),
  },
  {
    name: "an RRQ of iPXE",
    packet: {
      type: "RRQ",
      filename: "/undionly.kpxe",
      mode: "octet",
      options: [["blksize", "1432"], ["tsize", "0"]],
    },
    bytes: octets(
      ...[0, 1, "/undionly.kpxe", 0, "octet", 0],
      ...["blksize", 0, "1432", 0, "tsize", 0, "0", 0],
    ),
  },
  {
    name: "an RRQ of U-Boot",
    packet: {
      type: "RRQ",
      filename: "C0A80001.img",
      mode: "octet",
      options: [
        ["timeout", "5"],
        ["tsize", "0"],
        ["blksize", "1468"],
        ["windowsize", "16"],
      ],
    },
    bytes: octets(
      ...[0, 1, "C0A80001.img", 0, "octet", 0, "timeout", 0, "5", 0],
      ...["tsize", 0, "0", 0, "blksize", 0, "1468", 0],
      ...["windowsize", 0, "16", 0],
    ),
  },
  {
    name: "an RRQ of Windows Deployment Services",
    packet: {
      type: "RRQ",
      filename: "\\Boot\\BCD",
      mode: "octet",
      options: [["tsize", "0"], ["blksize", "1456"], ["msftwindow", "27182"]],
    },
    bytes: octets(
      ...[0, 1, "\\Boot\\BCD", 0, "octet", 0, "tsize", 0, "0", 0],
      ...["blksize", 0, "1456", 0, "msftwindow", 0, "27182", 0],
    ),
  },
  {
    name: "an RRQ with an option whose value is empty (RFC 2090)",
    packet: {
      type: "RRQ",
      filename: "f",
      mode: "octet",
      options: [["multicast", ""], ["blksize", "8"]],
    },
    bytes: octets(
      ...[0, 1, "f", 0, "octet", 0, "multicast", 0, 0],
      ...["blksize", 0, "8", 0],
    ),
  },
  {
    name: "an RRQ whose last option is empty",
    packet: {
      type: "RRQ",
      filename: "f",
      mode: "octet",
      options: [["multicast", ""]],
    },
    bytes: octets(0, 1, "f", 0, "octet", 0, "multicast", 0, 0),
  },
  {
    name: "an RRQ with options spelled in capitals, one of them twice",
    packet: {
      type: "RRQ",
      filename: "f",
      mode: "octet",
      options: [["BLKSIZE", "1000"], ["BlkSize", "600"]],
    },
    bytes: octets(
      ...[0, 1, "f", 0, "octet", 0],
      ...["BLKSIZE", 0, "1000", 0, "BlkSize", 0, "600", 0],
    ),
  },
  {
    name: "a WRQ with a name beyond ASCII",
    packet: {
      type: "WRQ",
      filename: "größe 東",
      mode: "octet",
      options: [["tsize", "99999999999999"]],
    },
    bytes: octets(
      ...[0, 2, "gr", 0xc3, 0xb6, 0xc3, 0x9f, "e ", 0xe6, 0x9d, 0xb1, 0],
      ...["octet", 0, "tsize", 0, "99999999999999", 0],
    ),
  },
  {
    name: "a DATA (RFC 1350 figure 5-2)",
    packet: { type: "DATA", block: 258, data: octets("abc") },
    bytes: octets(0, 3, 1, 2, "abc"),
  },
  {
    name: "a DATA with nothing in it, the end of a transfer",
    packet: { type: "DATA", block: 1, data: octets() },
    bytes: octets(0, 3, 0, 1),
  },
  {
    name: "a DATA with the last number, full of zeros",
    packet: { type: "DATA", block: 65535, data: new Uint8Array(8) },
    bytes: octets(0, 3, 255, 255, new Uint8Array(8)),
  },
  {
    name: "an ACK of a write request (RFC 1350 figure 5-3)",
    packet: { type: "ACK", block: 0 },
    bytes: octets(0, 4, 0, 0),
  },
  {
    name: "an ACK with both octets of its number in use",
    packet: { type: "ACK", block: 0xfe01 },
    bytes: octets(0, 4, 0xfe, 0x01),
  },
  {
    name: "an ERROR (RFC 1350 figure 5-4)",
    packet: { type: "ERROR", code: 1, message: "File not found" },
    bytes: octets(0, 5, 0, 1, "File not found", 0),
  },
  {
    name: "an ERROR without a text",
    packet: { type: "ERROR", code: 0, message: "" },
    bytes: octets(0, 5, 0, 0, 0),
  },
  {
    name: "an ERROR with a code that no RFC defines",
    packet: { type: "ERROR", code: 65535, message: "?" },
    bytes: octets(0, 5, 255, 255, "?", 0),
  },
  {
    name: "an OACK (RFC 2347)",
    packet: { type: "OACK", options: [["blksize", "1432"], ["tsize", "9"]] },
    bytes: octets(0, 6, "blksize", 0, "1432", 0, "tsize", 0, "9", 0),
  },
  {
    name: "an OACK of RFC 2090",
    packet: { type: "OACK", options: [["multicast", "239.255.0.0,1758,1"]] },
    bytes: octets(0, 6, "multicast", 0, "239.255.0.0,1758,1", 0),
  },
  {
    name: "an OACK without options",
    packet: { type: "OACK", options: [] },
    bytes: octets(0, 6),
  },
];
