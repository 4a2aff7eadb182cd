// What the octets of options mean. Readers never throw: a value of the wrong length is no value, because half an address
// that is taken for a whole one does harm. Writers throw on what cannot be written.

import { bytesToText, textToBytes } from "../packet/_text.ts";
import { DEFAULT_MAX_DHCP_MESSAGE_BYTES } from "./_layout.ts";
import type { DhcpOptions } from "./dhcp_packet.ts";
import { formatIpv4, parseIpv4 } from "./ipv4.ts";
import { DHCP_OPTION } from "./option_code.ts";

/**
 * An option of one octet.
 *
 * @param options The options of a message.
 * @param code The option's code.
 * @returns The number, or `undefined` when the option is not there or has another length.
 *
 * @example The type of a message
 * ```ts
 * import { DHCP_OPTION, readU8 } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[53, new Uint8Array([1])]]);
 * assertEquals(readU8(options, DHCP_OPTION.MessageType), 1);
 * ```
 */
export function readU8(options: DhcpOptions, code: number): number | undefined {
  return readNumber(options, code, 1);
}

/**
 * An option of two octets.
 *
 * @param options The options of a message.
 * @param code The option's code.
 * @returns The number, or `undefined` when the option is not there or has another length.
 *
 * @example The largest message that a client takes
 * ```ts
 * import { DHCP_OPTION, readU16 } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[57, new Uint8Array([5, 0xc0])]]);
 * assertEquals(readU16(options, DHCP_OPTION.MaxMessageSize), 1472);
 * ```
 */
export function readU16(
  options: DhcpOptions,
  code: number,
): number | undefined {
  return readNumber(options, code, 2);
}

/**
 * An option of four octets, such as a time in seconds.
 *
 * @param options The options of a message.
 * @param code The option's code.
 * @returns The number, or `undefined` when the option is not there or has another length. 4294967295 seconds stand for ever
 * (RFC 2131 section 3.3).
 *
 * @example The time of a lease
 * ```ts
 * import { DHCP_OPTION, readU32 } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[51, new Uint8Array([0, 0, 0x0e, 0x10])]]);
 * assertEquals(readU32(options, DHCP_OPTION.LeaseTime), 3600);
 * ```
 */
export function readU32(
  options: DhcpOptions,
  code: number,
): number | undefined {
  return readNumber(options, code, 4);
}

/**
 * An option of one address.
 *
 * @param options The options of a message.
 * @param code The option's code.
 * @returns The address as dotted text, or `undefined` when the option is not there or not four octets long.
 *
 * @example The server that is meant
 * ```ts
 * import { DHCP_OPTION, readAddress } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[54, new Uint8Array([192, 0, 2, 1])]]);
 * assertEquals(readAddress(options, DHCP_OPTION.ServerId), "192.0.2.1");
 * ```
 */
export function readAddress(
  options: DhcpOptions,
  code: number,
): string | undefined {
  const address = readU32(options, code);
  return address === undefined ? undefined : formatIpv4(address);
}

/**
 * An option of several addresses.
 *
 * @param options The options of a message.
 * @param code The option's code.
 * @returns The addresses as dotted text; none when the option is not there or its length is not a multiple of four.
 *
 * @example TFTP servers (RFC 5859)
 * ```ts
 * import { DHCP_OPTION, readAddresses } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[150, new Uint8Array([192, 0, 2, 1, 192, 0, 2, 2])]]);
 * assertEquals(readAddresses(options, DHCP_OPTION.TftpServerAddress), ["192.0.2.1", "192.0.2.2"]);
 * ```
 */
export function readAddresses(options: DhcpOptions, code: number): string[] {
  const value = options.get(code);
  if (!value || value.length % 4 !== 0) return [];
  return Array.from(
    { length: value.length / 4 },
    (_, i) => formatIpv4(number(value.subarray(4 * i, 4 * i + 4))),
  );
}

/**
 * An option of text. NULs at its end are taken away, as RFC 2132 section 2 says, and what comes behind one in its middle as
 * well.
 *
 * @param options The options of a message.
 * @param code The option's code.
 * @returns The text, or `undefined` when the option is not there. It comes from the network: it is not to be trusted.
 *
 * @example A boot file's name that ends with NUL
 * ```ts
 * import { DHCP_OPTION, readText, textValue } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[67, textValue("pxelinux.0\0")]]);
 * assertEquals(readText(options, DHCP_OPTION.BootFileName), "pxelinux.0");
 * ```
 */
