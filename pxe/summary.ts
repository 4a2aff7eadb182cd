// Messages as text, for logs. Whatever a peer put into one, what is told here is printable, and a line stays a line.

import { PacketSyntaxError, quoteText } from "../packet/mod.ts";
import { architectureName } from "./architecture.ts";
import { describeClient, formatMac } from "./client.ts";
import { decodeDhcpPacket } from "./decode.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import { NO_ADDRESS } from "./ipv4.ts";
import { readIpxeFeatures } from "./ipxe.ts";
import { messageType, messageTypeName } from "./message_type.ts";
import { DHCP_OPTION, dhcpOptionName } from "./option_code.ts";
import { decodePxeOptions } from "./pxe_options.ts";
import {
  readAddress,
  readAddresses,
  readText,
  readU16,
  readU32,
  readU8,
} from "./option_value.ts";

/**
 * Tells a message in one line: its type, the machine, and what matters for an address and a boot.
 *
 * @param packet The message, or the datagram; bytes that are no message are told as such.
 * @returns The line, without a line end. Nothing in it steers a terminal.
 *
 * @example A DISCOVER
 * ```ts
 * import { DHCP_OPTION, summary, u16Value, u8Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const line = summary({
 *   op: "request",
 *   hardwareType: 1,
 *   hardwareAddress: new Uint8Array([0x52, 0x54, 0, 0x4c, 0x41, 0x42]),
 *   hops: 0,
 *   transactionId: 0xdeadbeef,
 *   seconds: 0,
 *   flags: 0,
 *   clientAddress: "0.0.0.0",
 *   yourAddress: "0.0.0.0",
 *   serverAddress: "0.0.0.0",
 *   relayAddress: "0.0.0.0",
 *   serverName: "",
 *   file: "",
 *   options: new Map([
 *     [DHCP_OPTION.MessageType, u8Value(1)],
 *     [DHCP_OPTION.ClientArchitecture, u16Value(0)],
 *   ]),
 * });
 * assertEquals(line, "DISCOVER 52:54:00:4c:41:42 xid=deadbeef arch=bios-x86");
 * ```
 */
export function summary(packet: DhcpPacket | Uint8Array): string {
  if (packet instanceof Uint8Array) {
    const { message, error } = tryDecode(packet);
    return message ? summary(message) : malformed(packet, error);
  }
  const facts = packet.op === "request"
    ? requestFacts(packet)
    : replyFacts(packet);
  const told = facts.flatMap(([name, value]) =>
    value === undefined || value === "" || value === NO_ADDRESS
      ? []
      : [`${name}=${value}`]
  );
  return [
    title(packet),
    formatMac(packet.hardwareAddress),
    `xid=${hex(packet.transactionId, 8)}`,
    ...told,
  ].filter((part) => part !== "").join(" ");
}

type Fact = readonly [name: string, value: string | undefined];

function requestFacts(packet: DhcpPacket): Fact[] {
  const { options } = packet;
  const client = describeClient(packet);
  const type = client.architecture;
  return [
    ["ciaddr", packet.clientAddress],
    ["requested", client.requestedAddress],
    ["server", readAddress(options, DHCP_OPTION.ServerId)],
    ["relay", packet.relayAddress],
    ["arch", type === undefined ? undefined : architectureName(type)],
    ["class", quoted(firstWord(client.vendorClass))],
    ["user", quoted(client.userClass.join(" "))],
    ["host", quoted(client.hostname)],
    ["file", quoted(packet.file)],
    ["message", quoted(readText(options, DHCP_OPTION.Message))],
  ];
}

function replyFacts(packet: DhcpPacket): Fact[] {
  const { options } = packet;
  return [
    ["yiaddr", packet.yourAddress],
    ["server", readAddress(options, DHCP_OPTION.ServerId)],
    ["next", packet.serverAddress],
    ["relay", packet.relayAddress],
    ["lease", secondsText(readU32(options, DHCP_OPTION.LeaseTime))],
    ["class", quoted(readText(options, DHCP_OPTION.VendorClass))],
    [
      "file",
      quoted(packet.file || readText(options, DHCP_OPTION.BootFileName)),
    ],
    ["message", quoted(readText(options, DHCP_OPTION.Message))],
  ];
}

/**
 * Tells a message in many lines: every field that says something, and every option with its name and value.
 *
 * @param packet The message, or the datagram; bytes that are no message are told as such.
 * @returns The lines, with line ends between them and none behind the last. Nothing in them steers a terminal.
 *
 * @example The options of a reply
 * ```ts
 * import { decodeDhcpPacket, details } from "@tftpkit/tftp/pxe";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const bytes = new Uint8Array(300);
 * bytes.set([2, 1, 6]);
 * bytes.set([0x63, 0x82, 0x53, 0x63, 53, 1, 5, 51, 4, 0, 0, 14, 16, 255], 236);
 * assertStringIncludes(details(decodeDhcpPacket(bytes)), "lease time (51): 3600s");
 * ```
 */
