// BOOTP (RFC 951, RFC 1542): one question, one answer, and an address for ever. Rules:
// 1. A client gets the address that is fixed for it, and no other; without one, one of the ranges only where that was
//    chosen, as it never comes back (RFC 1534 section 2).
// 2. A client that has an address gets none: its answer goes to that address, if it is in a network that is served and is
//    where the message came from.
// 3. A client that names another server is left to that (RFC 951 section 7.3).
// 4. The answer has 300 octets, and options without a message type (RFC 1497).

import { networkOptions, replyPacket, toAll } from "./_reply.ts";
import {
  ignore,
  type ServedNetwork,
  type Surroundings,
  type Turn,
} from "./_turn.ts";
import { inform, networkOf } from "./dhcp_server.ts";
import { NO_ADDRESS } from "./ipv4.ts";
import type { Lease } from "./leases.ts";
import type { DhcpReply } from "./dhcp_reply.ts";

/** Answers a BOOTP message. */
export async function answerAsBootpServer(
  turn: Turn,
  around: Surroundings,
): Promise<DhcpReply[]> {
  const { packet } = turn;
  const names = ["", around.serverName, around.serverAddress];
  if (!names.includes(packet.serverName)) {
    return ignore(turn, "another server chosen");
  }
  const network = networkOf(turn, around);
  if (network === undefined) return ignore(turn, "unknown network");
  return packet.clientAddress === NO_ADDRESS
    ? await giveAddress(turn, around, network)
    : await inform(turn, around, network, {});
}

async function giveAddress(
  turn: Turn,
  around: Surroundings,
  network: ServedNetwork,
): Promise<DhcpReply[]> {
  const { who, arrival: { now } } = turn;
  const { pool } = network;
  const fixed = pool.fixedOf(who);
  if (around.bootpAddresses === "fixed" && fixed === undefined) {
    return ignore(turn, "no fixed address");
  }
  const before = pool.find(who, now);
  // Its own or none: another one, as long as its own is somebody else's, would never come back.
  const chosen = fixed ?? pool.offer(who, now)?.address;
  const lease = chosen === undefined
    ? undefined
    : pool.lease(who, chosen, now, Infinity);
  if (lease === undefined) {
    turn.tell({ type: "exhausted", network: network.name });
    return [];
  }
  const isRenewal = before?.state === "leased" &&
    before.address === lease.address;
  const [boot] = await Promise.all([
    around.boot(turn),
    isKept(before, lease) ? undefined : around.save(turn, lease),
  ]);
  if (boot === undefined) return [];
  const { address } = lease;
  turn.tell({
    type: "leased",
    address,
    durationMs: Infinity,
    isRenewal,
    file: boot?.file ?? null,
  });
  const answer = replyPacket(turn, around, {
    yourAddress: address,
    options: networkOptions(turn, network),
    boot,
  });
  return [toAll(turn, answer)];
}

/** A client that asks each time it starts: what is known already is not saved again. */
function isKept(before: Lease | undefined, lease: Lease): boolean {
  return before?.address === lease.address &&
    before.expiresAt === lease.expiresAt;
}
