// What is said between one socket and a server. Rules:
// 1. A request goes out again when nothing comes; whoever counts answers asks once.
// 2. Only the address of the server is heard. Its ports are not looked at here: a check may want to see two of them.
// 3. Every transfer that a conversation has begun ends with ERROR 0, so that nothing goes on towards a closed port.
// 4. A wait that the deadline cuts short is no silence: it throws, and the check has no finding.

import {
  type Clock,
  type DatagramSocket,
  isSameAddress,
  type Network,
  receiveEach,
  type UdpAddress,
} from "../net/mod.ts";
import {
  decodePacket,
  encodePacket,
  ERROR_CODE,
  formatPacket,
  MAX_BLOCK_SIZE,
  type Packet,
  PacketSyntaxError,
} from "../packet/mod.ts";
import type { ProbePacket } from "./report.ts";

/** A datagram from the server. */
export interface Heard {
  /** The packet; `null` when it is none. */
  readonly packet: Packet | null;
  /** Its length in octets. */
  readonly sizeBytes: number;
  readonly from: UdpAddress;
  /** When it came, by the clock. */
  readonly atMs: number;
}

/** What all conversations of a check share. */
export interface ConversationSettings {
  readonly network: Network;
  readonly clock: Clock;
  /** The request port of the server. */
  readonly server: UdpAddress;
  /** How long nothing must come for it to be silence, in milliseconds. */
  readonly quietMs: number;
  /** When the check began, by the clock. */
  readonly startMs: number;
  /** When all must be over, by the clock. */
  readonly deadlineMs: number;
  /** Ends all waiting when it is aborted. */
  readonly signal: AbortSignal;
  /** Told of every datagram. */
  readonly onPacket: (packet: ProbePacket) => void;
}

/** There was no time left to wait for an answer. */
export class OutOfTimeError extends Error {
  override readonly name: string = "OutOfTimeError";
}

/** Longer than the largest DATA packet. */
const BUFFER_BYTES = MAX_BLOCK_SIZE + 100;

/** The part of the time for silence after which a request goes out again. */
const REPEAT_AFTER = 0.6;

/** What is said between one socket and the server. */
export class Conversation {
  readonly #socket: DatagramSocket;
  readonly #settings: ConversationSettings;
  readonly #queue: Heard[] = [];
  /** Ports that wait for us. */
  readonly #open = new Map<number, UdpAddress>();
  readonly #finished: Promise<void>;
  #wake: (() => void) | null = null;
  #transfer: UdpAddress | null = null;

  private constructor(socket: DatagramSocket, settings: ConversationSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.#finished = receiveEach(
      socket,
      new Uint8Array(BUFFER_BYTES),
      (bytes, from) => this.#hear(bytes, from),
    );
  }

  /** Opens a socket. */
  static async open(settings: ConversationSettings): Promise<Conversation> {
    const isIpv6 = settings.server.hostname.includes(":");
    const hostname = isIpv6 ? "::" : "0.0.0.0";
    const socket = await settings.network.bind({ hostname, port: 0 });
    return new Conversation(socket, settings);
  }

  /** The server's port for the transfer: where the first answer came from. */
  get transfer(): UdpAddress | null {
    return this.#transfer;
  }

  /** Whether the transfer goes on at the request port. */
  get isSinglePort(): boolean {
    return this.#transfer?.port === this.#settings.server.port;
  }

  /** The time by the clock. */
  now(): number {
    return this.#settings.clock.now();
  }

  /** Sends a request, up to twice, and waits for what comes first; `null` is silence. */
  async ask(request: Packet | Uint8Array): Promise<Heard | null> {
    const { quietMs } = this.#settings;
    await this.request(request);
    const answer = await this.next(quietMs * REPEAT_AFTER);
    if (answer) return answer;
    await this.request(request);
    return await this.next();
  }

  /** Sends to the request port. */
  async request(packet: Packet | Uint8Array): Promise<void> {
    await this.send(packet, this.#settings.server);
  }

  /** Sends to the port of the transfer, or to another. */
  async send(
    packet: Packet | Uint8Array,
    to: UdpAddress | null = this.#transfer,
  ): Promise<void> {
    if (!to) return;
    const bytes = packet instanceof Uint8Array ? packet : encodePacket(packet);
    this.#note("sent", bytes, to);
    await this.#socket.send(bytes, to);
  }

  /** The next datagram; `null` when none comes for this long. */
  async next(waitMs: number = this.#settings.quietMs): Promise<Heard | null> {
    const { clock, deadlineMs, signal } = this.#settings;
    const until = clock.now() + waitMs;
    for (;;) {
      signal.throwIfAborted();
      const heard = this.#queue.shift();
      if (heard) return heard;
      const now = clock.now();
      if (now >= until) return null;
      if (now >= deadlineMs) throw new OutOfTimeError("No time left");
      await this.#sleep(Math.min(until, deadlineMs) - now);
    }
  }

  /** Everything that comes in this time. */
  async gather(waitMs: number = this.#settings.quietMs): Promise<Heard[]> {
    const until = this.now() + waitMs;
    const all: Heard[] = [];
    for (;;) {
      const heard = await this.next(until - this.now());
      if (!heard) return all;
      all.push(heard);
    }
  }

  /** Has whoever waits look again at what there is, and whether to wait at all. */
  wake(): void {
    this.#wake?.();
  }

  /** Ends all transfers that were begun, and closes the socket; doing so twice does nothing. */
  async end(): Promise<void> {
    if (this.#socket.isClosed) return await this.#finished.catch(() => {});
    try {
      for (const port of this.#open.values()) {
        await this.send({
          type: "ERROR",
          code: ERROR_CODE.NotDefined,
          message: "Probe is done",
        }, port);
      }
    } catch {
      // Whoever cannot be reached any more is not waiting either.
    }
    this.#socket.close();
    await this.#finished.catch(() => {});
  }

  #hear(bytes: Uint8Array, from: UdpAddress): void {
    if (from.hostname !== this.#settings.server.hostname) return;
    this.#note("received", bytes, from);
    const packet = read(bytes);
    if (packet?.type === "ERROR") this.#open.delete(from.port);
    else this.#open.set(from.port, from);
    if (packet?.type !== "ERROR") this.#transfer ??= from;
    this.#queue.push({
      packet,
      sizeBytes: bytes.length,
      from,
      atMs: this.now(),
    });
    this.#wake?.();
  }

  #note(
    direction: ProbePacket["direction"],
    bytes: Uint8Array,
    server: UdpAddress,
  ): void {
    this.#settings.onPacket({
      atMs: this.now() - this.#settings.startMs,
      direction,
      localPort: this.#socket.address.port,
      serverPort: server.port,
      sizeBytes: bytes.length,
      packet: formatPacket(bytes),
    });
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = this.#settings.clock.schedule(delayMs, done);
      this.#wake = done;
    });
  }
}

/** Whether two datagrams came from one port. */
export function isSamePort(a: Heard, b: Heard): boolean {
  return isSameAddress(a.from, b.from);
}

function read(bytes: Uint8Array): Packet | null {
  try {
    // The bytes are those of a buffer that the next datagram overwrites.
    return decodePacket(bytes.slice());
  } catch (error) {
    if (error instanceof PacketSyntaxError) return null;
    throw error;
  }
}
