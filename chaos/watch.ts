// What a client makes of what it gets, judged by its packets alone. Rules:
// 1. A download is finished when the client acknowledges the block that ends the file, after it was sent that block; an
//    upload when it was sent the acknowledgment of its last block.
// 2. An acknowledgment of a block that was short only for the client, and then silence, is an early end: it has to take
//    that for the whole.
// 3. Who goes on after a packet that only came from another port has been deceived.

import {
  formatPacket,
  OPCODE,
  peekBlock,
  peekOpcode,
  type RequestPacket,
} from "../packet/mod.ts";
import type { ChaosOutcome } from "./event.ts";
import { blockSizeOf, optionsOf } from "./match.ts";

/** Judges one client. */
export class Watch {
  /** The ERROR that the client has sent, in one line. */
  error: string | null = null;
  isDeceived = false;
  readonly toStranger: string[] = [];
  repeats = 0;
  readonly #isDownload: boolean;
  #blockSize: number = blockSizeOf([]);
  #lastHeard = "";
  #lastAck: number | null = null;
  #isFinished = false;
  #isTold = false;
  /** Blocks that were sent to the client and looked like the end of the file. */
  readonly #shortBlocks = new Set<number>();
  /** Blocks that were sent to the client, from the right port. */
  readonly #sent = new Set<number>();
  /** Blocks that were sent to the client only from another port. */
  readonly #strange = new Set<number>();

  constructor(request: RequestPacket) {
    this.#isDownload = request.type === "RRQ";
  }

  /** How it has ended, as soon as that is certain. */
  get outcome(): ChaosOutcome | null {
    if (this.#isFinished) return "finished";
    if (this.error !== null) return "refused";
    return this.#isTold ? "stopped" : null;
  }

  /** How it has ended, when nothing more comes. */
  get finalOutcome(): ChaosOutcome {
    if (this.outcome !== null) return this.outcome;
    const isEarly = this.#isDownload && this.#lastAck !== null &&
      this.#shortBlocks.has(this.#lastAck);
    return isEarly ? "finished-early" : "gave-up";
  }

  /**
   * The client has sent something to the server.
   *
   * @param bytes What.
   * @param lastBlock The block that ends the file, as far as it was seen.
   */
  hear(bytes: Uint8Array, lastBlock: number | null): void {
    const line = formatPacket(bytes);
    if (line === this.#lastHeard) this.repeats++;
    this.#lastHeard = line;
    const opcode = peekOpcode(bytes);
    const block = peekBlock(bytes);
    if (opcode === OPCODE.ERROR && this.outcome === null) this.error = line;
    if (this.#isDownload && opcode === OPCODE.ACK) {
      this.#lastAck = block;
      if (this.#strange.has(block)) this.isDeceived = true;
      if (block === lastBlock && this.#sent.has(block)) this.#isFinished = true;
    }
    if (!this.#isDownload && opcode === OPCODE.DATA) {
      if (this.#strange.has((block - 1) & 0xffff)) this.isDeceived = true;
    }
  }

  /** The client has sent something to a port that had sent it something it was not to take. */
  hearStranger(bytes: Uint8Array): void {
    this.toStranger.push(formatPacket(bytes));
    const opcode = peekOpcode(bytes);
    if (opcode === OPCODE.ACK || opcode === OPCODE.DATA) this.isDeceived = true;
  }

  /**
   * The client was sent something.
   *
   * @param bytes What.
   * @param isStranger Whether it came from another port.
   * @param lastBlock The block that ends the file, as far as it was seen.
   */
  sent(bytes: Uint8Array, isStranger: boolean, lastBlock: number | null): void {
    const opcode = peekOpcode(bytes);
    const block = peekBlock(bytes);
    const isStep = opcode === (this.#isDownload ? OPCODE.DATA : OPCODE.ACK) &&
      block >= 0;
    if (isStranger) {
      if (isStep && !this.#sent.has(block)) this.#strange.add(block);
      return;
    }
    if (opcode === OPCODE.ERROR) this.#isTold = true;
    if (opcode === OPCODE.OACK) this.#blockSize = blockSizeOf(optionsOf(bytes));
    if (!isStep) return;
    this.#sent.add(block);
    this.#strange.delete(block);
    if (this.#isDownload) {
      if (bytes.length < this.#blockSize + 4) this.#shortBlocks.add(block);
    } else if (block === lastBlock) this.#isFinished = true;
  }
}
