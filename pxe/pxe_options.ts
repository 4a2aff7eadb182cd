// What option 43 says when the vendor class is PXEClient (PXE specification 2.1, table "PXE DHCP Options (Full List)"). A client that finds
// nothing here takes a server that calls itself PXEClient for a boot server, and asks its port 4011: to have the file
// loaded at once, set `discoveryControl` to `BootFileAtOnce`.

import { bytesToText, textToBytes } from "../packet/_text.ts";
import type { DhcpOptions } from "./dhcp_packet.ts";
import {
  addressValue,
  readAddress,
  readAddresses,
  readU8,
  u16Value,
  u8Value,
} from "./option_value.ts";
import { decodeSubOptions, encodeSubOptions } from "./sub_options.ts";

/** Codes inside of option 43 of PXE (PXE specification 2.1, table "PXE DHCP Options (Full List)"). */
export const PXE_OPTION = {
  /** 1: multicast address of an MTFTP file. */
  MtftpAddress: 1,
  /** 2: UDP port of an MTFTP client. */
  MtftpClientPort: 2,
  /** 3: UDP port of an MTFTP server. */
  MtftpServerPort: 3,
  /** 4: seconds to listen for MTFTP before it is asked for. */
  MtftpTimeout: 4,
  /** 5: seconds to listen for MTFTP before it is asked for again. */
  MtftpDelay: 5,
  /** 6: how boot servers are looked for; bits of `DISCOVERY_CONTROL`. */
  DiscoveryControl: 6,
  /** 7: multicast address to look for boot servers at. */
  DiscoveryMulticastAddress: 7,
  /** 8: types of boot servers, and their addresses. */
  BootServers: 8,
  /** 9: the menu: types of boot servers, and texts. */
  BootMenu: 9,
  /** 10: seconds until the first entry is taken, and the text in front of the menu. */
  MenuPrompt: 10,
  /** 11: multicast addresses to load from. */
  MulticastAllocation: 11,
  /** 12: kinds of credentials that the client takes. */
  CredentialTypes: 12,
  /** 71: the type of boot server and the layer that are asked for, or answered. */
  BootItem: 71,
} as const;

/** Bits of discovery control, sub-option 6 of PXE. */
export const DISCOVERY_CONTROL = {
  /** Do not look for boot servers by broadcast. */
  NoBroadcast: 1,
  /** Do not look for boot servers by multicast. */
  NoMulticast: 2,
  /** Take only the servers of the list. */
  OnlyListed: 4,
  /** Load the file that the message names, without menu or further questions. */
  BootFileAtOnce: 8,
} as const;

/** What PXE says in option 43. */
export interface PxeVendorOptions {
  /** How boot servers are looked for: bits of {@linkcode DISCOVERY_CONTROL}. */
  readonly discoveryControl?: number;
  /** Multicast address to look for boot servers at. */
  readonly multicastAddress?: string;
  /** The servers of each type. */
  readonly bootServers?: readonly PxeBootServer[];
  /** The entries of the menu. */
  readonly menu?: readonly PxeMenuEntry[];
  /** What stands in front of the menu. */
  readonly prompt?: PxeMenuPrompt;
  /** What is asked for on port 4011, and answered with the same. */
  readonly bootItem?: PxeBootItem;
}

/** Boot servers of one type. */
export interface PxeBootServer {
  /** The type: those below 32768 are given out by the specification, the others are vendors' own. */
  readonly type: number;
  /** Their addresses. */
  readonly addresses: readonly string[];
}

/** One entry of the boot menu. */
export interface PxeMenuEntry {
  /** The type of boot server that it stands for; 0 boots from the local disk. */
  readonly type: number;
  /** What is shown, at most 255 octets. */
  readonly text: string;
}

/** What stands in front of the boot menu. */
export interface PxeMenuPrompt {
  /** Seconds until the first entry is taken: 0 at once, 255 never. */
  readonly timeoutSeconds: number;
  /** What is shown. */
  readonly text: string;
}

/** A file of a boot server. */
export interface PxeBootItem {
  /** The type of boot server. */
  readonly type: number;
  /** Which file: 0 is the first. The bit 0x8000 asks for its credentials. */
  readonly layer: number;
}

