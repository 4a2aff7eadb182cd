import type { UdpAddress } from "./address.ts";

/**
 * Many transfers on one socket, told apart by the other side's address: what a server does that must be reached through
 * NAT or a firewall that lets only one port pass. The address of the other side is then the whole transfer ID.
 *
 * @example Two clients
 * ```ts
 * import { SinglePort } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * const transfers = new SinglePort<string>();
 * const client = { transport: "udp", hostname: "192.0.2.1", port: 50000 } as const;
 * transfers.set(client, "a transfer");
 * assertEquals(transfers.get(client), "a transfer");
 * assertEquals(transfers.get({ ...client, port: 50001 }), undefined);
 * ```
 */
export class SinglePort<Transfer> {
  // By port first: a number is a cheaper key than a text made for each packet, and two clients rarely share one.
  readonly #byPort = new Map<number, Map<string, Transfer>>();
  #size = 0;

  /** How many transfers there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * The transfer with another side.
   *
   * @param peer The other side.
   * @returns The transfer, if there is one.
   */
  get(peer: UdpAddress): Transfer | undefined {
    return this.#byPort.get(peer.port)?.get(peer.hostname);
  }

  /**
   * Notes a transfer, in place of one that was noted before with the same other side.
   *
   * @param peer The other side.
   * @param transfer The transfer.
   */
  set(peer: UdpAddress, transfer: Transfer): void {
    let byHost = this.#byPort.get(peer.port);
    if (!byHost) this.#byPort.set(peer.port, byHost = new Map());
    if (!byHost.has(peer.hostname)) this.#size++;
    byHost.set(peer.hostname, transfer);
  }

  /**
   * Forgets a transfer, unless another has taken its place.
   *
   * @param peer The other side.
   * @param transfer The transfer.
   */
  delete(peer: UdpAddress, transfer: Transfer): void {
    const byHost = this.#byPort.get(peer.port);
    if (byHost?.get(peer.hostname) !== transfer) return;
    byHost.delete(peer.hostname);
    this.#size--;
    if (byHost.size === 0) this.#byPort.delete(peer.port);
  }

  /** All transfers. */
  *values(): IterableIterator<Transfer> {
    for (const byHost of this.#byPort.values()) yield* byHost.values();
  }
}
