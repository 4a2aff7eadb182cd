// What every machine of a transfer has in common. A machine is fed datagrams and times, and asked what to send, when to be
// woken and what happened; it knows no socket, no clock and no file.
//
//   handleDatagram(bytes, now)   a datagram came from the other side of this transfer
//   handleTimeout(now)           it is later now; too early a call does nothing
//   pollTransmit(now)            the next datagram to send, until there is none
//   pollTimeout()                when to call handleTimeout
//   pollEvent()                  what else there is to tell
//
// Rules:
// 1. What a peer sends never makes a machine throw. A packet that does not fit is counted and told as an event.
// 2. An ERROR packet is never answered and never sent twice (RFC 1350 section 7).
// 3. `open` is the only state that sends anything but a last ERROR; `finished` and `failed` are for good.
// 4. The array that pollTransmit returns is the machine's own and holds until the next call of any method.

import {
  encodePacket,
  ERROR_CODE,
  formatPacket,
  TftpError,
  TransferTimeoutError,
} from "../packet/mod.ts";
import { decodePacket } from "../packet/mod.ts";
import { emptyStatistics, type TransferStatistics } from "./statistics.ts";

/** Something a machine has to tell besides what it sends. */
export type MachineEvent =
  /** Nothing was heard, so something was sent again. */
  | {
    /** What happened. */
    readonly type: "retransmission";
    /** The block that the other side has not confirmed, or not sent; 0 is the opening. */
    readonly block: number;
    /** How long nothing that helps was heard, in milliseconds. */
    readonly silenceMs: number;
  }
  /** A block is missing in the middle of a window. */
  | {
    /** What happened. */
    readonly type: "gap";
    /** The block that is missing. */
    readonly block: number;
  }
  /** A packet had no place here and was ignored. */
  | {
    /** What happened. */
    readonly type: "unexpected";
    /** The packet as one line of text. */
    readonly packet: string;
  };

/** Whether a machine is still at work, and how it ended. */
export type MachineState = "open" | "finished" | "failed";

/** The side of a machine that a driver sees. */
export interface Machine {
  /** Whether it is still at work. */
  readonly state: MachineState;
  /** Why it failed, once it has. */
  readonly failure: TftpError | null;
  /** What happened so far, in numbers. */
  readonly statistics: TransferStatistics;
  /**
   * Takes a datagram from the other side.
   *
   * @returns Whether it was one that fits the transfer.
   */
  handleDatagram(bytes: Uint8Array, now: number): boolean;
  /** Takes note of the time; before {@linkcode Machine.pollTimeout} it does nothing. */
  handleTimeout(now: number): void;
  /** The next datagram to send, or `null`. */
  pollTransmit(now: number): Uint8Array | null;
  /** When to call {@linkcode Machine.handleTimeout}; `Infinity` when not at all. */
  pollTimeout(): number;
  /** The next event, or `null`. */
  pollEvent(): MachineEvent | null;
  /** Ends the transfer and tells the other side why, in one ERROR packet. */
  fail(error: TftpError): void;
  /** Ends the transfer without a word. */
  abandon(error: TftpError): void;
}

/** More events than anyone will read are dropped: a flood of junk must not become a flood of memory. */
const MAX_EVENTS = 64;

/** State, statistics, events and the last ERROR packet: what all machines share. */
export abstract class BaseMachine {
  readonly #events: MachineEvent[] = [];
  #state: MachineState = "open";
  #failure: TftpError | null = null;
  #lastWords: Uint8Array | null = null;
  /** What happened so far, in numbers. */
  readonly statistics: TransferStatistics = emptyStatistics();

  /** Whether the machine is still at work. */
  get state(): MachineState {
    return this.#state;
  }

  /** Why it failed, once it has. */
  get failure(): TftpError | null {
    return this.#failure;
  }

  /** The next event, or `null`. */
  pollEvent(): MachineEvent | null {
    return this.#events.shift() ?? null;
  }

  /**
   * Ends the transfer and tells the other side why, in one ERROR packet.
   *
   * @param error Code and text of the packet.
   */
  fail(error: TftpError): void {
    if (this.#state !== "open" || this.isDecided) return this.endAsFinished();
    this.endAsFailed(error);
    this.#lastWords = encodePacket({
      type: "ERROR",
      code: error.code,
      message: error.wireText,
    });
  }

  /**
   * Ends the transfer without a word: the other side cannot be reached, or has turned to something else.
   *
   * @param error Why.
   */
  abandon(error: TftpError): void {
    if (this.isDecided) this.endAsFinished();
    else this.endAsFailed(error);
  }

  /** Whether the transfer has had its good end, and only stays in case its last packet was lost. */
  protected get isDecided(): boolean {
    return false;
  }

  /** Ends the transfer without a word: the other side has said ERROR, or says nothing any more. */
  protected endAsFailed(error: TftpError): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#failure = error;
  }

  /** Ends the transfer well. */
  protected endAsFinished(): void {
    if (this.#state === "open") this.#state = "finished";
  }

  /** The other side was silent for too long. */
  protected endAsTimedOut(silenceMs: number): void {
    this.endAsFailed(
      new TransferTimeoutError(
        `The other side did not answer for ${
          (silenceMs / 1000).toFixed(1)
        } s: give it more time, or look for a firewall that drops the transfer's ports`,
      ),
    );
  }

  /** The other side has said ERROR. */
  protected handleError(bytes: Uint8Array): boolean {
    let code: number = ERROR_CODE.NotDefined;
    let message = "";
    try {
      const packet = decodePacket(bytes);
      if (packet.type === "ERROR") ({ code, message } = packet);
    } catch {
      // Too short to have a code: it is an ERROR all the same.
    }
    this.endAsFailed(
      new TftpError(code, message === "" ? undefined : message, {
        origin: "remote",
      }),
    );
    return true;
  }

  /** A packet that has no place here. */
  protected handleUnexpected(bytes: Uint8Array): boolean {
    this.statistics.unexpected++;
    if (this.#events.length < MAX_EVENTS) {
      this.emit({ type: "unexpected", packet: formatPacket(bytes) });
    }
    return false;
  }

  /** Tells something. */
  protected emit(event: MachineEvent): void {
    if (this.#events.length < MAX_EVENTS) this.#events.push(event);
  }

  /** The ERROR packet that ends the transfer, once. */
  protected takeLastWords(): Uint8Array | null {
    const words = this.#lastWords;
    this.#lastWords = null;
    if (words) this.statistics.packetsSent++;
    return words;
  }
}
