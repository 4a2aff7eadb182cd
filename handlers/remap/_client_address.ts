// How rules write a client's address. IPv4 is IPv4, also where a socket for both shows it inside of IPv6; the zone of a
// link-local address, as in fe80::1%eth0, is this machine's affair and does not count.

import { ipBytes } from "../../net/ip_bytes.ts";
import { plainHostname } from "../../net/mod.ts";

/** An address, as rules use it. */
export interface ClientAddress {
  /** 4 or 6; `null` for what is no address. */
  readonly family: 4 | 6 | null;
  /** As people write it. */
  readonly text: string;
  /** All its octets in upper-case hexadecimal: 8 digits or 32. */
  readonly hex: string;
}

/** Reads the address of a client. */
export function clientAddress(hostname: string): ClientAddress {
  const text = plainHostname(hostname.toLowerCase()).split("%", 1)[0]!;
  const octets = ipBytes(text);
  if (octets === null) return { family: null, text: hostname, hex: "" };
  const hex = octets.toHex().toUpperCase();
  return { family: octets.length === 4 ? 4 : 6, text, hex };
}
