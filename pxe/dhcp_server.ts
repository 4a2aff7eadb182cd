// DHCP as the server speaks it (RFC 2131 section 4.3). Rules, by what the client sends:
//
// | message | its state | how it is known | answer |
// | --- | --- | --- | --- |
// | DISCOVER | INIT | | OFFER of an address, held for a short time; none when none is free |
// | REQUEST | SELECTING | names a server (54) | ours: ACK, or NAK if the address is gone; another: none, the offer is over |
// | REQUEST | INIT-REBOOT | names an address (50), no server | ACK if it is the client's; else NAK |
// | REQUEST | RENEWING, REBINDING | has an address (`ciaddr`) | ACK, to that address; else NAK |
// | DECLINE | | | none; the address is left alone for a while |
// | RELEASE | | | none; the lease is over, the address remembered |
// | INFORM | BOUND by other means | | ACK without address and lease, to `ciaddr` |
//
// 1. A client without a record here is not refused anything, as another server may know it: silence. So it is where the
//    record is over, and the address none that this server gives. A server that is authoritative refuses, and grants an
//    address that is free, as after the loss of its leases.
// 2. A lease is saved before its ACK is sent (RFC 2131 section 3.1, step 4).
// 3. Nothing is sent directly to an address unless it was leased to the client, or it is in a network that is served and is
//    where the message came from: a made-up `ciaddr` directs nothing at others.
// 4. The network is the one of the relay agent (its link selection, RFC 3527, or `giaddr`); else that of `ciaddr`; else the
//    server's own.
// 5. Where no client of the network is answered who does not boot from it, one that has a lease can yet renew it, give it
//    back and decline it.

import { isHostAddress } from "./_addresses.ts";
import {
  FOREVER_SECONDS,
  leaseOptions,
  networkOptions,
  type ReplyContent,
  replyPacket,
  toAll,
  toOwner,
} from "./_reply.ts";
import {
  ignore,
  isServed,
  ownAddress,
  type ServedNetwork,
  type Surroundings,
  type Turn,
} from "./_turn.ts";
import type { RefusalReason } from "./dhcp_event.ts";
import { NO_ADDRESS } from "./ipv4.ts";
import { MESSAGE_TYPE, messageType } from "./message_type.ts";
import { isInNetwork } from "./network.ts";
import { DHCP_OPTION } from "./option_code.ts";
import { readAddress, readU32, textValue } from "./option_value.ts";
import type { DhcpReply } from "./dhcp_reply.ts";
import { decodeRelayOptions, RELAY_OPTION } from "./sub_options.ts";

/** Answers a DHCP message that came to port 67. */
export function answerAsDhcpServer(
  turn: Turn,
  around: Surroundings,
): DhcpReply[] | Promise<DhcpReply[]> {
  const type = messageType(turn.packet);
  const network = networkOf(turn, around);
  if (network === undefined) return ignore(turn, "unknown network");
  switch (type) {
    case MESSAGE_TYPE.Discover:
      return onDiscover(turn, around, network);
    case MESSAGE_TYPE.Request:
      return onRequest(turn, around, network);
    case MESSAGE_TYPE.Decline:
      return onEnd(turn, around, network, "decline");
    case MESSAGE_TYPE.Release:
      return onEnd(turn, around, network, "release");
    case MESSAGE_TYPE.Inform:
      return onInform(turn, around, network);
    default:
      return ignore(turn, "not a question");
  }
}

/** The network that a client is in. */
export function networkOf(
  { packet, client }: Turn,
  { networks, serverAddress }: Surroundings,
): ServedNetwork | undefined {
  const find = (address: string) =>
    networks.find((network) => isInNetwork(network, address));
  if (client.relayAddress !== undefined) {
    const inside = packet.options.get(DHCP_OPTION.RelayAgentInformation);
    const link = inside &&
      readAddress(decodeRelayOptions(inside), RELAY_OPTION.LinkSelection);
    return find(link ?? client.relayAddress);
  }
  const type = messageType(packet);
  const isLocal = type === MESSAGE_TYPE.Discover ||
    packet.clientAddress === NO_ADDRESS;
  return (isLocal ? undefined : find(packet.clientAddress)) ??
    find(serverAddress);
}

async function onDiscover(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
): Promise<DhcpReply[]> {
  if (!isServed(turn, around)) return ignore(turn, "no network boot");
  const { now } = turn.arrival;
  const offer = network.pool.offer(
    turn.who,
    now,
    turn.client.requestedAddress,
  );
  if (offer === undefined) {
    turn.tell({ type: "exhausted", network: network.name });
    return [];
  }
  const boot = await around.boot(turn);
  if (boot === undefined) return [];
  const { address } = offer;
  turn.tell({ type: "offered", address, file: boot?.file ?? null });
  const packet = replyPacket(turn, around, {
    type: MESSAGE_TYPE.Offer,
    yourAddress: address,
    options: new Map([
      ...leaseOptions(leaseTime(turn, around)),
      ...networkOptions(turn, network),
    ]),
    boot,
  });
  return [toAll(turn, packet)];
}

