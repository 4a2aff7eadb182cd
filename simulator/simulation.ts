// A network that exists only in this process: hosts, cables between them, and time that jumps from one event to the next.
// Real servers and clients run on it, as they are. Everything that happens follows from the seed.

import {
  type Clock,
  type DatagramSocket,
  formatAddress,
  type Network,
  type UdpAddress,
} from "../net/mod.ts";
import { formatPacket } from "../packet/mod.ts";
import { EventQueue } from "./event_queue.ts";
import { Link, type LinkOptions } from "./link.ts";
import { type Random, seededRandom } from "./random.ts";
import { SimulatedSocket } from "./socket.ts";

/** The first port that is given to a socket that asks for any. */
const FIRST_EPHEMERAL_PORT = 49152;

/** A datagram that is being sent, for whoever wants to decide what becomes of it. */
export interface Flight {
  /** Counts all datagrams of the simulation, from 0. */
  readonly index: number;
  /** When it is sent, in milliseconds. */
  readonly now: number;
  /** Where it comes from. */
  readonly from: UdpAddress;
  /** Where it goes. */
  readonly to: UdpAddress;
  /** The datagram. */
  readonly bytes: Uint8Array;
}

/**
 * Decides what becomes of a datagram, before its link does.
 *
 * @returns The delays of its arrivals, in milliseconds: none when it is lost, two when it is doubled. `undefined` leaves
 * the decision to the link.
 */
export type Fate = (flight: Flight) => readonly number[] | undefined;

/** Says how the cable from one host to another treats datagrams. */
export type LinkChooser = (from: string, to: string) => LinkOptions;

/** Options of {@linkcode Simulation}. */
export interface SimulationOptions {
  /**
   * What all chance follows from.
   *
   * @default {0}
   */
  readonly seed?: number;
  /**
   * The cables between hosts, one for each direction of each pair: all alike, or as a function says.
   *
   * @default {{}}
   */
  readonly link?: LinkOptions | LinkChooser;
  /** Decides what becomes of single datagrams. */
  readonly fate?: Fate;
  /**
   * Told of each datagram when it is sent, and once more if there is no room for it where it arrives.
   *
   * @param flight The datagram.
   * @param note What became of it, in a word: "" when it goes its way.
   */
  readonly onDatagram?: (flight: Flight, note: string) => void;
  /**
   * Whether to write the transcript.
   *
   * @default {true}
   */
  readonly hasTranscript?: boolean;
  /**
   * Receive buffer of each socket, in octets as Linux counts them.
   *
   * @default {212992}
   */
  readonly receiveBufferBytes?: number;
  /**
   * Time that whoever has a socket takes for a datagram, in milliseconds: only when that is more than none can a receive
   * buffer overflow.
   *
   * @default {0}
   */
  readonly receiveMs?: number;
}

/** What a server or client needs to live in a simulation: options for `serve`, `get` and `put`. */
export interface SimulatedEdge {
  /** Where its sockets come from. */
  readonly network: Network;
  /** Where its time comes from. */
  readonly clock: Clock;
  /** Where its chance comes from. */
  readonly random: () => number;
}

/**
 * A simulated network.
 *
 * @example A download over a bad cable
 * ```ts
 * import { Simulation } from "@tftpkit/tftp/simulator";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { assertEquals } from "@std/assert";
 *
 * const simulation = new Simulation({ seed: 7, link: { delayMs: 20, lossProbability: 0.1 } });
 * const server = serve(
 *   { ...simulation.host("192.0.2.1"), hostname: "192.0.2.1" },
 *   () => new TftpResponse("x".repeat(100_000)),
 * );
 * const text = await simulation.run(async () => {
 *   const response = await get("tftp://192.0.2.1/any", simulation.host("192.0.2.9"));
 *   return await response.text();
 * });
 * assertEquals(text.length, 100_000);
 * await simulation.run(() => server.shutdown());
 * ```
 */
