// The side that receives DATA: the client of a read, the server of a write. Rules:
//
//   receiving ──short block──▶ storing ──complete()──▶ dallying ──time──▶ finished
//
// 1. Blocks are taken in order, and acknowledged a window at a time; `_receive_window.ts` knows when.
// 2. The first block beyond a missing one is answered with an ACK of the last block in order, once for each pass of the
//    sender over the gap; the rest of that pass is dropped in silence.
// 3. A block that had come before moves nothing; when it ends a repeated window, or is the last block of the file, our
//    ACK was lost and is sent again.
// 4. No block is acknowledged before there is room for the window behind it: the sink sets the pace. The last block is
//    acknowledged when the sink has everything safe, not before (`complete`), or is answered with an ERROR (`fail`).
// 5. After the last ACK the machine stays for a while, in case it is lost (RFC 1350 section 6, "dallying"), and as long
//    again when the last block shows that it was; but not for ever.
// 6. In silence the last ACK is sent again, but later than a sender would: retransmission is the sender's task, and most
//    senders rightly ignore an ACK that comes twice.

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
import { ReceiveWindow } from "./_receive_window.ts";
import {
  blockFromWire,
  blockToWire,
  LAST_BLOCK_BEFORE_ROLLOVER,
} from "./block_number.ts";
import type { Machine } from "./machine.ts";
import type { ReceiverOptions } from "./options.ts";
import { TransferSide } from "./side.ts";
import { Staging } from "./staging.ts";

/** How much longer than a sender a receiver waits before it sends something again. */
const RECEIVER_PATIENCE = 2;

/** Longest time to dally because of long waits, in milliseconds: a socket must not be held for a client's timeout of minutes. */
const MAX_EXTRA_DALLY_MS = 30_000;

/** How many times its length the dallying can last when the last block keeps coming. */
const MAX_DALLIES = 5;

/**
 * Receives a file, block by block: a state machine without socket, clock or file (RFC 1350, RFC 7440). Its driver takes
 * bytes with {@linkcode Receiver.takeBytes}, says {@linkcode Receiver.stored} when they are written, and
 * {@linkcode Receiver.complete} when the whole file is safe.
 *
 * @example A file of two octets
 * ```ts
 * import { Receiver } from "@tftpkit/tftp/transfer";
 * import { DEFAULT_SETTINGS } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const receiver = new Receiver({ settings: DEFAULT_SETTINGS, now: 0, random: Math.random });
 * receiver.handleDatagram(new Uint8Array([0, 3, 0, 1, 7, 8]), 0);
 * assertEquals(receiver.takeBytes(), new Uint8Array([7, 8]));
 * assertEquals(receiver.pollTransmit(0), null); // not safe yet, so not acknowledged
 * receiver.stored();
 * receiver.complete(0);
 * assertEquals(receiver.pollTransmit(0), new Uint8Array([0, 4, 0, 1]));
 * ```
 */
export class Receiver extends TransferSide implements Machine {
  readonly #blockSize: number;
  readonly #window: ReceiveWindow;
  readonly #dallyMs: number;
  readonly #staging: Staging;
  readonly #ack: Uint8Array = new Uint8Array(4);
  #rollover: Rollover;
  #isRolloverOpen: boolean;

  /** Whether the other side needs no proof of its address: then it is a server, and this a client. */
  readonly #isClient: boolean;
  #opening: Uint8Array | null;
  #isOpeningDue: boolean;

  #phase: "receiving" | "storing" | "dallying" = "receiving";
  /** Whether an ACK of the last block in order is to be sent. */
  #isAckDue = false;
  /** Whether such an ACK waits for room. */
  #isAckHeldBack = false;
  #acknowledged = 0;
  /** When the ACK was sent whose answer measures a round trip; -1 when none does. */
  #ackSentAt = -1;
  #dallyForMs = 0;
  #dallyUntil = Infinity;
  #dallyAtMost = Infinity;

  /**
   * Makes a receiver that waits for block 1.
   *
   * @param options What to start from.
   */
  constructor(options: ReceiverOptions) {
    super(options, RECEIVER_PATIENCE);
    const { settings, now, opening = null, rollover = "auto" } = options;
    this.#blockSize = settings.blockSize;
    this.#window = new ReceiveWindow(settings.windowSize);
    this.#isRolloverOpen = settings.rollover === null && rollover === "auto" &&
      settings.windowSize === 1;
    this.#rollover = settings.rollover ?? (rollover === "auto" ? 0 : rollover);
    this.#opening = opening;
    this.#isOpeningDue = opening !== null;
    this.#isClient = this.isProven;
    this.#dallyMs = options.dallyMs ?? 6000;
    this.#staging = new Staging(settings.blockSize * settings.windowSize);
    this.timer.arm(now);
  }