function onRequest(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
): DhcpReply[] | Promise<DhcpReply[]> {
  const { packet, client, who, arrival: { now } } = turn;
  const server = readAddress(packet.options, DHCP_OPTION.ServerId);
  const isKnown = around.networks.some(({ pool }) => pool.knows(who));
  if (!isKnown && !isServed(turn, around)) {
    return ignore(turn, "no network boot");
  }
  if (server !== undefined && server !== around.serverAddress) {
    network.pool.withdraw(who, now);
    return ignore(turn, "another server chosen");
  }
  const { requestedAddress, relayAddress } = client;
  const address = requestedAddress ?? packet.clientAddress;
  if (!isHostAddress(address)) return ignore(turn, "no usable address");
  if (server === undefined && !isOurs(turn, around, address)) {
    return ignore(turn, "unknown client");
  }
  const reason = refusalOf(turn, network, address, server !== undefined);
  if (reason !== undefined) {
    return refuse(turn, around, address, reason);
  }
  const durationMs = leaseTime(turn, around);
  const before = network.pool.find(who, now);
  const lease = network.pool.lease(who, address, now, durationMs);
  if (lease === undefined) {
    return refuse(turn, around, address, "address not available");
  }
  const isRenewal = before?.state === "leased" && before.address === address;
  const hasAddress = packet.clientAddress === address &&
    relayAddress === undefined;
  return grant(turn, around, network, {
    lease,
    durationMs,
    isRenewal,
    hasAddress,
  });
}

/** Whether a client that names no server can mean this one: else a refusal would take from it what another server gave. */
function isOurs(
  { who, arrival: { now } }: Turn,
  { networks, authoritative }: Surroundings,
  address: string,
): boolean {
  const some = (holds: (pool: ServedNetwork["pool"]) => boolean) =>
    networks.some(({ pool }) => holds(pool));
  return authoritative || some((pool) => pool.fixedOf(who) !== undefined) ||
    some((pool) => pool.find(who, now)?.state === "leased") ||
    some((pool) => pool.knows(who)) && some((pool) => pool.owns(address));
}

/** What is wrong with an address, apart from whose it is (RFC 2131 section 4.3.2). */
function refusalOf(
  { who, arrival: { now } }: Turn,
  network: ServedNetwork,
  address: string,
  isSelecting: boolean,
): RefusalReason | undefined {
  if (!isInNetwork(network, address)) return "wrong network";
  const bound = network.pool.find(who, now);
  if (bound === undefined || bound.address === address) return undefined;
  // What it was offered since does not bind a client that goes on with what it had.
  return isSelecting || bound.state === "leased"
    ? "another address"
    : undefined;
}

interface Grant {
  readonly lease: Parameters<Surroundings["save"]>[1];
  readonly durationMs: number;
  readonly isRenewal: boolean;
  /** Whether the client can be sent to at the address. */
  readonly hasAddress: boolean;
}

async function grant(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
  { lease, durationMs, isRenewal, hasAddress }: Grant,
): Promise<DhcpReply[]> {
  const [boot] = await Promise.all([
    around.boot(turn),
    around.save(turn, lease),
  ]);
  if (boot === undefined) return [];
  const { address } = lease;
  const file = boot?.file ?? null;
  turn.tell({ type: "leased", address, durationMs, isRenewal, file });
  const packet = replyPacket(turn, around, {
    type: MESSAGE_TYPE.Ack,
    clientAddress: hasAddress ? address : NO_ADDRESS,
    yourAddress: address,
    options: new Map([
      ...leaseOptions(durationMs),
      ...networkOptions(turn, network),
    ]),
    boot,
  });
  return [hasAddress ? toOwner(turn, packet, address) : toAll(turn, packet)];
}

function refuse(
  turn: Turn,
  around: Surroundings,
  address: string,
  reason: RefusalReason,
): DhcpReply[] {
  turn.tell({ type: "refused", address, reason });
  const packet = replyPacket(turn, around, {
    type: MESSAGE_TYPE.Nak,
    options: new Map([[DHCP_OPTION.Message, textValue(reason)]]),
  });
  return [toAll(turn, packet)];
}

async function onEnd(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
  action: "decline" | "release",
): Promise<DhcpReply[]> {
  const { packet, client, who, arrival: { now } } = turn;
  const server = readAddress(packet.options, DHCP_OPTION.ServerId);
  if (server !== undefined && server !== around.serverAddress) {
    return ignore(turn, "another server chosen");
  }
  const address = action === "decline"
    ? client.requestedAddress ?? packet.clientAddress
    : packet.clientAddress;
  const lease = network.pool[action](who, address, now);
  if (lease === undefined) return ignore(turn, "no such lease");
  turn.tell({ type: action === "decline" ? "declined" : "released", address });
  await around.save(turn, lease);
  return [];
}

function onInform(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
): DhcpReply[] | Promise<DhcpReply[]> {
  return isServed(turn, around)
    ? inform(turn, around, network, { type: MESSAGE_TYPE.Ack })
    : ignore(turn, "no network boot");
}

/** Tells a client that has an address the rest: by INFORM, or by BOOTP, whose answers have no type. */
export async function inform(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
  content: Pick<ReplyContent, "type">,
): Promise<DhcpReply[]> {
  const address = ownAddress(turn);
  if (address === undefined || !isInNetwork(network, address)) {
    return ignore(turn, "no usable address");
  }
  const boot = await around.boot(turn);
  if (boot === undefined) return [];
  turn.tell({ type: "informed", address, file: boot?.file ?? null });
  const answer = replyPacket(turn, around, {
    ...content,
    clientAddress: address,
    options: networkOptions(turn, network),
    boot,
  });
  return [toOwner(turn, answer, address)];
}

/** What the client asks for (option 51), within what is allowed. */
function leaseTime(turn: Turn, around: Surroundings): number {
  const { minLeaseMs, leaseMs } = around;
  const asked = readU32(turn.packet.options, DHCP_OPTION.LeaseTime);
  if (asked === undefined || asked === FOREVER_SECONDS) return leaseMs;
  return Math.min(Math.max(asked * 1000, minLeaseMs), leaseMs);
}
