import type { DatagramSocket } from "../net/mod.ts";
import type { ServerConfig } from "./options.ts";

type Config = Pick<ServerConfig, "network" | "hostnames" | "port">;

/**
 * Opens the sockets that requests come to: one on all addresses, or one for each address that was named, all with the same
 * port. At once, where the network can do it at once.
 *
 * @throws What the network throws, when one of them cannot be opened; then none is.
 */
export function bindListeners(
  config: Config,
): DatagramSocket[] | Promise<DatagramSocket[]> {
  const { network, hostnames, port } = config;
  if (hostnames === null) {
    return bindEverywhere(config);
  }
  const bindRest = (
    sockets: DatagramSocket[],
  ): DatagramSocket[] | Promise<DatagramSocket[]> => {
    const hostname = hostnames[sockets.length];
    if (hostname === undefined) return sockets;
    return chain(
      recover(
        () =>
          network.bind({ hostname, port: sockets[0]?.address.port ?? port }),
        (error) => {
          for (const socket of sockets) socket.close();
          throw error;
        },
      ),
      (socket) => bindRest([...sockets, socket]),
    );
  };
  return bindRest([]);
}

/**
 * IPv6 and IPv4: on one socket where the system lets one have both, on two where it does not (Windows, some BSDs, Linux with
 * `bindv6only`); IPv4 alone where there is no IPv6, or no permission for it.
 */
function bindEverywhere(
  { network, port }: Config,
): DatagramSocket[] | Promise<DatagramSocket[]> {
  const bindV4 = (port: number) => network.bind({ hostname: "0.0.0.0", port });
  const bindBoth = (v6: DatagramSocket) =>
    recover<DatagramSocket[]>(
      () => chain(bindV4(v6.address.port), (v4) => [v6, v4]),
      // The usual case: the port is in use, by the first socket, which has IPv4 as well.
      () => [v6],
    );
  return recover(
    () => chain(network.bind({ hostname: "::", port }), bindBoth),
    (error) => {
      if (
        error instanceof Deno.errors.AddrInUse ||
        error instanceof Deno.errors.PermissionDenied
      ) throw error;
      return chain(bindV4(port), (v4) => [v4]);
    },
  );
}

function chain<T, U>(
  value: T | Promise<T>,
  then: (value: T) => U | Promise<U>,
): U | Promise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}

function recover<T>(
  attempt: () => T | Promise<T>,
  handle: (error: unknown) => T | Promise<T>,
): T | Promise<T> {
  try {
    const value = attempt();
    return value instanceof Promise ? value.catch(handle) : value;
  } catch (error) {
    return handle(error);
  }
}
