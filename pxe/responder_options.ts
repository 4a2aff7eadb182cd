// The options of a responder, and what they come to. Rules:
// 1. All is checked when the responder is made, and what is wrong is said then.
// 2. Networks do not overlap, so that no address can be given by two of them.

import { checkAddress, isHostAddress } from "./_addresses.ts";
import { checkText, MAX_NAME_BYTES } from "./_boot_answer.ts";
import type { ServedNetwork, Surroundings } from "./_turn.ts";
import type { BootChoice } from "./boot.ts";
import { formatMac, parseMac } from "./client.ts";
import type { DhcpEvent } from "./dhcp_event.ts";
import { type Lease, LeasePool } from "./leases.ts";
import {
  type CheckedNetwork,
  checkNetwork,
  type DhcpNetwork,
  isInNetwork,
} from "./network.ts";

/**
 * What a responder is: `proxy` tells clients what to boot and leaves addresses to the DHCP server that is there; `dhcp` does
 * both; `bootp` is for clients of before 1993, and does both.
 */
export type DhcpMode = "proxy" | "dhcp" | "bootp";

/** Where leases are kept beyond the life of the process: a `LeaseFile`, or whatever else remembers. */
export interface LeaseStore {
  /** What is known from before; read once. */
  readonly leases: Iterable<Lease>;
  /**
   * Keeps a lease, in place of what was known of its address.
   *
   * @param lease The lease.
   * @returns When it would survive. The client gets its answer then; when this fails, it gets it all the same, and the
   * failure is told.
   */
  save(lease: Lease): void | Promise<void>;
}

/** Options of {@linkcode dhcpResponder}. */
export interface DhcpResponderOptions {
  /** The server's own IPv4 address, as clients of its network see it: the server identifier (option 54). */
  readonly serverAddress: string;
  /**
   * What the responder is.
   *
   * @default {"proxy"}
   */
  readonly mode?: DhcpMode;
  /** What clients boot: a file, or a handler as `bootFiles` makes one. Needed in proxy mode. */
  readonly boot?: BootChoice;
  /**
   * Whether clients are answered that do not say they boot from the network. BOOTP clients cannot say so, and are.
   *
   * @default {false}
   */
  readonly answerAll?: boolean;
  /**
   * The networks to give addresses in: the server's own, and those behind relay agents. Needed in the modes `dhcp` and
   * `bootp`.
   *
   * @default {[]}
   */
  readonly networks?: readonly DhcpNetwork[];
  /**
   * Addresses for one machine each, by MAC address.
   *
   * @default {{}}
   */
  readonly fixedAddresses?: Readonly<Record<string, string>>;
  /**
   * Whether no other DHCP server gives addresses in these networks. A client that asks to go on with an address that is
   * not known here then gets it, if it is free, or is told to start anew; otherwise it is left to the server that knows it.
   *
   * @default {false}
   */
  readonly authoritative?: boolean;
  /**
   * Longest lease, and the length for clients that ask for none, in milliseconds; `Infinity` for ever.
   *
   * @default {3600000}
   */
  readonly leaseMs?: number;
  /**
   * Shortest lease, whatever a client asks for, in milliseconds.
   *
   * @default {120000}
   */
  readonly minLeaseMs?: number;
  /**
   * For how long an offer is held, in milliseconds. UEFI takes four seconds to accept one.
   *
   * @default {30000}
   */
  readonly offerMs?: number;
  /**
   * For how long a declined address is left alone, in milliseconds.
   *
   * @default {600000}
   */
  readonly declineMs?: number;
  /**
   * Which addresses BOOTP clients get: only fixed ones, or those of the ranges as well, for ever. In mode `dhcp`,
   * `none` leaves them without answer.
   *
   * @default {"fixed"}
   */
  readonly bootpAddresses?: "none" | "fixed" | "range";
  /**
   * The name by which BOOTP clients can ask for this server, and no other (RFC 951 section 7.3).
   *
   * @default {""}
   */
  readonly serverName?: string;
  /** Where leases are kept. Without it they are forgotten at the end of the process. */
  readonly leaseStore?: LeaseStore;
  /**
   * Told of all that happens. What it throws is nobody's concern.
   *
   * @param event What happened.
   */
  readonly onEvent?: (event: DhcpEvent) => void;
}

const MIN_LEASE_MS = 120_000;
const LEASE_MS = 3_600_000;
const OFFER_MS = 30_000;
const DECLINE_MS = 600_000;