  /** Whether bytes must be taken for the transfer to go on: no room for a window is left, or the last block has come. */
  get mustStore(): boolean {
    return this.#staging.length > 0 &&
      (this.#phase !== "receiving" || !this.#staging.hasRoomForWindow);
  }

  /** Whether all bytes have come and are stored: time for {@linkcode Receiver.complete}, or `fail`. */
  get isStored(): boolean {
    return this.#phase === "storing" && this.#staging.length === 0 &&
      !this.#staging.isTaken;
  }

  /** Whether the last block was acknowledged, and the machine only stays in case that is lost. */
  get isDallying(): boolean {
    return this.#phase === "dallying";
  }

  /** Whether the transfer has had its good end. */
  protected override get isDecided(): boolean {
    return this.isDallying;
  }

  /** Whether any block has come. */
  get #hasBegun(): boolean {
    return this.#window.inOrder > 0;
  }

  /**
   * Takes the bytes that have come, in order. Until {@linkcode Receiver.stored} no more can be taken.
   *
   * @returns The bytes, valid until `stored`; `null` when there are none, or the last ones are not stored yet.
   */
  takeBytes(): Uint8Array | null {
    const bytes = this.#staging.take();
    this.#releaseAck();
    return bytes;
  }

  /** Says that the bytes taken last are written, and their array is free again. */
  stored(): void {
    this.#staging.release();
    this.#releaseAck();
  }

