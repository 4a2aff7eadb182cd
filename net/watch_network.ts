import type { UdpAddress } from "./address.ts";
import type { DatagramSocket, Network } from "./datagram_socket.ts";

/**
 * Told each datagram: when it is handed to the system, or has come from it.
 *
 * @param local The socket.
 * @param remote Where it goes, or came from.
 * @param isSent Whether it goes out.
 * @param bytes The datagram; not to be kept, as its array is used again.
 */
export type DatagramWatcher = (
  local: UdpAddress,
  remote: UdpAddress,
  isSent: boolean,
  bytes: Uint8Array,
) => void;

/**
 * A network with someone who is told of each datagram. Nothing else changes: nothing waits, and nothing overtakes.
 *
 * @param network Where sockets come from.
 * @param watch Told each datagram; it must not throw.
 * @returns The network.
 *
 * @example Count what is sent
 * ```ts
 * import { udpNetwork, watchNetwork } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * let octets = 0;
 * const network = watchNetwork(udpNetwork(), (_local, _remote, isSent, bytes) => {
 *   if (isSent) octets += bytes.length;
 * });
 * const socket = await network.bind({ hostname: "127.0.0.1", port: 0 });
 * await socket.send(new Uint8Array([0, 4, 0, 1]), socket.address);
 * assertEquals(octets, 4);
 * socket.close();
 * ```
 */
export function watchNetwork(
  network: Network,
  watch: DatagramWatcher,
): Network {
  return {
    bind(address) {
      const socket = network.bind(address);
      return socket instanceof Promise
        ? socket.then((it) => new WatchedSocket(it, watch))
        : new WatchedSocket(socket, watch);
    },
  };
}

/** A socket that passes everything on, and has it told. */
class WatchedSocket implements DatagramSocket {
  readonly #socket: DatagramSocket;
  readonly #watch: DatagramWatcher;

  constructor(socket: DatagramSocket, watch: DatagramWatcher) {
    this.#socket = socket;
    this.#watch = watch;
  }

  get address(): UdpAddress {
    return this.#socket.address;
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  send(bytes: Uint8Array, to: UdpAddress): Promise<unknown> {
    this.#watch(this.address, to, true, bytes);
    return this.#socket.send(bytes, to);
  }

  receive(buffer: Uint8Array): Promise<readonly [Uint8Array, UdpAddress]> {
    return this.#socket.receive(buffer).then((datagram) => {
      this.#watch(this.address, datagram[1], false, datagram[0]);
      return datagram;
    });
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
