// One transfer of a client, from the request to the end, on one socket:
//
//   Opening ──answer──▶ Receiver or Sender ──▶ ended ──▶ closed
//      └─refused because of its options──▶ a new exchange without them, on a new socket

import {
  type DatagramSocket,
  Driver,
  type Feeder,
  formatAddress,
  receiveEach,
  Ticker,
  type UdpAddress,
} from "../net/mod.ts";
import {
  encodePacket,
  ERROR_CODE,
  type OptionList,
  type RequestPacket,
  TftpError,
  type TransferSettings,
  TransferTimeoutError,
} from "../packet/mod.ts";
import {
  type MachineEvent,
  Opening,
  type OpeningResult,
  type Receiver,
  type Sender,
  type TransferStatistics,
} from "../transfer/mod.ts";
import type { ClientConfig } from "./options.ts";

/** Milliseconds between two reports of progress. */
const PROGRESS_INTERVAL_MS = 100;

/** Makes the machine for the file itself, once the server has answered. Called at once, so that no packet is missed. */
export type MakeTransfer = (
  result: OpeningResult,
) => { machine: Sender | Receiver; feeder: Feeder };

/** A transfer that has ended well. */
export interface ClientTransferSummary {
  /** What was negotiated. */
  readonly settings: TransferSettings;
  /** The options of the server's OACK; `null` when it sent none. */
  readonly acknowledged: OptionList | null;
  /** What happened, in numbers. */
  readonly statistics: Readonly<TransferStatistics>;
  /** From the request to the end, in milliseconds. */
  readonly durationMs: number;
  /** The smoothed round trip time in milliseconds, or -1 when none was measured. */
  readonly roundTripMs: number;
  /** Octets that the server said a download has, if it did and the download had another number; otherwise `null`. */
  readonly mismatchedSize: number | null;
}

/** A transfer that a server has accepted. */
export interface Exchange {
  /** What was agreed on. */
  readonly result: OpeningResult;
  /** The server's side of the transfer. */
  readonly remote: UdpAddress;
  /** Fulfilled when the transfer has ended well, otherwise rejected. */
  readonly finished: Promise<ClientTransferSummary>;
  /**
   * Lets go of everything: a transfer that still runs is broken off, one that has ended no longer waits whether its last
   * packet was lost.
   */
  close(): void;
}

/**
 * Asks a server for a transfer, and lets it run.
 *
 * @returns A promise of the transfer, once the server has accepted it; rejected when it does not.
 */
export async function exchange(
  request: RequestPacket,
  server: UdpAddress,
  config: ClientConfig,
  makeTransfer: MakeTransfer,
): Promise<Exchange> {
  config.signal?.throwIfAborted();
  // What cannot be put into a packet must be found out before there is a socket.
  encodePacket(request);
  try {
    return await new Attempt(request, server, config, makeTransfer).start();
  } catch (error) {
    if (!config.fallback || !isAboutOptions(error, request)) throw error;
    const plain = { ...request, options: [] };
    return await new Attempt(plain, server, config, makeTransfer).start();
  }
}

function isAboutOptions(error: unknown, request: RequestPacket): boolean {
  return request.options.length > 0 && error instanceof TftpError &&
    (error.code === ERROR_CODE.OptionNegotiation ||
      error.code === ERROR_CODE.IllegalOperation);
}

const ABORTED = new TftpError(ERROR_CODE.NotDefined, "Transfer was aborted");

/** Transfers that have ended and only stay in case their last ACK was lost, oldest first. */
const staying = new Set<Attempt>();

/** Such transfers in a process: more, and the oldest one goes, so that many small files do not use up all sockets. */
const MAX_STAYING = 32;

/** Sockets that were closed and still hold their ports: they do so until nobody waits for a datagram there any more. */
const closing = new Set<Promise<void>>();

class Attempt {
  readonly #request: RequestPacket;
  readonly #server: UdpAddress;
  readonly #config: ClientConfig;
  readonly #makeTransfer: MakeTransfer;
  readonly #ticker: Ticker;
  readonly #startedAt: number;
  #socket!: DatagramSocket;
  /** Fulfilled when nobody waits for a datagram any more. */
  #received: Promise<void> = Promise.resolve();
  #driver!: Driver;
  #opening!: Opening;
  #machine: Sender | Receiver | null = null;
  #isEnded = false;
  #progressAt = -Infinity;
  #onAbort: (() => void) | null = null;

  constructor(
    request: RequestPacket,
    server: UdpAddress,
    config: ClientConfig,
    makeTransfer: MakeTransfer,
  ) {
    this.#request = request;
    this.#server = server;
    this.#config = config;
    this.#makeTransfer = makeTransfer;
    this.#ticker = new Ticker(config.clock);
    this.#startedAt = config.clock.now();
  }

