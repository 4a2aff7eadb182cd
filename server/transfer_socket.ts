import type { DatagramSocket } from "../net/mod.ts";
import type { ServerConfig } from "./options.ts";
import { isShortage, NoSocketError } from "./shortage.ts";

/** Ports that other programs have taken and that are tried in vain, one system call each, before a request is given up. */
const MAX_TRIES = 32;

/** What a socket for a transfer is made from. */
export interface TransferSocketContext {
  /** The server's options. */
  readonly config: Pick<
    ServerConfig,
    "network" | "singlePort" | "portRange" | "random"
  >;
  /** The socket that the request came in on. */
  readonly listening: DatagramSocket;
  /** Ports of the range that this server uses. */
  readonly portsInUse: Set<number>;
  /** Ends the stay of a transfer that is done, so that its port is free; whether there was one. */
  readonly yieldPort: () => boolean;
}

/**
 * The socket for a new transfer: one of its own with a port of its own (RFC 1350 section 4), or the one requests come to.
 * Its own is bound to the address that the request was sent to, as far as that is known, because clients look at where an
 * answer comes from.
 *
 * @throws {NoSocketError} When every port of the range is in use, or the system has no more sockets.
 */
export async function bindTransferSocket(
  context: TransferSocketContext,
): Promise<DatagramSocket> {
  const { config: { network, singlePort, portRange }, listening } = context;
  if (singlePort) return listening;
  const { hostname } = listening.address;
  try {
    if (!portRange) return await network.bind({ hostname, port: 0 });
    const socket = await bindInRange(context) ??
      (context.yieldPort() ? await bindInRange(context) : null);
    if (socket) return socket;
  } catch (cause) {
    if (!isShortage(cause)) throw cause;
    throw new NoSocketError(
      "The system has no more sockets for this process: raise its limit of open files",
      { cause },
    );
  }
  throw new NoSocketError(
    `All transfer ports from ${portRange.first} to ${portRange.last} are in use: widen the range`,
  );
}

/** Tries the ports of the range that this server does not use itself. */
async function bindInRange(
  { config, listening, portsInUse }: TransferSocketContext,
): Promise<DatagramSocket | null> {
  const { first, last } = config.portRange!;
  const { hostname } = listening.address;
  const count = last - first + 1;
  // Starting anywhere keeps a port that was just used from being used again at once, by a client that dallies.
  const start = Math.floor(config.random() * count);
  let tries = 0;
  for (let i = 0; i < count && tries < MAX_TRIES; i++) {
    const port = first + (start + i) % count;
    if (portsInUse.has(port)) continue;
    tries++;
    try {
      const socket = await config.network.bind({ hostname, port });
      portsInUse.add(port);
      return socket;
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
  }
  return null;
}

/** Whether a port is taken; sockets that are not Deno's tell it by the system's code alone. */
function isInUse(error: unknown): boolean {
  return error instanceof Deno.errors.AddrInUse ||
    (Object(error) as { code?: unknown }).code === "EADDRINUSE";
}
