// How answers are put together. Rules:
// 1. Every answer has the client's transaction, hardware address and flags, and the relay agent's address, so that it finds
//    its way back (RFC 2131 table 3); it echoes the client identifier (RFC 6842), the machine identifier (RFC 4578 section
//    2.3), and as the last option what the relay agent put in (RFC 3046 section 2.2).
// 2. What was brought by a relay agent goes back to it, port 67. All else goes to everybody, whatever the broadcast flag
//    says: without raw sockets nothing can be sent to an address that its owner does not know yet. Only who has an address
//    that is known to be its own is sent to directly.
// 3. A relay agent delivers to the address that the client gets, unless the broadcast flag is set (RFC 1542 section 5.4). So
//    the flag is set where the client gets none: in a refusal (RFC 2131 section 4.3.2), and in all that a proxy says.
// 4. Who gets option 60 "PXEClient" gets option 43 "load the file at once", too: without it UEFI takes the server for a boot
//    server and asks port 4011, which may not be there.
// 5. Options that nobody needs to know are sent to who asks for them (option 55), and to who asks for nothing at all.

import { LIMITED_BROADCAST } from "./_addresses.ts";
import type { ServedNetwork, Surroundings, Turn } from "./_turn.ts";
import type { BootAnswer } from "./boot.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import { NO_ADDRESS, parseIpv4 } from "./ipv4.ts";
import type { MessageType } from "./message_type.ts";
import { DHCP_OPTION } from "./option_code.ts";
import {
  addressValue,
  replyLimit,
  textValue,
  u32Value,
  u8Value,
} from "./option_value.ts";
import {
  decodePxeOptions,
  DISCOVERY_CONTROL,
  encodePxeOptions,
} from "./pxe_options.ts";
import type { DhcpReply } from "./dhcp_reply.ts";

/** Port of a server and of a relay agent (RFC 2131 section 4.1). */
export const SERVER_PORT = 67;
/** Port of a client (RFC 2131 section 4.1). */
export const CLIENT_PORT = 68;
/** Port of a boot server (PXE 2.1 section 2.2). */
export const BOOT_SERVER_PORT = 4011;

/** `flags`: answer by broadcast (RFC 2131 figure 2). */
const BROADCAST_FLAG = 0x8000;

/** Seconds that stand for ever (RFC 2131 section 3.3). */
export const FOREVER_SECONDS = 0xffffffff;

/** Options in the making. */
export type Options = Map<number, Uint8Array>;

/** What an answer says beyond what all say. */
export interface ReplyContent {
  readonly type?: MessageType;
  readonly clientAddress?: string;
  readonly yourAddress?: string;
  /** Options in their order. */
  readonly options?: Options;
  readonly boot?: BootAnswer | null;
}

/** The message of an answer. */
export function replyPacket(
  turn: Turn,
  around: Surroundings,
  content: ReplyContent,
): DhcpPacket {
  const { packet } = turn;
  const { type, clientAddress, yourAddress, boot } = content;
  const options: Options = new Map();
  if (type !== undefined) {
    options.set(DHCP_OPTION.MessageType, u8Value(type));
    options.set(DHCP_OPTION.ServerId, addressValue(around.serverAddress));
  }
  for (const [code, value] of content.options ?? []) options.set(code, value);
  const server = boot ? boot.server ?? around.serverAddress : undefined;
  if (boot && server !== undefined) {
    addBootOptions(options, turn, boot, server, type !== undefined);
  }
  echo(turn, options);
  const isName = server !== undefined && parseIpv4(server) === undefined;
  return {
    op: "reply",
    hardwareType: packet.hardwareType,
    hardwareAddress: packet.hardwareAddress,
    hops: 0,
    transactionId: packet.transactionId,
    seconds: 0,
    flags: packet.flags,
    clientAddress: clientAddress ?? NO_ADDRESS,
    yourAddress: yourAddress ?? NO_ADDRESS,
    serverAddress: isName ? NO_ADDRESS : server ?? NO_ADDRESS,
    relayAddress: packet.relayAddress,
    serverName: isName ? server : boot ? around.serverName : "",
    file: boot?.file ?? "",
    options,
  };
}

function addBootOptions(
  options: Options,
  turn: Turn,
  boot: BootAnswer,
  server: string,
  isDhcp: boolean,
): void {
  const { client } = turn;
  if (isDhcp && client.isHttpBoot) {
    options.set(DHCP_OPTION.VendorClass, textValue("HTTPClient"));
  } else if (isDhcp && (client.isPxe || client.isIpxe)) {
    options.set(DHCP_OPTION.VendorClass, textValue("PXEClient"));
    options.set(DHCP_OPTION.VendorSpecific, vendorOptions(turn));
  }
  if (isAsked(turn, DHCP_OPTION.TftpServerName)) {
    options.set(DHCP_OPTION.TftpServerName, textValue(server));
  }
  if (boot.file !== "" && isAsked(turn, DHCP_OPTION.BootFileName)) {
    options.set(DHCP_OPTION.BootFileName, textValue(boot.file));
  }
  // RFC 5859: no client of PXE looks for it, but telephones do.
  const list = turn.packet.options.get(DHCP_OPTION.ParameterRequestList);
  if (
    list?.includes(DHCP_OPTION.TftpServerAddress) &&
    parseIpv4(server) !== undefined
  ) {
    options.set(DHCP_OPTION.TftpServerAddress, addressValue(server));
  }
  for (const [code, value] of boot.options ?? []) options.set(code, value);
}

