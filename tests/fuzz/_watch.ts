// Looks at every datagram that goes into a server and comes out of it, and says what must not be. What it knows of the server is
// only what is on the wire.

import type { UdpAddress } from "../../net/mod.ts";
import {
  decodePacket,
  formatPacket,
  OPCODE,
  peekBlock,
  peekOpcode,
} from "../../packet/mod.ts";
import type { Wiretap } from "./_network.ts";
import {
  type ExchangeRecord,
  newExchange,
  newPeer,
  noteFromClient,
  type PeerRecord,
  proofOf,
} from "./_records.ts";
import { Tally } from "./_tally.ts";

/** Ports of services that answer whatever they get, besides those that merely might. */
export const ANSWERING_PORTS: readonly number[] = [
  ...[0, 7, 13, 17, 19, 37, 53, 111, 123, 137, 138, 161, 162, 177, 389],
  ...[427, 500, 514, 517, 518, 520],
];
const isAnswering = new Set(ANSWERING_PORTS);

/** Everything that an ERROR may say: texts of RFC 1350, and what is ours; none says anything of the server. */
export const ERROR_TEXT_REGEXP: RegExp = new RegExp(
  `^(${
    [
      "File not found",
      "Access violation",
      "Disk full or allocation exceeded",
      "Illegal TFTP operation",
      "Unknown transfer ID",
      "File already exists",
      "Unknown transfer mode",
      "Size differs from announced",
      "Server is shutting down",
      "DATA came with more than the \\d+ octets of a block that were agreed on",
    ].join("|")
  })$`,
);

/** An answer is a block of 512 octets, or an OACK, which repeats what was asked and may tell a size. */
const DATA_BYTES = 516;
const OACK_GROWTH_BYTES = 32;

/** Before the client has answered: the answer, and three more on a timer. A repeated request gets it once more. */
const PACKETS_PER_REQUEST = 4;
const MAX_UNPROVEN_PACKETS = 12;
const MAX_STRANGERS_ANSWERED = 16;

/** An address that says what it was made for. */
export interface TaggedAddress extends UdpAddress {
  /** The kind of traffic that it belongs to. */
  readonly kind?: string;
}

/** What the watch has to know. */
export interface WatchOptions {
  readonly server: UdpAddress;
  readonly singlePort: boolean;
  /** What a file begins with that must never be sent. */
  readonly secret: Uint8Array;
  /** Hosts that are what they seem to be: what they get is not counted as sent to a forged address. */
  readonly honest: readonly string[];
}

/** The watch. */
export class Watch implements Wiretap {
  readonly violations: string[] = [];
  readonly tally: Tally = new Tally();
  /** Ports of transfers that are open. */
  readonly livePorts: number[] = [];
  /** Sockets of honest clients that are open. */
  readonly clientPorts: UdpAddress[] = [];
  readonly #options: WatchOptions;
  #moment = 0;
  readonly #peers = new Map<string, PeerRecord>();
  readonly #exchanges = new Map<number, ExchangeRecord>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Whom a port of the server talks to. */
  peerOf(port: number): UdpAddress | null {
    return this.#exchanges.get(port)?.peer ?? null;
  }

  /** Whether the client of a port's transfer has proved its address. */
  isProven(port: number): boolean {
    return this.#exchanges.get(port)?.isProven ?? false;
  }

  /** All that came has been dealt with: what is sent from now on is no answer to it. */
  settled(): void {
    this.#moment++;
  }

  /** Everything is over: whatever is sent from now on is sent for something new. */
  forget(): void {
    this.#peers.clear();
  }

  opened(address: UdpAddress): void {
    const { server } = this.#options;
    const { hostname, port } = address;
    if (hostname !== server.hostname) {
      return void this.clientPorts.push(address);
    }
    if (port === server.port) return;
    this.#exchanges.set(port, newExchange());
    this.livePorts.push(port);
    this.tally.peakSockets = Math.max(
      this.tally.peakSockets,
      this.livePorts.length,
    );
  }

