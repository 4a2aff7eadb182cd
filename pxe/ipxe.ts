import type { DhcpOptions } from "./dhcp_packet.ts";
import { DHCP_OPTION } from "./option_code.ts";
import { decodeSubOptions } from "./sub_options.ts";

/**
 * Codes inside of option 175, which iPXE and gPXE use among themselves and their servers (ipxe.org/howto/dhcpd). Those from
 * 16 to 127 tell what an iPXE was built with.
 */
export const IPXE_OPTION = {
  /** 1: how much this answer counts against others. */
  Priority: 1,
  /** 8: keep a SAN drive attached after a failed boot. */
  KeepSan: 8,
  /** 9: attach a SAN drive, but do not boot from it. */
  SkipSanBoot: 9,
  /** 176: do not wait for a proxyDHCP server. */
  NoPxeDhcp: 176,
  /** 177: bus, vendor and device of the network card. */
  BusId: 177,
  /** 189: BIOS number of the SAN drive. */
  BiosDrive: 189,
  /** 190: name of the user. */
  Username: 190,
  /** 191: the user's password. */
  Password: 191,
  /** 235: the version: three octets, or four. */
  Version: 235,
} as const;

/** Names of features, by their codes inside of option 175. */
const FEATURES: ReadonlyMap<number, string> = new Map([
  [16, "pxeext"],
  [17, "iscsi"],
  [18, "aoe"],
  [19, "http"],
  [20, "https"],
  [21, "tftp"],
  [22, "ftp"],
  [23, "dns"],
  [24, "bzimage"],
  [25, "multiboot"],
  [26, "slam"],
  [27, "srp"],
  [32, "nbi"],
  [33, "pxe"],
  [34, "elf"],
  [35, "comboot"],
  [36, "efi"],
  [37, "fcoe"],
  [38, "vlan"],
  [39, "menu"],
  [40, "sdi"],
  [41, "nfs"],
]);

/** What an iPXE tells of itself. */
export interface IpxeFeatures {
  /** Its version, such as `1.0.0`; empty where it does not say. */
  readonly version: string;
  /** What it was built with, in the words of iPXE's settings: `http`, `https`, `efi`, `menu` and so on. */
  readonly features: readonly string[];
}

/**
 * What iPXE tells in option 175: its version, and what it was built with.
 *
 * @param options The options of a request.
 * @returns What it tells, or `undefined` when option 175 is not there.
 *
 * @example Can it load over HTTP?
 * ```ts
 * import { DHCP_OPTION, readIpxeFeatures } from "@tftpkit/tftp/pxe";
 * import { assert } from "@std/assert";
 *
 * const options = new Map([[DHCP_OPTION.Ipxe, new Uint8Array([19, 1, 1, 235, 3, 1, 0, 0])]]);
 * assert(readIpxeFeatures(options)?.features.includes("http"));
 * ```
 */
export function readIpxeFeatures(
  options: DhcpOptions,
): IpxeFeatures | undefined {
  const value = options.get(DHCP_OPTION.Ipxe);
  if (!value) return undefined;
  const inside = decodeSubOptions(value);
  const features = [...FEATURES]
    .filter(([code]) => inside.get(code)?.some((octet) => octet > 0))
    .map(([, name]) => name);
  const version = inside.get(IPXE_OPTION.Version) ?? [];
  return { version: version.length > 8 ? "" : version.join("."), features };
}
