import {
  type DatagramSocket,
  type Network,
  type UdpAddress,
  udpNetwork,
} from "../../net/mod.ts";

/** The UDP of this machine, with someone who is told of each datagram that has left or come. */
export function watchedNetwork(
  watch: (bytes: Uint8Array, direction: "out" | "in") => void,
): Network {
  return {
    bind: async (address) =>
      new WatchedSocket(await udpNetwork().bind(address), watch),
  };
}

class WatchedSocket implements DatagramSocket {
  readonly #socket: DatagramSocket;
  readonly #watch: (bytes: Uint8Array, direction: "out" | "in") => void;

  constructor(
    socket: DatagramSocket,
    watch: (bytes: Uint8Array, direction: "out" | "in") => void,
  ) {
    this.#socket = socket;
    this.#watch = watch;
  }

  get address(): UdpAddress {
    return this.#socket.address;
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  async send(bytes: Uint8Array, to: UdpAddress): Promise<void> {
    await this.#socket.send(bytes, to);
    this.#watch(bytes, "out");
  }

  async receive(
    buffer: Uint8Array,
  ): Promise<readonly [Uint8Array, UdpAddress]> {
    const datagram = await this.#socket.receive(buffer);
    this.#watch(datagram[0], "in");
    return datagram;
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
