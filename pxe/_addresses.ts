// What is asked of IPv4 addresses here, beyond reading and writing them.

import { parseIpv4 } from "./ipv4.ts";

/** Everybody on the wire. */
export const LIMITED_BROADCAST = "255.255.255.255";

/** The number of an address that somebody set; whatever else is refused. */
export function checkAddress(text: string, action: string): number {
  const number = parseIpv4(text);
  if (number !== undefined) return number;
  throw new TypeError(
    `Cannot ${action} as it must be an IPv4 address: current value is "${text}"`,
  );
}

/** Whether one machine can have the address: not 0.x, loopback, multicast or broadcast (RFC 1122 section 3.2.1.3). */
export function isHostAddress(address: string): boolean {
  const number = parseIpv4(address);
  if (number === undefined) return false;
  const first = number >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
