import type { DatagramSocket } from "../net/mod.ts";
import { ERROR_CODE, TftpError } from "../packet/mod.ts";
import type { ServerConfig } from "./options.ts";

/**
 * The socket for a new transfer: one of its own with a port of its own (RFC 1350 section 4), or the one requests come to.
 * Its own is bound to the address that the request was sent to, as far as that is known, because clients look at where an
 * answer comes from.
 *
 * @throws {TftpError} When every port of the range is in use.
 */
export async function bindTransferSocket(
  config: Pick<ServerConfig, "network" | "singlePort" | "portRange" | "random">,
  listening: DatagramSocket,
): Promise<DatagramSocket> {
  const { network, singlePort, portRange, random } = config;
  if (singlePort) return listening;
  const { hostname } = listening.address;
  if (!portRange) return await network.bind({ hostname, port: 0 });

  const { first, last } = portRange;
  const count = last - first + 1;
  // Starting anywhere keeps a port that was just used from being used again at once, by a client that dallies.
  const start = Math.floor(random() * count);
  for (let i = 0; i < count; i++) {
    try {
      return await network.bind({
        hostname,
        port: first + (start + i) % count,
      });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new TftpError(
    ERROR_CODE.NotDefined,
    `Cannot open a port for the transfer as all from ${first} to ${last} are in use: widen the range`,
    { wireText: "Server is busy" },
  );
}
