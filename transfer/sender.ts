// The side that sends DATA: the server of a read, the client of a write. Rules:
//
//   opening ──ACK 0──▶ sending ──ACK of the last block──▶ finished
//   (an OACK waits      │  ▲
//    for ACK 0)         └──┘ ACK n of a block in flight: all up to n is done, the next window starts at n + 1
//
// 1. At most `windowSize` blocks are in flight; then an acknowledgment is awaited (RFC 7440 section 4).
// 2. DATA is sent again when the timer says so, never because an ACK came twice: that is the Sorcerer's Apprentice
//    (RFC 1123 section 4.2.3.1). In a window larger than 1 an ACK of the block before the window can also be the only
//    sign that the window's first block was lost. It counts as that at most once per window, not before a round trip has
//    passed, and not when our own retransmission explains it; so nothing can multiply.
//    An ACK in mid-window says that what follows was lost, and the window starts anew behind it (RFC 7440 section 4),
//    unless it ends the pass that was given up for the present one: then it is only late, whenever it comes. Taken for a
//    loss, it would start a pass of its own, and the two would chase each other to the file's end. No round trip tells
//    them apart, as none is measured while blocks are sent twice, and the last one may have been shorter.
// 3. An ACK for a block that was never sent is ignored.
// 4. The block that is shorter than `blockSize` is the last; a file of whole blocks ends with an empty one.
// 5. Packets are built in place in a ring of slots, one a block of the window, and stay there until acknowledged: what is
//    sent again is what was sent before.
// 6. Where blocks are large, one more may be filled when the whole window is in flight: reading it takes as long as the
//    other side takes to store a block, and both can happen at once. It is sent no sooner for that.

import {
  DATA_HEADER_BYTES,
  ERROR_CODE,
  OPCODE,
  peekBlock,
  peekOpcode,
  type Rollover,
  TftpError,
  writeHeader,
} from "../packet/mod.ts";
import { BlockRing } from "./_block_ring.ts";
import {
  blockFromWire,
  blockToWire,
  LAST_BLOCK_BEFORE_ROLLOVER,
} from "./block_number.ts";
import type { Machine } from "./machine.ts";
import type { SenderOptions } from "./options.ts";
import { TransferSide } from "./side.ts";

/** A block of this many octets is worth filling before it may be sent. */
const LARGE_BLOCK_BYTES = 16 * 1024;

/**
 * Sends a file, block by block: a state machine without socket, clock or file (RFC 1350, RFC 7440). Its driver fills
 * blocks while {@linkcode Sender.wanted} says so, and sends what {@linkcode Sender.pollTransmit} gives.
 *
 * @example A file of two octets
 * ```ts
 * import { Sender } from "@tftpkit/tftp/transfer";
 * import { DEFAULT_SETTINGS } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const sender = new Sender({ settings: DEFAULT_SETTINGS, now: 0, random: Math.random });
 * sender.payload.set([7, 8]);
 * sender.fill(2);
 * assertEquals(sender.pollTransmit(0), new Uint8Array([0, 3, 0, 1, 7, 8]));
 * sender.handleDatagram(new Uint8Array([0, 4, 0, 1]), 1);
 * assertEquals(sender.state, "finished");
 * ```
 */
export class Sender extends TransferSide implements Machine {
  readonly #blockSize: number;
  readonly #windowSize: number;
  readonly #rollover: Rollover;
  /** A window, and where blocks are large one block more, see rule 6. */
  readonly #ring: BlockRing;
  readonly #forgiveLastAck: boolean;

  /** The OACK, as long as it is not acknowledged. */
  #opening: Uint8Array | null;
  #isOpeningDue: boolean;
  #openedAt = -1;

  /** The first block that is not acknowledged. */
  #base = 1;
  /** The block to send next. */
  #next = 1;
  /** The last block that has its bytes. */
  #filled = 0;
  /** The last block that was ever sent. */
  #sent = 0;
  /** The last block of the file, once it is filled. */
  #last = Infinity;
  #lastLength = 0;
  /** The last block that was sent more than once; 0 is the opening, -1 none. */
  #resent = -1;
  /** The block whose acknowledgment measures a round trip, and when it was sent; 0 when none does. */
  #sampleBlock = 0;
  #sampleSentAt = 0;
  /** When the window's first block was sent. */
  #windowSentAt = 0;
  /** The last block of the pass that was given up for the present one; 0 when it is accounted for. */
  #abandonedEnd = 0;
  #isAnswered = false;
  #isLastAckMissing = false;