  closed(address: UdpAddress): void {
    const { hostname, port } = address;
    if (hostname !== this.#options.server.hostname) {
      return take(this.clientPorts, address);
    }
    this.#exchanges.delete(port);
    take(this.livePorts, port);
  }

  received(from: TaggedAddress, to: UdpAddress, bytes: Uint8Array): void {
    const { server, singlePort } = this.#options;
    if (to.hostname !== server.hostname) return;
    const key = keyOf(from);
    const opcode = peekOpcode(bytes);
    const peer = this.#peers.get(key);
    if (peer) {
      peer.bytesIn += bytes.length;
      peer.packetsIn++;
    }
    if (to.port === server.port) {
      if (opcode === OPCODE.RRQ || opcode === OPCODE.WRQ) {
        this.#noteRequest(key, from.kind ?? "honest", bytes);
      } else if (singlePort && peer?.exchange) {
        noteFromClient(peer.exchange, bytes, this.#moment);
      }
      return;
    }
    const exchange = this.#exchanges.get(to.port);
    if (!exchange) return;
    if (exchange.peerKey === key) {
      return noteFromClient(exchange, bytes, this.#moment);
    }
    if (opcode === OPCODE.ERROR) return;
    exchange.strangers.set(key, (exchange.strangers.get(key) ?? 0) + 1);
  }

  sent(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void {
    const { server, singlePort } = this.#options;
    if (from.hostname !== server.hostname) return;
    this.#checkContent(to, bytes);
    const key = keyOf(to);
    const peer = this.#peers.get(key);
    if (singlePort || from.port === server.port) {
      if (!peer) return this.#blame("to one who asked nothing", to, bytes);
      if (singlePort) {
        peer.exchange ??= newExchange();
        return this.#noteToClient(peer.exchange, peer, to, bytes);
      }
      this.#checkRefusal(peer, to, bytes);
      return this.#noteUnproven(peer, to, bytes);
    }
    const exchange = this.#exchanges.get(from.port)!;
    if (exchange.peer === null) {
      if (!peer || ++peer.transfers > peer.requests) {
        return this.#blame("on a port that nobody asked for", to, bytes);
      }
      exchange.peer = to;
      exchange.peerKey = key;
    }
    if (exchange.peerKey !== key) {
      return this.#noteToStranger(exchange, key, to, bytes);
    }
    if (peer) this.#noteToClient(exchange, peer, to, bytes);
    else this.#blame("to one who asked long ago", to, bytes);
  }

  #noteRequest(key: string, kind: string, bytes: Uint8Array): void {
    let peer = this.#peers.get(key);
    if (!peer) {
      this.#peers.set(key, peer = newPeer(kind));
      peer.bytesIn = bytes.length;
      peer.packetsIn = 1;
    }
    peer.requests++;
    peer.longestRequest = Math.max(peer.longestRequest, bytes.length);
    if (!peer.exchange) return;
    peer.exchange.askedAt = this.#moment;
    peer.exchange.hasSent = false;
    peer.exchange.erredAt = -1;
  }

  #checkContent(to: UdpAddress, bytes: Uint8Array): void {
    if (isAnswering.has(to.port)) {
      this.#blame("to an answering port", to, bytes);
    }
    const opcode = peekOpcode(bytes);
    this.tally.countAnswer(opcode, bytes);
    if (opcode === OPCODE.ERROR) {
      const packet = decodePacket(bytes);
      const isKnown = packet.type === "ERROR" &&
        ERROR_TEXT_REGEXP.test(packet.message);
      if (!isKnown) this.#blame("with a text of its own", to, bytes);
      return;
    }
    if (opcode !== OPCODE.DATA) {
      if (opcode === OPCODE.ACK || opcode === OPCODE.OACK) return;
      return this.#blame("that no server sends", to, bytes);
    }
    const { secret } = this.#options;
    if (secret.every((octet, index) => bytes[4 + index] === octet)) {
      this.#blame("with what lies outside of the root", to, bytes);
    }
  }

  #checkRefusal(peer: PeerRecord, to: UdpAddress, bytes: Uint8Array): void {
    if (peekOpcode(bytes) !== OPCODE.ERROR) {
      this.#blame("from the request port that is no ERROR", to, bytes);
    } else if (++peer.errors > peer.requests) {
      this.#blame("beyond one ERROR a request", to, bytes);
    }
  }