export class Simulation {
  readonly #random: Random;
  readonly #options: SimulationOptions;
  readonly #events = new EventQueue();
  readonly #sockets = new Map<string, SimulatedSocket>();
  readonly #links = new Map<string, Link>();
  readonly #nextPorts = new Map<string, number>();
  readonly #transcript: string[] = [];
  readonly #cut = new Set<string>();
  #linkOptions: LinkOptions | LinkChooser;
  #now = 0;
  #flights = 0;

  /**
   * Makes a network without hosts.
   *
   * @param options Seed and faults.
   */
  constructor(options: SimulationOptions = {}) {
    this.#options = options;
    this.#random = seededRandom(options.seed ?? 0);
    this.#linkOptions = options.link ?? {};
  }

  /** The time, in milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** How many datagrams were sent. */
  get datagramCount(): number {
    return this.#flights;
  }

  /** Sockets that are open: whoever is done should have left none. */
  get openSocketCount(): number {
    return this.#sockets.size;
  }

  /** Things that are going to happen: datagrams on their way, and timers. */
  get pendingEventCount(): number {
    return this.#events.size;
  }

  /**
   * All that was sent, a line each: when, from where, to where, what, and what became of it.
   */
  get transcript(): readonly string[] {
    return this.#transcript;
  }

