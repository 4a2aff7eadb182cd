// A network and a clock that exist only in this process, for tests that count every packet: nothing is lost or late unless
// the test says so, and time passes only when the test lets it.

import {
  type Clock,
  type DatagramSocket,
  formatAddress,
  type Network,
  type UdpAddress,
} from "../net/mod.ts";
import { encodePacket, formatPacket, type Packet } from "../packet/mod.ts";
import { assertEquals } from "@std/assert";

/** Lets everything that is ready run: all microtasks, and what they make ready in turn. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        port2.close();
        resolve();
      };
      port2.postMessage(null);
    });
  }
}

/** Time that passes when it is told to. */
export class VirtualClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => this.#timers = this.#timers.filter((it) => it !== timer);
  }

  /** How many timers wait: a component that is done should leave none. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass, timer by timer, each followed by all that it sets off. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#timers = this.#timers.filter((it) => it !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = end;
  }
}

/** A datagram on its way: what a test's rule decides over. */
export interface Flight {
  readonly from: UdpAddress;
  readonly to: UdpAddress;
  readonly bytes: Uint8Array;
  /** Counts all datagrams of the network, from 0. */
  readonly index: number;
}

/** What becomes of a datagram: the delays, in milliseconds, of its copies; none at all when it is lost. */
export type Fate = (flight: Flight) => readonly number[];

const DELIVERED: readonly number[] = [0];

/** Sockets on any addresses, joined by a wire whose faults the test decides. */
export class VirtualNetwork implements Network {
  readonly clock: VirtualClock;
  /** Every datagram that was sent, in one line each. */
  readonly transcript: string[] = [];
  /** What becomes of datagrams; they arrive at once unless it says otherwise. */
  fate: Fate = () => DELIVERED;
  readonly #sockets = new Map<string, VirtualSocket>();
  #lastPort = 49151;
  #count = 0;

  constructor(clock: VirtualClock = new VirtualClock()) {
    this.clock = clock;
  }

  /** Sockets that are open: a component that is done should leave none. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  bind({ hostname, port }: Omit<UdpAddress, "transport">): VirtualSocket {
    // One machine, so to speak: whatever wildcard is bound answers from 127.0.0.1.
    const host = hostname === "0.0.0.0" || hostname === "::"
      ? "127.0.0.1"
      : hostname;
    const address: UdpAddress = {
      transport: "udp",
      hostname: host,
      port: port || ++this.#lastPort,
    };
    const key = formatAddress(address);
    if (this.#sockets.has(key)) {
      throw new Deno.errors.AddrInUse(`${key} is in use`);
    }
    const socket = new VirtualSocket(address, this, () => {
      this.#sockets.delete(key);
    });
    this.#sockets.set(key, socket);
    return socket;
  }

  /** Sends a datagram from anywhere, also from an address that no socket has. */
  inject(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void {
    const flight = {
      from,
      to,
      bytes: bytes.slice(),
      index: this.#count++,
    };
    this.transcript.push(
      `${formatAddress(from)} > ${formatAddress(to)} ${formatPacket(bytes)}`,
    );
    for (const delayMs of this.fate(flight)) {
      if (delayMs === 0) this.#deliver(flight);
      else this.clock.schedule(delayMs, () => this.#deliver(flight));
    }
  }

  #deliver({ from, to, bytes }: Flight): void {
    this.#sockets.get(formatAddress(to))?.deliver(bytes, from);
  }
}

/** A socket on a virtual network. */
export class VirtualSocket implements DatagramSocket {
  readonly address: UdpAddress;
  isClosed = false;
  isRef = true;
  /** Thrown by the next sends, while set: what a system says that cannot send. */
  sendError: unknown = null;
  readonly #network: VirtualNetwork;
  readonly #onClose: () => void;
  readonly #queue: [Uint8Array, UdpAddress][] = [];
  #waiting: {
    buffer: Uint8Array;
    resolve(datagram: readonly [Uint8Array, UdpAddress]): void;
    reject(error: unknown): void;
  } | null = null;

  constructor(
    address: UdpAddress,
    network: VirtualNetwork,
    onClose: () => void,
  ) {
    this.address = address;
    this.#network = network;
    this.#onClose = onClose;
  }

  /** Datagrams that wait to be received. */
  get queued(): number {
    return this.#queue.length;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    if (this.isClosed) {
      return Promise.reject(new Deno.errors.BadResource("Socket is closed"));
    }
    if (this.sendError !== null) return Promise.reject(this.sendError);
    this.#network.inject(this.address, to, bytes);
    return Promise.resolve(bytes.length);
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    if (this.isClosed) {
      return Promise.reject(new Deno.errors.BadResource("Socket is closed"));
    }
    if (this.#waiting) throw new Error("Two receives at a time on one socket");
    const next = this.#queue.shift();
    if (next) return Promise.resolve([put(buffer, next[0]), next[1]]);
    return new Promise((resolve, reject) => {
      this.#waiting = { buffer, resolve, reject };
    });
  }

  deliver(bytes: Uint8Array, from: UdpAddress): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting.resolve([put(waiting.buffer, bytes), from]);
    else this.#queue.push([bytes, from]);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#onClose();
    this.#waiting?.reject(new Deno.errors.Interrupted("Socket was closed"));
    this.#waiting = null;
  }

  ref(): void {
    this.isRef = true;
  }

  unref(): void {
    this.isRef = false;
  }
}

function put(buffer: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = Math.min(buffer.length, bytes.length);
  buffer.set(bytes.subarray(0, length));
  return buffer.subarray(0, length);
}

/** The other side, played by the test: sends packets, and says which it expects, and when there must be none. */
export class Peer {
  readonly address: UdpAddress;
  readonly #network: VirtualNetwork;
  readonly #received: { line: string; bytes: Uint8Array; from: UdpAddress }[] =
    [];
  readonly #socket: VirtualSocket;
  /** Where the last packet that was expected came from. */
  from: UdpAddress | null = null;

  constructor(
    network: VirtualNetwork,
    address: { hostname?: string; port?: number } = {},
  ) {
    const { hostname = "127.0.0.1", port = 0 } = address;
    this.#network = network;
    this.#socket = network.bind({ hostname, port });
    this.address = this.#socket.address;
    this.#listen();
  }

  async #listen(): Promise<void> {
    const buffer = new Uint8Array(65536);
    while (!this.#socket.isClosed) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        this.#received.push({
          line: formatPacket(bytes),
          bytes: bytes.slice(),
          from,
        });
      } catch {
        return;
      }
    }
  }

  /** Sends a packet, or raw bytes: to an address, or to where the last expected packet came from. */
  async send(
    packet: Packet | Uint8Array,
    to: UdpAddress | null = this.from,
  ): Promise<void> {
    if (!to) throw new Error("Nobody to send to");
    const bytes = packet instanceof Uint8Array ? packet : encodePacket(packet);
    this.#network.inject(this.address, to, bytes);
    await settle();
  }

  /** The next packet must be this one, as one line of text (`formatPacket`). */
  async expect(line: string): Promise<Uint8Array> {
    await settle();
    const next = this.#received.shift();
    assertEquals(next?.line ?? "(nothing came)", line);
    this.from = next!.from;
    return next!.bytes;
  }

  /** Nothing must have come. */
  async silence(): Promise<void> {
    await settle();
    assertEquals(this.#received.map(({ line }) => line), []);
  }

  /** Takes all that has come. */
  async drain(): Promise<string[]> {
    await settle();
    return this.#received.splice(0).map(({ line }) => line);
  }

  close(): void {
    this.#socket.close();
  }
}
