// Runs one machine over one socket: what it wants to send is sent, what comes is given to it, at its deadline it is woken.
// Everything that transfers files goes through here: server, client, tests on virtual sockets, benchmarks.
//
//   datagram, deadline, or bytes that were waited for
//     └▶ pump:  pollTransmit ▶ send, until there is nothing to send ▶ feed, and again if that brought something
//                                                                      └ from the source, or to the sink, as far as that
//                                                                        goes at once
//
// Rules:
// 1. One pump at a time; each send is awaited. Whoever calls while it runs has nothing to do: it goes on until the machine
//    has nothing more to say.
//    What is ready leaves before anything is read or written: the other side then works while we do.
// 2. A datagram from anywhere but the other side changes nothing. It is answered with ERROR 5 (RFC 1350 section 4), unless
//    it is an ERROR itself or comes from the port of a service that answers everything, a few times at most.
// 3. How it ended is known when the last block is acknowledged (`onEnd`); the socket is needed until the machine is done
//    (`onClose`), which for a receiver is some seconds later.

import {
  encodePacket,
  ERROR_CODE,
  OPCODE,
  peekOpcode,
  TftpError,
} from "../packet/mod.ts";
import type { Machine, MachineEvent } from "../transfer/mod.ts";
import { isSameAddress, type UdpAddress } from "./address.ts";
import { isAnsweringPort } from "./answering_port.ts";
import type { Clock } from "./clock.ts";
import type { DatagramSocket } from "./datagram_socket.ts";
import type { Feeder, FeederHost } from "./feeder.ts";
import type { Ticker, Ticking } from "./ticker.ts";
import { asTftpError } from "./wire_error.ts";

/** Strangers that one transfer answers; more are ignored. */
const MAX_STRANGERS_ANSWERED = 16;

/** What a {@linkcode Driver} runs, and over what. */
export interface DriverOptions {
  /** The machine to run. */
  readonly machine: Machine;
  /** The socket to send on; what it receives is given to {@linkcode Driver.handleDatagram} by whoever reads it. */
  readonly socket: DatagramSocket;
  /** The other side. */
  readonly peer: UdpAddress;
  /**
   * Whether the other side may answer from any port: what a server does with a request. The first valid answer settles
   * which.
   *
   * @default {false}
   */
  readonly isPortOpen?: boolean;
  /** Where the time comes from. */
  readonly clock: Clock;
  /** What watches the machine's deadline. */
  readonly ticker: Ticker;
  /**
   * What joins a sender with its source, or a receiver with its sink.
   *
   * @default {null}
   */
  readonly feeder?: Feeder | null;
  /** Told of each event of the machine. What this or the next two throw is ignored. */
  readonly onEvent?: (event: MachineEvent) => void;
  /**
   * Told once when it is known how the transfer ended.
   *
   * @param failure What went wrong; `null` when all went well.
   */
  readonly onEnd?: (failure: unknown) => void;
  /** Told once when the machine needs the socket no more. */
  readonly onClose?: () => void;
}