export function readText(
  options: DhcpOptions,
  code: number,
): string | undefined {
  const value = options.get(code);
  if (!value) return undefined;
  const end = value.indexOf(0);
  return bytesToText(end < 0 ? value : value.subarray(0, end));
}

/**
 * The largest message to answer a request with: what option 57 says, but never less than the 576 octets that every client
 * takes (RFC 2132 section 9.10), nor more than an Ethernet frame holds, as boot firmware does not join fragments well.
 *
 * @param request The request's options.
 * @returns Octets, with the 28 of the headers of IP and UDP: the `maxMessageBytes` of `encodeDhcpPacket`.
 *
 * @example What iPXE takes
 * ```ts
 * import { DHCP_OPTION, replyLimit, u16Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(replyLimit(new Map([[DHCP_OPTION.MaxMessageSize, u16Value(1472)]])), 1472);
 * assertEquals(replyLimit(new Map()), 576);
 * ```
 */
export function replyLimit(request: DhcpOptions): number {
  const wish = readU16(request, DHCP_OPTION.MaxMessageSize) ?? 0;
  return Math.min(
    Math.max(wish, DEFAULT_MAX_DHCP_MESSAGE_BYTES),
    ETHERNET_MTU_BYTES,
  );
}

const ETHERNET_MTU_BYTES = 1500;

/**
 * The value of an option of one octet.
 *
 * @param value The number, 0 to 255.
 * @returns The octets.
 * @throws {RangeError} When the number is out of range.
 *
 * @example The type of an offer
 * ```ts
 * import { MESSAGE_TYPE, u8Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(u8Value(MESSAGE_TYPE.Offer), new Uint8Array([2]));
 * ```
 */
export function u8Value(value: number): Uint8Array<ArrayBuffer> {
  return numberValue(value, 1);
}

/**
 * The value of an option of two octets.
 *
 * @param value The number, 0 to 65535.
 * @returns The octets, the most significant first.
 * @throws {RangeError} When the number is out of range.
 *
 * @example An MTU
 * ```ts
 * import { u16Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(u16Value(1500), new Uint8Array([5, 0xdc]));
 * ```
 */
export function u16Value(value: number): Uint8Array<ArrayBuffer> {
  return numberValue(value, 2);
}

/**
 * The value of an option of four octets, such as a time in seconds.
 *
 * @param value The number, 0 to 4294967295.
 * @returns The octets, the most significant first.
 * @throws {RangeError} When the number is out of range.
 *
 * @example A lease of an hour
 * ```ts
 * import { u32Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(u32Value(3600), new Uint8Array([0, 0, 0x0e, 0x10]));
 * ```
 */
export function u32Value(value: number): Uint8Array<ArrayBuffer> {
  return numberValue(value, 4);
}

/**
 * The value of an option of addresses.
 *
 * @param addresses One address or more, as dotted text.
 * @returns Four octets for each.
 * @throws {TypeError} When one of them is not an IPv4 address.
 *
 * @example Two routers
 * ```ts
 * import { addressValue } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   addressValue("192.0.2.1", "192.0.2.2"),
 *   new Uint8Array([192, 0, 2, 1, 192, 0, 2, 2]),
 * );
 * ```
 */
export function addressValue(
  ...addresses: readonly string[]
): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(4 * addresses.length);
  const view = new DataView(value.buffer);
  addresses.forEach((text, i) => {
    const address = parseIpv4(text);
    if (address === undefined) {
      throw new TypeError(
        `Cannot write option as it must be an IPv4 address: current value is ${
          JSON.stringify(text)
        }`,
      );
    }
    view.setUint32(4 * i, address);
  });
  return value;
}

/**
 * The value of an option of text.
 *
 * @param text The text; no NUL is added.
 * @returns Its octets, in UTF-8.
 *
 * @example A vendor class
 * ```ts
 * import { textValue } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(textValue("PXEClient").length, 9);
 * ```
 */
export function textValue(text: string): Uint8Array {
  return textToBytes(text);
}

function readNumber(
  options: DhcpOptions,
  code: number,
  length: number,
): number | undefined {
  const value = options.get(code);
  return value?.length === length ? number(value) : undefined;
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((sum, octet) => sum * 256 + octet, 0);
}

function numberValue(
  value: number,
  length: 1 | 2 | 4,
): Uint8Array<ArrayBuffer> {
  const max = 256 ** length - 1;
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(
      `Cannot write option as it must be a whole number from 0 to ${max}: current value is ${value}`,
    );
  }
  return Uint8Array.from(
    { length },
    (_, i) => Math.floor(value / 256 ** (length - 1 - i)) & 0xff,
  );
}
