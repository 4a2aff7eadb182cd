/**
 * Faults that hit where it matters: the first datagrams of one kind, such as the last ACK, are lost or come once more later.
 * Chance alone hits them too rarely.
 *
 * @module
 */

import { OPCODE, peekBlock, peekOpcode } from "../../packet/mod.ts";
import type { Fate, Flight } from "../../simulator/mod.ts";
import type { ClientPlan } from "./_plan.ts";

/** A kind of datagram of which a transfer has one only, unless it is sent again. */
export type Kind =
  | "request"
  | "OACK"
  | "ACK 0"
  | "first DATA"
  | "last DATA"
  | "last ACK";

/** All kinds. */
export const KINDS: readonly Kind[] = [
  "request",
  "OACK",
  "ACK 0",
  "first DATA",
  "last DATA",
  "last ACK",
];

/** What happens to the first datagrams of a kind. */
export interface Mishap {
  readonly kind: Kind;
  /** To how many of them. */
  readonly times: number;
  /** How much later a copy arrives, in milliseconds; `null` when they are lost instead. */
  readonly againMs: number | null;
}

/** The mishaps of one client. */
export class Mishaps {
  readonly #left: { mishap: Mishap; times: number }[];
  readonly #delayMs: number;

  constructor({ mishaps, link }: ClientPlan) {
    this.#left = mishaps.map((mishap) => ({ mishap, times: mishap.times }));
    this.#delayMs = link.delayMs ?? 0;
  }

  /**
   * Decides what becomes of a datagram.
   *
   * @param lastBlock The number of the last block; 0 when it is not known.
   */
  fateOf(bytes: Uint8Array, lastBlock: number): ReturnType<Fate> {
    if (this.#left.length === 0) return;
    for (const entry of this.#left) {
      if (entry.times === 0 || !isOf(entry.mishap.kind, bytes, lastBlock)) {
        continue;
      }
      entry.times--;
      const { againMs } = entry.mishap;
      return againMs === null ? [] : [this.#delayMs, this.#delayMs + againMs];
    }
  }
}

function isOf(kind: Kind, bytes: Flight["bytes"], lastBlock: number): boolean {
  const opcode = peekOpcode(bytes);
  const block = opcode === OPCODE.DATA || opcode === OPCODE.ACK
    ? peekBlock(bytes)
    : -1;
  switch (kind) {
    case "request":
      return opcode === OPCODE.RRQ || opcode === OPCODE.WRQ;
    case "OACK":
      return opcode === OPCODE.OACK;
    case "ACK 0":
      return opcode === OPCODE.ACK && block === 0;
    case "first DATA":
      return opcode === OPCODE.DATA && block === 1;
    case "last DATA":
      return opcode === OPCODE.DATA && block === lastBlock;
    case "last ACK":
      return opcode === OPCODE.ACK && block === lastBlock;
  }
}