/** Whether all is there that a mode needs. */
export function checkPresence(
  mode: DhcpMode,
  options: DhcpResponderOptions,
): void {
  const { boot, networks = [] } = options;
  if (!["proxy", "dhcp", "bootp"].includes(mode)) {
    throw new RangeError(
      `Cannot use mode as it must be "proxy", "dhcp" or "bootp": current value is "${mode}"`,
    );
  }
  if (mode === "proxy" && boot === undefined) {
    throw new TypeError(
      "Cannot answer as proxy as it must know what clients boot: boot is undefined",
    );
  }
  if (mode !== "proxy" && networks.length === 0) {
    throw new TypeError(
      `Cannot give addresses as there must be a network in mode "${mode}": networks is empty`,
    );
  }
}

/** The options, complete and checked. */
export function checkSettings(
  options: DhcpResponderOptions,
): Omit<Surroundings, "bootpAddresses" | "boot" | "save"> {
  const {
    serverAddress,
    serverName = "",
    answerAll = false,
    authoritative = false,
    leaseMs = LEASE_MS,
    minLeaseMs = Math.min(MIN_LEASE_MS, leaseMs),
    offerMs = OFFER_MS,
    declineMs = DECLINE_MS,
  } = options;
  checkAddress(serverAddress, "use server address");
  // A loopback address is one on which to try things out.
  if (!isHostAddress(serverAddress) && !serverAddress.startsWith("127.")) {
    throw new RangeError(
      `Cannot use server address as it must be one that clients can send to: current value is "${serverAddress}"`,
    );
  }
  checkDuration("leaseMs", leaseMs, 1000, Infinity);
  checkDuration("minLeaseMs", minLeaseMs, 1000, leaseMs);
  checkDuration("offerMs", offerMs, 1, MAX_MS);
  checkDuration("declineMs", declineMs, 0, MAX_MS);
  checkText("server name", serverName, MAX_NAME_BYTES);
  const networks = serveNetworks(options, { offerMs, declineMs });
  return {
    serverAddress,
    serverName,
    answerAll,
    authoritative,
    leaseMs,
    minLeaseMs,
    networks,
  };
}

/** The longest time that is not for ever: what 32 bits of seconds hold, short of that. */
const MAX_MS = 0xfffffffe * 1000;

function checkDuration(
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  const isForever = value === Infinity && max === Infinity;
  if (isForever || value >= min && value <= Math.min(max, MAX_MS)) return;
  throw new RangeError(
    `Cannot use ${name} as it must be ${min} to ${max}: current value is ${value}`,
  );
}

function serveNetworks(
  options: DhcpResponderOptions,
  times: { readonly offerMs: number; readonly declineMs: number },
): ServedNetwork[] {
  const { networks = [], fixedAddresses = {}, serverAddress } = options;
  const checked = networks.map(checkNetwork);
  checkApart(checked);
  const fixed = checkFixed(fixedAddresses, checked, serverAddress);
  return checked.map((network) => {
    const { ranges, settings: { routers = [] } } = network;
    const inside = [...fixed].filter(([, each]) => isInNetwork(network, each));
    const reserved = [serverAddress, ...routers];
    const pool = new LeasePool({
      ...times,
      ranges,
      reserved,
      fixed: new Map(inside),
    });
    return { ...network, pool };
  });
}

/** The fixed addresses by MAC address: each in a network, for one machine, and of no server or router. */
function checkFixed(
  fixedAddresses: Readonly<Record<string, string>>,
  networks: readonly CheckedNetwork[],
  serverAddress: string,
): Map<string, string> {
  const fixed = new Map<string, string>();
  const taken = new Map([[serverAddress, "the server"]]);
  for (const { settings: { routers = [] } } of networks) {
    for (const router of routers) taken.set(router, "a router");
  }
  for (const [key, address] of Object.entries(fixedAddresses)) {
    const octets = parseMac(key);
    if (octets === undefined) {
      throw new TypeError(
        `Cannot fix address as its key must be a MAC address: current value is "${key}"`,
      );
    }
    const mac = formatMac(octets);
    if (!networks.some((network) => isInNetwork(network, address))) {
      throw new RangeError(
        `Cannot fix address as it must be in one of the networks: current value is "${address}"`,
      );
    }
    const owner = taken.get(address);
    if (owner !== undefined) {
      throw new RangeError(
        `Cannot fix address as it must be for one machine: "${address}" is for ${owner} and ${mac}`,
      );
    }
    if (fixed.has(mac)) {
      throw new RangeError(
        `Cannot fix address as a machine must have one: ${mac} has "${
          fixed.get(mac)
        }" and "${address}"`,
      );
    }
    taken.set(address, mac);
    fixed.set(mac, address);
  }
  return fixed;
}

function checkApart(networks: readonly CheckedNetwork[]): void {
  const sorted = [...networks].sort((a, b) => a.first - b.first);
  sorted.slice(1).forEach((network, i) => {
    const before = sorted[i]!;
    if (network.first > before.last) return;
    throw new RangeError(
      `Cannot use networks as they must not overlap: ${before.name} and ${network.name} do`,
    );
  });
}
