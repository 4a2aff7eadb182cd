// A request may carry a forged source address, and then every packet sent in answer hits somebody who asked for nothing.
// Only an answer from the client proves that it is there. Until then a server sends little: the first packet of its
// answer, the same again on its timer, and in answer to the same request, but only as far as this budget goes.

/** What a server may send again, on its own, before the client has proved its address. */
export interface UnprovenBudget {
  /**
   * Retransmissions.
   *
   * @default {3}
   */
  readonly maxRetransmissions?: number;
  /**
   * Octets in these retransmissions.
   *
   * @default {2048}
   */
  readonly maxBytes?: number;
  /**
   * Repetitions of the request that are answered as well; clients of the field send theirs six times or so.
   *
   * @default {8}
   */
  readonly maxRepeats?: number;
}

/**
 * The unproven budget of one transfer, as it is spent.
 *
 * @example Three retransmissions and no more
 * ```ts
 * import { UnprovenAccount } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * const account = new UnprovenAccount({ maxRetransmissions: 3 });
 * assertEquals([1, 2, 3, 4].map(() => account.spend(516)), [true, true, true, false]);
 * ```
 */
export class UnprovenAccount {
  #retransmissionsLeft: number;
  #bytesLeft: number;
  #repeatsLeft: number;

  /**
   * Opens an account from which nothing is spent.
   *
   * @param budget What may be spent.
   */
  constructor(budget: UnprovenBudget = {}) {
    const { maxRetransmissions = 3, maxBytes = 2048, maxRepeats = 8 } = budget;
    this.#retransmissionsLeft = maxRetransmissions;
    this.#bytesLeft = maxBytes;
    this.#repeatsLeft = maxRepeats;
  }

  /**
   * Asks to answer a request that came again.
   *
   * @returns Whether it may be answered.
   */
  repeat(): boolean {
    return this.#repeatsLeft-- > 0;
  }

  /**
   * Asks to send a packet again.
   *
   * @param bytes Its length in octets.
   * @returns Whether it may be sent.
   */
  spend(bytes: number): boolean {
    if (this.#retransmissionsLeft < 1 || this.#bytesLeft < bytes) return false;
    this.#retransmissionsLeft--;
    this.#bytesLeft -= bytes;
    return true;
  }
}
