/** What could not be listened on. */
export interface ListenPlace {
  readonly hostname: string;
  readonly port: number;
  readonly service: "DHCP" | "TFTP" | "HTTP";
}

const WHO_HAS_IT = {
  DHCP:
    "another DHCP server on this machine has it: stop that one, or run this one on another machine of the network. Two on one machine take each other's messages",
  TFTP:
    "another TFTP server on this machine has it: stop that one, as firmware asks no other port",
  HTTP:
    "another server on this machine has it: stop that one, or choose another port",
} as const;

/**
 * What to do where a service cannot listen, in an error of the same class, so that callers can still tell them apart.
 *
 * @param cause What was thrown.
 * @param place Where it should have listened.
 * @returns The error to throw; the same one where there is nothing to add.
 */
export function explainListen(
  cause: unknown,
  { hostname, port, service }: ListenPlace,
): unknown {
  const { AddrInUse, AddrNotAvailable, NotCapable, PermissionDenied } =
    Deno.errors;
  const options = { cause };
  if (cause instanceof AddrInUse) {
    return new AddrInUse(
      `Cannot listen on port ${port} of ${hostname} as ${WHO_HAS_IT[service]}`,
      options,
    );
  }
  if (cause instanceof PermissionDenied) {
    return new PermissionDenied(
      `Cannot listen on port ${port} as the system keeps it from this user: run as root, or with CAP_NET_BIND_SERVICE`,
      options,
    );
  }
  if (cause instanceof AddrNotAvailable) {
    return new AddrNotAvailable(
      `Cannot listen on ${hostname} as it is not an address of this machine: use one of its own`,
      options,
    );
  }
  if (cause instanceof NotCapable) {
    return new NotCapable(
      `Cannot listen on port ${port} for want of a permission: add --allow-net=${
        hostname.replace(/[0-9]+$/, "0/24")
      },255.255.255.255, with the network that the machines are in`,
      options,
    );
  }
  return cause;
}