/** Load the file at once; and the item of the menu that was asked for is what is answered (PXE 2.1 table 2-2, tag 71). */
function vendorOptions({ packet }: Turn): Uint8Array {
  const asked = packet.options.get(DHCP_OPTION.VendorSpecific);
  const { bootItem } = asked ? decodePxeOptions(asked) : {};
  return encodePxeOptions({
    discoveryControl: DISCOVERY_CONTROL.BootFileAtOnce,
    ...bootItem && { bootItem },
  });
}

function echo({ packet }: Turn, options: Options): void {
  const echoed = [
    DHCP_OPTION.ClientMachineId,
    DHCP_OPTION.ClientId,
    DHCP_OPTION.RelayAgentInformation,
  ];
  for (const code of echoed) {
    const value = packet.options.get(code);
    options.delete(code);
    if (value !== undefined) options.set(code, value);
  }
}

/** Whether a client wants an option (RFC 2132 section 9.8). */
export function isAsked({ packet }: Turn, code: number): boolean {
  const list = packet.options.get(DHCP_OPTION.ParameterRequestList);
  return list === undefined || list.includes(code);
}

/** What a client of a network is told of it, as far as it asks; the mask in front of the routers (RFC 2132 section 3.3). */
export function networkOptions(turn: Turn, network: ServedNetwork): Options {
  const { routers = [], dnsServers = [], domain, options } = network.settings;
  const all: Options = new Map();
  all.set(DHCP_OPTION.SubnetMask, addressValue(network.netmask));
  if (routers.length > 0) {
    all.set(DHCP_OPTION.Router, addressValue(...routers));
  }
  if (dnsServers.length > 0) {
    all.set(DHCP_OPTION.DomainNameServer, addressValue(...dnsServers));
  }
  if (domain !== undefined) {
    all.set(DHCP_OPTION.DomainName, textValue(domain));
  }
  all.set(DHCP_OPTION.BroadcastAddress, addressValue(network.broadcast));
  for (const [code, value] of options ?? []) all.set(code, value);
  for (const code of all.keys()) {
    // Who gets an address is lost without its mask, asked or not.
    const isNeeded = code === DHCP_OPTION.SubnetMask || isAsked(turn, code);
    if (!isNeeded) all.delete(code);
  }
  return all;
}

/** The times of a lease (RFC 2131 section 4.4.5); one that lasts for ever needs no renewal. */
export function leaseOptions(durationMs: number): Options {
  if (durationMs === Infinity) {
    return new Map([[DHCP_OPTION.LeaseTime, u32Value(FOREVER_SECONDS)]]);
  }
  const seconds = Math.floor(durationMs / 1000);
  return new Map([
    [DHCP_OPTION.LeaseTime, u32Value(seconds)],
    [DHCP_OPTION.RenewalTime, u32Value(Math.floor(seconds / 2))],
    [DHCP_OPTION.RebindingTime, u32Value(Math.floor(seconds * 7 / 8))],
  ]);
}

/** An answer to who has no address yet, or is told that it has a wrong one (RFC 2131 section 4.1). */
export function toAll(turn: Turn, packet: DhcpPacket): DhcpReply {
  return send(turn, packet, LIMITED_BROADCAST, CLIENT_PORT);
}

/** An answer to who has an address that is known to be its own. */
export function toOwner(
  turn: Turn,
  packet: DhcpPacket,
  address: string,
): DhcpReply {
  return send(turn, packet, address, CLIENT_PORT);
}

function send(
  turn: Turn,
  packet: DhcpPacket,
  hostname: string,
  port: number,
): DhcpReply {
  const relay = turn.client.relayAddress;
  const isNobodys = packet.yourAddress === NO_ADDRESS;
  return {
    packet: relay !== undefined && isNobodys
      ? { ...packet, flags: packet.flags | BROADCAST_FLAG }
      : packet,
    to: relay === undefined
      ? { hostname, port }
      : { hostname: relay, port: SERVER_PORT },
    from: SERVER_PORT,
    maxMessageBytes: replyLimit(turn.packet.options),
  };
}

/** An answer to where the question came from, which is how boot servers answer (PXE 2.1 section 2.4.6). */
export function toSender(turn: Turn, packet: DhcpPacket): DhcpReply {
  const { hostname, port } = turn.arrival.remote;
  return {
    packet,
    to: { hostname, port },
    from: BOOT_SERVER_PORT,
    maxMessageBytes: replyLimit(turn.packet.options),
  };
}
