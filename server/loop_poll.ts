// How to wait until the event loop has looked at all sockets: by a datagram to oneself, which is received when it has. Where
// that is not allowed, or does not come, a timer does it, which takes a hundred times as long.

import {
  type Clock,
  type DatagramSocket,
  formatAddress,
  type Network,
} from "../net/mod.ts";

/** How long such a datagram may take, in milliseconds, before it counts as lost; on a busy machine it takes its time. */
const LOST_MS = 2000;

const PING = new Uint8Array(1);

/** Where the datagrams come from. */
export interface LoopPollOptions {
  /** Where the socket comes from. */
  readonly network: Network;
  /** What waits. */
  readonly clock: Clock;
  /**
   * Whether a datagram may be sent, without asking anybody.
   *
   * @default {what the permissions say}
   * @param host The address with its port.
   */
  readonly isAllowed?: (host: string) => boolean;
}

/** Waits until the event loop has looked at all sockets. */
export class LoopPoll {
  readonly #options: LoopPollOptions;
  readonly #buffer = new Uint8Array(1);
  /** `undefined` until it is wanted first, `null` when there is none to be had. */
  #socket: DatagramSocket | null | undefined;
  /** Ends the wait that is going on. */
  #end: (() => void) | null = null;

  constructor(options: LoopPollOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async wait(): Promise<void> {
    const { clock } = this.#options;
    this.#socket ??= this.#socket === null ? null : await this.#open();
    const socket = this.#socket;
    await new Promise<void>((resolve) => {
      // Whether lost, or there was none to send: there will be no other.
      const lose = () => this.close();
      const cancel = clock.schedule(socket ? LOST_MS : 0, lose);
      const end = this.#end = () => {
        cancel();
        resolve();
      };
      socket?.receive(this.#buffer).then(end, end);
      socket?.send(PING, socket.address).catch(lose);
    });
  }

  /** Gives back the socket until it is wanted again; nobody must be waiting. */
  rest(): void {
    this.#socket?.close();
    if (this.#socket) this.#socket = undefined;
  }

  /** Closes what was opened, for good. */
  close(): void {
    this.#end?.();
    this.#socket?.close();
    this.#socket = null;
  }

  async #open(): Promise<DatagramSocket | null> {
    const { network, isAllowed = isGranted } = this.#options;
    const hostname = "127.0.0.1";
    if (!isAllowed(`${hostname}:0`)) return null;
    try {
      const socket = await network.bind({ hostname, port: 0 });
      socket.unref();
      if (isAllowed(formatAddress(socket.address))) return socket;
      socket.close();
    } catch {
      // Then without.
    }
    return null;
  }
}

function isGranted(host: string): boolean {
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}
