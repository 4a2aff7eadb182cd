import { OPCODE } from "../../packet/mod.ts";
import type { PeerRecord } from "./_records.ts";

/** IPv4 and UDP headers, in octets: an amplification that leaves them out looks worse than it is. */
const HEADER_BYTES = 28;

const NAMES = new Map<number, string>(
  Object.entries(OPCODE).map(([name, code]) => [code, name]),
);

/** What came back for all datagrams of one kind. */
interface KindCount {
  sent: number;
  answers: number;
}

/** The numbers of a flood. */
export class Tally {
  readonly kinds: Map<string, KindCount> = new Map();
  readonly answers: Map<string, number> = new Map();
  peakSockets = 0;
  strangersAnswered = 0;
  /** Octets of all hostile datagrams, without headers. */
  hostileBytesIn = 0;
  hostilePacketsIn = 0;
  /** Octets to addresses that have not proved themselves, without headers. */
  unprovenBytesOut = 0;
  unprovenPacketsOut = 0;
  /** The most octets that came back to one unproven address for each octet from it: UDP payload, and IPv4 packets. */
  worstPayloadFactor = 0;
  worstPacketFactor = 0;
  /** The same for addresses that have answered, which on a single port a forged one can do blindly. */
  worstProvenFactor = 0;

  countAnswer(opcode: number, bytes: Uint8Array): void {
    const name = opcode === OPCODE.ERROR
      ? `ERROR ${bytes[3]}`
      : NAMES.get(opcode) ?? `opcode ${opcode}`;
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
  }

  countShot(kind: string, bytes: Uint8Array): void {
    this.hostileBytesIn += bytes.length;
    this.hostilePacketsIn++;
    this.#kind(kind).sent++;
  }

  noteUnproven(peer: PeerRecord, bytes: Uint8Array): void {
    this.unprovenBytesOut += bytes.length;
    this.unprovenPacketsOut++;
    this.#kind(peer.kind).answers++;
    this.worstPayloadFactor = Math.max(
      this.worstPayloadFactor,
      peer.bytesOut / peer.bytesIn,
    );
    this.worstPacketFactor = Math.max(
      this.worstPacketFactor,
      packetFactor(peer),
    );
  }

  noteProven(peer: PeerRecord): void {
    if (peer.kind === "honest") return;
    this.#kind(peer.kind).answers++;
    this.worstProvenFactor = Math.max(
      this.worstProvenFactor,
      packetFactor(peer),
    );
  }

  /** Octets out to unproven addresses for each octet in, headers included. */
  get overallFactor(): number {
    return (this.unprovenBytesOut + HEADER_BYTES * this.unprovenPacketsOut) /
      (this.hostileBytesIn + HEADER_BYTES * this.hostilePacketsIn);
  }

  #kind(name: string): KindCount {
    let count = this.kinds.get(name);
    if (!count) this.kinds.set(name, count = { sent: 0, answers: 0 });
    return count;
  }
}

function packetFactor(peer: PeerRecord): number {
  return (peer.bytesOut + HEADER_BYTES * peer.packetsOut) /
    (peer.bytesIn + HEADER_BYTES * peer.packetsIn);
}
