// How a message is written. The rules:
//
// 1. A message without option 53 is BOOTP: 300 octets and no overload, as its clients know nothing else. A message without
//    any option has no cookie.
// 2. Text fields end with NUL. A file name that is too long for its field is sent as option 67, a name of a server as
//    option 66, unless the packet has that option already.
// 3. Boot firmware, which is who gets option 60 or 97, is sent no options in `file`: iPXE takes whatever octets are in there
//    for a file's name, options or not (measured with its ROM of 2019; EDK2, udhcpc and ISC dhclient know better).
// 4. Which option goes where, and which is left out, is decided in `_fit_options.ts`.

import { textToBytes } from "../packet/_text.ts";
import { fitOptions, type OptionAreas } from "./_fit_options.ts";
import {
  DEFAULT_MAX_DHCP_MESSAGE_BYTES,
  FRAMING,
  MAGIC_COOKIE,
  MAX_HARDWARE_ADDRESS_BYTES,
  OFFSET,
  OP,
  OVERLOAD,
} from "./_layout.ts";
import { writeParts } from "./_option_area.ts";
import type { DhcpOptions, DhcpPacket } from "./dhcp_packet.ts";
import { parseIpv4 } from "./ipv4.ts";
import { DHCP_OPTION } from "./option_code.ts";

/** Octets that a BOOTP message has at least; relay agents and old clients drop shorter ones (RFC 1542 section 2.1). */
export const MIN_DHCP_MESSAGE_BYTES = 300;

const IP_AND_UDP_HEADER_BYTES = 28;

/** Limits of {@linkcode encodeDhcpPacket}. */
export interface DhcpEncodeLimits {
  /**
   * The largest message that the receiver takes, in octets, with the 28 of the headers of IP and UDP: what
   * {@linkcode replyLimit} gives for its request. Whole numbers from 576 to 65535.
   *
   * @default {576}
   */
  readonly maxMessageBytes?: number;
  /**
   * Called with the code of each option that found no room and was left out.
   *
   * @default {nobody is told}
   */
  readonly onDrop?: (code: number) => void;
}

/**
 * Turns a BOOTP or DHCP message into a datagram of at least 300 octets.
 *
 * Options that do not fit move into `file` and `sname` where these are empty (option 52), into `sname` alone where option 60
 * or 97 shows that boot firmware reads them, as iPXE takes options in `file` for a name. Where that is not enough, the most
 * important options get their room first, and those that find none are left out and told to `onDrop`: size never makes this
 * function throw. Without a message type (53) the message is BOOTP, with 300 octets and no overload. Option 52 of the packet
 * is not looked at: the encoder sets its own.
 *
 * @param packet The message.
 * @param limits How large it may get, and who is told what was left out.
 * @returns A new array with the octets to send.
 * @throws {RangeError} When a number does not fit in its field, an option's code is not 1 to 254, the hardware address has
 * more than 16 octets, a BOOTP message's file has more than 127 octets or its server name more than 63, or `maxMessageBytes`
 * is out of range.
 * @throws {TypeError} When an address is not dotted IPv4 text, or a text holds NUL.
 *
 * @example An offer of a boot file
 * ```ts
 * import { addressValue, decodeDhcpPacket, DHCP_OPTION, encodeDhcpPacket, MESSAGE_TYPE, u8Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeDhcpPacket({
 *   op: "reply",
 *   hardwareType: 1,
 *   hardwareAddress: new Uint8Array([0x52, 0x54, 0, 0, 0, 1]),
 *   hops: 0,
 *   transactionId: 7,
 *   seconds: 0,
 *   flags: 0x8000,
 *   clientAddress: "0.0.0.0",
 *   yourAddress: "192.0.2.50",
 *   serverAddress: "192.0.2.1",
 *   relayAddress: "0.0.0.0",
 *   serverName: "",
 *   file: "pxelinux.0",
 *   options: new Map([
 *     [DHCP_OPTION.ServerId, addressValue("192.0.2.1")],
 *     [DHCP_OPTION.MessageType, u8Value(MESSAGE_TYPE.Offer)],
 *   ]),
 * });
 * assertEquals(bytes.length, 300);
 * assertEquals(decodeDhcpPacket(bytes).file, "pxelinux.0");
 * ```
 */
export function encodeDhcpPacket(
  packet: DhcpPacket,
  limits: DhcpEncodeLimits = {},
): Uint8Array<ArrayBuffer> {
  const { maxMessageBytes = DEFAULT_MAX_DHCP_MESSAGE_BYTES, onDrop } = limits;
  checkNumber(
    "maxMessageBytes",
    maxMessageBytes,
    DEFAULT_MAX_DHCP_MESSAGE_BYTES,
    0xffff,
  );
  const options = new Map(packet.options);
  options.delete(FRAMING.Overload);
  for (const code of options.keys()) checkNumber("option code", code, 1, 254);
  const isDhcp = options.has(DHCP_OPTION.MessageType);
  const file = placeText(packet.file, FILE_FIELD, options, isDhcp);
  const serverName = placeText(packet.serverName, NAME_FIELD, options, isDhcp);

  const sizeBytes = isDhcp
    ? maxMessageBytes - IP_AND_UDP_HEADER_BYTES
    : MIN_DHCP_MESSAGE_BYTES;
  const areas = fitOptions(options, {
    // One octet of each area is its end.
    options: sizeBytes - OFFSET.options - 1,
    file: isDhcp && file.length === 0 && !isForFirmware(options)
      ? FILE_FIELD.sizeBytes - 1
      : 0,
    serverName: isDhcp && serverName.length === 0
      ? NAME_FIELD.sizeBytes - 1
      : 0,
  }, onDrop);
  const bytes = new Uint8Array(sizeBytes);
  writeFields(bytes, packet);
  bytes.set(file, OFFSET.file);
  bytes.set(serverName, OFFSET.serverName);
  const end = options.size === 0 ? 0 : writeAreas(bytes, areas);
  return bytes.slice(0, Math.max(end, MIN_DHCP_MESSAGE_BYTES));
}

