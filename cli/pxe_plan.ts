// What `pxe`, `dhcp` and `bootp` are asked to do, worked out before a socket is opened.

import type { SymlinkPolicy } from "../handlers/mod.ts";
import {
  type BootAnswer,
  bootByMac,
  type BootChoice,
  bootFiles,
  bootRules,
  type DhcpMode,
  formatIpv4,
  type MachineLookup,
  parseAddressRange,
  parseIpv4,
  type ServePxeOptions,
} from "../pxe/mod.ts";
import { type ParsedArguments, UsageError } from "./command.ts";
import { given } from "./given.ts";
import { lookupIn, MACHINES_SECTION } from "./pxe_machines.ts";
import { readDuration, splitPair } from "./pxe_options.ts";
import { DEFAULT_ROOT } from "./serve_options.ts";

/** Which of the three commands it is. */
export type PxeCommand = "pxe" | "dhcp" | "bootp";

/** What is to be done. */
export interface PxePlan {
  /** All but what watches, and what keeps leases. */
  readonly options: Omit<ServePxeOptions, "onEvent" | "leaseStore">;
  /** The network that the machines are in, with its prefix. */
  readonly network: string;
  /** The directory of files; `null` for none. */
  readonly root: string | null;
  /** What is asked what each machine boots; `null` for none. */
  readonly api: { readonly url: string; readonly timeoutMs: number } | null;
  readonly leasePath: string | null;
  readonly dryRunPath: string | null;
  readonly isVerbose: boolean;
  readonly isQuiet: boolean;
}

const API_TIMEOUT_MS = 5000;

/**
 * Works out what to do.
 *
 * @param args The arguments, with those of a configuration file.
 * @param command Which command it is.
 * @param interfaces The interfaces of the machine; asked only where one is named.
 * @param makeLookup Makes a lookup that asks an API.
 * @throws {UsageError} When it makes no sense.
 */
export function planPxe(
  args: ParsedArguments,
  command: PxeCommand,
  interfaces: () => readonly Deno.NetworkInterfaceInfo[],
  makeLookup: (api: NonNullable<PxePlan["api"]>) => MachineLookup,
): PxePlan {
  args.check();
  if (args.operands.length > 1) {
    throw new UsageError(
      command === "pxe"
        ? "One directory is enough: name one"
        : "One boot file is enough: name one, and others with --bios, --uefi or --mac",
    );
  }
  const { hostname, network } = planPlace(args, interfaces);
  const root = command === "pxe" ? args.operands[0] ?? DEFAULT_ROOT : null;
  const mode = planMode(args, command);
  const url = args.text("api");
  const api = url === undefined ? null : {
    url,
    timeoutMs: args.seconds("api-timeout") ?? API_TIMEOUT_MS,
  };
  const section = args.section(MACHINES_SECTION);
  const machines = api ? makeLookup(api) : section ? lookupIn(section) : null;
  const httpPort = args.integer("http-port");
  if (machines && httpPort === undefined) {
    throw new UsageError(
      `Machines get their script over HTTP: add --http-port to ${
        api ? "--api" : "machines"
      }`,
    );
  }
  // Where machines are looked up, iPXE in a card's ROM needs no file to start it.
  const boot = planBoot(args, command) ?? (machines ? () => undefined : null);
  if (boot === null && command === "pxe") {
    throw new UsageError(
      "Say what to boot, with --boot-file, or with --bios and --uefi",
    );
  }
  return {
    options: {
      hostname,
      mode,
      ...boot === null ? {} : { boot },
      ...root === null
        ? {}
        : { root, tftp: planTftp(args), ...planFiles(args) },
      ...httpPort === undefined ? {} : {
        http: {
          port: httpPort,
          ...machines ? { machines } : {},
          proxy: args.has("api-proxy"),
        },
      },
      answerAll: args.has("answer-all") || command === "bootp",
      authoritative: args.has("authoritative"),
      ...mode === "proxy" ? {} : planAddresses(args, network, mode),
      ...given("shutdownTimeoutMs", args.seconds("drain")),
    },
    network,
    root,
    api,
    leasePath: args.text("lease-file") ?? null,
    dryRunPath: args.text("dry-run") ?? null,
    isVerbose: args.has("verbose"),
    isQuiet: args.has("quiet"),
  };
}

function planMode(args: ParsedArguments, command: PxeCommand): DhcpMode {
  if (command === "bootp" || args.has("bootp")) return "bootp";
  const givesAddresses = args.has("dhcp-range") || args.has("fixed");
  if (givesAddresses) return "dhcp";
  if (command === "dhcp") {
    throw new UsageError(
      "Say which addresses to give, with --dhcp-range FIRST-LAST or --fixed MAC=ADDRESS",
    );
  }
  const needless = ["gateway", "dns", "domain", "lease-file", "lease-time"]
    .find((name) => args.has(name));
  if (needless !== undefined) {
    throw new UsageError(
      `--${needless} is for a server that gives addresses: add --dhcp-range or --fixed, or leave it out`,
    );
  }
  return "proxy";
}

