// The opening of a client: a request, sent until a server answers it from a port of its own (RFC 1350 section 4).
//
//   RRQ ──▶ DATA 1   accepted without options         WRQ ──▶ ACK 0   accepted without options
//       ──▶ OACK     accepted with options (2347)         ──▶ OACK    accepted with options
//       ──▶ ERROR    refused                              ──▶ ERROR   refused
//
// Rules:
// 1. An OACK that does not fit what was asked is answered with ERROR 8 (RFC 2347).
// 2. Some old servers say nothing at all to a request with options. When that was sent a few times in vain, the same
//    request goes out without them; an OACK to one of the earlier ones then is no answer any more: the server has, or will
//    have, turned to the plain request, and where it uses one port only, its DATA of 512 octets would be taken for a last
//    block that is short.
// 3. Anything else is no answer, and does not bind the client to the port it came from.

import {
  acceptOptionAck,
  decodePacket,
  DEFAULT_SETTINGS,
  encodePacket,
  ERROR_CODE,
  OPCODE,
  type OptionChecks,
  type OptionList,
  peekBlock,
  peekOpcode,
  type RequestPacket,
  TftpError,
  type TransferSettings,
} from "../packet/mod.ts";
import { BaseMachine, type Machine } from "./machine.ts";
import {
  type RetransmissionOptions,
  RetransmissionTimer,
} from "./retransmission.ts";

/** What an {@linkcode Opening} starts from. */
export interface OpeningOptions {
  /** The request. */
  readonly request: RequestPacket;
  /** The time now, in milliseconds. */
  readonly now: number;
  /** A number from 0 up to, not including, 1; for jitter. */
  readonly random: () => number;
  /**
   * How retransmissions are timed.
   *
   * @default {{}}
   */
  readonly retransmission?: RetransmissionOptions;
  /**
   * How often the request is sent with its options before it is sent without them; `Infinity` for always.
   *
   * @default {3}
   */
  readonly optionAttempts?: number;
  /**
   * Which answers are good to options that are not built in.
   *
   * @default {all}
   */
  readonly optionChecks?: OptionChecks;
}

/** A server's answer that accepts a request. */
export interface OpeningResult {
  /** What now holds. */
  readonly settings: TransferSettings;
  /** The options of the OACK; `null` when the server sent none. */
  readonly acknowledged: OptionList | null;
  /** The round trip in milliseconds, if it could be measured. */
  readonly roundTripMs: number | null;
  /** A copy of the DATA packet that was the answer, to be given to the receiver; `null` when it was another packet. */
  readonly data: Uint8Array | null;
}

/**
 * Opens a transfer from the client's side: a state machine without socket or clock. When it has finished,
 * {@linkcode Opening.result} tells what was agreed on; a DATA packet that was the answer is to be given to the receiver.
 *
 * @example A server without options
 * ```ts
 * import { Opening } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * const opening = new Opening({
 *   request: { type: "WRQ", filename: "a", mode: "octet", options: [["blksize", "1428"]] },
 *   now: 0,
 *   random: Math.random,
 * });
 * opening.handleDatagram(new Uint8Array([0, 4, 0, 0]), 1);
 * assertEquals(opening.state, "finished");
 * assertEquals(opening.result?.settings.blockSize, 512);
 * ```
 */
export class Opening extends BaseMachine implements Machine {
  readonly #request: RequestPacket;
  readonly #datagram: Uint8Array;
  #plainDatagram: Uint8Array | null = null;
  readonly #optionAttempts: number;
  readonly #optionChecks: OptionChecks;
  readonly #timer: RetransmissionTimer;
  #attempts = 0;
  #isDue = true;
  #sentAt = 0;
  #result: OpeningResult | null = null;