function isForFirmware(options: DhcpOptions): boolean {
  return options.has(DHCP_OPTION.VendorClass) ||
    options.has(DHCP_OPTION.ClientMachineId);
}

/** A field of text, and the option that takes what is too long for it. */
interface TextField {
  readonly name: "file" | "serverName";
  readonly sizeBytes: number;
  readonly option: number;
}

const FILE_FIELD: TextField = {
  name: "file",
  sizeBytes: OFFSET.cookie - OFFSET.file,
  option: DHCP_OPTION.BootFileName,
};

const NAME_FIELD: TextField = {
  name: "serverName",
  sizeBytes: OFFSET.file - OFFSET.serverName,
  option: DHCP_OPTION.TftpServerName,
};

/** What stands in the field; a text that is too long for it goes into the options instead. */
function placeText(
  text: string,
  field: TextField,
  options: Map<number, Uint8Array>,
  isDhcp: boolean,
): Uint8Array {
  if (text.includes("\0")) {
    throw new TypeError(
      `Cannot encode ${field.name} as it must not contain NUL: current value is ${
        JSON.stringify(text)
      }`,
    );
  }
  const bytes = textToBytes(text);
  if (bytes.length < field.sizeBytes) return bytes;
  if (!isDhcp) {
    throw new RangeError(
      `Cannot encode ${field.name} as it must have at most ${
        field.sizeBytes - 1
      } octets in a BOOTP message: it has ${bytes.length}`,
    );
  }
  if (!options.has(field.option)) options.set(field.option, bytes);
  return new Uint8Array(0);
}

function writeFields(bytes: Uint8Array<ArrayBuffer>, packet: DhcpPacket): void {
  const { hardwareAddress } = packet;
  const view = new DataView(bytes.buffer);
  const octet = (name: "hardwareType" | "hops") =>
    view.setUint8(OFFSET[name], checkNumber(name, packet[name], 0, 0xff));
  const word = (name: "seconds" | "flags") =>
    view.setUint16(OFFSET[name], checkNumber(name, packet[name], 0, 0xffff));
  const address = (
    name: "clientAddress" | "yourAddress" | "serverAddress" | "relayAddress",
  ) => view.setUint32(OFFSET[name], checkAddress(name, packet[name]));

  view.setUint8(OFFSET.op, OP[packet.op]);
  octet("hardwareType");
  view.setUint8(
    OFFSET.hardwareLength,
    checkNumber(
      "hardwareAddress length",
      hardwareAddress.length,
      0,
      MAX_HARDWARE_ADDRESS_BYTES,
    ),
  );
  octet("hops");
  view.setUint32(
    OFFSET.transactionId,
    checkNumber("transactionId", packet.transactionId, 0, 0xffffffff),
  );
  word("seconds");
  word("flags");
  address("clientAddress");
  address("yourAddress");
  address("serverAddress");
  address("relayAddress");
  bytes.set(hardwareAddress, OFFSET.hardwareAddress);
}

/** Writes cookie and options, and says where they end. */
function writeAreas(
  bytes: Uint8Array<ArrayBuffer>,
  areas: OptionAreas,
): number {
  new DataView(bytes.buffer).setUint32(OFFSET.cookie, MAGIC_COOKIE);
  const overload = (areas.file.length > 0 ? OVERLOAD.File : 0) |
    (areas.serverName.length > 0 ? OVERLOAD.ServerName : 0);
  if (overload === 0) return writeParts(bytes, OFFSET.options, areas.options);
  if (overload & OVERLOAD.File) writeParts(bytes, OFFSET.file, areas.file);
  if (overload & OVERLOAD.ServerName) {
    writeParts(bytes, OFFSET.serverName, areas.serverName);
  }
  // Behind the message type, which is first: option 82 has to stay last.
  const [first, ...rest] = areas.options;
  return writeParts(bytes, OFFSET.options, [
    ...first ? [first] : [],
    { code: FRAMING.Overload, value: new Uint8Array([overload]) },
    ...rest,
  ]);
}

function checkNumber(
  what: string,
  value: number,
  min: number,
  max: number,
): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(
    `Cannot encode ${what} as it must be a whole number from ${min} to ${max}: current value is ${value}`,
  );
}

function checkAddress(what: string, text: string): number {
  const address = parseIpv4(text);
  if (address !== undefined) return address;
  throw new TypeError(
    `Cannot encode ${what} as it must be an IPv4 address: current value is ${
      JSON.stringify(text)
    }`,
  );
}
