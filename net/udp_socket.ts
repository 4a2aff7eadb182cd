// The one file that knows what a UDP socket is in Deno. `Deno.listenDatagram` needs `--unstable-net`, or "unstable":
// ["net"] in the deno.json beside the program; a script that imports this package may have neither. Then `node:dgram` does
// the work: it needs no flag, copies each datagram twice, and is about half as fast for large blocks.

import { formatAddress, type UdpAddress } from "./address.ts";
import {
  type DatagramSocket,
  isAboutOneDatagram,
  type Network,
} from "./datagram_socket.ts";

/** Which of Deno's two kinds of UDP sockets is used. */
export type UdpImplementation = "deno" | "node";

/**
 * Which kind of sockets `udpNetwork` opens here: `deno` where `Deno.listenDatagram` is enabled, `node` where it is not.
 *
 * @returns The kind.
 *
 * @example Warn about slow sockets
 * ```ts
 * import { udpImplementation } from "@tftpkit/tftp/net";
 *
 * if (udpImplementation() === "node") console.warn("Add --unstable-net for faster transfers");
 * ```
 */
export function udpImplementation(): UdpImplementation {
  return typeof Deno.listenDatagram === "function" ? "deno" : "node";
}

/**
 * The UDP sockets of this machine.
 *
 * @param implementation Which kind to open.
 * @returns Where to get sockets; Deno's can be had at once, without a promise. Binding throws what Deno throws: `AddrInUse`, `PermissionDenied` for a port below
 * 1024, `NotCapable` without `--allow-net`, `AddrNotAvailable`.
 *
 * @example A datagram to oneself
 * ```ts
 * import { udpNetwork } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * const socket = await udpNetwork().bind({ hostname: "127.0.0.1", port: 0 });
 * await socket.send(new Uint8Array([1, 2, 3]), socket.address);
 * const [bytes] = await socket.receive(new Uint8Array(16));
 * assertEquals(bytes, new Uint8Array([1, 2, 3]));
 * socket.close();
 * ```
 */
export function udpNetwork(
  implementation: UdpImplementation = udpImplementation(),
): Network {
  return implementation === "deno" ? { bind: bindDeno } : { bind: bindNode };
}

function bindDeno(address: Omit<UdpAddress, "transport">): DatagramSocket {
  return new DenoSocket(
    Deno.listenDatagram({
      transport: "udp",
      hostname: address.hostname,
      port: address.port,
    }),
  );
}

class DenoSocket implements DatagramSocket {
  readonly address: UdpAddress;
  readonly #connection: Deno.DatagramConn;
  isClosed = false;
  #isRef = true;

  constructor(connection: Deno.DatagramConn) {
    this.#connection = connection;
    this.address = connection.addr as Deno.NetAddr & UdpAddress;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    return this.#connection.send(bytes, to);
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    return this.#connection.receive(buffer) as Promise<
      [Uint8Array, Deno.NetAddr & UdpAddress]
    >;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#connection.close();
  }

