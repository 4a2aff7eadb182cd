// What a message needs to be answered: the parts that the three servers share.

import { isHostAddress } from "./_addresses.ts";
import type { BootAnswer } from "./boot.ts";
import type { PxeClient } from "./client.ts";
import type { DhcpEvent, IgnoreReason } from "./dhcp_event.ts";
import type { DhcpPacket } from "./dhcp_packet.ts";
import type { Lease, LeaseClient, LeasePool } from "./leases.ts";
import type { CheckedNetwork } from "./network.ts";
import type { DhcpArrival } from "./dhcp_reply.ts";

/** A network, and who has which address in it. */
export interface ServedNetwork extends CheckedNetwork {
  readonly pool: LeasePool;
}

/** What holds for all messages. */
export interface Surroundings {
  readonly serverAddress: string;
  readonly serverName: string;
  readonly answerAll: boolean;
  readonly authoritative: boolean;
  readonly bootpAddresses: "fixed" | "range";
  readonly minLeaseMs: number;
  readonly leaseMs: number;
  readonly networks: readonly ServedNetwork[];
  /** Asks the handler. `null`: it has no file for the client. `undefined`: it failed, which has been told. */
  boot(turn: Turn): Promise<BootAnswer | null | undefined>;
  /** Brings a lease to where it outlives the process. A failure has been told when this resolves. */
  save(turn: Turn, lease: Lease): Promise<void>;
}

/** What distributes over a union, as `Omit` does not. */
type Told<E> = E extends DhcpEvent ? Omit<E, "client" | "message"> : never;

/** One message on its way to an answer. */
export interface Turn {
  readonly packet: DhcpPacket;
  readonly arrival: DhcpArrival;
  readonly client: PxeClient;
  readonly who: LeaseClient;
  tell(event: Told<DhcpEvent>): void;
}

/** Tells why a message gets no answer, and gives none. */
export function ignore(turn: Turn, reason: IgnoreReason): [] {
  turn.tell({ type: "ignored", reason });
  return [];
}

/** Whether a client is one that boots from the network, or all are answered. */
export function isServed(
  { client }: Turn,
  { answerAll }: Surroundings,
): boolean {
  return answerAll || client.isPxe || client.isHttpBoot || client.isIpxe;
}

/**
 * The address that a client has, as far as one may believe it: `ciaddr`, where the message came from there or by a relay
 * agent. So a made-up `ciaddr` directs no answer at others.
 */
export function ownAddress(
  { packet, client, arrival }: Turn,
): string | undefined {
  const { clientAddress } = packet;
  const isBelieved = client.relayAddress !== undefined ||
    arrival.remote.hostname === clientAddress;
  return isBelieved && isHostAddress(clientAddress) ? clientAddress : undefined;
}
