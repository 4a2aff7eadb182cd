import { formatAddress, type Network, watchNetwork } from "../../net/mod.ts";
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
  return watchNetwork(network, (_local, remote, isSent, bytes) => {
    const packet = formatPacket(bytes);
    const peer = formatAddress(remote);
    tell(
      isSent ? `sent ${packet} to ${peer}` : `received ${packet} from ${peer}`,
    );
  });
}
