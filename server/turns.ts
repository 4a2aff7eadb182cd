// Sockets that take turns. Deno's event loop looks whether datagrams have come only when it has nothing else to do, or after
// thousands of sends; and what it could not send at once, because as much was sent already in this round of it, it tries
// again no sooner. With some hundred transfers there is always something else to do: a few of them go on and on, while
// others wait for seconds with a datagram half through the door. Rules:
// 1. After so many operations of all sockets together, the next ones wait until the loop has looked at all sockets.
// 2. Those that wait go first, in their order, as many as fit into the next turn.
// 3. What makes the loop look costs as much as two packets, and only many transfers need it: a few wait for their clients
//    every few packets, and the loop looks then.

import {
  type DatagramSocket,
  type Network,
  type UdpAddress,
  udpImplementation,
} from "../net/mod.ts";

/** Operations in one turn: two milliseconds of work. */
export const OPERATIONS_PER_TURN = 250;

/** Fewer sockets than this need no turns. */
export const MIN_SOCKETS = 16;

/** Whether sockets have to take turns: those of Deno do, others are none of our business. */
export function needsTurns(
  { network }: { readonly network?: Network },
): boolean {
  return network === undefined && udpImplementation() === "deno";
}

/** What ends a turn. */
export interface TurnEnd {
  /** Waits until the event loop has looked at all sockets; it never rejects. */
  wait(): Promise<void>;
  /** There is nobody left who takes turns. */
  rest(): void;
}

/** Turns of the sockets of a network. */
export class Turns {
  readonly #end: TurnEnd;
  readonly #waiting: (() => void)[] = [];
  #left = OPERATIONS_PER_TURN;
  #isPolling = false;
  #sockets = 0;

  /**
   * Begins the first turn.
   *
   * @param end Ends each turn.
   */
  constructor(end: TurnEnd) {
    this.#end = end;
  }

  /** The same network, whose sockets take turns. */
  of(network: Network): Network {
    const wrap = (socket: DatagramSocket) => {
      this.#sockets++;
      return new SocketInTurn(socket, this, () => {
        this.#sockets--;
        this.#rest();
      });
    };
    return {
      bind(address) {
        const socket = network.bind(address);
        return socket instanceof Promise ? socket.then(wrap) : wrap(socket);
      },
    };
  }

  /** Whether an operation may go on at once; if so, it is counted. */
  take(): boolean {
    if (this.#sockets < MIN_SOCKETS && this.#waiting.length === 0) return true;
    this.#look();
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  /** Does something in its turn. */
  wait<T>(operation: () => Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(operation()));
    });
  }

  /** A turn begins with its first operation, and ends when the loop has looked at all sockets. */
  #look(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#end.wait().then(() => this.#begin());
  }

  #begin(): void {
    this.#isPolling = false;
    const next = this.#waiting.splice(0, OPERATIONS_PER_TURN);
    this.#left = OPERATIONS_PER_TURN - next.length;
    if (next.length > 0) this.#look();
    for (const run of next) run();
    this.#rest();
  }

  #rest(): void {
    if (this.#sockets === 0 && !this.#isPolling) this.#end.rest();
  }
}

/** A socket that sends and receives when it is its turn. */
class SocketInTurn implements DatagramSocket {
  readonly address: UdpAddress;
  readonly #socket: DatagramSocket;
  readonly #turns: Turns;
  readonly #onClose: () => void;

  constructor(socket: DatagramSocket, turns: Turns, onClose: () => void) {
    this.address = socket.address;
    this.#socket = socket;
    this.#turns = turns;
    this.#onClose = onClose;
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    if (this.#turns.take()) return this.#socket.send(bytes, to);
    return this.#turns.wait(() => this.#socket.send(bytes, to));
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    if (this.#turns.take()) return this.#socket.receive(buffer);
    return this.#turns.wait(() => this.#socket.receive(buffer));
  }

  close(): void {
    if (!this.#socket.isClosed) this.#onClose();
    this.#socket.close();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}
