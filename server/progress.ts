// Tells how far a transfer is, for as long as it goes on. Rules:
// 1. Nothing of this is there when nobody watches, and nothing is done per packet: the server's ticker looks at one more
//    number whenever it wakes.
// 2. At most once a second, and not before the first second is over: most transfers are done by then.
// 3. Only when bytes have moved: whoever asks and never answers, as one with a forged address, causes no events.

import type { Ticker, Ticking } from "../net/mod.ts";
import type { RequestInfo, ServerEvent } from "./events.ts";
import type { ServerConfig } from "./options.ts";
import type { Transfer } from "./transfer.ts";

/** How often progress is told, in milliseconds. */
export const PROGRESS_INTERVAL_MS = 1000;

/** What this needs of the server. */
export interface ProgressHost {
  /** The server's options. */
  readonly config: Pick<ServerConfig, "clock">;
  /** What watches deadlines. */
  readonly ticker: Ticker;
  /** Tells an event. */
  emit(event: ServerEvent): void;
}

/** The request that the transfer answers. */
export interface ProgressSubject {
  /** The request. */
  readonly info: RequestInfo;
  /** When it came, in milliseconds. */
  readonly startedAt: number;
}

/** Tells how far one transfer is, until it is stopped. */
export class ProgressTeller implements Ticking {
  readonly #host: ProgressHost;
  readonly #transfer: Pick<Transfer, "machine" | "sizeBytes">;
  readonly #subject: ProgressSubject;
  #toldBytes = 0;
  /** When to look next, in milliseconds. */
  deadline: number;

  constructor(
    host: ProgressHost,
    transfer: Pick<Transfer, "machine" | "sizeBytes">,
    subject: ProgressSubject,
  ) {
    this.#host = host;
    this.#transfer = transfer;
    this.#subject = subject;
    this.deadline = host.config.clock.now() + PROGRESS_INTERVAL_MS;
    host.ticker.add(this);
  }

  /** Tells how far it is, if it got further. */
  tick(now: number): void {
    this.deadline = now + PROGRESS_INTERVAL_MS;
    const { machine: { statistics: { bytes } }, sizeBytes } = this.#transfer;
    if (bytes === this.#toldBytes) return;
    this.#toldBytes = bytes;
    this.#host.emit({
      type: "progress",
      request: this.#subject.info,
      bytes,
      size: sizeBytes,
      durationMs: now - this.#subject.startedAt,
    });
  }

  /** Tells nothing any more. */
  stop(): void {
    this.#host.ticker.delete(this);
  }
}
