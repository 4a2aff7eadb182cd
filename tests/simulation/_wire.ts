/**
 * Watches all datagrams of a run as they are sent, and complains about those that no side may send:
 *
 * 1. DATA has the bytes that the file has there, and lies in the window behind the last block that was acknowledged.
 * 2. An ACK is for a block that was sent; the one of the last block is only sent when the sink has committed.
 *
 * It also counts, so that what was sent can be held against what was needed.
 *
 * @module
 */

import type { TransferSettings } from "../../packet/mod.ts";
import type { Flight } from "../../simulator/mod.ts";
import { type Complain, isPartOf } from "./_bodies.ts";
import { STRANGER } from "./_stranger.ts";

/** A transfer, as the wire should show it. */
export interface Expected {
  readonly name: string;
  readonly isRead: boolean;
  /** What goes over the wire. */
  readonly wireFile: Uint8Array;
  /** How the side that sends DATA counts on behind block 65535, if nothing is negotiated. */
  readonly rollover: 0 | 1;
  /** Whether the two sides may count differently, or damage is possible: then little can be said. */
  readonly isVague: boolean;
  /** Whether the last ACK may go. */
  readonly isCommitted: () => boolean;
}

/** What was counted for one client. */
export interface Count {
  datagrams: number;
  faults: number;
  /** Blocks that were acknowledged or sent, in the smallest size that was negotiated. */
  blockSize: number;
  windowSize: number;
}

/** What is known of one pair of ports. */
interface Pair {
  /** What was negotiated; more than once where a request came twice in single-port mode. */
  readonly settings: TransferSettings[];
  sent: number;
  acknowledged: number;
}

const DEFAULT_BLOCK_SIZE = 512;

/** The watcher. */
export class Wire {
  /** Sockets that are in use, for strangers to write to. */
  readonly ports = new Map<string, Flight["to"]>();
  readonly #counts = new Map<string, Count>();
  readonly #pairs = new Map<string, Pair>();
  readonly #negotiated = new Map<string, TransferSettings[]>();
  readonly #expected: (host: string) => Expected | undefined;
  readonly #complain: Complain;
  /** A number that depends on every datagram. */
  digest = 0;
  /** Whether what is sent now is a stranger's. */
  isForged = false;
  /** Ports of strangers that have said ERROR, which nobody may answer (RFC 1350 section 7). */
  readonly quietPorts = new Set<number>();

  constructor(
    expected: (host: string) => Expected | undefined,
    complain: Complain,
  ) {
    this.#expected = expected;
    this.#complain = complain;
  }

  /** What was counted for a client. */
  countOf(host: string): Count {
    let count = this.#counts.get(host);
    if (!count) {
      count = { datagrams: 0, faults: 0, blockSize: 65464, windowSize: 1 };
      this.#counts.set(host, count);
    }
    return count;
  }

  /** The server has agreed on something with a client. */
  noteNegotiated(client: Flight["to"], settings: TransferSettings): void {
    const key = `${client.hostname} ${client.port}`;
    let list = this.#negotiated.get(key);
    if (!list) this.#negotiated.set(key, list = []);
    list.push(settings);
    const count = this.countOf(client.hostname);
    count.blockSize = Math.min(count.blockSize, settings.blockSize);
    count.windowSize = Math.max(count.windowSize, settings.windowSize);
  }

  /** The number of a client's last block; 0 as long as it is not known. */
  lastBlockOf(client: Flight["to"]): number {
    const list = this.#negotiated.get(`${client.hostname} ${client.port}`);
    const expected = this.#expected(client.hostname);
    const size = list?.at(-1)?.blockSize;
    return expected && size ? lastBlock(expected.wireFile, size) : 0;
  }

