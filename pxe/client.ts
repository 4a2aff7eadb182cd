// Who asks, as far as a request tells. The rules:
//
// 1. The vendor class (60) decides what kind of boot it is: `PXEClient` or `HTTPClient` in front, in this spelling.
// 2. The architecture is the first of option 93; where that is not there, the one in the vendor class
//    (`PXEClient:Arch:00007:...`).
// 3. It is iPXE when the user class (77) says so, plainly as iPXE does or in the list of RFC 3004, or when option 175 is
//    there, whatever is in it.
// 4. All of it is the client's word: good for choosing a file, not for trusting a machine.

import { bytesToText } from "../packet/_text.ts";
import {
  architectureName,
  ARCHITECTURES,
  type Firmware,
  firmwareOf,
} from "./architecture.ts";
import type { DhcpOptions, DhcpPacket } from "./dhcp_packet.ts";
import { NO_ADDRESS } from "./ipv4.ts";
import { type IpxeFeatures, readIpxeFeatures } from "./ipxe.ts";
import { DHCP_OPTION } from "./option_code.ts";
import { readAddress, readText } from "./option_value.ts";

/** A machine that asks for an address or a boot file, as its request tells it. */
export interface PxeClient {
  /** The hardware address: octets in hex with colons between them, such as `52:54:00:4c:41:42`. */
  readonly mac: string;
  /** The number of its architecture (option 93): see `ARCHITECTURES`. */
  readonly architecture: number | undefined;
  /** The same as a word, such as `bios-x86` or `uefi-x64`. */
  readonly architectureName: string;
  /** What it boots with. */
  readonly firmware: Firmware;
  /** Whether it looks for a boot file by PXE: its vendor class starts with `PXEClient`. */
  readonly isPxe: boolean;
  /** Whether it looks for a URL: its vendor class starts with `HTTPClient`. */
  readonly isHttpBoot: boolean;
  /** Whether it is iPXE or gPXE, in whatever stage it was started. */
  readonly isIpxe: boolean;
  /** What iPXE tells of itself; `undefined` for others. */
  readonly ipxe: IpxeFeatures | undefined;
  /** The user classes (option 77): one or more words, `iPXE` for one. */
  readonly userClass: readonly string[];
  /** The vendor class (option 60); empty where there is none. */
  readonly vendorClass: string;
  /** The machine's UUID (option 97) as firmware shows it, such as `12345678-9abc-def0-1122-334455667788`. */
  readonly uuid: string | undefined;
  /** The octets that it wants to be known by (option 61). */
  readonly clientId: Uint8Array | undefined;
  /** The name that it gives itself (option 12). It is not to be trusted. */
  readonly hostname: string | undefined;
  /** The address that it asks for (option 50). */
  readonly requestedAddress: string | undefined;
  /** The relay agent that brought the request; `undefined` on the server's own network. */
  readonly relayAddress: string | undefined;
}

/**
 * Tells who sent a request: what a boot file is chosen by.
 *
 * @param packet The request.
 * @returns The client. Whatever its octets are, this does not throw.
 *
 * @example A UEFI machine
 * ```ts
 * import { describeClient, DHCP_OPTION, textValue } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const client = describeClient({
 *   hardwareAddress: new Uint8Array([0x52, 0x54, 0, 0x4c, 0x41, 0x42]),
 *   relayAddress: "0.0.0.0",
 *   options: new Map([[DHCP_OPTION.VendorClass, textValue("PXEClient:Arch:00007:UNDI:003000")]]),
 * });
 * assertEquals(client.mac, "52:54:00:4c:41:42");
 * assertEquals(client.firmware, "uefi");
 * assertEquals(client.isPxe, true);
 * ```
 */
