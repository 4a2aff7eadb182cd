// What the watch remembers of an address, and of a transfer.

import type { UdpAddress } from "../../net/mod.ts";
import { OPCODE, peekBlock, peekOpcode } from "../../packet/mod.ts";

/** What one address has sent and got. */
export interface PeerRecord {
  /** What it was made for. */
  readonly kind: string;
  requests: number;
  longestRequest: number;
  bytesIn: number;
  packetsIn: number;
  bytesOut: number;
  packetsOut: number;
  unprovenPackets: number;
  errors: number;
  transfers: number;
  exchange: ExchangeRecord | null;
}

/** What passed on one port of the server with its client; on the request port, with one client. */
export interface ExchangeRecord {
  peer: UdpAddress | null;
  peerKey: string;
  unprovenPackets: number;
  isProven: boolean;
  /** What the client has to send to prove that it is there: opcode and block number as one number. */
  proof: number;
  hasSent: boolean;
  /** The moment of the last request, which may not have been answered yet in the same one. */
  askedAt: number;
  /** The moment in which its client has said ERROR, since it was heard last; otherwise -1. */
  erredAt: number;
  /** DATA of the client, each of which may be answered with an ACK, which is no longer. */
  blocks: number;
  readonly strangers: Map<string, number>;
  strangersAnswered: number;
}

export function newPeer(kind: string): PeerRecord {
  return {
    kind,
    requests: 0,
    longestRequest: 0,
    bytesIn: 0,
    packetsIn: 0,
    bytesOut: 0,
    packetsOut: 0,
    unprovenPackets: 0,
    errors: 0,
    transfers: 0,
    exchange: null,
  };
}

export function newExchange(): ExchangeRecord {
  return {
    peer: null,
    peerKey: "",
    unprovenPackets: 0,
    isProven: false,
    proof: -1,
    hasSent: false,
    askedAt: -1,
    erredAt: -1,
    blocks: 0,
    strangers: new Map(),
    strangersAnswered: 0,
  };
}

export function noteFromClient(
  exchange: ExchangeRecord,
  bytes: Uint8Array,
  moment: number,
): void {
  const opcode = peekOpcode(bytes);
  const isError = opcode === OPCODE.ERROR && exchange.hasSent &&
    exchange.askedAt !== moment;
  exchange.erredAt = isError ? moment : -1;
  const block = peekBlock(bytes);
  if (block < 0) return;
  if (opcode === OPCODE.DATA) exchange.blocks++;
  const said = opcode * 65536 + block;
  exchange.isProven ||= exchange.proof === OF_OPTIONS
    ? said === ACK_0 || said === DATA_1
    : said === exchange.proof;
}

/** An OACK answers reads and writes alike: the one is confirmed with ACK 0, the other with DATA 1. */
const OF_OPTIONS = -2;
const ACK_0 = OPCODE.ACK * 65536;
const DATA_1 = OPCODE.DATA * 65536 + 1;

export function proofOf(bytes: Uint8Array): number | null {
  switch (peekOpcode(bytes)) {
    case OPCODE.OACK:
      return OF_OPTIONS;
    case OPCODE.DATA:
      return OPCODE.ACK * 65536 + peekBlock(bytes);
    case OPCODE.ACK:
      return OPCODE.DATA * 65536 + peekBlock(bytes) + 1;
    default:
      return null;
  }
}
