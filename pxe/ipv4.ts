const OCTET = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4_REGEXP = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** The address that stands for "none" in every field of a message. */
export const NO_ADDRESS = "0.0.0.0";

/**
 * The number that an IPv4 address stands for. Four decimal numbers without leading zeros, and nothing else: what others
 * read as octal or as an abbreviation is no address here.
 *
 * @param text The address.
 * @returns A whole number from 0 to 4294967295, or `undefined` when the text is no address.
 *
 * @example The next address
 * ```ts
 * import { formatIpv4, parseIpv4 } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatIpv4(parseIpv4("192.0.2.255")! + 1), "192.0.3.0");
 * assertEquals(parseIpv4("192.0.2"), undefined);
 * ```
 */
export function parseIpv4(text: string): number | undefined {
  const match = IPV4_REGEXP.exec(text);
  if (!match) return undefined;
  const [, a, b, c, d] = match;
  return ((Number(a) << 24) | (Number(b) << 16) | (Number(c) << 8) |
    Number(d)) >>> 0;
}

/**
 * An IPv4 address as text.
 *
 * @param address The address as a number; its low 32 bits count.
 * @returns Four decimal numbers with dots between them.
 *
 * @example A network mask of 24 bits
 * ```ts
 * import { formatIpv4 } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatIpv4(0xffffff00), "255.255.255.0");
 * ```
 */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${
    (address >>> 8) & 0xff
  }.${address & 0xff}`;
}
