// Blocks of addresses, and which addresses are in them. Rules:
// 1. Text is taken to the letter: no octal, no short forms of IPv4, no host bits behind the prefix. What could be read in
//    two ways must not decide over who comes in.
// 2. An IPv4 address is one, however it is written: `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2) is 192.0.2.1, and
//    `::ffff:192.0.2.0/120` is 192.0.2.0/24. No other block of IPv6 holds an IPv4 address, not even `::/0`.
// 3. A block with a zone (`fe80::%eth0/64`, RFC 4007 section 11.7) holds addresses of that zone; one without holds those of
//    any.

import { ipBytes } from "../../net/ip_bytes.ts";
import { quoteText } from "../../packet/mod.ts";

/** An IP address as bytes: 4 of them, or 16. */
export interface IpAddress {
  /** The address, in network order. */
  readonly bytes: readonly number[];
  /** The zone of an IPv6 address that has one, without the percent sign; `null` without. */
  readonly zone: string | null;
}

/** A block of addresses: all that begin alike. */
export interface CidrBlock extends IpAddress {
  /** How many bits are alike: 0 to 32, or to 128. */
  readonly prefixBits: number;
}

const PREFIX_REGEXP = /^(?:0|[1-9][0-9]{0,2})$/;

/** The bytes before an IPv4 address that is written as one of IPv6. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const MAPPED_BITS = MAPPED.length * 8;

/**
 * Reads an IP address, as `remote.hostname` of a request or a person writes it, without brackets.
 *
 * @param text The address.
 * @returns Its bytes, 4 for an IPv4 address that is written as one of IPv6, too; `null` when it is no address.
 *
 * @example An IPv4 address, mapped
 * ```ts
 * import { parseIpAddress } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseIpAddress("::ffff:192.0.2.7")?.bytes, [192, 0, 2, 7]);
 * assertEquals(parseIpAddress("192.0.2"), null);
 * ```
 */
export function parseIpAddress(text: string): IpAddress | null {
  const address = parseAsWritten(text);
  return address !== null && isMapped(address.bytes)
    ? { bytes: address.bytes.slice(MAPPED.length), zone: null }
    : address;
}

/**
 * Reads a block of addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
 *
 * @param text The block.
 * @returns The block.
 * @throws {RangeError} When it is none, when the prefix is too long, or when there are host bits behind it.
 *
 * @example A block, and a slip of the pen
 * ```ts
 * import { parseCidr } from "@tftpkit/tftp/handlers";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseCidr("192.0.2.0/24").prefixBits, 24);
 * assertThrows(() => parseCidr("192.0.2.7/24"), RangeError, "192.0.2.0/24");
 * ```
 */
export function parseCidr(text: string): CidrBlock {
  const [head = "", prefix, ...rest] = text.split("/");
  const address = parseAsWritten(head);
  if (address === null || rest.length > 0) {
    throw wrong(text, "must be an IP address, or a block such as 192.0.2.0/24");
  }
  const { bytes, zone } = address;
  const width = bytes.length * 8;
  const prefixBits = prefix === undefined ? width : Number(prefix);
  if (
    prefix !== undefined && (!PREFIX_REGEXP.test(prefix) || prefixBits > width)
  ) {
    throw wrong(text, `must have a prefix of 0 to ${width} bits`);
  }
  const network = bytes.map((byte, index) => byte & maskOf(index, prefixBits));
  if (network.some((byte, index) => byte !== bytes[index])) {
    throw wrong(
      text,
      `must have no bits behind its prefix: write ${
        formatBytes(network)
      }/${prefix}`,
    );
  }
  // A shorter prefix than that of all mapped addresses would have had bits behind it.
  return isMapped(bytes)
    ? {
      bytes: bytes.slice(MAPPED.length),
      zone: null,
      prefixBits: prefixBits - MAPPED_BITS,
    }
    : { bytes, zone, prefixBits };
}

/**
 * Whether an address is in a block.
 *
 * @param block The block.
 * @param address The address.
 * @returns Whether it is.
 *
 * @example In and out
 * ```ts
 * import { cidrContains, parseCidr, parseIpAddress } from "@tftpkit/tftp/handlers";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const block = parseCidr("2001:db8::/32");
 * assert(cidrContains(block, parseIpAddress("2001:db8::7")!));
 * assertFalse(cidrContains(block, parseIpAddress("192.0.2.7")!));
 * ```
 */
export function cidrContains(block: CidrBlock, address: IpAddress): boolean {
  const { bytes, prefixBits, zone } = block;
  if (bytes.length !== address.bytes.length) return false;
  if (zone !== null && zone !== address.zone) return false;
  return bytes.every((byte, index) =>
    byte === (address.bytes[index]! & maskOf(index, prefixBits))
  );
}

/** The bits of a byte that belong to a prefix. */
function maskOf(index: number, prefixBits: number): number {
  const bits = Math.min(8, Math.max(0, prefixBits - index * 8));
  return (0xff00 >> bits) & 0xff;
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.length === 16 &&
    MAPPED.every((byte, index) => byte === bytes[index]);
}

function parseAsWritten(text: string): IpAddress | null {
  const octets = ipBytes(text);
  if (octets === null) return null;
  const percent = text.indexOf("%");
  const zone = percent < 0 ? null : text.slice(percent + 1);
  return zone === "" ? null : { bytes: [...octets], zone };
}

function formatBytes(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push((bytes[i]! << 8 | bytes[i + 1]!).toString(16));
  }
  // Good enough for a hint: the zeros at the end are what a block has.
  return groups.join(":").replace(/(?::0)+$/, "::");
}

function wrong(text: string, wish: string): RangeError {
  return new RangeError(
    `Cannot use block of addresses as it ${wish}: current value is ${
      quoteText(text)
    }`,
  );
}
