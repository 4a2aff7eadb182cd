// How rules write a client's address. IPv4 is IPv4, also where a socket for both shows it inside of IPv6; the zone of a
// link-local address, as in fe80::1%eth0, is this machine's affair and does not count.

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
  const octets = ipv4Octets(text);
  if (octets !== null) return { family: 4, text, hex: hexOf(octets, 2) };
  const groups = ipv6Groups(text);
  if (groups !== null) return { family: 6, text, hex: hexOf(groups, 4) };
  return { family: null, text: hostname, hex: "" };
}

function hexOf(numbers: readonly number[], width: number): string {
  return numbers.map((it) => it.toString(16).padStart(width, "0")).join("")
    .toUpperCase();
}

function ipv4Octets(text: string): number[] | null {
  if (!/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(text)) return null;
  const octets = text.split(".").map(Number);
  return octets.every((octet) => octet <= 255) ? octets : null;
}

/** The eight groups (RFC 4291 section 2.2). */
function ipv6Groups(text: string): number[] | null {
  const dotted = text.slice(text.lastIndexOf(":") + 1);
  const octets = ipv4Octets(dotted);
  if (octets !== null) {
    const [a, b, c, d] = octets as [number, number, number, number];
    const tail = [a * 256 + b, c * 256 + d].map((it) => it.toString(16));
    return ipv6Groups(text.slice(0, -dotted.length) + tail.join(":"));
  }
  const halves = text.split("::");
  if (!text.includes(":") || halves.length > 2) return null;
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - head!.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const words = [...head!, ...Array(missing).fill("0"), ...tail ?? []];
  if (!words.every((word) => /^[0-9a-f]{1,4}$/.test(word))) return null;
  return words.map((word) => parseInt(word, 16));
}
