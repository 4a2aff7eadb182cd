// Options inside of an option. Those of option 43 and 175 are built like the area around them, with pad and end (RFC 2132
// section 8.4); those of option 82 have neither: there 0 and 255 are codes like any other (RFC 3046 section 2.0).

import { collectOptions, joinParts, type OptionParts } from "./_option_area.ts";
import type { DhcpOptions } from "./dhcp_packet.ts";

/**
 * The options inside of option 43 or 175. One that is cut off is not there; a code that comes again continues its value.
 *
 * @param value The value of the option around them.
 * @returns The options inside, in their order.
 *
 * @example The discovery control of PXE
 * ```ts
 * import { decodeSubOptions, PXE_OPTION } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const inside = decodeSubOptions(new Uint8Array([6, 1, 8, 255]));
 * assertEquals(inside.get(PXE_OPTION.DiscoveryControl), new Uint8Array([8]));
 * ```
 */
export function decodeSubOptions(value: Uint8Array): DhcpOptions {
  const parts: OptionParts = new Map();
  collectOptions(value, parts);
  return joinParts(parts);
}

/**
 * The value of option 43 or 175, from the options inside of it.
 *
 * @param options The options, each with a code of 1 to 254 and at most 255 octets.
 * @returns The octets, with an end behind the last option.
 * @throws {RangeError} When a code or a length is out of range.
 *
 * @example Tell iPXE not to wait for a proxy
 * ```ts
 * import { encodeSubOptions, IPXE_OPTION, u8Value } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const value = encodeSubOptions(new Map([[IPXE_OPTION.NoPxeDhcp, u8Value(1)]]));
 * assertEquals(value, new Uint8Array([176, 1, 1, 255]));
 * ```
 */
export function encodeSubOptions(options: DhcpOptions): Uint8Array {
  const octets: number[] = [];
  for (const [code, value] of options) {
    if (!Number.isInteger(code) || code < 1 || code > 254) {
      throw new RangeError(
        `Cannot encode sub-option as its code must be 1 to 254: current value is ${code}`,
      );
    }
    if (value.length > 255) {
      throw new RangeError(
        `Cannot encode sub-option ${code} as it must have at most 255 octets: it has ${value.length}`,
      );
    }
    octets.push(code, value.length, ...value);
  }
  return Uint8Array.from([...octets, 255]);
}

/** Codes inside of option 82 (RFC 3046 section 2.0, and what is named beside them). */
export const RELAY_OPTION = {
  /** 1: the circuit, such as a port of a switch, that the request came by, RFC 3046 section 3.1. */
  CircuitId: 1,
  /** 2: the machine at the far end of the circuit, RFC 3046 section 3.2. */
  RemoteId: 2,
  /** 5: the network to take an address from, where it is not the relay agent's own, RFC 3527. */
  LinkSelection: 5,
  /** 11: the address to put into option 54, so that renewals pass the relay agent too, RFC 5107. */
  ServerIdOverride: 11,
} as const;

/**
 * The options inside of option 82, to look into. To echo them take the value as it came.
 *
 * @param value The value of option 82.
 * @returns The options inside, in their order.
 *
 * @example The port of a switch
 * ```ts
 * import { decodeRelayOptions, RELAY_OPTION } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const inside = decodeRelayOptions(new Uint8Array([1, 2, 0x70, 0x37]));
 * assertEquals(inside.get(RELAY_OPTION.CircuitId), new Uint8Array([0x70, 0x37]));
 * ```
 */
export function decodeRelayOptions(value: Uint8Array): DhcpOptions {
  const options = new Map<number, Uint8Array>();
  for (let offset = 0; offset + 2 <= value.length;) {
    const end = offset + 2 + value[offset + 1]!;
    if (end > value.length) break;
    // No joining here: of a code that comes twice, the first counts.
    const code = value[offset]!;
    if (!options.has(code)) options.set(code, value.slice(offset + 2, end));
    offset = end;
  }
  return options;
}