export function details(packet: DhcpPacket | Uint8Array): string {
  if (packet instanceof Uint8Array) {
    const { message, error } = tryDecode(packet);
    return message ? details(message) : malformed(packet, error);
  }
  const flags = packet.flags & 0x8000 ? " (broadcast)" : "";
  const fields: Fact[] = [
    ["client address", packet.clientAddress],
    ["your address", packet.yourAddress],
    ["server address", packet.serverAddress],
    ["relay address", packet.relayAddress],
    ["server name", quoted(packet.serverName)],
    ["file", quoted(packet.file)],
  ];
  return [
    `${title(packet)} ${packet.op}, hardware ${packet.hardwareType} ${
      formatMac(packet.hardwareAddress)
    }`,
    `  xid ${hex(packet.transactionId, 8)}, hops ${packet.hops}, ` +
    `${packet.seconds} s, flags ${hex(packet.flags, 4)}${flags}`,
    ...fields.flatMap(([name, value]) =>
      value === undefined || value === NO_ADDRESS ? [] : [`  ${name}: ${value}`]
    ),
    ...[...packet.options.keys()].map((code) =>
      `  ${dhcpOptionName(code)} (${code}): ${optionText(packet, code)}`
    ),
  ].join("\n");
}

type Teller = (packet: DhcpPacket, code: number) => string | undefined;

const tellText: Teller = ({ options }, code) => quoted(readText(options, code));
const tellAddresses: Teller = ({ options }, code) =>
  readAddresses(options, code).join(", ");
const tellSeconds: Teller = ({ options }, code) =>
  secondsText(readU32(options, code));

const TELLERS: ReadonlyMap<number, Teller> = new Map<number, Teller>([
  ...[1, 3, 4, 5, 6, 7, 16, 28, 42, 50, 54, 118, 150].map((code) =>
    [code, tellAddresses] as const
  ),
  ...[12, 14, 15, 17, 18, 40, 56, 60, 66, 67, 209, 210].map((code) =>
    [code, tellText] as const
  ),
  ...[51, 58, 59, 211].map((code) => [code, tellSeconds] as const),
  [53, (packet) => messageTypeName(messageType(packet))],
  [55, ({ options }) => [...options.get(55) ?? []].join(" ")],
  [57, ({ options }, code) => readU16(options, code)?.toString()],
  [77, (packet) => quoted(describeClient(packet).userClass.join(" "))],
  [93, ({ options }) => tellArchitectures(options.get(93)!)],
  [97, (packet) => describeClient(packet).uuid],
  [43, ({ options }) => {
    const isPxe = readText(options, 60)?.startsWith("PXEClient");
    if (!isPxe) return undefined;
    return quoteless(JSON.stringify(decodePxeOptions(options.get(43)!)));
  }],
  [94, ({ options }) => tellInterface(options.get(94)!)],
  [175, ({ options }) => {
    const { version, features } = readIpxeFeatures(options)!;
    return [version, ...features].filter((word) => word !== "").join(" ");
  }],
]);

function tellArchitectures(value: Uint8Array): string | undefined {
  if (value.length % 2 !== 0) return undefined;
  const types = Array.from(
    { length: value.length / 2 },
    (_, i) => (value[2 * i]! << 8) | value[2 * i + 1]!,
  );
  return types.map((type) => `${type} ${architectureName(type)}`).join(", ");
}

/** Type 1 is UNDI, with its version (RFC 4578 section 2.2). */
function tellInterface(value: Uint8Array): string | undefined {
  const [type, major, minor] = value;
  return type === 1 && value.length === 3
    ? `UNDI ${major}.${minor}`
    : undefined;
}

function optionText(packet: DhcpPacket, code: number): string {
  const value = packet.options.get(code)!;
  const told = TELLERS.get(code)?.(packet, code);
  if (told !== undefined && told !== "") return told;
  const byte = readU8(packet.options, code);
  return byte === undefined ? hexBytes(value) : `${byte}`;
}

/** JSON as one printable run: what is in strings is escaped further. */
function quoteless(json: string): string {
  return quoteText(json).slice(1, -1).replaceAll('\\"', '"');
}

function title(packet: DhcpPacket): string {
  const type = messageType(packet);
  return type === undefined ? `BOOTP ${packet.op}` : messageTypeName(type);
}

function secondsText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  return seconds === 0xffffffff ? "forever" : `${seconds}s`;
}

function firstWord(vendorClass: string): string {
  return vendorClass.split(":", 1)[0]!;
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : quoteText(text);
}

function tryDecode(
  bytes: Uint8Array,
): { message?: DhcpPacket; error?: PacketSyntaxError } {
  try {
    return { message: decodeDhcpPacket(bytes) };
  } catch (error) {
    if (error instanceof PacketSyntaxError) return { error };
    throw error;
  }
}

function malformed(bytes: Uint8Array, error?: PacketSyntaxError): string {
  return `malformed, ${bytes.length} octets: ${
    hexBytes(bytes)
  } (${error?.message})`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** The first 64 octets. */
function hexBytes(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 64), (octet) => hex(octet, 2));
  return shown.join(" ") + (bytes.length > 64 ? " …" : "");
}
