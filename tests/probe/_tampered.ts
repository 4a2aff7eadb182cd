/**
 * A real server on a simulated network, with faults put between it and the wire: each test adds one fault to a server that
 * has none, so that what a probe finds is that fault.
 *
 * @module
 */

import type { DatagramSocket, Network, UdpAddress } from "../../net/mod.ts";
import {
  decodePacket,
  encodePacket,
  type OptionList,
  type Packet,
} from "../../packet/mod.ts";
import {
  probe,
  type ProbeOptions,
  type ProbeReport,
  type ProbeResult,
} from "../../probe/mod.ts";
import { memory } from "../../handlers/mod.ts";
import { serve, type ServeOptions } from "../../server.ts";
import { Simulation } from "../../simulator/mod.ts";
import { assertEquals } from "@std/assert";

/** What lies between the server and the wire. */
export interface Tamper {
  /**
   * Sees what comes in; the server does not get it when this returns true.
   */
  receive?(
    packet: Packet | null,
    answer: (packet: Packet | Uint8Array) => void,
    port: number,
  ): boolean;
  /** Says what goes out instead of a packet. */
  send?(packet: Packet, port: number): readonly (Packet | Uint8Array)[];
}

/** What goes with the fault. */
export interface TamperedOptions {
  readonly content?: string;
  readonly server?: ServeOptions;
  /** Milliseconds from here to there; 1 unless told otherwise. */
  readonly delayMs?: number;
  readonly probe?: ProbeOptions;
  /** What is asked for, if not the file that is there. */
  readonly filename?: string;
  /** Whether uploads are taken. */
  readonly isWritable?: boolean;
}

const SERVER = "192.0.2.1";

/** A text with line ends of both kinds. */
export const TEXT: string = "a line\nand\ranother\n".repeat(300);

/** Probes a server with a fault; everything must be closed afterwards. */
export async function probeTampered(
  tamper: Tamper = {},
  options: TamperedOptions = {},
): Promise<ProbeReport> {
  const { content = TEXT, filename = "file", isWritable = false } = options;
  const { delayMs = 1 } = options;
  const simulation = new Simulation({ seed: 1, link: { delayMs } });
  const edge = simulation.host(SERVER);
  const server = serve(
    {
      ...edge,
      hostname: SERVER,
      ...options.server,
      network: tampered(edge.network, tamper),
    },
    memory({ file: content }, { write: isWritable, overwrite: isWritable }),
  );
  const report = await simulation.run(() =>
    probe(
      { hostname: SERVER, filename },
      { ...simulation.host("192.0.2.9"), ...options.probe },
    )
  );
  await simulation.run(() => server.shutdown());
  assertEquals(simulation.openSocketCount, 0);
  return report;
}

/** Finding and verdict of one check, as one text. */
export function found(report: ProbeReport, id: string): string {
  const { verdict, finding } = resultOf(report, id);
  return `${verdict}: ${finding}`;
}

/** The result of one check. */
export function resultOf({ results }: ProbeReport, id: string): ProbeResult {
  const result = results.find((each) => each.id === id);
  if (!result) throw new Error(`There is no check ${id}`);
  return result;
}

/** A packet with other options, if it is an OACK. */
export function withOptions(
  packet: Packet,
  change: (options: OptionList) => OptionList,
): Packet {
  return packet.type === "OACK"
    ? { ...packet, options: change(packet.options) }
    : packet;
}

function tampered(network: Network, tamper: Tamper): Network {
  return {
    bind: async (address) =>
      new TamperedSocket(await network.bind(address), tamper),
  };
}

class TamperedSocket implements DatagramSocket {
  readonly #socket: DatagramSocket;
  readonly #tamper: Tamper;

  constructor(socket: DatagramSocket, tamper: Tamper) {
    this.#socket = socket;
    this.#tamper = tamper;
  }

  get address(): UdpAddress {
    return this.#socket.address;
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  async send(bytes: Uint8Array, to: UdpAddress): Promise<void> {
    const packet = decodePacket(bytes.slice());
    const packets = this.#tamper.send?.(packet, this.address.port) ?? [packet];
    for (const each of packets) await this.#socket.send(toBytes(each), to);
  }

  async receive(
    buffer: Uint8Array,
  ): Promise<readonly [Uint8Array, UdpAddress]> {
    for (;;) {
      const [bytes, from] = await this.#socket.receive(buffer);
      const answer = (packet: Packet | Uint8Array) =>
        void this.#socket.send(toBytes(packet), from);
      const { port } = this.address;
      if (!this.#tamper.receive?.(read(bytes), answer, port)) {
        return [bytes, from];
      }
    }
  }

  close(): void {
    this.#socket.close();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}

function toBytes(packet: Packet | Uint8Array): Uint8Array {
  return packet instanceof Uint8Array ? packet : encodePacket(packet);
}

function read(bytes: Uint8Array): Packet | null {
  try {
    return decodePacket(bytes.slice());
  } catch {
    return null;
  }
}
