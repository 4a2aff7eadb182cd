/**
 * Network boot: BOOTP and DHCP messages as values, and what boot firmware says in them.
 *
 * ```ts
 * import { describeClient, decodeDhcpPacket, summary } from "@tftpkit/tftp/pxe";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(300);
 * bytes.set([1, 1, 6, 0, 0, 0, 0, 7]);
 * bytes.set([0x52, 0x54, 0, 0x4c, 0x41, 0x42], 28);
 * bytes.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 93, 2, 0, 7, 255], 236);
 * const packet = decodeDhcpPacket(bytes);
 * assertEquals(describeClient(packet).firmware, "uefi");
 * assertEquals(summary(packet), "DISCOVER 52:54:00:4c:41:42 xid=00000007 arch=uefi-x64");
 * ```
 *
 * @module
 */

export {
  type Architecture,
  architectureName,
  ARCHITECTURES,
  type Firmware,
  firmwareOf,
} from "./architecture.ts";
export {
  describeClient,
  formatMac,
  parseMac,
  type PxeClient,
} from "./client.ts";
export { decodeDhcpPacket } from "./decode.ts";
export type { DhcpOptions, DhcpPacket } from "./dhcp_packet.ts";
export {
  type DhcpEncodeLimits,
  encodeDhcpPacket,
  MIN_DHCP_MESSAGE_BYTES,
} from "./encode.ts";
export { formatIpv4, NO_ADDRESS, parseIpv4 } from "./ipv4.ts";
export { IPXE_OPTION, type IpxeFeatures, readIpxeFeatures } from "./ipxe.ts";
export {
  MESSAGE_TYPE,
  type MessageType,
  messageType,
  messageTypeName,
} from "./message_type.ts";
export { DHCP_OPTION, type DhcpOption, dhcpOptionName } from "./option_code.ts";
export {
  addressValue,
  readAddress,
  readAddresses,
  readText,
  readU16,
  readU32,
  readU8,
  replyLimit,
  textValue,
  u16Value,
  u32Value,
  u8Value,
} from "./option_value.ts";
export {
  decodePxeOptions,
  DISCOVERY_CONTROL,
  encodePxeOptions,
  PXE_OPTION,
  type PxeBootItem,
  type PxeBootServer,
  type PxeMenuEntry,
  type PxeMenuPrompt,
  type PxeVendorOptions,
} from "./pxe_options.ts";
export {
  decodeRelayOptions,
  decodeSubOptions,
  encodeSubOptions,
  RELAY_OPTION,
} from "./sub_options.ts";
export { details, summary } from "./summary.ts";
export {
  type BootAnswer,
  bootByMac,
  bootByUserClass,
  type BootChoice,
  type BootFiles,
  bootFiles,
  type BootHandler,
  bootHandler,
  type BootRule,
  bootRules,
} from "./boot.ts";
export type {
  DhcpEvent,
  DhcpEventBase,
  IgnoreReason,
  RefusalReason,
} from "./dhcp_event.ts";
export type { DhcpArrival, DhcpReply } from "./dhcp_reply.ts";
export {
  formatLease,
  LeaseFile,
  type LeaseStorage,
  parseLease,
} from "./lease_file.ts";
export { leaseStorage } from "./lease_storage.ts";
export type { Lease, LeaseClient, LeaseState } from "./leases.ts";
export {
  type AddressRange,
  type DhcpNetwork,
  parseAddressRange,
} from "./network.ts";
export { type DhcpResponder, dhcpResponder } from "./responder.ts";
export type {
  DhcpMode,
  DhcpResponderOptions,
  LeaseStore,
} from "./responder_options.ts";
