// Sockets that take turns. Deno's event loop looks whether datagrams have come only when it has nothing else to do, or after
// thousands of sends; and what it could not send at once, because as much was sent already in this round of it, it tries
// again no sooner. With some hundred transfers there is always something else to do: a few of them go on and on, while
// others wait for seconds with a datagram half through the door. Rules:
// 1. After so many operations of all sockets together, those that want to receive wait until the loop has looked at all
//    sockets. What is sent is counted, and goes out: it answers what was received in this turn, and who held it back would
//    have to keep it.
// 2. Those that wait go first, in their order, so many a turn that their answers fit into it too.
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

/** Receives that begin together when their turn comes. */
export const BATCH = 8;

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

/** Receives that wait for the same turn. */
interface Batch {
  readonly begun: Promise<void>;
  readonly begin: () => void;
  size: number;
}

/** Turns of the sockets of a network. */
export class Turns {
  readonly #end: TurnEnd;
  /** Those that wait. With a promise and a closure for each of them, up to a fifth of the time went into waiting. */
  readonly #batches: Batch[] = [];
  #left = OPERATIONS_PER_TURN;
  /** Receives that were begun in this turn. */
  #received = 0;
  #operationsEach = 2;
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

  /** Counts an operation that goes on in any case. */
  count(): void {
    if (this.#sockets < MIN_SOCKETS) return;
    this.#look();
    this.#left--;
  }

  /** Counts an operation; `null` when it may go on at once, otherwise when it may. */
  take(): Promise<void> | null {
    if (this.#sockets < MIN_SOCKETS && this.#batches.length === 0) return null;
    this.#look();
    if (this.#left > 0 && this.#batches.length === 0) {
      this.#left--;
      this.#received++;
      return null;
    }
    let last = this.#batches.at(-1);
    if (!last || last.size === BATCH) this.#batches.push(last = makeBatch());
    last.size++;
    return last.begun;
  }

  /** A turn begins with its first operation, and ends when the loop has looked at all sockets. */
  #look(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#end.wait().then(() => this.#begin());
  }

  #begin(): void {
    this.#isPolling = false;
    this.#learn();
    this.#left = OPERATIONS_PER_TURN;
    this.#received = 0;
    while (this.#batches.length > 0) {
      const next = this.#batches.shift()!;
      this.#left -= next.size;
      this.#received += next.size;
      next.begin();
      if (this.#received * this.#operationsEach >= OPERATIONS_PER_TURN) break;
    }
    if (this.#received > 0) this.#look();
    this.#rest();
  }

  /** Notes how many operations a receive has led to, itself included. */
  #learn(): void {
    if (this.#received === 0) return;
    const each = (OPERATIONS_PER_TURN - this.#left) / this.#received;
    this.#operationsEach += (each - this.#operationsEach) / 8;
  }

  #rest(): void {
    if (this.#sockets === 0 && !this.#isPolling) this.#end.rest();
  }
}

function makeBatch(): Batch {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  return { begun, begin, size: 0 };
}

/** A socket that receives when it is its turn. */
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
    this.#turns.count();
    return this.#socket.send(bytes, to);
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    const begun = this.#turns.take();
    if (begun === null) return this.#socket.receive(buffer);
    return begun.then(() => this.#socket.receive(buffer));
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
