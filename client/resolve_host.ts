import { isIP } from "node:net";
import type { UdpAddress } from "../net/mod.ts";
import type { TftpTarget } from "./target.ts";

/**
 * The address of a host: the name's first, as the system's resolver orders them.
 *
 * TFTP needs it before the first packet: the answer comes from a port nobody knows yet, and that it comes from the right
 * address is all there is to tell it from a forgery.
 *
 * @throws {TypeError} When an IPv6 address has a zone.
 * @throws {Deno.errors.NotFound} When the name has no address.
 * @throws {Deno.errors.NotCapable} Without permission to look it up.
 */
export async function resolveHost(hostname: string): Promise<string> {
  const family = isIP(hostname);
  if (family === 4) return hostname;
  if (family === 6) return canonicalIpv6(hostname);
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(hostname)).address;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot find host "${hostname}": check the name, or use its address`,
      { cause },
    );
  }
}

/** Where the requests for a server go; throws what {@linkcode resolveHost} throws. */
export async function resolveServer(
  { hostname, port }: Pick<Required<TftpTarget>, "hostname" | "port">,
): Promise<UdpAddress> {
  return { transport: "udp", hostname: await resolveHost(hostname), port };
}

/** An IPv6 address can be spelled in many ways, and sockets know one; IPv4 in IPv6 (RFC 4291) is IPv4 to them. */
function canonicalIpv6(address: string): string {
  if (address.includes("%")) {
    throw new TypeError(
      `Cannot use "${address}" as sockets here know no zones: use an address that needs none`,
    );
  }
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical);
  if (!mapped) return canonical;
  const words = [mapped[1]!, mapped[2]!].map((word) => parseInt(word, 16));
  return words.flatMap((word) => [word >> 8, word & 0xff]).join(".");
}