  async start(): Promise<Exchange> {
    const { network, clock, random, retransmission, fallback } = this.#config;
    // The port may be that of the transfer before.
    if (this.#config.localPort !== 0) await Promise.all(closing);
    this.#socket = await network.bind({
      hostname: this.#config.localHostname ??
        (this.#server.hostname.includes(":") ? "::" : "0.0.0.0"),
      port: this.#config.localPort,
    });
    const { signal } = this.#config;
    if (signal?.aborted) {
      this.#socket.close();
      throw signal.reason;
    }
    this.#opening = new Opening({
      request: this.#request,
      now: clock.now(),
      random,
      retransmission,
      optionChecks: this.#config.customOptions.checks,
      ...(fallback ? {} : { optionAttempts: Infinity }),
    });
    this.#watchSignal();
    const opened = new Promise<Exchange>((resolve, reject) => {
      this.#driver = new Driver({
        ...this.#driverOptions(),
        machine: this.#opening,
        peer: this.#server,
        isPortOpen: true,
        onEnd: (failure) => {
          if (failure === null) resolve(this.#proceed());
          else reject(this.#explain(failure));
        },
        onClose: () => {
          if (!this.#machine) this.#close();
        },
      });
    });
    this.#received = receiveEach(
      this.#socket,
      new Uint8Array(this.#config.bufferBytes),
      (bytes, from) => this.#handle(bytes, from),
      (error) => this.#driver.handleUnreachable(error),
    ).catch((error) => this.#driver.abandon(error));
    this.#driver.start();
    return await opened;
  }

  /** The server has accepted: from the next packet on, its file is what this is about. */
  #proceed(): Exchange {
    const result = this.#opening.result!;
    const remote = this.#driver.peer;
    const { machine, feeder } = this.#makeTransfer(result);
    this.#machine = machine;
    let driver!: Driver;
    const finished = new Promise<ClientTransferSummary>((resolve, reject) => {
      driver = new Driver({
        ...this.#driverOptions(),
        machine,
        feeder: this.#explainedTo(feeder),
        peer: remote,
        onEnd: (failure) => {
          this.#isEnded = true;
          this.#tellProgress(Infinity);
          this.#unwatchSignal();
          this.#stay();
          // What is left is to repeat the last ACK if it was lost: no reason to keep a program running.
          this.#socket.unref();
          if (failure === null) resolve(this.#summarize(result));
          else reject(this.#explain(failure));
        },
        onClose: () => this.#close(),
      });
    });
    finished.catch(() => {});
    this.#driver = driver;
    driver.start();
    if (result.data) driver.handleDatagram(result.data, remote);
    return { result, remote, finished, close: () => this.#breakOff() };
  }

  #stay(): void {
    staying.add(this);
    if (staying.size <= MAX_STAYING) return;
    for (const oldest of staying) {
      oldest.#driver.dismiss();
      break;
    }
  }

  #breakOff(): void {
    if (!this.#isEnded) this.#driver.fail(ABORTED);
    this.#driver.dismiss();
  }

  /** Who reads the body is told the same as who waits for the end. */
  #explainedTo(feeder: Feeder): Feeder {
    return {
      feed: (host) => feeder.feed(host),
      get isDone() {
        return feeder.isDone;
      },
      get isCommitting() {
        return feeder.isCommitting;
      },
      end: (failure) => feeder.end(this.#explain(failure)),
    };
  }

  #driverOptions() {
    const { onEvent, clock } = this.#config;
    return {
      socket: this.#socket,
      clock,
      ticker: this.#ticker,
      onEvent: (event: MachineEvent) => quietly(() => onEvent?.(event)),
    };
  }

  #handle(bytes: Uint8Array, from: UdpAddress): Promise<void> {
    const done = this.#driver.handleDatagram(bytes, from);
    if (this.#config.onProgress && this.#machine) {
      this.#tellProgress(this.#config.clock.now());
    }
    return done;
  }

  #tellProgress(now: number): void {
    const { onProgress } = this.#config;
    if (
      !onProgress || !this.#machine ||
      now - this.#progressAt < PROGRESS_INTERVAL_MS
    ) return;
    this.#progressAt = now;
    const { bytes } = this.#machine.statistics;
    const size = this.#opening.result?.settings.transferSize ?? null;
    quietly(() => onProgress({ bytes, size }));
  }

  #summarize(result: OpeningResult): ClientTransferSummary {
    const machine = this.#machine!;
    const { statistics } = machine;
    const { retransmissions, timeouts } = this.#opening.statistics;
    const size = result.settings.transferSize;
    return {
      settings: result.settings,
      acknowledged: result.acknowledged,
      statistics: {
        ...statistics,
        retransmissions: statistics.retransmissions + retransmissions,
        timeouts: statistics.timeouts + timeouts,
      },
      durationMs: this.#config.clock.now() - this.#startedAt,
      roundTripMs: machine.roundTripMs,
      mismatchedSize: this.#request.type === "RRQ" && size !== null &&
          size !== statistics.bytes && this.#request.mode === "octet"
        ? size
        : null,
    };
  }

  #explain(failure: unknown): unknown {
    if (!(failure instanceof TransferTimeoutError)) return failure;
    const seconds = ((this.#config.clock.now() - this.#startedAt) / 1000)
      .toFixed(1);
    return this.#machine
      ? new TransferTimeoutError(
        `${
          formatAddress(this.#driver.peer)
        } fell silent in mid-transfer, after ${this.#machine.statistics.bytes} octets`,
        { cause: failure },
      )
      : new TransferTimeoutError(
        `No answer from ${
          formatAddress(this.#server)
        } for ${seconds} s: is a TFTP server running there, and does a firewall let answers from its other ports pass?`,
        { cause: failure },
      );
  }

  #watchSignal(): void {
    const { signal } = this.#config;
    if (!signal) return;
    this.#onAbort = () => {
      if (this.#machine) this.#driver.fail(signal.reason, ABORTED);
      // Nobody knows yet which port an ERROR would have to go to.
      else this.#driver.abandon(signal.reason);
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #unwatchSignal(): void {
    if (!this.#onAbort) return;
    this.#config.signal?.removeEventListener("abort", this.#onAbort);
    this.#onAbort = null;
  }

  #close(): void {
    staying.delete(this);
    this.#unwatchSignal();
    this.#socket.close();
    const done = this.#received.finally(() => closing.delete(done));
    closing.add(done);
  }
}

/** Tells somebody who only watches: what that throws must not stop a transfer. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // As above.
  }
}
