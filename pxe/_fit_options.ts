// Where each option of a message goes. The rules:
//
// 1. Order: message type (53), server (54), lease time (51), network mask (1, which must come before routers: RFC 2132
//    section 3.3), then the rest in the map's order, relay agent information (82) last (RFC 3046 section 2.1).
// 2. What does not fit into the options area goes to `file`, then `sname`, where these are free (RFC 2131 section 4.1).
//    An option of up to 255 octets stays in one piece; a longer one is split (RFC 3396), its parts in the order in which
//    the areas are read. Option 82 stays in the options area, where relay agents look for it.
// 3. What fits nowhere is left out, the least important first: a client gets a smaller answer rather than none. `KEPT`
//    is the order; the message type goes last.

import { optionBytes, type OptionPart, splitOption } from "./_option_area.ts";
import type { DhcpOptions } from "./dhcp_packet.ts";
import { DHCP_OPTION } from "./option_code.ts";

/** Octets for options, without the end of each area: the options area, and the fields that are free for overload. */
export interface OptionRooms {
  readonly options: number;
  readonly file: number;
  readonly serverName: number;
}

/** The parts of options in each area. */
export type OptionAreas = Readonly<
  Record<keyof OptionRooms, readonly OptionPart[]>
>;

/** Octets that option 52 takes. */
const OVERLOAD_BYTES = 3;

/** Options that go in front of all others. */
const FIRST: readonly number[] = [
  DHCP_OPTION.MessageType,
  DHCP_OPTION.ServerId,
  DHCP_OPTION.LeaseTime,
  DHCP_OPTION.SubnetMask,
];

/** What is kept when there is no room for all, the most important first. Whatever is not named is dropped before these. */
const KEPT: readonly number[] = [
  DHCP_OPTION.MessageType,
  DHCP_OPTION.ServerId,
  DHCP_OPTION.RelayAgentInformation,
  DHCP_OPTION.LeaseTime,
  DHCP_OPTION.ClientId,
  DHCP_OPTION.SubnetMask,
  DHCP_OPTION.VendorClass,
  DHCP_OPTION.VendorSpecific,
  DHCP_OPTION.ClientMachineId,
  DHCP_OPTION.BootFileName,
  DHCP_OPTION.TftpServerName,
  DHCP_OPTION.Router,
  DHCP_OPTION.DomainNameServer,
  DHCP_OPTION.RenewalTime,
  DHCP_OPTION.RebindingTime,
];

/** Lays options out in the areas; `onDrop` is told what found no room. */
export function fitOptions(
  options: DhcpOptions,
  rooms: OptionRooms,
  onDrop?: (code: number) => void,
): OptionAreas {
  const left = inOrder(options);
  for (;;) {
    const areas = placeTogether(left, rooms) ?? placeApart(left, rooms);
    if (areas) return areas;
    const least = leastImportant([...left.keys()]);
    left.delete(least);
    onDrop?.(least);
  }
}

function inOrder(options: DhcpOptions): Map<number, Uint8Array> {
  const ordered = new Map<number, Uint8Array>();
  const last = DHCP_OPTION.RelayAgentInformation;
  const middle = [...options.keys()].filter((code) => code !== last);
  for (const code of [...FIRST, ...middle, last]) {
    const value = options.get(code);
    if (value) ordered.set(code, value);
  }
  return ordered;
}

/** Everything in the options area. */
function placeTogether(
  options: DhcpOptions,
  rooms: OptionRooms,
): OptionAreas | undefined {
  let size = 0;
  for (const value of options.values()) size += optionBytes(value);
  if (size > rooms.options) return undefined;
  const parts = [...options].flatMap(([code, value]) =>
    splitOption(code, value)
  );
  return { options: parts, file: [], serverName: [] };
}

/** Each part in the first area that has room, but never in one that is read before the part it continues. */
function placeApart(
  options: DhcpOptions,
  rooms: OptionRooms,
): OptionAreas | undefined {
  const relay = options.get(DHCP_OPTION.RelayAgentInformation);
  const left = [
    rooms.options - OVERLOAD_BYTES - (relay ? optionBytes(relay) : 0),
    rooms.file,
    rooms.serverName,
  ];
  if (left[0]! < 0) return undefined;
  const placed: OptionPart[][] = [[], [], []];
  for (const [code, value] of options) {
    if (code === DHCP_OPTION.RelayAgentInformation) continue;
    let area = 0;
    for (const part of splitOption(code, value)) {
      const size = 2 + part.value.length;
      while (area < left.length && left[area]! < size) area++;
      if (area === left.length) return undefined;
      left[area]! -= size;
      placed[area]!.push(part);
    }
  }
  if (relay) {
    placed[0]!.push(...splitOption(DHCP_OPTION.RelayAgentInformation, relay));
  }
  return {
    options: placed[0]!,
    file: placed[1]!,
    serverName: placed[2]!,
  };
}

function leastImportant(codes: readonly number[]): number {
  return codes.findLast((code) => !KEPT.includes(code)) ??
    KEPT.findLast((code) => codes.includes(code))!;
}