  /**
   * Says that the whole file is safe: the last ACK may go.
   *
   * @param now The time, in milliseconds.
   */
  complete(now: number): void {
    if (this.state !== "open" || this.#phase !== "storing") return;
    this.#phase = "dallying";
    this.#staging.dispose();
    this.#isAckDue = true;
    const waitMs = Math.min(3 * this.timer.waitMs, MAX_EXTRA_DALLY_MS);
    this.#dallyForMs = Math.max(this.#dallyMs, waitMs);
    this.#dallyUntil = now + this.#dallyForMs;
    this.#dallyAtMost = now + MAX_DALLIES * this.#dallyForMs;
  }

  /**
   * Takes a datagram from the other side.
   *
   * @param bytes The datagram; its bytes are copied.
   * @param now The time, in milliseconds.
   * @returns Whether it was one that fits the transfer.
   */
  handleDatagram(bytes: Uint8Array, now: number): boolean {
    if (this.state !== "open") return false;
    this.statistics.packetsReceived++;
    switch (peekOpcode(bytes)) {
      case OPCODE.DATA:
        return this.#handleData(bytes, now);
      case OPCODE.ERROR:
        // Too late: the file is here, and may be in its place already.
        if (this.isDallying || this.isStored) return true;
        return this.handleError(bytes);
      case OPCODE.OACK:
        // A server's OACK that came twice: our ACK 0 was lost. (Two servers that both answered it would never end.)
        if (!this.#isClient || this.#hasBegun || !this.#opening) break;
        this.statistics.duplicates++;
        this.#isOpeningDue = true;
        return true;
    }
    return this.handleUnexpected(bytes);
  }

  /** The same request came again from the same transfer ID: a retransmission, because our answer was lost. */
  handleRepeatedRequest(): void {
    if (this.state !== "open" || this.#hasBegun || !this.#opening) return;
    this.statistics.duplicates++;
    if (this.unproven && !this.unproven.repeat()) return;
    this.#isOpeningDue = true;
  }

  /**
   * Takes note of the time.
   *
   * @param now The time, in milliseconds.
   */
  handleTimeout(now: number): void {
    if (this.state !== "open") return;
    if (this.#phase === "dallying") {
      if (now >= this.#dallyUntil) this.endAsFinished();
      return;
    }
    if (now < this.pollTimeout()) return;
    this.statistics.timeouts++;
    this.timer.wake(now);
    if (this.timer.isHopeless(now)) {
      return this.endAsTimedOut(this.timer.silenceMs(now));
    }
    this.timer.backOff();
    this.timer.arm(now);
    const opening = this.#hasBegun ? null : this.#opening;
    if (
      this.unproven && !this.unproven.spend((opening ?? this.#ack).length)
    ) return;
    if (opening) this.#isOpeningDue = true;
    else this.#acknowledge();
    this.#ackSentAt = -1;
    this.#window.endPass();
    this.emit({
      type: "retransmission",
      block: this.#window.inOrder,
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
    if (this.#isOpeningDue) {
      this.#isOpeningDue = false;
      this.#noteSent(now, this.statistics.packetsSent > 0);
      return this.#opening;
    }
    if (!this.#isAckDue) return null;
    this.#isAckDue = false;
    const block = this.#window.inOrder;
    writeHeader(this.#ack, OPCODE.ACK, blockToWire(block, this.#rollover));
    this.#noteSent(now, block <= this.#acknowledged);
    this.#acknowledged = block;
    this.#window.restart();
    return this.#ack;
  }

  /** When to call {@linkcode Receiver.handleTimeout}, in milliseconds; `Infinity` when nothing is awaited. */
  pollTimeout(): number {
    if (this.state !== "open") return Infinity;
    if (this.#phase === "dallying") return this.#dallyUntil;
    // While the sink is the slow one, the other side owes nothing.
    return this.#phase === "storing" || this.#isAckHeldBack
      ? Infinity
      : this.timer.deadline;
  }

  #handleData(bytes: Uint8Array, now: number): boolean {
    const wire = peekBlock(bytes);
    if (wire < 0) return this.handleUnexpected(bytes);
    const { expected } = this.#window;
    if (
      expected > LAST_BLOCK_BEFORE_ROLLOVER && wire <= 1 &&
      !this.#mayRollOver(wire)
    ) return false;
    const block = blockFromWire(wire, expected, this.#rollover);
    if (this.#phase === "receiving") {
      if (bytes.length > DATA_HEADER_BYTES + this.#blockSize) {
        this.#failIllegally(
          // How much longer nobody knows: a receive buffer cuts what does not fit.
          `DATA came with more than the ${this.#blockSize} octets of a block that were agreed on`,
        );
        return false;
      }
      if (block === expected) return this.#handleExpected(bytes, now);
      if (block > expected) return this.#handleBeyondGap(block, bytes);
    }
    return block > 0 && block < expected
      ? this.#handleRepeated(block, now)
      : this.handleUnexpected(bytes);
  }

  /** The first number after 65535, which tells how this sender rolls over. */
  #mayRollOver(wire: number): boolean {
    if (this.#rollover === "refuse") {
      this.#failIllegally(
        `Block number rolled over after ${LAST_BLOCK_BEFORE_ROLLOVER} blocks, which is not allowed here`,
      );
      return false;
    }
    if (this.#isRolloverOpen) this.#rollover = wire === 1 ? 1 : 0;
    this.#isRolloverOpen = false;
    if (this.#rollover === 0 || wire === 1) return true;
    // Ignored, it would be missing from the file: the block behind it has the number that is expected here.
    this.#failIllegally(
      `Block number rolled over to 0 after ${LAST_BLOCK_BEFORE_ROLLOVER} blocks, where 1 was expected`,
    );
    return false;
  }

  #handleExpected(bytes: Uint8Array, now: number): boolean {
    // No room: taken for lost. It comes again, as nothing acknowledges it.
    if (!this.#staging.append(bytes.subarray(DATA_HEADER_BYTES))) return true;
    if (this.#ackSentAt >= 0) {
      this.timer.measure(now - this.#ackSentAt);
      this.#ackSentAt = -1;
    }
    this.noteHeard(now);
    this.timer.arm(now);
    const length = bytes.length - DATA_HEADER_BYTES;
    this.statistics.blocks++;
    this.statistics.bytes += length;
    const isAckDue = this.#window.advance();
    if (length < this.#blockSize) {
      this.#phase = "storing";
      this.#isAckDue = this.#isAckHeldBack = false;
    } else if (isAckDue) {
      this.#acknowledge();
    }
    return true;
  }

  /** A block that had come before: see rule 3. */
  #handleRepeated(block: number, now: number): boolean {
    this.statistics.duplicates++;
    if (this.#phase === "storing" || this.#isAckHeldBack) return true;
    if (this.#phase === "dallying") {
      // After the last ACK nothing but that can have been lost.
      if (block === this.#window.inOrder) this.#dallyOn(now);
    } else if (this.#window.repeat(block)) {
      this.#acknowledge();
    }
    return true;
  }

  /** The last ACK was lost: it goes again, and may be lost again. */
  #dallyOn(now: number): void {
    this.#acknowledge();
    const until = Math.min(now + this.#dallyForMs, this.#dallyAtMost);
    this.#dallyUntil = Math.max(this.#dallyUntil, until);
  }

  /** A block beyond one that is missing: see rule 2. */
  #handleBeyondGap(block: number, bytes: Uint8Array): boolean {
    if (!this.#window.reaches(block)) return this.handleUnexpected(bytes);
    if (!this.#window.skipTo(block) || this.#isAckHeldBack) return true;
    this.statistics.gaps++;
    this.emit({ type: "gap", block: this.#window.expected });
    this.#acknowledge();
    return true;
  }

  /** Makes an ACK of the last block in order due, as soon as there is room for the window behind it. */
  #acknowledge(): void {
    this.#isAckDue = this.#staging.hasRoomForWindow;
    this.#isAckHeldBack = !this.#isAckDue;
  }

  /** Ends the transfer with ERROR 4: the sender does not keep to what was agreed on. */
  #failIllegally(reason: string): void {
    this.fail(new TftpError(ERROR_CODE.IllegalOperation, reason));
  }

  /** An ACK that waited for room waits no longer, if there is room; nothing is late before it is sent. */
  #releaseAck(): void {
    if (!this.#isAckHeldBack || !this.#staging.hasRoomForWindow) return;
    this.#acknowledge();
    this.timer.disarm();
  }

  #noteSent(now: number, isRepeat: boolean): void {
    this.statistics.packetsSent++;
    if (isRepeat) this.statistics.retransmissions++;
    // Silence counts from what is new: before that the sink may have kept us waiting.
    else this.timer.restartSilence(now);
    this.#ackSentAt = isRepeat ? -1 : now;
    this.timer.arm(now);
  }
}
