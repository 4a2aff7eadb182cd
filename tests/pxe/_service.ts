/**
 * A network boot service on virtual sockets, and machines that talk to it.
 *
 * @module
 */

import {
  decodeDhcpPacket,
  type DhcpArrival,
  type DhcpPacket,
  encodeDhcpPacket,
  messageType,
  type PxeAddresses,
  type PxeEvent,
  type PxeService,
  servePxe,
  type ServePxeOptions,
} from "../../pxe/mod.ts";
import {
  settle,
  type VirtualClock,
  VirtualNetwork,
  type VirtualSocket,
} from "../_virtual.ts";
import { type Heard, NOW, remote } from "./_client.ts";

/** Where the service is, and where it is with HTTP, which is real: that must be an address that there is. */
export const HOST = "10.99.0.1";
export const LOOPBACK = "127.0.0.1";
export const EVERYBODY = "255.255.255.255";

/** A service, and what is heard of it. */
export class ServiceLab implements AsyncDisposable {
  readonly network: VirtualNetwork = new VirtualNetwork();
  readonly events: PxeEvent[] = [];
  readonly service: PxeService;
  /** The service's own sockets. */
  readonly sockets: VirtualSocket[] = [];
  readonly #hostname: string;
  readonly #ears = new Map<string, VirtualSocket>();

  constructor(options: Partial<ServePxeOptions> = {}) {
    this.#hostname = options.hostname ?? HOST;
    this.service = servePxe({
      hostname: HOST,
      boot: "boot.0",
      os: "linux",
      network: {
        bind: (address) => {
          const socket = this.network.bind(address);
          this.sockets.push(socket);
          return socket;
        },
      },
      clock: this.network.clock,
      now: () => NOW,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
    this.listen(EVERYBODY, 68);
  }

  get clock(): VirtualClock {
    return this.network.clock;
  }

  get listening(): Promise<PxeAddresses> {
    return this.service.listening;
  }

  /** Hears what is sent to an address. */
  listen(hostname: string, port: number): void {
    const key = `${hostname}:${port}`;
    if (!this.#ears.has(key)) {
      this.#ears.set(key, this.network.bind({ hostname, port }));
    }
  }

  /** Sends a datagram to a port of the service: to everybody, or from a machine that has an address, to the server. */
  send(bytes: Uint8Array, arrival: Partial<DhcpArrival> = {}): void {
    const { remote: from = remote("0.0.0.0", 68), port = 67 } = arrival;
    const hostname = from.hostname === "0.0.0.0" ? EVERYBODY : this.#hostname;
    this.network.inject(from, remote(hostname, port), bytes);
  }

  /** Sends a message, and takes the answers. */
  async hear(
    packet: DhcpPacket,
    arrival: Partial<DhcpArrival> = {},
  ): Promise<Heard[]> {
    const from = arrival.remote;
    if (from && from.hostname !== "0.0.0.0") {
      this.listen(from.hostname, from.port);
    }
    this.send(encodeDhcpPacket(packet, { maxMessageBytes: 1500 }), arrival);
    return await this.answers();
  }

  /** All that was sent by the service since the last look. */
  async answers(): Promise<Heard[]> {
    await settle();
    const heard: Heard[] = [];
    for (const socket of this.#ears.values()) {
      for (;;) {
        const next = await takeNow(socket);
        if (!next) break;
        const packet = decodeDhcpPacket(next.bytes);
        const { hostname, port } = socket.address;
        heard.push({
          packet,
          type: messageType(packet),
          to: { hostname, port },
          from: next.from.port,
        });
      }
    }
    return heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.shutdown();
    for (const socket of this.#ears.values()) socket.close();
  }
}

/** A datagram that is there already. */
async function takeNow(socket: VirtualSocket) {
  if (socket.queued === 0) return null;
  const [bytes, from] = await socket.receive(new Uint8Array(2048));
  return { bytes, from };
}
