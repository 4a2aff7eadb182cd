// proxyDHCP: a boot server beside a DHCP server that knows nothing of booting (PXE 2.1 section 2.2). Rules:
// 1. A DISCOVER is answered with an OFFER of no address, with all that the client needs to boot. BIOS and UEFI then never
//    ask further.
// 2. A REQUEST on port 67 is for the DHCP server, whose address the client takes; so are DECLINE and RELEASE.
// 3. On port 4011, REQUEST and INFORM are answered with an ACK, from port 4011 to the address and port they came from. The
//    server that they name does not matter: whoever sends here means this one.
// 4. An INFORM on port 67 is answered to the address that it came from, if that is the one it says it has.
// 5. Who does not boot from the network, or has no file to boot, hears nothing.

import { isHostAddress } from "./_addresses.ts";
import { replyPacket, toAll, toOwner, toSender } from "./_reply.ts";
import {
  ignore,
  isServed,
  ownAddress,
  type Surroundings,
  type Turn,
} from "./_turn.ts";
import type { BootAnswer } from "./boot.ts";
import { MESSAGE_TYPE, messageType } from "./message_type.ts";
import type { DhcpReply } from "./dhcp_reply.ts";

/** Answers what comes to port 67 in proxy mode. */
export async function answerAsProxy(
  turn: Turn,
  around: Surroundings,
): Promise<DhcpReply[]> {
  const type = messageType(turn.packet);
  if (type === undefined) return ignore(turn, "not served in this mode");
  if (!isServed(turn, around)) return ignore(turn, "no network boot");
  if (type === MESSAGE_TYPE.Discover) {
    const boot = await chooseBoot(turn, around);
    if (!boot) return [];
    turn.tell({ type: "offered", address: null, file: boot.file });
    const content = { type: MESSAGE_TYPE.Offer, boot };
    return [toAll(turn, replyPacket(turn, around, content))];
  }
  if (type !== MESSAGE_TYPE.Inform) return ignore(turn, reasonFor(type));
  const address = ownAddress(turn);
  if (address === undefined) return ignore(turn, "no usable address");
  const boot = await chooseBoot(turn, around);
  if (!boot) return [];
  return [toOwner(turn, acknowledge(turn, around, boot), address)];
}

/** Answers what comes to port 4011, in all modes. */
export async function answerAsBootServer(
  turn: Turn,
  around: Surroundings,
): Promise<DhcpReply[]> {
  const { packet, arrival } = turn;
  const type = messageType(packet);
  if (type !== MESSAGE_TYPE.Request && type !== MESSAGE_TYPE.Inform) {
    return ignore(turn, "not a question");
  }
  if (!isServed(turn, around)) return ignore(turn, "no network boot");
  const { hostname, port } = arrival.remote;
  if (!isHostAddress(hostname) || port === 0) {
    return ignore(turn, "no usable address");
  }
  const boot = await chooseBoot(turn, around);
  if (!boot) return [];
  return [toSender(turn, acknowledge(turn, around, boot))];
}

function acknowledge(turn: Turn, around: Surroundings, boot: BootAnswer) {
  const address = turn.packet.clientAddress;
  turn.tell({ type: "informed", address, file: boot.file });
  return replyPacket(turn, around, {
    type: MESSAGE_TYPE.Ack,
    clientAddress: address,
    boot,
  });
}

/** What the client boots; where there is nothing, that has been told. */
async function chooseBoot(
  turn: Turn,
  around: Surroundings,
): Promise<BootAnswer | undefined> {
  const boot = await around.boot(turn);
  if (boot === null) {
    const isHttp = turn.client.isHttpBoot;
    ignore(turn, isHttp ? "no URL for HTTP boot" : "no boot file");
  }
  return boot ?? undefined;
}

function reasonFor(type: number) {
  const isForServer = type === MESSAGE_TYPE.Request ||
    type === MESSAGE_TYPE.Decline || type === MESSAGE_TYPE.Release;
  return isForServer ? "for the DHCP server" : "not a question";
}
