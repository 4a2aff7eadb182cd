// Tells every packet in one line, like tcpdump:
//
//   03:04:05.123456 *:41234 > 192.0.2.1:69: RRQ "boot.img" octet tsize=0 blksize=1428 windowsize=16
//   03:04:05.124017 192.0.2.1:50123 > *:41234: OACK tsize=1048576 blksize=1428 windowsize=16
//
// Rules:
// 1. Both ports stand in every line, as they tell transfers apart. A socket on all addresses does not know its own, for which
//    there is a star.
// 2. A packet is told when it is handed to the system, or has come from it; nothing else changes.
// 3. Times are of the local time zone, with microseconds.

import {
  formatAddress,
  type Network,
  type UdpAddress,
  watchNetwork,
} from "../net/mod.ts";
import { formatPacket } from "../packet/mod.ts";

/**
 * A network whose packets are told.
 *
 * @param network Where sockets come from.
 * @param tell Takes a line, without its end.
 * @param time The time of day, in milliseconds since 1970.
 * @returns The network.
 */
export function traceNetwork(
  network: Network,
  tell: (line: string) => void,
  time: () => number,
): Network {
  return watchNetwork(network, (local, remote, isSent, bytes) => {
    const [from, to] = isSent ? [local, remote] : [remote, local];
    tell(
      `${timeOfDay(time())} ${addressText(from)} > ${addressText(to)}: ${
        formatPacket(bytes)
      }`,
    );
  });
}

function addressText(address: UdpAddress): string {
  const isAny = address.hostname === "0.0.0.0" || address.hostname === "::";
  return isAny ? `*:${address.port}` : formatAddress(address);
}

function timeOfDay(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const microseconds = Math.floor((timeMs % 1000) * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }.${String(microseconds).padStart(6, "0")}`;
}