  /**
   * Makes a sender that wants its first blocks.
   *
   * @param options What to start from.
   */
  constructor(options: SenderOptions) {
    super(options, 1);
    const { settings, opening = null, rollover = 0, forgiveLastAck = false } =
      options;
    this.#blockSize = settings.blockSize;
    this.#windowSize = settings.windowSize;
    const ahead = settings.blockSize >= LARGE_BLOCK_BYTES ? 1 : 0;
    this.#ring = new BlockRing(settings.windowSize + ahead, settings.blockSize);
    this.#rollover = settings.rollover ?? rollover;
    this.#opening = opening;
    this.#isOpeningDue = opening !== null;
    this.#forgiveLastAck = forgiveLastAck;
  }

  /** How many blocks may be filled now. */
  get wanted(): number {
    if (this.state !== "open" || this.#opening || this.#last !== Infinity) {
      return 0;
    }
    const windowEnd = this.#base + this.#windowSize;
    const end = this.#next < windowEnd
      ? windowEnd
      : this.#base + this.#ring.size;
    return Math.max(end - 1 - this.#filled, 0);
  }

  /** Where the bytes of the next block go: as many octets as a block has. */
  get payload(): Uint8Array {
    return this.#ring.payload(this.#filled + 1);
  }

  /** Whether the last block went without its acknowledgment, and that was forgiven. */
  get isLastAckMissing(): boolean {
    return this.#isLastAckMissing;
  }

  /**
   * Says that the bytes of the next block are in {@linkcode Sender.payload}.
   *
   * @param length How many; fewer than a whole block end the file.
   */
  fill(length: number): void {
    const block = this.#filled + 1;
    if (
      this.#rollover === "refuse" && block > LAST_BLOCK_BEFORE_ROLLOVER
    ) {
      this.fail(
        new TftpError(
          ERROR_CODE.NotDefined,
          `File does not fit into ${LAST_BLOCK_BEFORE_ROLLOVER} blocks of ${this.#blockSize} octets: use larger blocks, or allow the block number to roll over`,
          { wireText: "File too large for this block size" },
        ),
      );
      return;
    }
    writeHeader(
      this.#ring.packet(block),
      OPCODE.DATA,
      blockToWire(block, this.#rollover),
    );
    this.#filled = block;
    // What ran before we waited for these bytes must not end now: the wait starts when they are sent. One that is filled
    // ahead was not waited for.
    if (block < this.#base + this.#windowSize) this.timer.disarm();
    if (length < this.#blockSize) {
      this.#last = block;
      this.#lastLength = length;
    }
  }

  /**
   * Takes a datagram from the other side.
   *
   * @param bytes The datagram.
   * @param now The time, in milliseconds.
   * @returns Whether it was one that fits the transfer.
   */
  handleDatagram(bytes: Uint8Array, now: number): boolean {
    if (this.state !== "open") return false;
    this.statistics.packetsReceived++;
    switch (peekOpcode(bytes)) {
      case OPCODE.ACK:
        return this.#handleAck(bytes, now);
      case OPCODE.ERROR:
        return this.handleError(bytes);
      case OPCODE.OACK:
        // A server's OACK that came twice: it has not seen DATA 1 yet, and the timer will send that.
        if (this.#base > 1 || this.#opening) {
          return this.handleUnexpected(bytes);
        }
        this.statistics.duplicates++;
        return true;
      default:
        return this.handleUnexpected(bytes);
    }
  }

  /** The same request came again from the same transfer ID: a retransmission, because our answer was lost. */
  handleRepeatedRequest(): void {
    if (this.state !== "open" || this.#isAnswered) return;
    this.statistics.duplicates++;
    if (this.unproven && !this.unproven.repeat()) return;
    if (this.#opening) this.#isOpeningDue = true;
    else this.#next = 1;
    this.#sampleBlock = 0;
    this.#openedAt = -1;
  }

  /**
   * Takes note of the time.
   *
   * @param now The time, in milliseconds.
   */
  handleTimeout(now: number): void {
    if (this.state !== "open" || now < this.pollTimeout()) return;
    this.statistics.timeouts++;
    this.timer.wake(now);
    if (this.timer.isHopeless(now)) return this.#giveUp(now);
    this.timer.backOff();
    this.timer.arm(now);
    const length = this.#opening?.length ?? this.#packet(this.#base).length;
    if (this.unproven && !this.unproven.spend(length)) return;
    this.#openedAt = -1;
    if (this.#opening) this.#isOpeningDue = true;
    else this.#restart(this.#base);
    this.emit({
      type: "retransmission",
      block: this.#opening ? 0 : this.#base,
      silenceMs: this.timer.silenceMs(now),
    });
  }

  /**
   * The next datagram to send.
   *
   * @param now The time, in milliseconds.
   * @returns The datagram, or `null` when there is none.
   */
  pollTransmit(now: number): Uint8Array | null {
    if (this.state !== "open") return this.takeLastWords();
    if (this.#opening) {
      return this.#isOpeningDue ? this.#sendOpening(now) : null;
    }
    const block = this.#next;
    if (block > this.#filled || block >= this.#base + this.#windowSize) {
      return null;
    }
    this.#next = block + 1;
    this.statistics.packetsSent++;
    if (block === this.#base) this.#windowSentAt = now;
    if (block > this.#sent) {
      this.#sent = block;
      // Silence counts from what is new: before that we may have waited for our own source.
      this.timer.restartSilence(now);
      if (block === this.#base + this.#windowSize - 1 || block === this.#last) {
        this.#sampleBlock = block;
        this.#sampleSentAt = now;
      }
    } else {
      this.statistics.retransmissions++;
      if (block > this.#resent) this.#resent = block;
      this.#sampleBlock = 0;
    }
    this.timer.arm(now);
    return this.#packet(block);
  }

  /** When to call {@linkcode Sender.handleTimeout}, in milliseconds; `Infinity` when nothing is awaited. */
  pollTimeout(): number {
    if (this.state !== "open") return Infinity;
    // A window that waits for its bytes is our own doing: the other side owes nothing yet.
    const isWaiting = this.#next > this.#filled &&
      this.#next < this.#base + this.#windowSize && this.wanted > 0;
    return isWaiting ? Infinity : this.timer.deadline;
  }

  #handleAck(bytes: Uint8Array, now: number): boolean {
    const wire = peekBlock(bytes);
    if (wire < 0 || this.#opening && wire > 0) {
      return this.handleUnexpected(bytes);
    }
    if (this.#opening) return this.#handleOpeningAck(now);
    const block = blockFromWire(wire, this.#base, this.#rollover);
    if (block < 0 || block > this.#sent) return this.handleUnexpected(bytes);
    if (block < this.#base) {
      this.statistics.duplicates++;
      if (block === this.#base - 1) this.#handleRepeatedAck(now);
      return true;
    }
    this.#prove(now);
    if (this.#sampleBlock > 0 && block >= this.#sampleBlock) {
      this.timer.measure(now - this.#sampleSentAt);
      this.#sampleBlock = 0;
    }
    const count = block - this.#base + 1;
    this.statistics.blocks += count;
    this.statistics.bytes += block === this.#last
      ? (count - 1) * this.#blockSize + this.#lastLength
      : count * this.#blockSize;
    this.#base = block + 1;
    if (block === this.#last) {
      this.timer.disarm();
      this.endAsFinished();
    } else if (this.#next > this.#base && block === this.#abandonedEnd) {
      this.#abandonedEnd = 0;
    } else if (this.#next > this.#base) {
      this.statistics.gaps++;
      this.emit({ type: "gap", block: this.#base });
      this.#restart(this.#base);
    } else {
      this.#next = this.#base;
    }
    return true;
  }

  #handleOpeningAck(now: number): boolean {
    this.#opening = null;
    this.#prove(now);
    if (this.#openedAt >= 0) this.timer.measure(now - this.#openedAt);
    return true;
  }

  /** The block before the window was acknowledged again: see rule 2. Once restarted, all of the window counts as resent. */
  #handleRepeatedAck(now: number): void {
    if (
      this.#windowSize === 1 || this.#next <= this.#base ||
      this.#base - 1 <= this.#resent || this.#isTooEarly(now)
    ) return;
    this.statistics.gaps++;
    this.emit({ type: "gap", block: this.#base });
    this.#restart(this.#base);
  }

  /** Whether what comes now cannot be an answer to the present pass yet. */
  #isTooEarly(now: number): boolean {
    return now - this.#windowSentAt < this.timer.roundTripMs;
  }

  #prove(now: number): void {
    this.noteHeard(now);
    this.#isAnswered = true;
  }

  #restart(block: number): void {
    this.#abandonedEnd = this.#next - 1;
    this.#next = block;
    this.#sampleBlock = 0;
  }

  #giveUp(now: number): void {
    if (
      this.#forgiveLastAck && this.isProven && !this.#opening &&
      this.#base === this.#last
    ) {
      this.#isLastAckMissing = true;
      this.statistics.blocks++;
      this.statistics.bytes += this.#lastLength;
      return this.endAsFinished();
    }
    this.endAsTimedOut(this.timer.silenceMs(now));
  }

  #sendOpening(now: number): Uint8Array | null {
    this.#isOpeningDue = false;
    this.statistics.packetsSent++;
    if (this.statistics.packetsSent > 1) {
      this.statistics.retransmissions++;
      this.#resent = 0;
      this.#openedAt = -1;
    } else {
      this.#openedAt = now;
    }
    this.timer.arm(now);
    return this.#opening;
  }

  #packet(block: number): Uint8Array {
    const slot = this.#ring.packet(block);
    return block === this.#last
      ? slot.subarray(0, DATA_HEADER_BYTES + this.#lastLength)
      : slot;
  }
}