/**
 * Reads option 43 of PXE. What is cut off or makes no sense is left out; it never throws.
 *
 * @param value The value of option 43.
 * @returns What it says.
 *
 * @example Which menu entry was chosen?
 * ```ts
 * import { decodePxeOptions } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const { bootItem } = decodePxeOptions(new Uint8Array([71, 4, 0x80, 0, 0, 0, 255]));
 * assertEquals(bootItem, { type: 0x8000, layer: 0 });
 * ```
 */
export function decodePxeOptions(value: Uint8Array): PxeVendorOptions {
  const inside = decodeSubOptions(value);
  const discoveryControl = readU8(inside, PXE_OPTION.DiscoveryControl);
  const multicastAddress = readAddress(
    inside,
    PXE_OPTION.DiscoveryMulticastAddress,
  );
  const servers = inside.get(PXE_OPTION.BootServers);
  const menu = inside.get(PXE_OPTION.BootMenu);
  const prompt = inside.get(PXE_OPTION.MenuPrompt);
  const item = inside.get(PXE_OPTION.BootItem);
  return {
    ...discoveryControl !== undefined && { discoveryControl },
    ...multicastAddress !== undefined && { multicastAddress },
    ...servers && { bootServers: readServers(servers) },
    ...menu && { menu: readMenu(menu) },
    ...prompt && prompt.length > 0 && {
      prompt: {
        timeoutSeconds: prompt[0]!,
        text: bytesToText(prompt.subarray(1)),
      },
    },
    ...item?.length === 4 && {
      bootItem: { type: word(item, 0), layer: word(item, 2) },
    },
  };
}

function readServers(value: Uint8Array): PxeBootServer[] {
  const servers: PxeBootServer[] = [];
  for (let offset = 0; offset + 3 <= value.length;) {
    const end = offset + 3 + 4 * value[offset + 2]!;
    if (end > value.length) break;
    const list: DhcpOptions = new Map([[1, value.subarray(offset + 3, end)]]);
    servers.push({
      type: word(value, offset),
      addresses: readAddresses(list, 1),
    });
    offset = end;
  }
  return servers;
}

function readMenu(value: Uint8Array): PxeMenuEntry[] {
  const menu: PxeMenuEntry[] = [];
  for (let offset = 0; offset + 3 <= value.length;) {
    const end = offset + 3 + value[offset + 2]!;
    if (end > value.length) break;
    menu.push({
      type: word(value, offset),
      text: bytesToText(value.subarray(offset + 3, end)),
    });
    offset = end;
  }
  return menu;
}

function word(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/**
 * The value of option 43 for PXE.
 *
 * @param options What it says.
 * @returns The octets, with an end behind them, which some clients look for.
 * @throws {RangeError} When a number is out of range, or a part has more than 255 octets.
 * @throws {TypeError} When an address is not dotted IPv4 text.
 *
 * @example Load the file at once
 * ```ts
 * import { DISCOVERY_CONTROL, encodePxeOptions } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   encodePxeOptions({ discoveryControl: DISCOVERY_CONTROL.BootFileAtOnce }),
 *   new Uint8Array([6, 1, 8, 255]),
 * );
 * ```
 */
export function encodePxeOptions(options: PxeVendorOptions): Uint8Array {
  const {
    discoveryControl,
    multicastAddress,
    bootServers,
    menu,
    prompt,
    bootItem,
  } = options;
  const inside = new Map<number, Uint8Array>();
  if (discoveryControl !== undefined) {
    inside.set(PXE_OPTION.DiscoveryControl, u8Value(discoveryControl));
  }
  if (multicastAddress !== undefined) {
    inside.set(
      PXE_OPTION.DiscoveryMulticastAddress,
      addressValue(multicastAddress),
    );
  }
  if (bootServers) {
    inside.set(
      PXE_OPTION.BootServers,
      concat(bootServers.flatMap(({ type, addresses }) => [
        u16Value(type),
        u8Value(addresses.length),
        addressValue(...addresses),
      ])),
    );
  }
  if (menu) {
    inside.set(
      PXE_OPTION.BootMenu,
      concat(menu.flatMap(({ type, text }) => {
        const shown = textToBytes(text);
        return [u16Value(type), u8Value(shown.length), shown];
      })),
    );
  }
  if (prompt) {
    inside.set(
      PXE_OPTION.MenuPrompt,
      concat([u8Value(prompt.timeoutSeconds), textToBytes(prompt.text)]),
    );
  }
  if (bootItem) {
    inside.set(
      PXE_OPTION.BootItem,
      concat([u16Value(bootItem.type), u16Value(bootItem.layer)]),
    );
  }
  return encodeSubOptions(inside);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
