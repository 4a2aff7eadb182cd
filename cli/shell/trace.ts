import type { DatagramSocket, Network } from "../../net/mod.ts";
import { formatAddress } from "../../net/mod.ts";
import { formatPacket } from "../../packet/mod.ts";

/**
 * A network that tells every packet that goes over it.
 *
 * @param network The network.
 * @param tell Told each packet, as one line without its end.
 * @returns The same network, listened to.
 */
export function tracedNetwork(
  network: Network,
  tell: (line: string) => void,
): Network {
  return {
    async bind(address) {
      return tracedSocket(await network.bind(address), tell);
    },
  };
}

function tracedSocket(
  socket: DatagramSocket,
  tell: (line: string) => void,
): DatagramSocket {
  return {
    get address() {
      return socket.address;
    },
    get isClosed() {
      return socket.isClosed;
    },
    send(bytes, to) {
      tell(`sent ${formatPacket(bytes)} to ${formatAddress(to)}`);
      return socket.send(bytes, to);
    },
    async receive(buffer) {
      const datagram = await socket.receive(buffer);
      const [bytes, from] = datagram;
      tell(`received ${formatPacket(bytes)} from ${formatAddress(from)}`);
      return datagram;
    },
    close: () => socket.close(),
    ref: () => socket.ref(),
    unref: () => socket.unref(),
  };
}
