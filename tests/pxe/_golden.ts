/**
 * What real clients and servers said to each other, captured on a wire, and what tshark 4.0.17 reads in it.
 *
 * | capture | who |
 * | --- | --- |
 * | `edk2`, `edk2Http`, `edk2Proxy` | OVMF 2022.11: PXE, HTTP boot, and PXE with a proxy beside the DHCP server |
 * | `ipxeBios`, `ipxeBiosProxy` | iPXE 1.0.0 (2019) as the ROM of an e1000 under SeaBIOS, without and with a proxy |
 * | `ipxeEfi` | the same ROM under OVMF |
 * | `linuxClients` | busybox udhcpc 1.35.0, the same with the broadcast flag, ISC dhclient 4.4.3 |
 * | `relayOverload` | udhcpc and dhcpcd 9.4.1 behind ISC dhcrelay 4.4.3, which adds option 82; options in all fields |
 *
 * The server is dnsmasq 2.90 in all of them. The machines' UUID is 12345678-9abc-def0-1122-334455667788. A capture becomes
 * a file by `golden/from_capture.ts`.
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
