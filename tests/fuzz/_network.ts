// A network and a clock for floods. They do what tests/_virtual.ts does, but a million datagrams fit into a minute: timers lie
// in a heap, nothing is written down, and time passes for many datagrams at once.

import type {
  Clock,
  DatagramSocket,
  Network,
  UdpAddress,
} from "../../net/mod.ts";

/** Runs everything that is ready: each wait lets all microtasks run, and what they make ready in turn. */
export class Turns implements Disposable {
  readonly #channel = new MessageChannel();
  #resolve: () => void = () => {};

  constructor() {
    this.#channel.port1.onmessage = () => this.#resolve();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#channel.port2.postMessage(null);
    });
  }

  [Symbol.dispose](): void {
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}

interface Timer {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** Time that passes when it is told to. */
export class FuzzClock implements Clock {
  readonly #heap: Timer[] = [];
  #now = 0;
  #order = 0;
  #pending = 0;

  now(): number {
    return this.#now;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#pending;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer: Timer = {
      at: this.#now + Math.max(0, delayMs),
      order: this.#order++,
      callback,
    };
    this.#pending++;
    this.#push(timer);
    return () => {
      if (timer.callback) this.#pending--;
      timer.callback = null;
    };
  }

  /** Lets time pass. After the timers of each moment, `settle` lets what they have set off run to its end. */
  async advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#heap[0];
      if (!next || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      let hasRun = false;
      while ((this.#heap[0]?.at ?? Infinity) <= this.#now) {
        const { callback } = this.#heap[0]!;
        this.#heap[0]!.callback = null;
        this.#pop();
        if (!callback) continue;
        this.#pending--;
        hasRun = true;
        callback();
      }
      if (hasRun) await settle();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)
      ) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Who listens on the wire. Nothing that it throws would be seen, so it must not throw. */
export interface Wiretap {
  /** A socket was opened. */
  opened(address: UdpAddress): void;
  /** A socket was closed. */
  closed(address: UdpAddress): void;
  /** A socket's owner is given a datagram now. */
  received(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void;
  /** A socket sends a datagram. */
  sent(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void;
}

/** How long a datagram takes from one socket to another, in milliseconds; all the same, so that none overtakes another. */
const LATENCY_MS = 0.8;

/** Sockets on any addresses. What goes from one of them to another takes a moment; what is injected is there at once. */
export class FuzzNetwork {
  readonly clock: FuzzClock = new FuzzClock();
  readonly #sockets = new Map<string, FuzzSocket>();
  readonly #tap: Wiretap;
  readonly #random: () => number;

  constructor(tap: Wiretap, random: () => number) {
    this.#tap = tap;
    this.#random = random;
  }

  /** Sockets that are open. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** The network as one machine sees it: what it binds, it binds to its own address. */
  host(hostname: string): Network {
    return { bind: ({ port }) => this.#bind(hostname, port) };
  }

  /** Delivers a datagram, from wherever it says that it comes. */
  inject(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void {
    this.#sockets.get(keyOf(to.hostname, to.port))?.deliver(bytes, from);
  }

  #bind(hostname: string, wanted: number): FuzzSocket {
    let port = wanted;
    while (port === 0 || this.#sockets.has(keyOf(hostname, port))) {
      if (wanted > 0) throw new Deno.errors.AddrInUse(`${wanted} is in use`);
      port = 49152 + Math.floor(this.#random() * 16384);
    }
    const address: UdpAddress = { transport: "udp", hostname, port };
    const key = keyOf(hostname, port);
    const socket = new FuzzSocket(address, this.#tap, {
      send: (to, bytes) => this.#send(address, to, bytes),
      close: () => {
        this.#sockets.delete(key);
        this.#tap.closed(address);
      },
    });
    this.#sockets.set(key, socket);
    this.#tap.opened(address);
    return socket;
  }

  #send(from: UdpAddress, to: UdpAddress, bytes: Uint8Array): void {
    this.#tap.sent(from, to, bytes);
    if (!this.#sockets.has(keyOf(to.hostname, to.port))) return;
    const copy = bytes.slice();
    this.clock.schedule(
      LATENCY_MS,
      () => this.inject(from, to, copy),
    );
  }
}

function keyOf(hostname: string, port: number): string {
  return `${hostname} ${port}`;
}

class FuzzSocket implements DatagramSocket {
  readonly address: UdpAddress;
  isClosed = false;
  readonly #tap: Wiretap;
  readonly #wire: {
    send(to: UdpAddress, bytes: Uint8Array): void;
    close(): void;
  };
  readonly #queue: [Uint8Array, UdpAddress][] = [];
  #waiting: {
    buffer: Uint8Array;
    resolve(datagram: readonly [Uint8Array, UdpAddress]): void;
    reject(error: unknown): void;
  } | null = null;

  constructor(
    address: UdpAddress,
    tap: Wiretap,
    wire: { send(to: UdpAddress, bytes: Uint8Array): void; close(): void },
  ) {
    this.address = address;
    this.#tap = tap;
    this.#wire = wire;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    if (this.isClosed) {
      return Promise.reject(new Deno.errors.BadResource("Socket is closed"));
    }
    this.#wire.send(to, bytes);
    return Promise.resolve(bytes.length);
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    if (this.isClosed) {
      return Promise.reject(new Deno.errors.BadResource("Socket is closed"));
    }
    if (this.#waiting) throw new Error("Two receives at a time on one socket");
    const next = this.#queue.shift();
    if (next) return Promise.resolve(this.#hand(buffer, ...next));
    return new Promise((resolve, reject) => {
      this.#waiting = { buffer, resolve, reject };
    });
  }

  deliver(bytes: Uint8Array, from: UdpAddress): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting.resolve(this.#hand(waiting.buffer, bytes, from));
    else this.#queue.push([bytes, from]);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#wire.close();
    this.#waiting?.reject(new Deno.errors.Interrupted("Socket was closed"));
    this.#waiting = null;
  }

  ref(): void {}

  unref(): void {}

  #hand(
    buffer: Uint8Array,
    bytes: Uint8Array,
    from: UdpAddress,
  ): readonly [Uint8Array, UdpAddress] {
    this.#tap.received(from, this.address, bytes);
    const length = Math.min(buffer.length, bytes.length);
    buffer.set(bytes.subarray(0, length));
    return [buffer.subarray(0, length), from];
  }
}
