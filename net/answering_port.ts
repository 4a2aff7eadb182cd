/** Ports below 1024 of services that answer any datagram: an answer of ours would start an endless exchange. */
const ANSWERING_PORTS: ReadonlySet<number> = new Set([
  0,
  7,
  13,
  17,
  19,
  37,
  53,
  111,
  123,
  137,
  138,
  161,
  162,
  177,
  389,
  427,
  500,
  514,
  517,
  518,
  520,
]);

/**
 * Whether a port is that of a service which answers whatever it gets, such as echo or DNS. A datagram that seems to come
 * from there is forged to set two services on each other (CVE-2024-2169), and must not be answered.
 *
 * @param port The port that a datagram comes from.
 * @returns Whether it is such a port; 0 is one, as nobody can be answered there. 69 is none: some clients send from it.
 *
 * @example Echo, and a client
 * ```ts
 * import { isAnsweringPort } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([7, 50000].map(isAnsweringPort), [true, false]);
 * ```
 */
export function isAnsweringPort(port: number): boolean {
  return ANSWERING_PORTS.has(port);
}
