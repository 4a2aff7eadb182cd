/** The port that TFTP requests go to (RFC 1350 section 4). */
export const TFTP_PORT = 69;

/** The two ends of UDP datagrams: an address of a machine, and a port. The same shape as Deno's own addresses. */
export interface UdpAddress {
  /** UDP, and nothing else. */
  readonly transport: "udp";
  /** The IP address as text, without brackets; a host name only where one is resolved. */
  readonly hostname: string;
  /** The port, 0 to 65535. */
  readonly port: number;
}

/**
 * Whether two addresses are the same.
 *
 * @param a One address.
 * @param b The other.
 * @returns Whether port and host name are the same; that two spellings can mean one host is not looked at.
 *
 * @example The same port on another machine
 * ```ts
 * import { isSameAddress } from "@tftpkit/tftp/net";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isSameAddress(
 *   { transport: "udp", hostname: "192.0.2.1", port: 69 },
 *   { transport: "udp", hostname: "192.0.2.2", port: 69 },
 * ));
 * ```
 */
export function isSameAddress(a: UdpAddress, b: UdpAddress): boolean {
  return a.port === b.port && a.hostname === b.hostname;
}

/**
 * An address as people write it: IPv6 in brackets, and an IPv4 address that a dual-stack socket shows as
 * `::ffff:192.0.2.1` as plain `192.0.2.1`.
 *
 * @param address The address.
 * @returns Host and port with a colon between them.
 *
 * @example IPv4 and IPv6
 * ```ts
 * import { formatAddress } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatAddress({ transport: "udp", hostname: "::1", port: 69 }), "[::1]:69");
 * assertEquals(
 *   formatAddress({ transport: "udp", hostname: "::ffff:192.0.2.1", port: 69 }),
 *   "192.0.2.1:69",
 * );
 * ```
 */
export function formatAddress(address: UdpAddress): string {
  const hostname = plainHostname(address.hostname);
  return hostname.includes(":")
    ? `[${hostname}]:${address.port}`
    : `${hostname}:${address.port}`;
}

/**
 * An IP address without the mapping that a dual-stack socket puts around IPv4 (RFC 4291 section 2.5.5.2).
 *
 * @param hostname The address as the socket shows it.
 * @returns The address as the network knows it.
 *
 * @example A client that came over IPv4
 * ```ts
 * import { plainHostname } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainHostname("::ffff:192.0.2.1"), "192.0.2.1");
 * ```
 */
export function plainHostname(hostname: string): string {
  return hostname.startsWith(MAPPED_PREFIX) && hostname.includes(".")
    ? hostname.slice(MAPPED_PREFIX.length)
    : hostname;
}

const MAPPED_PREFIX = "::ffff:";