/** Where the server is, and the network of the machines. */
function planPlace(
  args: ParsedArguments,
  interfaces: () => readonly Deno.NetworkInterfaceInfo[],
): { readonly hostname: string; readonly network: string } {
  const name = args.text("interface");
  const host = args.text("host");
  if (name === undefined && host === undefined) {
    throw new UsageError(
      "Say which network to serve: --interface NAME, or --host with the address that this machine has there",
    );
  }
  const found = name === undefined
    ? undefined
    : findAddress(name, host, interfaces());
  const hostname = host ?? found!.address;
  const bits = found ? bitsOf(found.netmask) : 24;
  const network = args.text("network") ??
    `${networkOf(hostname, bits)}/${bits}`;
  return { hostname, network };
}

function findAddress(
  name: string,
  host: string | undefined,
  interfaces: readonly Deno.NetworkInterfaceInfo[],
): Deno.NetworkInterfaceInfo {
  const addresses = interfaces.filter(({ family }) => family === "IPv4");
  const own = addresses.filter((each) => each.name === name);
  const found = own.find(({ address }) =>
    host === undefined || address === host
  );
  if (found) return found;
  if (own.length > 0) {
    throw new UsageError(
      `${host} is not an address of ${name}: use ${
        own.map(({ address }) => address).join(" or ")
      }`,
    );
  }
  const names = [...new Set(addresses.map(({ name }) => name))];
  throw new UsageError(
    `There is no interface ${name} with an IPv4 address: there is ${
      names.join(", ") || "none at all"
    }`,
  );
}

function bitsOf(netmask: string): number {
  const number = parseIpv4(netmask) ?? 0;
  return 32 - Math.round(Math.log2(2 ** 32 - number));
}

function networkOf(address: string, bits: number): string {
  const size = 2 ** (32 - bits);
  return formatIpv4(Math.floor(parseIpv4(address)! / size) * size);
}

function planBoot(
  args: ParsedArguments,
  command: PxeCommand,
): BootChoice | null {
  const server = args.text("tftp-server");
  const answer = (file: string): BootAnswer => ({
    file,
    ...given("server", server),
  });
  const choice = (name: string, text = args.text(name)) =>
    text === undefined ? {} : { [name]: answer(text) };
  const everybody = command === "pxe"
    ? args.text("boot-file")
    : args.operands[0];
  const pairs = (name: string) =>
    args.all(name).map(splitPair).map(([key, file]) =>
      [key, answer(file)] as const
    );
  const architectures = Object.fromEntries(pairs("arch"));
  const files = {
    ...choice("bios"),
    ...choice("uefi"),
    ...choice("ipxe"),
    ...choice("default", everybody),
    ...Object.keys(architectures).length > 0 ? { architectures } : {},
  };
  const macs = pairs("mac");
  if (Object.keys(files).length === 0 && macs.length === 0) return null;
  return bootRules(
    ...macs.length > 0 ? [bootByMac(Object.fromEntries(macs))] : [],
    bootFiles(files),
  );
}

function planAddresses(
  args: ParsedArguments,
  network: string,
  mode: DhcpMode,
): Partial<ServePxeOptions> {
  const leaseTime = args.text("lease-time");
  const ranges = args.all("dhcp-range").map(parseAddressRange);
  return {
    networks: [{
      network,
      ranges,
      routers: args.all("gateway"),
      dnsServers: args.all("dns"),
      ...given("domain", args.text("domain")),
    }],
    fixedAddresses: Object.fromEntries(args.all("fixed").map(splitPair)),
    ...leaseTime === undefined ? {} : { leaseMs: readDuration(leaseTime)! },
    ...mode === "bootp" && ranges.length > 0
      ? { bootpAddresses: "range" as const }
      : {},
  };
}

function planTftp(args: ParsedArguments): NonNullable<ServePxeOptions["tftp"]> {
  const ports = args.text("port-range")?.split(/[:-]/).map(Number);
  return {
    singlePort: args.has("single-port"),
    rfc1350: args.has("rfc1350"),
    refuseOptions: args.all("refuse"),
    ...ports ? { portRange: { first: ports[0]!, last: ports[1]! } } : {},
    ...given("blksize", args.integer("blksize")),
    ...given("windowsize", args.integer("windowsize")),
    retransmission: {
      ...given("timeoutMs", args.seconds("timeout")),
      ...given("retries", args.integer("retries")),
    },
  };
}

function planFiles(
  args: ParsedArguments,
): Pick<ServePxeOptions, "symlinks" | "caseInsensitive"> {
  const symlinks = args.choice<SymlinkPolicy>("symlinks", [
    "inside",
    "never",
    "follow",
  ]);
  return {
    ...given("symlinks", symlinks),
    caseInsensitive: args.has("ignore-case"),
  };
}