  ref(): void {
    if (this.#isRef) return;
    this.#isRef = true;
    refOf(this.#connection).ref?.();
  }

  unref(): void {
    if (!this.#isRef) return;
    this.#isRef = false;
    refOf(this.#connection).unref?.();
  }
}

/** `ref` and `unref` exist on Deno's sockets; the declarations leave them out. */
function refOf(connection: object): { ref?(): void; unref?(): void } {
  return connection;
}

/** More datagrams than this wait for a reader and the newest is dropped, as a kernel's buffer would. */
const MAX_QUEUED_DATAGRAMS = 256;

async function bindNode(
  address: Omit<UdpAddress, "transport">,
): Promise<DatagramSocket> {
  const { createSocket } = await import("node:dgram");
  const to = { transport: "udp", ...address } as const;
  // What binding throws for want of a permission, nobody can catch.
  const host = formatAddress(to);
  const { state } = await Deno.permissions.request({ name: "net", host });
  if (state !== "granted") throw notCapable(host);
  const socket = createSocket({
    type: address.hostname.includes(":") ? "udp6" : "udp4",
  });
  // It counts for what is received from then on, so only before `bind` for all; see `NodeSocket`.
  socket.unref();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => reject(asDenoError(error)));
    socket.bind(address.port, address.hostname, resolve);
  });
  socket.removeAllListeners("error");
  // As Deno's own sockets may: to answer a machine that has no address yet takes a broadcast.
  if (!address.hostname.includes(":")) socket.setBroadcast(true);
  return new NodeSocket(socket);
}

function notCapable(host: string): Error {
  return new Deno.errors.NotCapable(
    `Requires net access to "${host}", run again with the --allow-net flag`,
  );
}

/** What `Deno.listenDatagram` would have thrown: callers tell errors by their class. */
function asDenoError(error: Error & { code?: string }): Error {
  const DenoError = {
    EADDRINUSE: Deno.errors.AddrInUse,
    EACCES: Deno.errors.PermissionDenied,
    EADDRNOTAVAIL: Deno.errors.AddrNotAvailable,
  }[error.code ?? ""];
  return DenoError ? new DenoError(error.message, { cause: error }) : error;
}

/** Of a send that failed, `node:dgram` tells next to nothing. */
function asSendError(error: Error, to: UdpAddress): Error {
  const host = formatAddress(to);
  const { state } = Deno.permissions.querySync({ name: "net", host });
  return state === "granted" ? error : notCapable(host);
}

type NodeDgramSocket = ReturnType<
  typeof import("node:dgram")["createSocket"]
>;

class NodeSocket implements DatagramSocket {
  readonly address: UdpAddress;
  readonly #socket: NodeDgramSocket;
  readonly #queue: [Uint8Array, UdpAddress][] = [];
  #waiting: {
    resolve(datagram: readonly [Uint8Array, UdpAddress]): void;
    reject(error: unknown): void;
    buffer: Uint8Array;
  } | null = null;
  isClosed = false;
  #failure: unknown = null;
  /** Datagrams that are on their way out. */
  #sending = 0;
  /** What keeps the process alive: whether the socket does cannot be changed while it receives. */
  readonly #keepAlive = setInterval(() => {}, 2 ** 30);

  constructor(socket: NodeDgramSocket) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.address = { transport: "udp", hostname: address, port };
    socket.on("message", (message, from) => {
      const source: UdpAddress = {
        transport: "udp",
        hostname: from.address,
        port: from.port,
      };
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting) {
        waiting.resolve([copyInto(waiting.buffer, message), source]);
      } else if (this.#queue.length < MAX_QUEUED_DATAGRAMS) {
        this.#queue.push([message, source]);
      }
    });
    socket.on("error", (error) => {
      if (!isAboutOneDatagram(error)) this.#failure = error;
      this.#waiting?.reject(error);
      this.#waiting = null;
    });
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    this.#sending++;
    return new Promise<void>((resolve, reject) => {
      this.#socket.send(
        bytes,
        to.port,
        to.hostname,
        (error) => {
          this.#sending--;
          if (this.isClosed && this.#sending === 0) this.#socket.close();
          if (error) reject(asSendError(error, to));
          else resolve();
        },
      );
    });
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    if (this.isClosed) {
      return Promise.reject(
        new Deno.errors.BadResource("Socket has been closed"),
      );
    }
    const queued = this.#queue.shift();
    if (queued) {
      return Promise.resolve([copyInto(buffer, queued[0]), queued[1]]);
    }
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, buffer };
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.#keepAlive);
    // What is on its way out still goes: closing would overtake it.
    if (this.#sending === 0) this.#socket.close();
    this.#waiting?.reject(
      new Deno.errors.Interrupted("Socket has been closed"),
    );
    this.#waiting = null;
  }

  ref(): void {
    Deno.refTimer(this.#keepAlive);
  }

  unref(): void {
    Deno.unrefTimer(this.#keepAlive);
  }
}

function copyInto(buffer: Uint8Array, message: Uint8Array): Uint8Array {
  const length = Math.min(buffer.length, message.length);
  buffer.set(message.subarray(0, length));
  return buffer.subarray(0, length);
}
