import { checkAddress, isHostAddress } from "./_addresses.ts";
import { checkGivenOptions } from "./_given_options.ts";
import { formatIpv4, parseIpv4 } from "./ipv4.ts";
import type { DhcpOptions } from "./dhcp_packet.ts";

/** Addresses from the first to the last, both included. */
export interface AddressRange {
  /** The first address. */
  readonly first: string;
  /** The last address; not below the first. */
  readonly last: string;
}

/** A network whose clients get addresses, and what they are told of it. */
export interface DhcpNetwork {
  /** The network: an address in it, a slash, and the octets of its mask in bits, as `192.0.2.0/24`. */
  readonly network: string;
  /**
   * Addresses to give to whoever asks, 1048576 at most. None: only clients with a fixed address get one.
   *
   * @default {[]}
   */
  readonly ranges?: readonly AddressRange[];
  /**
   * The routers, the one to prefer first (option 3).
   *
   * @default {[]}
   */
  readonly routers?: readonly string[];
  /**
   * The name servers (option 6).
   *
   * @default {[]}
   */
  readonly dnsServers?: readonly string[];
  /** The domain that names are looked up in (option 15). */
  readonly domain?: string;
  /**
   * Further options, by number; they are sent to who asks for them, and win over those made from the above. The times of the
   * lease and what the message is built of are not for them: see `leaseMs`.
   */
  readonly options?: DhcpOptions;
}

/** A network, checked, with its addresses as numbers. */
export interface CheckedNetwork {
  readonly settings: DhcpNetwork;
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly netmask: string;
  readonly broadcast: string;
  readonly ranges: readonly NumberRange[];
}

/** Addresses as numbers, both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Each address that was ever given takes half a kilobyte of memory. Whoever makes up hardware addresses can have all of them
 * given, and should not get the memory of the whole machine.
 */
const MAX_ADDRESSES = 1 << 20;

const NETWORK_REGEXP = /^([\d.]+)\/([1-9]|[12]\d|30)$/;
const RANGE_REGEXP = /^([\d.]+)\s*[-,]\s*([\d.]+)$/;

/**
 * Reads a range of addresses as people write it.
 *
 * @param text Two addresses with a dash or a comma between them, or one address.
 * @returns The range.
 * @throws {TypeError} When the text is none.
 *
 * @example Fifty addresses
 * ```ts
 * import { parseAddressRange } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseAddressRange("192.0.2.50-192.0.2.99"), {
 *   first: "192.0.2.50",
 *   last: "192.0.2.99",
 * });
 * ```
 */
export function parseAddressRange(text: string): AddressRange {
  const [, first = text, last = text] = RANGE_REGEXP.exec(text.trim()) ?? [];
  const range = { first, last };
  checkRange(range);
  return range;
}

/** The range as numbers. */
function checkRange({ first, last }: AddressRange): NumberRange {
  const from = parseIpv4(first);
  const to = parseIpv4(last);
  if (from === undefined || to === undefined || from > to) {
    throw new TypeError(
      `Cannot use address range as it must be two IPv4 addresses, the lower one first: current value is "${first}-${last}"`,
    );
  }
  return { first: from, last: to };
}

/** Reads and checks a network. */
export function checkNetwork(settings: DhcpNetwork): CheckedNetwork {
  const match = NETWORK_REGEXP.exec(settings.network);
  const address = parseIpv4(match?.[1] ?? "");
  if (match === null || address === undefined) {
    throw new TypeError(
      `Cannot use network as it must be an IPv4 address and a prefix of 1 to 30 bits: current value is "${settings.network}"`,
    );
  }
  const size = 2 ** (32 - Number(match[2]));
  const first = Math.floor(address / size) * size;
  const last = first + size - 1;
  const ranges = (settings.ranges ?? []).map(checkRange);
  for (const range of ranges) {
    const ends = [range.first, range.last].map(formatIpv4);
    const isInside = range.first > first && range.last < last;
    if (isInside && ends.every(isHostAddress)) continue;
    throw new RangeError(
      `Cannot use address range as it must be of hosts in ${settings.network}: current value is "${
        ends.join("-")
      }"`,
    );
  }
  const count = ranges.reduce(
    (sum, each) => sum + each.last - each.first + 1,
    0,
  );
  if (count > MAX_ADDRESSES) {
    throw new RangeError(
      `Cannot use address ranges as those of ${settings.network} must have at most ${MAX_ADDRESSES} addresses: they have ${count}`,
    );
  }
  for (const router of settings.routers ?? []) {
    checkAddress(router, "use router");
  }
  for (const server of settings.dnsServers ?? []) {
    checkAddress(server, "use name server");
  }
  checkGivenOptions(settings.options ?? new Map());
  if (settings.domain !== undefined) checkDomain(settings.domain);
  return {
    settings,
    name: `${formatIpv4(first)}/${match[2]}`,
    first,
    last,
    netmask: formatIpv4(2 ** 32 - size),
    broadcast: formatIpv4(last),
    ranges,
  };
}

/** What RFC 1035 section 2.3.4 allows, as text; an empty text would be an option without a value. */
function checkDomain(domain: string): void {
  if (/^[^\s\0]{1,253}$/.test(domain)) return;
  throw new TypeError(
    `Cannot use domain as it must be a name of at most 253 characters: current value is "${domain}"`,
  );
}

/** Whether an address is one of a host in the network. */
export function isInNetwork(network: CheckedNetwork, address: string): boolean {
  const number = parseIpv4(address);
  return number !== undefined && number > network.first &&
    number < network.last && isHostAddress(address);
}