  /** Looks at a datagram that is sent, or was lost on arrival. */
  see(flight: Flight, note: string): void {
    const { from, to, bytes, now } = flight;
    this.digest = Math.imul(this.digest ^ bytes.length, 16777619) ^
      (now * 1000) ^ (bytes[3] ?? 0) ^ note.length;
    if (this.isForged) return;
    if (to.hostname === STRANGER && this.quietPorts.has(to.port)) {
      this.#complain(`At ${now} an ERROR was answered`);
    }
    const isFromClient = this.#expected(from.hostname) !== undefined;
    const client = isFromClient ? from : to;
    const server = isFromClient ? to : from;
    const expected = this.#expected(client.hostname);
    if (!expected || server.hostname !== SERVER) return;

    const count = this.countOf(client.hostname);
    if (note !== "") count.faults++;
    if (note === "receive buffer full") return;
    count.datagrams++;
    this.ports.set(`${client.hostname} ${client.port}`, client);
    if (server.port !== 69) {
      this.ports.set(`${server.hostname} ${server.port}`, server);
    }
    if (expected.isVague || bytes[0] !== 0) return;
    const isFromSender = isFromClient !== expected.isRead;
    if (bytes[1] === 3 && isFromSender) {
      this.#checkData(expected, this.#pair(client, server), bytes, now);
    } else if (bytes[1] === 4 && !isFromSender) {
      this.#checkAck(expected, this.#pair(client, server), bytes, now);
    }
  }

  #pair(client: Flight["to"], server: Flight["to"]): Pair {
    const remote = `${client.hostname} ${client.port}`;
    const key = `${remote} ${server.port}`;
    let pair = this.#pairs.get(key);
    if (!pair) {
      pair = {
        settings: this.#negotiated.get(remote) ?? [],
        sent: 0,
        acknowledged: 0,
      };
      this.#pairs.set(key, pair);
    }
    return pair;
  }

  #unwrap(
    name: string,
    wire: number,
    pair: Pair,
    otherwise: 0 | 1,
  ): number {
    const rollover = pair.settings.at(-1)?.rollover ?? otherwise;
    const block = unwrap(wire, pair.sent, rollover);
    if (wire !== numberOf(block, rollover)) {
      this.#complain(`${name}: block ${block} has the number ${wire}`);
    }
    return block;
  }

  #checkData(
    { name, wireFile, rollover }: Expected,
    pair: Pair,
    bytes: Uint8Array,
    now: number,
  ): void {
    const wire = bytes[2]! * 256 + bytes[3]!;
    const payload = bytes.subarray(4);
    const block = this.#unwrap(name, wire, pair, rollover);
    pair.sent = Math.max(pair.sent, block);
    const sizes = new Set(pair.settings.map(({ blockSize }) => blockSize));
    const isRight = [...sizes].some((size) =>
      payload.length === Math.min(size, wireFile.length - (block - 1) * size) &&
      isPartOf(wireFile, (block - 1) * size, payload)
    );
    if (!isRight) {
      this.#complain(
        `${name}: at ${now} DATA ${block} of ${payload.length} octets is not the file's`,
      );
    }
    const window = Math.max(1, ...pair.settings.map((each) => each.windowSize));
    if (block > pair.acknowledged + window) {
      this.#complain(
        `${name}: at ${now} DATA ${block} was sent when ${pair.acknowledged} was acknowledged and the window is ${window}`,
      );
    }
  }

  #checkAck(
    { name, wireFile, rollover, isCommitted }: Expected,
    pair: Pair,
    bytes: Uint8Array,
    now: number,
  ): void {
    const wire = bytes[2]! * 256 + bytes[3]!;
    const block = this.#unwrap(name, wire, pair, rollover);
    pair.acknowledged = Math.max(pair.acknowledged, block);
    if (block > pair.sent) {
      this.#complain(
        `${name}: at ${now} ACK ${block} was sent when only ${pair.sent} blocks were`,
      );
    }
    const sizes = new Set(pair.settings.map(({ blockSize }) => blockSize));
    if (sizes.size !== 1) return;
    const [size = DEFAULT_BLOCK_SIZE] = sizes;
    const last = lastBlock(wireFile, size);
    if (block === last && !isCommitted()) {
      this.#complain(
        `${name}: at ${now} the last block, ${block}, was acknowledged before it was safe`,
      );
    }
  }
}

/** The server's address. */
export const SERVER = "192.0.2.1";

function lastBlock(file: Uint8Array, size: number): number {
  return Math.floor(file.length / size) + 1;
}

/** The block near another one that has a number on the wire. */
function unwrap(wire: number, near: number, rollover: 0 | 1): number {
  if (near < 32768) return wire;
  const period = rollover === 1 ? 65535 : 65536;
  const ahead = (((wire - near) % period) + period) % period;
  return ahead < period / 2 ? near + ahead : near + ahead - period;
}

/** The number that a block has to have. */
function numberOf(block: number, rollover: 0 | 1): number {
  if (block <= 65535) return block;
  return rollover === 1 ? (block - 1) % 65535 + 1 : block % 65536;
}