  #noteToStranger(
    exchange: ExchangeRecord,
    key: string,
    to: UdpAddress,
    bytes: Uint8Array,
  ): void {
    const left = exchange.strangers.get(key) ?? 0;
    exchange.strangers.set(key, left - 1);
    if (left < 1) this.#blame("to a stranger who said nothing", to, bytes);
    if (peekOpcode(bytes) !== OPCODE.ERROR || peekBlock(bytes) !== 5) {
      this.#blame("to a stranger that is not ERROR 5", to, bytes);
    }
    if (++exchange.strangersAnswered > MAX_STRANGERS_ANSWERED) {
      this.#blame("to one stranger too many", to, bytes);
    }
    this.tally.strangersAnswered++;
  }

  #noteToClient(
    exchange: ExchangeRecord,
    peer: PeerRecord,
    to: UdpAddress,
    bytes: Uint8Array,
  ): void {
    // The rest of a window may be on its way out when the ERROR comes in.
    const isUnderWay = exchange.erredAt === this.#moment &&
      peekOpcode(bytes) === OPCODE.DATA;
    if (exchange.erredAt >= 0 && !isUnderWay) {
      this.#blame("in answer to an ERROR", to, bytes);
    }
    exchange.hasSent = true;
    if (exchange.isProven) {
      peer.bytesOut += bytes.length;
      peer.packetsOut++;
      this.tally.noteProven(peer);
      return;
    }
    // What the client answers to this shows that it got it.
    exchange.proof = proofOf(bytes) ?? exchange.proof;
    if (peekOpcode(bytes) === OPCODE.ACK && exchange.blocks > 0) {
      exchange.blocks--;
      peer.bytesOut += bytes.length;
      peer.packetsOut++;
      return;
    }
    exchange.unprovenPackets++;
    if (
      !this.#options.singlePort &&
      exchange.unprovenPackets > MAX_UNPROVEN_PACKETS
    ) this.#blame("beyond what an unproven address may get", to, bytes);
    this.#noteUnproven(peer, to, bytes);
  }

  #noteUnproven(peer: PeerRecord, to: UdpAddress, bytes: Uint8Array): void {
    peer.bytesOut += bytes.length;
    peer.packetsOut++;
    peer.unprovenPackets++;
    const longest = Math.max(
      DATA_BYTES,
      peer.longestRequest + OACK_GROWTH_BYTES,
    );
    if (bytes.length > longest) {
      this.#blame("too large for an unproven address", to, bytes);
    }
    if (peer.unprovenPackets > PACKETS_PER_REQUEST * peer.requests) {
      this.#blame("beyond four an unproven request", to, bytes);
    }
    if (!this.#options.honest.includes(to.hostname)) {
      this.tally.noteUnproven(peer, bytes);
    }
  }

  #blame(what: string, to: UdpAddress, bytes: Uint8Array): void {
    if (this.violations.length >= 20) return;
    const kind = this.#peers.get(keyOf(to))?.kind ?? "unknown";
    this.violations.push(
      `The server sent a datagram ${what}: ${
        formatPacket(bytes)
      } to ${to.hostname} port ${to.port} (${kind})`,
    );
  }
}

function take<T>(items: T[], item: T): void {
  const index = items.indexOf(item);
  if (index >= 0) items.splice(index, 1);
}

function keyOf({ hostname, port }: UdpAddress): string {
  return `${hostname} ${port}`;
}
