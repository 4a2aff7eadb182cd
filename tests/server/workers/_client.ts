import { type UdpAddress, udpNetwork } from "../../../net/mod.ts";
import {
  encodePacket,
  formatPacket,
  type Packet,
} from "../../../packet/mod.ts";

/** A client on real loopback that sends what the test says, and waits for what comes. */
export class RawClient implements Disposable {
  readonly #socket = udpNetwork("deno").bind({
    hostname: "127.0.0.1",
    port: 0,
  });
  #peer: UdpAddress;

  constructor(server: UdpAddress) {
    this.#peer = server;
  }

  /** Sends to the server itself, whoever has answered meanwhile. */
  async ask(filename: string, server: UdpAddress): Promise<void> {
    const packet = {
      type: "RRQ",
      filename,
      mode: "octet",
      options: [],
    } as const;
    await (await this.#socket).send(encodePacket(packet), server);
  }

  /** Sends to where the last packet came from; first, to the server. */
  async send(packet: Packet): Promise<void> {
    await (await this.#socket).send(encodePacket(packet), this.#peer);
  }

  /** The next packet, in one line. */
  async next(): Promise<string> {
    const socket = await this.#socket;
    const [bytes, from] = await socket.receive(new Uint8Array(2048));
    this.#peer = from;
    return formatPacket(bytes);
  }

  [Symbol.dispose](): void {
    Promise.resolve(this.#socket).then((socket) => socket.close());
  }
}
