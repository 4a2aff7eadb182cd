import { type DhcpPacket, formatMac } from "../../pxe/mod.ts";
import type { TsharkMessage } from "./_tshark.ts";

/** A message as tshark would tell it, as far as the two tell the same. */
export function asTshark(packet: DhcpPacket): Partial<TsharkMessage> {
  return {
    op: packet.op === "request" ? 1 : 2,
    hardwareType: packet.hardwareType,
    hardwareLength: packet.hardwareAddress.length,
    hops: packet.hops,
    transactionId: packet.transactionId,
    seconds: packet.seconds,
    flags: packet.flags,
    clientAddress: packet.clientAddress,
    yourAddress: packet.yourAddress,
    serverAddress: packet.serverAddress,
    relayAddress: packet.relayAddress,
    mac: formatMac(packet.hardwareAddress),
    serverName: packet.serverName,
    file: packet.file,
  };
}