/** Runs one machine over one socket. */
export class Driver implements Ticking {
  readonly #machine: Machine;
  readonly #socket: DatagramSocket;
  readonly #clock: Clock;
  readonly #ticker: Ticker;
  readonly #feeder: Feeder | null;
  readonly #options: DriverOptions;
  #peer: UdpAddress;
  #isPortOpen: boolean;
  readonly #feederHost: FeederHost = {
    pump: () => this.pump(),
    fail: (error) => this.#fail(error),
  };
  #isPumping = false;
  #heardAt = -1;
  #isEnded = false;
  #isClosed = false;
  #strangersAnswered = 0;
  /** What made us end the transfer, when that was more than the machine knows. */
  #cause: unknown = null;

  /**
   * Makes a driver; nothing is sent before `start`.
   *
   * @param options What to run, and over what.
   */
  constructor(options: DriverOptions) {
    this.#options = options;
    this.#machine = options.machine;
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.#ticker = options.ticker;
    this.#peer = plainAddress(options.peer);
    this.#isPortOpen = options.isPortOpen ?? false;
    this.#feeder = options.feeder ?? null;
  }

  /** The other side; its port is the right one once it has answered. */
  get peer(): UdpAddress {
    return this.#peer;
  }

  /** When the other side was last heard, in milliseconds; -1 before. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** When the machine wants to be woken, in milliseconds. */
  get deadline(): number {
    return this.#machine.pollTimeout();
  }

  /** Begins: sends what the machine has to say first. */
  start(): Promise<void> {
    this.#ticker.add(this);
    return this.pump();
  }

  /**
   * Takes a datagram that the socket has received.
   *
   * @param bytes The datagram; not needed any more once this has returned, before its promise is settled.
   * @param from Where it came from.
   * @returns A promise that is fulfilled when the answers are sent.
   */
  handleDatagram(bytes: Uint8Array, from: UdpAddress): Promise<void> {
    if (!isSameAddress(from, this.#peer)) {
      if (!this.#isPortOpen || from.hostname !== this.#peer.hostname) {
        return this.#answerStranger(bytes, from);
      }
    }
    const now = this.#heardAt = this.#clock.now();
    if (this.#machine.handleDatagram(bytes, now) && this.#isPortOpen) {
      this.#isPortOpen = false;
      this.#peer = plainAddress(from);
    }
    return this.#pump(now);
  }

  /**
   * Takes note that something sent on this socket was answered with ICMP "unreachable": nobody is there any more. That
   * counts unless a stranger was answered as well, who must not be able to end the transfer by closing a port of his.
   *
   * @param error What the system said.
   */
  handleUnreachable(error: unknown): void {
    if (this.#strangersAnswered > 0) return;
    this.abandon(
      new TftpError(
        ERROR_CODE.NotDefined,
        "The other side is not there: nothing listens on its port",
        { cause: error },
      ),
    );
  }

  /**
   * Wakes the machine.
   *
   * @param now The time, in milliseconds.
   */
  tick(now: number): void {
    this.#machine.handleTimeout(now);
    this.#pump(now);
  }

  /**
   * Ends the transfer from this side, and tells the other with an ERROR packet. Once its file is being made safe it is too
   * late for that: whoever has the file must also hear so.
   *
   * @param error Why. What is no `TftpError` goes out as code 0 with a text that says nothing.
   * @param lastWords What to tell the other side instead.
   */
  fail(error: unknown, lastWords: TftpError = asTftpError(error)): void {
    if (this.#feeder?.isCommitting) return;
    this.#fail(error, lastWords);
  }

  /** Ends the transfer also while its file is being made safe: because that has failed. */
  #fail(error: unknown, lastWords: TftpError = asTftpError(error)): void {
    if (this.#machine.state !== "open") return;
    this.#cause = error;
    this.#machine.fail(lastWords);
    this.pump();
  }

  /**
   * Ends the transfer without a word: the other side has turned to something else, or cannot be reached.
   *
   * @param reason Why.
   */
  abandon(reason: unknown): void {
    if (this.#machine.state !== "open" || this.#feeder?.isCommitting) return;
    this.#cause = reason;
    this.#machine.abandon(asTftpError(reason));
    // At once, also while a packet is on its way out: nothing more will be sent.
    this.#settle();
  }

  /** Stops at once, and silently: what still was to come is not needed, or the socket is gone. */
  dismiss(): void {
    this.#machine.abandon(DISMISSED);
    this.#settle();
  }

  /** Sends all that there is to send. Does nothing while it is at work already. */
  pump(): Promise<void> {
    return this.#pump(this.#clock.now());
  }

  async #pump(now: number): Promise<void> {
    if (this.#isPumping || this.#isClosed) return;
    this.#isPumping = true;
    try {
      for (;; now = this.#clock.now()) {
        const packet = this.#machine.pollTransmit(now);
        if (packet === null) {
          if (this.#feeder?.feed(this.#feederHost)) continue;
          break;
        }
        try {
          await this.#socket.send(packet, this.#peer);
        } catch (error) {
          this.#handleSendError(error);
        }
      }
    } catch (error) {
      this.abandon(error);
    } finally {
      this.#isPumping = false;
    }
    this.#tellEvents();
    this.#settle();
    this.#ticker.touch(this.#machine.pollTimeout());
  }

  #tellEvents(): void {
    for (
      let event = this.#machine.pollEvent();
      event !== null;
      event = this.#machine.pollEvent()
    ) quietly(() => this.#options.onEvent?.(event));
  }

  /** Looks whether there is an end to tell. */
  #settle(): void {
    const { state, failure } = this.#machine;
    if (!this.#isEnded && (state !== "open" || this.#feeder?.isDone)) {
      this.#isEnded = true;
      const error = this.#cause ?? failure;
      this.#feeder?.end(error);
      quietly(() => this.#options.onEnd?.(error));
    }
    if (state !== "open" && !this.#isClosed) {
      this.#isClosed = true;
      this.#ticker.delete(this);
      quietly(() => this.#options.onClose?.());
    }
  }

  #handleSendError(error: unknown): void {
    // Anything transient is a datagram that was lost, and is treated as one.
    const isHopeless = this.#socket.isClosed || !hasCode(error, TRANSIENT) ||
      // With a route that flaps it pays to wait in mid-transfer; whoever has just asked wants to know.
      this.#isPortOpen && hasCode(error, UNREACHABLE);
    if (isHopeless) this.abandon(error);
  }

  #answerStranger(bytes: Uint8Array, from: UdpAddress): Promise<void> {
    this.#machine.statistics.strangers++;
    if (
      this.#strangersAnswered >= MAX_STRANGERS_ANSWERED ||
      isAnsweringPort(from.port) || peekOpcode(bytes) === OPCODE.ERROR
    ) return Promise.resolve();
    this.#strangersAnswered++;
    return this.#socket.send(UNKNOWN_TRANSFER_ID, from).then(
      () => {},
      () => {},
    );
  }
}

/** An address as an object of one shape: what Deno gives with a datagram is slow to read, once for each packet. */
function plainAddress({ hostname, port }: UdpAddress): UdpAddress {
  return { transport: "udp", hostname, port };
}

/** Tells somebody who watches: what that throws must not end a process in the middle of nowhere. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // As above.
  }
}

const DISMISSED = new TftpError(ERROR_CODE.NotDefined, "Transfer was stopped");

const UNKNOWN_TRANSFER_ID = encodePacket({
  type: "ERROR",
  code: ERROR_CODE.UnknownTransferId,
  message: "Unknown transfer ID",
});

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" && codes.has(code);
}

/** Sending may work the next time: a full queue, a firewall in between, a route that flaps. */
const TRANSIENT: ReadonlySet<string> = new Set([
  "EAGAIN",
  "EHOSTUNREACH",
  "EINTR",
  "ENETUNREACH",
  "ENOBUFS",
  "EPERM",
  // All that `node:dgram` tells of most of these.
  "UNKNOWN",
]);

/** There is no way to the other side. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
