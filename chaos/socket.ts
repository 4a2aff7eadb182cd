// A socket that asks somebody else what becomes of each datagram. Rules:
// 1. What the server behind receives has passed the host: it may be late, doubled, made up, or missing.
// 2. A closed socket may linger: to the server it is closed, and the client meets silence instead of "port unreachable".

import type { DatagramSocket, UdpAddress } from "../net/mod.ts";

/** Decides what becomes of datagrams. */
export interface SocketHost {
  /** The server wants to send. */
  handleSend(
    socket: ChaosSocket,
    bytes: Uint8Array,
    to: UdpAddress,
  ): Promise<void>;
  /** Something came in. */
  handleReceived(
    socket: ChaosSocket,
    bytes: Uint8Array,
    from: UdpAddress,
  ): Promise<void>;
  /** The server has closed the socket; whether it stays open for the network. */
  handleClose(socket: ChaosSocket): boolean;
}

interface Waiting {
  readonly buffer: Uint8Array;
  resolve(datagram: readonly [Uint8Array, UdpAddress]): void;
  reject(error: unknown): void;
}

/** A socket between a server and the network. */
export class ChaosSocket implements DatagramSocket {
  isClosed = false;
  /** Datagrams that are to be sent later. */
  pendingSends = 0;
  /** Whether requests come to it. */
  isListening = false;
  readonly #inner: DatagramSocket;
  readonly #host: SocketHost;
  readonly #buffer = new Uint8Array(65536);
  readonly #queue: (readonly [Uint8Array, UdpAddress])[] = [];
  #waiting: Waiting | null = null;
  #isPumping = false;

  constructor(inner: DatagramSocket, host: SocketHost) {
    this.#inner = inner;
    this.#host = host;
  }

  get address(): UdpAddress {
    return this.#inner.address;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    return this.isClosed
      ? this.#inner.send(bytes, to)
      : this.#host.handleSend(this, bytes, to);
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    if (this.isClosed) {
      return Promise.reject(new Deno.errors.BadResource("Socket is closed"));
    }
    const next = this.#queue.shift();
    if (next) return Promise.resolve([put(buffer, next[0]), next[1]]);
    return new Promise((resolve, reject) => {
      this.#waiting = { buffer, resolve, reject };
      this.#pump();
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const lingers = this.#host.handleClose(this);
    this.#waiting?.reject(new Deno.errors.Interrupted("Socket was closed"));
    this.#waiting = null;
    if (!lingers) return this.closeForGood();
    this.#inner.unref();
    this.#pump();
  }

  ref(): void {
    this.#inner.ref();
  }

  unref(): void {
    this.#inner.unref();
  }

  /** Gives the server a datagram. */
  deliver(bytes: Uint8Array, from: UdpAddress): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting.resolve([put(waiting.buffer, bytes), from]);
    else if (!this.isClosed) this.#queue.push([bytes, from]);
  }

  /** Sends something as it is. */
  async transmit(bytes: Uint8Array, to: UdpAddress): Promise<void> {
    if (!this.#inner.isClosed) await this.#inner.send(bytes, to);
  }

  /** Closes it for the network, too. */
  closeForGood(): void {
    this.isClosed = true;
    if (!this.#inner.isClosed) this.#inner.close();
  }

  /** Receives as long as somebody waits for a datagram, or the server no longer cares. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#inner.isClosed && (this.#waiting || this.isClosed)) {
      try {
        const [bytes, from] = await this.#inner.receive(this.#buffer);
        await this.#host.handleReceived(this, bytes.slice(), from);
      } catch (error) {
        if (this.isClosed) this.closeForGood();
        if (this.#inner.isClosed) break;
        const waiting = this.#waiting;
        this.#waiting = null;
        waiting?.reject(error);
      }
    }
    this.#isPumping = false;
  }
}

function put(buffer: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = Math.min(buffer.length, bytes.length);
  buffer.set(bytes.subarray(0, length));
  return buffer.subarray(0, length);
}