  /**
   * A host of the network.
   *
   * @param hostname Its address.
   * @returns What a server or client on that host needs.
   */
  host(hostname: string): SimulatedEdge {
    const random = this.#random.fork();
    return {
      network: { bind: (address) => this.#bind(hostname, address) },
      clock: {
        now: () => this.#now,
        schedule: (delayMs, callback) => this.#schedule(delayMs, callback),
      },
      random: random.next,
    };
  }

  /**
   * Lays all cables anew: from now on they treat datagrams like this.
   *
   * @param link How.
   */
  relink(link: LinkOptions | LinkChooser): void {
    this.#linkOptions = link;
    this.#links.clear();
  }

  /**
   * Ends a host, as pulling its plug does: its sockets are gone, and what comes for it is lost. What runs on it does not
   * know.
   *
   * @param hostname Its address.
   */
  crash(hostname: string): void {
    this.#cut.add(hostname);
  }

  /**
   * Puts a datagram on its way, also from an address that no socket has.
   *
   * @param from Where it comes from, or pretends to.
   * @param to Where it goes.
   * @param bytes The datagram.
   */
  inject(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void {
    this.#send(from, to, bytes);
  }

  /**
   * Lets time pass until a task is done.
   *
   * @param task What to wait for.
   * @param limitMs The longest time to let pass, in milliseconds.
   * @returns What the task returns.
   * @throws {Error} When nothing is going to happen any more and the task still waits, or the time is over.
   */
  async run<Result>(
    task: () => Result | Promise<Result>,
    limitMs: number = 24 * 3_600_000,
  ): Promise<Result> {
    const end = this.#now + limitMs;
    let isSettled = false;
    const promise = (async () => await task())();
    const settled = () => void (isSettled = true);
    promise.then(settled, settled);
    for (;;) {
      await settle();
      if (isSettled) return await promise;
      if (this.#step(end)) continue;
      // What is not in our hands, such as reading a file, may still go on.
      for (let i = 0; i < MAX_IDLE_TURNS && !isSettled; i++) await settle();
      if (isSettled) return await promise;
      if (this.#step(end)) continue;
      throw new Error(
        this.#events.size > 0
          ? `Cannot finish the task within ${limitMs} ms of simulated time`
          : "Cannot finish the task as nothing is going to happen any more",
      );
    }
  }

  /**
   * Lets time pass, for all that happens in it.
   *
   * @param durationMs How long, in milliseconds.
   */
  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    do await settle(); while (this.#step(end));
    this.#now = end;
  }

  /** Lets the next event happen, unless it is later than `end`. */
  #step(end: number): boolean {
    const event = this.#events.take(end);
    if (!event) return false;
    this.#now = Math.max(this.#now, event.at);
    event.run();
    return true;
  }

  #bind(
    host: string,
    { hostname, port }: Omit<UdpAddress, "transport">,
  ): DatagramSocket {
    // Whatever wildcard is bound, the host has one address.
    const isWildcard = hostname === "0.0.0.0" || hostname === "::";
    if (!isWildcard && hostname !== host) {
      throw new Error(`Cannot bind ${hostname} as the host is ${host}`);
    }
    const address: UdpAddress = {
      transport: "udp",
      hostname: host,
      port: port || this.#freePort(host),
    };
    const key = formatAddress(address);
    if (this.#sockets.has(key)) {
      throw Object.assign(new Error(`Cannot bind ${key} as it is in use`), {
        code: "EADDRINUSE",
      });
    }
    const { receiveBufferBytes, receiveMs = 0 } = this.#options;
    const socket = new SimulatedSocket(
      address,
      {
        send: (from, to, bytes) => this.#send(from, to, bytes),
        onClose: () => this.#sockets.delete(key),
      },
      receiveBufferBytes,
      receiveMs > 0 ? (done) => this.#schedule(receiveMs, done) : null,
    );
    this.#sockets.set(key, socket);
    return socket;
  }

  #schedule(delayMs: number, callback: () => void): () => void {
    return this.#events.add(this.#now + Math.max(0, delayMs), callback);
  }

  #freePort(host: string): number {
    for (
      let port = this.#nextPorts.get(host) ?? FIRST_EPHEMERAL_PORT;;
      port++
    ) {
      if (port > 65535) port = FIRST_EPHEMERAL_PORT;
      const key = formatAddress({ transport: "udp", hostname: host, port });
      if (this.#sockets.has(key)) continue;
      this.#nextPorts.set(host, port + 1);
      return port;
    }
  }

  #send(from: UdpAddress, to: UdpAddress, original: Uint8Array): void {
    if (this.#cut.has(from.hostname)) return;
    // The sender may use its array again.
    const bytes = original.slice();
    const flight = { index: this.#flights++, now: this.#now, from, to, bytes };
    const fate = this.#options.fate?.(flight);
    const { deliveries, note } = fate
      ? {
        deliveries: fate.map((ms) => ({ at: this.#now + ms, wrongBit: -1 })),
        note: fate.length === 0 ? "lost" : fate.length > 1 ? "doubled" : "",
      }
      : this.#linkBetween(from, to).send(bytes.length, this.#now);
    this.#note(flight, note);
    for (const { at, wrongBit } of deliveries) {
      this.#events.add(at, () => this.#deliver(flight, wrongBit));
    }
  }

  #deliver(flight: Flight, wrongBit: number): void {
    const { from, to, bytes } = flight;
    if (this.#cut.has(to.hostname)) return;
    const arriving = wrongBit < 0 ? bytes : bytes.slice();
    if (wrongBit >= 0) arriving[wrongBit >> 3]! ^= 1 << (wrongBit & 7);
    const socket = this.#sockets.get(formatAddress(to));
    if (socket && !socket.deliver(arriving, from)) {
      this.#note({ ...flight, now: this.#now }, "receive buffer full");
    }
  }

  #linkBetween(from: UdpAddress, to: UdpAddress): Link {
    const key = `${from.hostname} ${to.hostname}`;
    let link = this.#links.get(key);
    if (!link) {
      const options = this.#linkOptions;
      link = new Link(
        typeof options === "function"
          ? options(from.hostname, to.hostname)
          : options,
        this.#random.fork(),
      );
      this.#links.set(key, link);
    }
    return link;
  }

  #note(flight: Flight, note: string): void {
    this.#options.onDatagram?.(flight, note);
    const { now, from, to, bytes } = flight;
    if (this.#options.hasTranscript === false) return;
    this.#transcript.push(
      `${now.toFixed(3)} ${formatAddress(from)} > ${formatAddress(to)} ${
        formatPacket(bytes)
      }${note === "" ? "" : ` [${note}]`}`,
    );
  }
}

/** Turns to wait for what is not simulated, before giving up on it. */
const MAX_IDLE_TURNS = 200;

/** Lets everything that is ready run: a message to oneself is handled when all promises that can be settled are. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      port2.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
