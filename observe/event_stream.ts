// Events to be awaited. Rules:
// 1. The server never waits for whoever reads: what does not fit into the buffer is dropped, the oldest first, and the reader
//    is told how many were, before it gets the first one that was not.
// 2. What nobody reads costs a bounded amount of memory; after `close` nothing is kept any more.

import { checkNumberTo } from "../packet/check.ts";
import type { ServerEvent } from "../server/events.ts";

/** Told in a stream of events in place of those that were dropped because nobody took them in time. */
export interface MissedEvents {
  /** What happened. */
  readonly type: "missed";
  /** How many events were dropped. */
  readonly count: number;
}

/** Options of {@linkcode eventStream}. */
export interface EventStreamOptions {
  /**
   * Events that wait to be taken, at most.
   *
   * @default {1000}
   */
  readonly capacity?: number;
  /** Closes the stream when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Events of a server, to be awaited one after the other. Each event goes to one reader only. */
export interface EventStream
  extends AsyncIterableIterator<ServerEvent | MissedEvents>, Disposable {
  /** Takes an event: what to give to `serve` as `onEvent`. */
  readonly onEvent: (event: ServerEvent) => void;
  /** Ends the stream: events that wait can still be taken, no more are kept. */
  close(): void;
}

/**
 * Makes events of a server something to be awaited: `for await (const event of stream)`. Leaving such a loop closes the
 * stream. That the server has ended does not: `server.finished.then(() => stream.close())` does.
 *
 * @param options How many events may wait, and when to end.
 * @returns The stream, and what feeds it.
 * @throws {RangeError} When the capacity is no whole number from 1 on.
 *
 * @example Wait for the end of a transfer
 * ```ts
 * import { eventStream } from "@tftpkit/tftp/observe";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = eventStream();
 * const { onEvent } = stream;
 * await using server = serve({ hostname: "127.0.0.1", port: 0, onEvent }, () => new TftpResponse("hi"));
 * await using response = await get(`tftp://127.0.0.1:${server.addr.port}/motd`);
 * await response.text();
 *
 * const seen: string[] = [];
 * for await (const event of stream) {
 *   seen.push(event.type);
 *   if (event.type === "finished") break;
 * }
 * assertEquals(seen, ["request", "negotiated", "finished"]);
 * ```
 */
export function eventStream(options: EventStreamOptions = {}): EventStream {
  const { capacity = 1000, signal } = options;
  checkNumberTo("stream events", "capacity", capacity, 1);
  return new BufferedStream(capacity, signal);
}

type Result = IteratorResult<ServerEvent | MissedEvents>;

class BufferedStream implements EventStream {
  readonly #capacity: number;
  readonly #signal: AbortSignal | undefined;
  /** A ring: the oldest event is at `#first`. */
  readonly #events: (ServerEvent | undefined)[] = [];
  readonly #readers: ((result: Result) => void)[] = [];
  readonly #onAbort = () => this.close();
  #first = 0;
  #count = 0;
  #missed = 0;
  #isClosed = false;

  constructor(capacity: number, signal: AbortSignal | undefined) {
    this.#capacity = capacity;
    this.#signal = signal;
    if (signal?.aborted) this.close();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  readonly onEvent = (event: ServerEvent): void => {
    if (this.#isClosed) return;
    const reader = this.#readers.shift();
    if (reader) return reader({ done: false, value: event });
    this.#events[(this.#first + this.#count) % this.#capacity] = event;
    if (this.#count < this.#capacity) {
      this.#count++;
      return;
    }
    this.#first = (this.#first + 1) % this.#capacity;
    this.#missed++;
  };

  next(): Promise<Result> {
    if (this.#missed > 0) {
      const value: MissedEvents = { type: "missed", count: this.#missed };
      this.#missed = 0;
      return Promise.resolve({ done: false, value });
    }
    if (this.#count > 0) {
      const value = this.#events[this.#first]!;
      this.#events[this.#first] = undefined;
      this.#first = (this.#first + 1) % this.#capacity;
      this.#count--;
      return Promise.resolve({ done: false, value });
    }
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Whoever leaves a loop wants no more events, nor those that wait. */
  return(): Promise<Result> {
    this.close();
    this.#events.length = 0;
    this.#count = this.#missed = 0;
    return Promise.resolve(DONE);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const reader of this.#readers.splice(0)) reader(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const DONE: Result = { done: true, value: undefined };