  /**
   * Makes the request; nothing is sent before the first poll.
   *
   * @param options What to start from.
   * @throws {TypeError} When the file name, the mode or an option cannot be put into a packet.
   */
  constructor(options: OpeningOptions) {
    super();
    const {
      request,
      now,
      random,
      retransmission = {},
      optionAttempts = 3,
      optionChecks = new Map(),
    } = options;
    this.#request = request;
    this.#datagram = encodePacket(request);
    this.#optionAttempts = optionAttempts;
    this.#optionChecks = optionChecks;
    this.#timer = new RetransmissionTimer(retransmission, { random, now });
  }

  /** What was agreed on, once the opening has finished. */
  get result(): OpeningResult | null {
    return this.#result;
  }

  /**
   * Takes a datagram from a server.
   *
   * @param bytes The datagram.
   * @param now The time, in milliseconds.
   * @returns Whether it was an answer to the request.
   */
  handleDatagram(bytes: Uint8Array, now: number): boolean {
    if (this.state !== "open") return false;
    this.statistics.packetsReceived++;
    const isRead = this.#request.type === "RRQ";
    switch (peekOpcode(bytes)) {
      case OPCODE.DATA:
        if (!isRead || peekBlock(bytes) !== 1) break;
        return this.#accept(DEFAULT_SETTINGS, null, now, bytes.slice());
      case OPCODE.ACK:
        if (isRead || peekBlock(bytes) !== 0) break;
        return this.#accept(DEFAULT_SETTINGS, null, now);
      case OPCODE.OACK:
        return this.#handleOptionAck(bytes, now);
      case OPCODE.ERROR:
        return this.handleError(bytes);
    }
    return this.handleUnexpected(bytes);
  }

  /**
   * Takes note of the time.
   *
   * @param now The time, in milliseconds.
   */
  handleTimeout(now: number): void {
    if (this.state !== "open" || !this.#timer.isExpired(now)) return;
    this.statistics.timeouts++;
    this.#timer.wake(now);
    if (this.#timer.isHopeless(now)) {
      return this.endAsTimedOut(this.#timer.silenceMs(now));
    }
    this.#timer.backOff();
    this.#timer.arm(now);
    this.#isDue = true;
    this.emit({
      type: "retransmission",
      block: 0,
      silenceMs: this.#timer.silenceMs(now),
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
    if (!this.#isDue) return null;
    this.#isDue = false;
    this.#sentAt = now;
    this.statistics.packetsSent++;
    if (++this.#attempts > 1) this.statistics.retransmissions++;
    this.#timer.arm(now);
    return this.#attempts > this.#optionAttempts
      ? this.#plainDatagram ??= encodePacket({ ...this.#request, options: [] })
      : this.#datagram;
  }

  /** When to call {@linkcode Opening.handleTimeout}, in milliseconds; `Infinity` when nothing is awaited. */
  pollTimeout(): number {
    return this.state === "open" ? this.#timer.deadline : Infinity;
  }

  #handleOptionAck(bytes: Uint8Array, now: number): boolean {
    const packet = decodePacket(bytes);
    const isTooLate = this.#request.options.length > 0 &&
      this.#attempts > this.#optionAttempts;
    if (packet.type !== "OACK" || isTooLate) {
      return this.handleUnexpected(bytes);
    }
    if (this.#request.options.length === 0) {
      this.fail(
        new TftpError(
          ERROR_CODE.OptionNegotiation,
          "Cannot accept OACK: no options were asked for",
        ),
      );
      return true;
    }
    try {
      return this.#accept(
        acceptOptionAck(
          this.#request.options,
          packet.options,
          this.#optionChecks,
        ),
        packet.options,
        now,
      );
    } catch (error) {
      if (!(error instanceof TftpError)) throw error;
      this.fail(error);
      return true;
    }
  }

  #accept(
    settings: TransferSettings,
    acknowledged: OptionList | null,
    now: number,
    data: Uint8Array | null = null,
  ): boolean {
    this.#result = {
      data,
      settings,
      acknowledged,
      // Karn: an answer to something sent twice measures nothing.
      roundTripMs: this.#attempts === 1 ? now - this.#sentAt : null,
    };
    this.endAsFinished();
    return true;
  }
}
