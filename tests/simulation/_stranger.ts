/**
 * Datagrams from whoever is no part of a transfer: they must not change it.
 *
 * @module
 */

import type { UdpAddress } from "../../net/mod.ts";
import type { Random, Simulation } from "../../simulator/mod.ts";

/** A host that has no business here. */
export const STRANGER = "192.0.2.66";

/**
 * Sends a stranger's datagram to one of the sockets that are in use.
 *
 * @param quietPorts Where ports are noted that have sent an ERROR.
 */
export function forge(
  random: Random,
  simulation: Simulation,
  ports: ReadonlyMap<string, UdpAddress>,
  quietPorts: Set<number>,
): void {
  const known = [...ports.values()];
  const block = random.between(0, 4);
  const bytes = random.pick([
    [0, 3, 0, block],
    [0, 3, 0, block, ...new Array(512).fill(0xee)],
    [0, 4, 0, block],
    [0, 5, 0, 0, 0x62, 0x79, 0x65, 0],
    [0, 6, ...new TextEncoder().encode("blksize\x008\x00")],
    [0, 1, ...new TextEncoder().encode("nothing\x00octet\x00")],
    [random.between(0, 255), random.between(0, 255), block],
    [],
  ]);
  if (known.length === 0) return;
  let port = random.between(1024, 65_000);
  while (quietPorts.has(port)) port++;
  const from: UdpAddress = {
    transport: "udp",
    hostname: STRANGER,
    port,
  };
  if (bytes[0] === 0 && bytes[1] === 5) quietPorts.add(from.port);
  simulation.inject(from, random.pick(known), Uint8Array.from(bytes));
}
