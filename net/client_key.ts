/** `fe80::/10`: the addresses of one link, all of them under one prefix (RFC 4291 section 2.5.6). */
const LINK_LOCAL_REGEXP = /^fe[89ab][0-9a-f]:/i;

/**
 * What counts as one client where clients are counted: an IPv4 address, or the first 64 bits of an IPv6 address, as that is
 * what one machine is given. Link-local addresses share their first bits with all machines of the link, and count each by
 * itself.
 *
 * @param hostname The address, without brackets.
 * @returns A text that is the same for the same client.
 *
 * @example Two addresses of one machine
 * ```ts
 * import { clientKey } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(clientKey("2001:db8::1"), clientKey("2001:db8::2"));
 * assertEquals(clientKey("192.0.2.1"), "192.0.2.1");
 * ```
 */
export function clientKey(hostname: string): string {
  if (!hostname.includes(":") || LINK_LOCAL_REGEXP.test(hostname)) {
    return hostname;
  }
  const [head = "", tail] = hostname.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined
    ? 0
    : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