export function describeClient(
  packet: Pick<DhcpPacket, "hardwareAddress" | "relayAddress" | "options">,
): PxeClient {
  const { options, relayAddress } = packet;
  const vendorClass = readText(options, DHCP_OPTION.VendorClass) ?? "";
  const userClass = readUserClass(options);
  const architecture = readArchitecture(options, vendorClass);
  const ipxe = readIpxeFeatures(options);
  return {
    mac: formatMac(packet.hardwareAddress),
    architecture,
    architectureName: architectureName(architecture),
    firmware: firmwareOf(architecture),
    isPxe: vendorClass.startsWith("PXEClient"),
    isHttpBoot: vendorClass.startsWith("HTTPClient"),
    isIpxe: ipxe !== undefined ||
      userClass.some((name) => IPXE_REGEXP.test(name)),
    ipxe,
    userClass,
    vendorClass,
    uuid: readUuid(options),
    clientId: options.get(DHCP_OPTION.ClientId),
    hostname: readText(options, DHCP_OPTION.HostName),
    requestedAddress: readAddress(options, DHCP_OPTION.RequestedAddress),
    relayAddress: relayAddress === NO_ADDRESS ? undefined : relayAddress,
  };
}

const IPXE_REGEXP = /^[ig]PXE$/;

/**
 * A hardware address as text.
 *
 * @param address The octets, as many as there are.
 * @returns Two hex digits in lower case for each, with colons between them.
 *
 * @example An Ethernet address
 * ```ts
 * import { formatMac } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatMac(new Uint8Array([0x52, 0x54, 0, 0xab, 0, 1])), "52:54:00:ab:00:01");
 * ```
 */
export function formatMac(address: Uint8Array): string {
  return Array.from(address, hexOctet).join(":");
}

/**
 * A hardware address from text, as people write it: with colons, hyphens or dots between groups, or without.
 *
 * @param text The address, such as `52:54:00:ab:00:01`, `52-54-00-AB-00-01` or `5254.00ab.0001`.
 * @returns Six octets, or `undefined` when the text is no Ethernet address.
 *
 * @example The same address in other spellings
 * ```ts
 * import { formatMac, parseMac } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatMac(parseMac("52-54-00-AB-00-01")!), "52:54:00:ab:00:01");
 * assertEquals(parseMac("52:54"), undefined);
 * ```
 */
export function parseMac(text: string): Uint8Array | undefined {
  if (!MAC_REGEXPS.some((regexp) => regexp.test(text))) return undefined;
  const digits = text.replace(/[^0-9a-f]/gi, "");
  return Uint8Array.from(
    { length: 6 },
    (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

const MAC_REGEXPS = [
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i,
  /^[0-9a-f]{12}$/i,
];

/** The first type of option 93 that is known, or the first at all; else the one in the vendor class. */
function readArchitecture(
  options: DhcpOptions,
  vendorClass: string,
): number | undefined {
  const value = options.get(DHCP_OPTION.ClientArchitecture);
  if (value && value.length >= 2 && value.length % 2 === 0) {
    const types = Array.from(
      { length: value.length / 2 },
      (_, i) => (value[2 * i]! << 8) | value[2 * i + 1]!,
    );
    return types.find((type) => ARCHITECTURES.has(type)) ?? types[0];
  }
  const digits = /^(?:PXE|HTTP)Client:Arch:(\d{5})(?::|$)/.exec(vendorClass);
  return digits ? Number(digits[1]) : undefined;
}

/** The words of option 77: lengths and words (RFC 3004 section 4), or one plain word where they are no such list. */
function readUserClass(options: DhcpOptions): string[] {
  const value = options.get(DHCP_OPTION.UserClass);
  if (!value || value.length === 0) return [];
  const words: string[] = [];
  for (let offset = 0; offset < value.length;) {
    const length = value[offset]!;
    // Padding behind the list.
    if (length === 0 && words.length > 0) break;
    const end = offset + 1 + length;
    if (length === 0 || end > value.length) {
      return [readText(options, DHCP_OPTION.UserClass) ?? ""];
    }
    words.push(bytesToText(value.subarray(offset + 1, end)));
    offset = end;
  }
  return words;
}

/**
 * Sixteen octets behind a type of 0 (RFC 4578 section 2.3). They come as they lie in the machine's tables, where the first
 * three numbers of a UUID have their least significant octet first: so iPXE and EDK2 send them.
 */
function readUuid(options: DhcpOptions): string | undefined {
  const value = options.get(DHCP_OPTION.ClientMachineId);
  if (value?.length !== 17 || value[0] !== 0) return undefined;
  const digits = UUID_ORDER.map((i) => hexOctet(value[i]!)).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Where in option 97 each octet of a UUID lies, in the order in which it is written. */
const UUID_ORDER = [4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16];

function hexOctet(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}
