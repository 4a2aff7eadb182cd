/**
 * What real clients and servers said to each other, captured on a wire, and what tshark reads in it: iPXE's ROM on BIOS and
 * on UEFI, EDK2 (OVMF), busybox udhcpc, ISC dhclient, dhcpcd, ISC dhcrelay, and dnsmasq as their server and as a proxy.
 *
 * @module
 */

import type { TsharkMessage } from "./_tshark.ts";
import edk2 from "./golden/edk2.json" with { type: "json" };
import edk2Http from "./golden/edk2_http.json" with { type: "json" };
import edk2Proxy from "./golden/edk2_proxy.json" with { type: "json" };
import ipxeBios from "./golden/ipxe_bios.json" with { type: "json" };
import ipxeBiosProxy from "./golden/ipxe_bios_proxy.json" with { type: "json" };
import ipxeEfi from "./golden/ipxe_efi.json" with { type: "json" };
import linuxClients from "./golden/linux_clients.json" with { type: "json" };
import relayOverload from "./golden/relay_overload.json" with { type: "json" };

export interface GoldenMessage {
  /** The capture, and which message of it. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
  readonly tshark: TsharkMessage;
}

interface Captured {
  readonly from: string;
  readonly to: string;
  readonly hex: string;
  readonly tshark: TsharkMessage;
}

function messages(
  capture: string,
  captured: readonly Captured[],
): readonly GoldenMessage[] {
  return captured.map(({ from, to, hex, tshark }, i) => ({
    name: `${capture} ${i + 1}`,
    from,
    to,
    bytes: Uint8Array.fromHex(hex),
    tshark,
  }));
}

/** Each capture's messages, in their order. */
export const GOLDEN_CAPTURES = {
  edk2: messages("edk2", edk2),
  edk2Http: messages("edk2_http", edk2Http),
  edk2Proxy: messages("edk2_proxy", edk2Proxy),
  ipxeBios: messages("ipxe_bios", ipxeBios),
  ipxeBiosProxy: messages("ipxe_bios_proxy", ipxeBiosProxy),
  ipxeEfi: messages("ipxe_efi", ipxeEfi),
  linuxClients: messages("linux_clients", linuxClients),
  relayOverload: messages("relay_overload", relayOverload),
};

/** All of them. */
export const GOLDEN_DHCP: readonly GoldenMessage[] = Object.values(
  GOLDEN_CAPTURES,
).flat();
