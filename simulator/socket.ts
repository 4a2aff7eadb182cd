import type { DatagramSocket, UdpAddress } from "../net/mod.ts";

/** Octets that a receive buffer holds unless told otherwise, as Linux counts them. */
const DEFAULT_BUFFER_BYTES = 212_992;

/** A datagram that was received and waits. */
type Received = readonly [bytes: Uint8Array, from: UdpAddress];

/** Somebody who waits for a datagram. */
interface Waiting {
  readonly buffer: Uint8Array;
  resolve(datagram: Received): void;
  reject(error: unknown): void;
}

/** What a socket needs of the network it is on. */
export interface SocketHost {
  /** Puts a datagram on its way. */
  send(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void;
  /** The socket is closed. */
  onClose(): void;
}

/** Keeps whoever has received a datagram busy: calls a function when they are done, unless that is called off. */
export type Pause = (done: () => void) => () => void;

/** A socket of a simulated host. What comes while nobody receives waits in a buffer of limited size, as in a kernel. */
export class SimulatedSocket implements DatagramSocket {
  readonly address: UdpAddress;
  readonly #host: SocketHost;
  readonly #bufferBytes: number;
  readonly #pause: Pause | null;
  readonly #queue: Received[] = [];
  #queuedBytes = 0;
  #waiting: Waiting | null = null;
  #endBusy: (() => void) | null = null;
  #isClosed = false;

  constructor(
    address: UdpAddress,
    host: SocketHost,
    bufferBytes: number = DEFAULT_BUFFER_BYTES,
    pause: Pause | null = null,
  ) {
    this.address = address;
    this.#host = host;
    this.#bufferBytes = bufferBytes;
    this.#pause = pause;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closedError());
    this.#host.send(this.address, to, bytes);
    return Promise.resolve(bytes.length);
  }

  receive(buffer: Uint8Array): Promise<Received> {
    if (this.#isClosed) return Promise.reject(closedError());
    if (this.#waiting) {
      return Promise.reject(
        new TypeError("Cannot receive as one receive waits already"),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { buffer, resolve, reject };
      this.#handOver();
    });
  }

  /**
   * Takes a datagram from the network.
   *
   * @returns Whether there was room for it.
   */
  deliver(bytes: Uint8Array, from: UdpAddress): boolean {
    if (this.#isClosed) return false;
    // Whoever waits for a datagram, and is not busy with the last one, takes it out of the buffer at once.
    const isFree = this.#waiting !== null && this.#endBusy === null;
    const charge = bufferCharge(bytes.length);
    if (!isFree && this.#queuedBytes + charge > this.#bufferBytes) return false;
    this.#queuedBytes += charge;
    this.#queue.push([bytes, from]);
    this.#handOver();
    return true;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#endBusy?.();
    this.#host.onClose();
    this.#waiting?.reject(closedError());
    this.#waiting = null;
  }

  ref(): void {}

  unref(): void {}

  /** Gives the first datagram that waits to whoever waits for one, unless they are busy. */
  #handOver(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#endBusy) return;
    const received = this.#queue.shift();
    if (!received) return;
    const [bytes, from] = received;
    this.#waiting = null;
    this.#queuedBytes -= bufferCharge(bytes.length);
    waiting.resolve([copyInto(waiting.buffer, bytes), from]);
    this.#endBusy = this.#pause?.(() => {
      this.#endBusy = null;
      this.#handOver();
    }) ?? null;
  }
}

/** What a waiting datagram costs: about what Linux charges, see `receiveBufferBlocks`. */
function bufferCharge(lengthBytes: number): number {
  return lengthBytes < 16_000
    ? Math.max(832, 2 ** Math.ceil(Math.log2(lengthBytes + 384)) + 256)
    : lengthBytes + 1024;
}

function closedError(): Error {
  return new Error("Socket has been closed");
}

function copyInto(buffer: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = Math.min(buffer.length, bytes.length);
  buffer.set(bytes.subarray(0, length));
  return buffer.subarray(0, length);
}
