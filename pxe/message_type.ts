import type { DhcpPacket } from "./dhcp_packet.ts";
import { DHCP_OPTION } from "./option_code.ts";
import { readU8 } from "./option_value.ts";

/**
 * Values of option 53 (RFC 2132 section 9.6).
 *
 * @example The type of an offer
 * ```ts
 * import { MESSAGE_TYPE } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(MESSAGE_TYPE.Offer, 2);
 * ```
 */
export const MESSAGE_TYPE = {
  /** 1: a client looks for servers. */
  Discover: 1,
  /** 2: a server offers an address, or a boot file. */
  Offer: 2,
  /** 3: a client takes an offer, or renews its lease. */
  Request: 3,
  /** 4: a client found its address in use. */
  Decline: 4,
  /** 5: a server grants. */
  Ack: 5,
  /** 6: a server refuses. */
  Nak: 6,
  /** 7: a client gives its address back. */
  Release: 7,
  /** 8: a client that has an address asks for the rest. */
  Inform: 8,
} as const;

/** One of the values of {@linkcode MESSAGE_TYPE}; on the wire any number from 0 to 255 can stand. */
export type MessageType = typeof MESSAGE_TYPE[keyof typeof MESSAGE_TYPE];

const NAMES = new Map<number, string>(
  Object.entries(MESSAGE_TYPE).map(([name, type]) => [
    type,
    name.toUpperCase(),
  ]),
);

/**
 * The type of a message (RFC 2132 section 9.6).
 *
 * @param packet The message.
 * @returns The number in option 53, or `undefined` when it is not there or not one octet long: then it is BOOTP.
 *
 * @example A DISCOVER
 * ```ts
 * import { DHCP_OPTION, MESSAGE_TYPE, messageType, u8Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const options = new Map([[DHCP_OPTION.MessageType, u8Value(MESSAGE_TYPE.Discover)]]);
 * assertEquals(messageType({ options }), MESSAGE_TYPE.Discover);
 * ```
 */
export function messageType(
  packet: Pick<DhcpPacket, "options">,
): number | undefined {
  return readU8(packet.options, DHCP_OPTION.MessageType);
}

/**
 * The name of a message type, as the RFCs write it.
 *
 * @param type The number in option 53; `undefined` for a message that has none.
 * @returns `DISCOVER`, `OFFER` and so on, `BOOTP` for none, `type N` for one that is not of RFC 2132.
 *
 * @example Names of types
 * ```ts
 * import { messageTypeName } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(messageTypeName(1), "DISCOVER");
 * assertEquals(messageTypeName(undefined), "BOOTP");
 * ```
 */
export function messageTypeName(type: number | undefined): string {
  if (type === undefined) return "BOOTP";
  return NAMES.get(type) ?? `type ${type}`;
}
