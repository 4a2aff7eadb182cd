// The sockets of a DHCP service, without raw ones. Rules:
// 1. What is broadcast comes to a socket on 255.255.255.255:67, what is sent to the server to one on HOST:67; on Linux the two
//    need no permission to share the port, and broadcasts that are sent from HOST leave by HOST's interface, while those of a
//    socket on all addresses leave by the default route. So answers always leave HOST.
// 2. No port is shared with another server of this machine (SO_REUSEADDR): one of the two would get what is meant for the
//    other, such as renewals of leases. It cannot start, and says why.
// 3. Other systems do not take 255.255.255.255 for an address of their own. There one socket listens on all addresses, and
//    answers by the default route, which has to be HOST's; whoever starts the service is told.
// 4. One receive at a time for each socket, and each send awaited before the next.

import type { DatagramSocket, Network, UdpAddress } from "../net/mod.ts";
import { explainListen } from "./listen_error.ts";

/** The port that DHCP and BOOTP requests go to (RFC 951 section 3). */
export const DHCP_SERVER_PORT = 67;

/** The port of boot servers, where a machine asks again that has an address (PXE 2.1 section 2.2.3). */
export const PROXY_DHCP_PORT = 4011;

/** A port that requests come to. */
export type DhcpPort = 67 | 4011;

const BROADCAST_ADDRESS = "255.255.255.255";
const ALL_ADDRESSES = "0.0.0.0";

/** Where to listen. */
export interface DhcpBinding {
  /** The server's own address, which answers are sent from. */
  readonly hostname: string;
  /** Whether port 4011 is opened, too. */
  readonly hasProxyPort: boolean;
  /** Where sockets come from. */
  readonly network: Network;
  /** The system, as Deno names it. */
  readonly os: typeof Deno.build.os;
}

/** A socket, and the port that it hears. */
export interface DhcpEar {
  readonly socket: DatagramSocket;
  readonly port: DhcpPort;
}

/** The open sockets of a service. */
export class DhcpSockets {
  /** Where requests come to. */
  readonly ears: readonly DhcpEar[];
  /** What whoever starts the service should know; `null` when there is nothing. */
  readonly warning: string | null;
  readonly #mouths: ReadonlyMap<DhcpPort, DatagramSocket>;
  /** The last send of each socket. */
  readonly #sending = new Map<DatagramSocket, Promise<unknown>>();

  private constructor(
    ears: readonly DhcpEar[],
    mouths: ReadonlyMap<DhcpPort, DatagramSocket>,
    warning: string | null,
  ) {
    this.ears = ears;
    this.#mouths = mouths;
    this.warning = warning;
  }

  /**
   * Opens them all.
   *
   * @throws {Error} When one cannot be opened, of the class that Deno has for it, in words that say what to do; then none is.
   */
  static async open(binding: DhcpBinding): Promise<DhcpSockets> {
    const { hostname, hasProxyPort, network, os } = binding;
    const isLinux = os === "linux" || os === "android";
    const ears: DhcpEar[] = [];
    const bind = async (
      address: string,
      port: DhcpPort,
    ): Promise<DatagramSocket> => {
      try {
        const socket = await network.bind({ hostname: address, port });
        ears.push({ socket, port });
        return socket;
      } catch (error) {
        throw explainListen(error, { hostname, port, service: "DHCP" });
      }
    };
    const mouths = new Map<DhcpPort, DatagramSocket>();
    try {
      if (isLinux) {
        mouths.set(DHCP_SERVER_PORT, await bind(hostname, DHCP_SERVER_PORT));
        await bind(BROADCAST_ADDRESS, DHCP_SERVER_PORT);
      } else {
        mouths.set(
          DHCP_SERVER_PORT,
          await bind(ALL_ADDRESSES, DHCP_SERVER_PORT),
        );
      }
      if (hasProxyPort) {
        mouths.set(PROXY_DHCP_PORT, await bind(hostname, PROXY_DHCP_PORT));
      }
    } catch (error) {
      for (const { socket } of ears) socket.close();
      throw error;
    }
    return new DhcpSockets(
      ears,
      mouths,
      isLinux
        ? null
        : `On this system broadcasts leave by the default route, whatever the address: machines get answers only where that is ${hostname}'s network. Linux knows better`,
    );
  }

  /** Where the service answers from. */
  get address(): UdpAddress {
    return this.ears[0]!.socket.address;
  }

  /**
   * Sends a message, after those before it.
   *
   * @param bytes The message.
   * @param to Where to.
   * @param from The port that it leaves.
   * @returns A promise that is fulfilled when it has gone out, and rejected when the system says that it cannot.
   */
  send(
    bytes: Uint8Array,
    to: Omit<UdpAddress, "transport">,
    from: DhcpPort,
  ): Promise<unknown> {
    const socket = this.#mouths.get(from);
    if (!socket) {
      return Promise.reject(
        new TypeError(`Cannot send from port ${from} as it is not open`),
      );
    }
    const sent = (this.#sending.get(socket) ?? Promise.resolve())
      .then(() => socket.send(bytes, { transport: "udp", ...to }));
    this.#sending.set(socket, sent.catch(() => {}));
    return sent;
  }

  /** Lets the sockets keep the process alive, or not. */
  setRef(isRef: boolean): void {
    for (const { socket } of this.ears) {
      if (isRef) socket.ref();
      else socket.unref();
    }
  }

  /** Closes them, after what is being sent. */
  async close(): Promise<void> {
    await Promise.all(this.#sending.values());
    for (const { socket } of this.ears) socket.close();
  }
}
