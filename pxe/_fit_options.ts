// Where each option of a message goes. The rules:
//
// 1. Order: message type (53), server (54), lease time (51), network mask (1, which must come before routers: RFC 2132
//    section 3.3), then the rest in the map's order, relay agent information (82) last (RFC 3046 section 2.1).
// 2. What does not fit into the options area goes to `file`, then `sname`, where these are free (RFC 2131 section 4.1).
//    An option of up to 255 octets stays in one piece; a longer one is split (RFC 3396), its parts in the order in which
//    the areas are read. Options 53 and 82 stay in the options area, where relay agents and simple clients look for them.
// 3. Where there is no room for all, the most important options get theirs first, in the order of `IMPORTANT`, and each further
//    one if there is still room for it: a client gets a smaller answer rather than none.

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

/** The option that goes behind all others. */
const LAST = DHCP_OPTION.RelayAgentInformation;

/** Who gets room first where there is not enough for all. Whatever is not named comes behind these, in the map's order. */
const IMPORTANT: readonly number[] = [
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

const NOTHING: OptionAreas = { options: [], file: [], serverName: [] };

/** Lays options out in the areas; `onDrop` is told what found no room. */
export function fitOptions(
  options: DhcpOptions,
  rooms: OptionRooms,
  onDrop?: (code: number) => void,
): OptionAreas {
  const ordered = inOrder(options);
  const whole = place(ordered, rooms);
  if (whole) return whole;
  let areas = NOTHING;
  const kept = new Set<number>();
  for (const code of byImportance([...options.keys()])) {
    kept.add(code);
    const more = place(ordered.filter(([code]) => kept.has(code)), rooms);
    if (more) areas = more;
    else {
      kept.delete(code);
      onDrop?.(code);
    }
  }
  return areas;
}

type OrderedOptions = readonly (readonly [code: number, value: Uint8Array])[];

function inOrder(options: DhcpOptions): OrderedOptions {
  const codes = [...options.keys()];
  const others = codes.filter((code) => !FIRST.includes(code) && code !== LAST);
  return [...FIRST, ...others, LAST].flatMap((code) => {
    const value = options.get(code);
    return value ? [[code, value] as const] : [];
  });
}

function byImportance(codes: readonly number[]): number[] {
  return [
    ...IMPORTANT.filter((code) => codes.includes(code)),
    ...codes.filter((code) => !IMPORTANT.includes(code)),
  ];
}

function place(
  options: OrderedOptions,
  rooms: OptionRooms,
): OptionAreas | undefined {
  return placeTogether(options, rooms) ?? placeApart(options, rooms);
}

/** Everything in the options area. */
function placeTogether(
  options: OrderedOptions,
  rooms: OptionRooms,
): OptionAreas | undefined {
  let size = 0;
  for (const [, value] of options) size += optionBytes(value);
  if (size > rooms.options) return undefined;
  const parts = options.flatMap(([code, value]) => splitOption(code, value));
  return { options: parts, file: [], serverName: [] };
}

/** Each part in the first area that has room, but never in one that is read before the part it continues. */
function placeApart(
  options: OrderedOptions,
  rooms: OptionRooms,
): OptionAreas | undefined {
  const relay = options.find(([code]) => code === LAST)?.[1];
  const left = [
    rooms.options - OVERLOAD_BYTES - (relay ? optionBytes(relay) : 0),
    rooms.file,
    rooms.serverName,
  ];
  if (left[0]! < 0) return undefined;
  const placed: OptionPart[][] = [[], [], []];
  for (const [code, value] of options) {
    if (code === LAST) continue;
    let area = 0;
    for (const part of splitOption(code, value)) {
      const size = 2 + part.value.length;
      while (area < left.length && left[area]! < size) area++;
      if (area === left.length) return undefined;
      if (code === DHCP_OPTION.MessageType && area > 0) return undefined;
      left[area]! -= size;
      placed[area]!.push(part);
    }
  }
  if (relay) placed[0]!.push(...splitOption(LAST, relay));
  return {
    options: placed[0]!,
    file: placed[1]!,
    serverName: placed[2]!,
  };
}
