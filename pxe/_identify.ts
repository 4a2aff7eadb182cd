import { formatMac, type PxeClient } from "./client.ts";
import type { DhcpOptions, DhcpPacket } from "./dhcp_packet.ts";
import type { LeaseClient } from "./leases.ts";
import { DHCP_OPTION } from "./option_code.ts";

/**
 * By what a client is known: its identifier, unless that is its hardware address once more (RFC 2132 section 9.14), or its
 * machine identifier. The latter is what boot ROMs of Intel's line send, while iPXE and the system that they start do not:
 * the machine is to keep its address through all of them.
 */
export function identify(packet: DhcpPacket, client: PxeClient): LeaseClient {
  const { hardwareType, hardwareAddress } = packet;
  const isBlank = hardwareAddress.every((octet) => octet === 0);
  const octets = formatMac(hardwareAddress);
  const type = formatMac(Uint8Array.of(hardwareType));
  // As dnsmasq writes it: Ethernet goes without saying.
  const mac = isBlank ? "" : hardwareType === 1 ? octets : `${type}-${octets}`;
  const id = readIdentifier(packet.options, DHCP_OPTION.ClientId);
  const saysMore = id !== undefined && id !== `${type}:${octets}` &&
    (mac === "" ||
      id !== readIdentifier(packet.options, DHCP_OPTION.ClientMachineId));
  const { hostname = "" } = client;
  return {
    mac,
    ...(saysMore ? { clientId: id } : {}),
    ...(hostname !== "" && hostname.length <= MAX_OPTION_BYTES
      ? { hostname }
      : {}),
  };
}

/**
 * Octets of a client identifier or a name, at most. Joined from parts (RFC 3396) they could be 65,000, would be kept for as
 * long as the lease, and have no place in a lease file.
 */
const MAX_OPTION_BYTES = 255;

/** An identifier as text; shorter than two octets is none (RFC 2132 section 9.14). */
function readIdentifier(
  options: DhcpOptions,
  code: number,
): string | undefined {
  const value = options.get(code);
  return value && value.length >= 2 && value.length <= MAX_OPTION_BYTES
    ? formatMac(value)
    : undefined;
}
