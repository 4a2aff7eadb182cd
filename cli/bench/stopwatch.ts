import type { DatagramSocket, Network, UdpAddress } from "../../net/mod.ts";
import { OPCODE, peekOpcode } from "../../packet/mod.ts";

/**
 * Takes the time at which the first of the file, or the first answer to an upload, comes out of the socket: before anything
 * is made of it. Once that was seen, datagrams pass without being looked at.
 */
export class Stopwatch implements Network {
  /** When it came; `null` before that. */
  firstAt: number | null = null;
  readonly #network: Network;
  readonly #now: () => number;
  readonly #isUpload: boolean;

  /**
   * @param network Where sockets come from.
   * @param now Where the time comes from.
   * @param isUpload Whether to wait for any answer, and not for data.
   */
  constructor(network: Network, now: () => number, isUpload: boolean) {
    this.#network = network;
    this.#now = now;
    this.#isUpload = isUpload;
  }

  async bind(
    address: Omit<UdpAddress, "transport">,
  ): Promise<DatagramSocket> {
    const socket = await this.#network.bind(address);
    return {
      address: socket.address,
      get isClosed() {
        return socket.isClosed;
      },
      send: (bytes, to) => socket.send(bytes, to),
      receive: (buffer) =>
        this.firstAt === null
          ? this.#watch(socket.receive(buffer))
          : socket.receive(buffer),
      close: () => socket.close(),
      ref: () => socket.ref(),
      unref: () => socket.unref(),
    };
  }

  async #watch(
    receiving: Promise<readonly [Uint8Array, UdpAddress]>,
  ): Promise<readonly [Uint8Array, UdpAddress]> {
    const received = await receiving;
    const opcode = peekOpcode(received[0]);
    const isFirst = this.#isUpload
      ? opcode === OPCODE.ACK || opcode === OPCODE.OACK
      : opcode === OPCODE.DATA;
    if (isFirst) this.firstAt = this.#now();
    return received;
  }
}
