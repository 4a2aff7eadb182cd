// The workers of a server, seen from its main thread. Rules:
// 1. The main thread hears all requests, and counts them; a worker gets a request once, opens the socket of the transfer, and
//    serves it with the same session as the main thread would. No packet of a transfer ever crosses.
// 2. A request goes to the worker with the fewest transfers.
// 3. Other data counts when every worker has made a handler of it, from the next request on; where one fails, none does.
// 4. A worker that breaks takes its transfers with it, and no others: they are told as failed, and another worker takes its
//    place, not more often than once a second. One that never came as far as its handler is not tried again.

import type { TftpResponse } from "../../handlers/mod.ts";
import { NoAnswerError } from "../../handlers/mod.ts";
import type { Clock, UdpAddress } from "../../net/mod.ts";
import { ERROR_CODE, type RequestPacket, TftpError } from "../../packet/mod.ts";
import type { RequestInfo } from "../events.ts";
import { summarize } from "../summary.ts";
import { packError, unpackFault } from "./carried_error.ts";
import type { WayToWorkers } from "./in_worker.ts";
import type { FromWorker, ToWorker, TransferOptions } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { WorkerError } from "./worker_error.ts";
import { type RemoteCallbacks, RemoteTransfer } from "./remote_transfer.ts";
import type { WorkerConfig } from "./worker_options.ts";

/** How long a place stays empty after its worker has broken, in milliseconds. */
const RESTART_MS = 1000;

/** What is used of a `Worker`. */
export interface Thread {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** What a pool needs of its server. */
export interface PoolHost {
  /** Where the time comes from. */
  readonly clock: Clock;
  /** Whether anybody wants to know events. */
  readonly isWatched: boolean;
  /** Tells what is wrong with a worker, or a handler in it. */
  reportFault(error: unknown): void;
  /** A client has started over: its request is to be begun, as one that has just come to an address of the server. */
  onRestart(
    request: {
      readonly packet: RequestPacket;
      readonly remote: UdpAddress;
      readonly local: UdpAddress;
    },
  ): void;
  /** There is no worker, and will be none. */
  onDead(error: Error): void;
}

/** What a pool is made from. */
export interface PoolOptions {
  /** The workers. */
  readonly workers: WorkerConfig;
  /** Options that count for each transfer. */
  readonly transfers: TransferOptions;
  /**
   * Starts a thread.
   *
   * @param index Which one, from 0 on.
   */
  readonly startThread?: (index: number) => Thread;
}

/** One place for a worker. */
interface Place {
  readonly thread: Thread;
  readonly outbox: Outbox<ToWorker>;
  readonly transfers: Map<number, RemoteTransfer>;
  isReady: boolean;
}

/** The workers of a server. */
export class WorkerPool implements WayToWorkers {
  readonly #options: PoolOptions;
  readonly #host: PoolHost;
  readonly #places: (Place | null)[];
  readonly #timers = new Set<() => void>();
  #data: unknown;
  #generation = 0;
  #lastPrepared = 0;
  #preparing: Preparation | null = null;
  #isClosed = false;

  constructor(options: PoolOptions, host: PoolHost) {
    this.#options = options;
    this.#host = host;
    this.#data = options.workers.data;
    this.#places = Array.from({ length: options.workers.count }, () => null);
  }

  /** Whether a worker has its handler. */
  get isReady(): boolean {
    return this.#places.some((place) => place?.isReady);
  }

  /** Starts the workers; requests may be handed over at once. */
  start(): void {
    for (const index of this.#places.keys()) this.#start(index);
  }

  /**
   * Hands a request over.
   *
   * @throws {NoAnswerError} When there is no worker just now.
   */
  open(
    { info, filename, response }: {
      readonly info: RequestInfo;
      readonly filename: string;
      readonly response: TftpResponse;
    },
    callbacks: RemoteCallbacks,
  ): RemoteTransfer {
    const place = this.#leastBusy();
    if (place === null) {
      throw new NoAnswerError("There is no worker to answer it just now");
    }
    const { id, operation, mode, options, remote, local } = info;
    const send = (message: ToWorker) => place.outbox.addUrgent(message);
    const transfer = new RemoteTransfer({
      ...callbacks,
      info,
      response,
      send,
      clock: this.#host.clock,
      onClose() {
        place.transfers.delete(id);
        callbacks.onClose();
      },
    });
    place.transfers.set(id, transfer);
    send({
      type: "open",
      id,
      generation: this.#generation,
      packet: {
        type: operation === "read" ? "RRQ" : "WRQ",
        filename: info.filename,
        mode,
        options,
      },
      filename,
      remote,
      local,
    });
    return transfer;
  }

  /**
   * Has all workers make a handler of other data, for requests to come.
   *
   * @throws {Error} What one of them has thrown; then everything stays as it was.
   */
  async reload(data: unknown): Promise<void> {
    while (this.#preparing) await this.#preparing.done.catch(() => {});
    const places = this.#places.filter((place) => place !== null);
    // Who is started later, is started with it.
    if (places.length === 0) return void (this.#data = data);
    const generation = ++this.#lastPrepared;
    const preparing = new Preparation(generation, data);
    this.#preparing = preparing;
    for (const { outbox } of places) preparing.ask(outbox);
    try {
      await preparing.done;
      this.#generation = generation;
      this.#data = data;
    } finally {
      this.#preparing = null;
    }
  }

  /** Ends all workers, whatever they do. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    for (const place of this.#places) {
      place?.outbox.flush();
      place?.thread.terminate();
    }
    this.#places.fill(null);
    this.#preparing?.settle(new Error("The server was shut down"));
  }

  #leastBusy(): Place | null {
    let best: Place | null = null;
    for (const place of this.#places) {
      if (!place) continue;
      const isBetter = !best ||
        (place.isReady !== best.isReady
          ? place.isReady
          : place.transfers.size < best.transfers.size);
      if (isBetter) best = place;
    }
    return best;
  }

  #start(index: number): void {
    const { workers, transfers, startThread = startWorker } = this.#options;
    const thread = startThread(index);
    const place: Place = {
      thread,
      transfers: new Map(),
      isReady: false,
      outbox: new Outbox(
        (messages) => thread.postMessage(messages),
        this.#host.clock,
      ),
    };
    this.#places[index] = place;
    thread.onmessage = ({ data }: MessageEvent<readonly FromWorker[]>) => {
      for (const message of data) this.#handle(message, place, index);
    };
    thread.onerror = (event) => {
      // Or it would end the process.
      event.preventDefault();
      this.#lose(index, place, event.message);
    };
    place.outbox.addUrgent({
      type: "start",
      module: workers.module,
      data: this.#data,
      generation: this.#generation,
      options: portionOf(transfers, index, workers.count),
      isWatched: this.#host.isWatched,
    });
    this.#preparing?.ask(place.outbox);
  }

  #handle(message: FromWorker, place: Place, index: number): void {
    if (this.#places[index] !== place) return;
    switch (message.type) {
      case "prepared": {
        const { generation, fault } = message;
        const error = fault && unpackFault(fault);
        if (generation === this.#preparing?.generation) {
          this.#preparing.settle(error);
        } else if (error) this.#lose(index, place, error.message);
        else place.isReady = true;
        return;
      }
      case "restart":
        return this.#host.onRestart(message);
      case "fault":
        return this.#host.reportFault(unpackFault(message.fault));
      default:
        place.transfers.get(message.id)?.handle(message);
    }
  }

  /** A worker is no more. */
  #lose(index: number, place: Place, reason: string): void {
    if (this.#places[index] !== place) return;
    this.#places[index] = null;
    place.thread.terminate();
    this.#preparing?.settle(new Error(reason));
    const count = place.transfers.size;
    const error = new WorkerError(
      place.isReady
        ? `A worker broke, with ${count} transfers, and is started again: ${reason}`
        : `Cannot start a worker: ${reason}`,
    );
    this.#host.reportFault(error);
    const failure = packError(
      new TftpError(ERROR_CODE.NotDefined, "The worker of the transfer broke", {
        cause: error,
      }),
    );
    for (const [id, transfer] of [...place.transfers]) {
      const { durationMs: _, ...rest } = summarize(null, 0);
      const event = {
        type: "failed",
        transfer: { ...rest, durationMs: 0 },
        error: failure,
      } as const;
      transfer.handle({ type: "event", id, event });
      transfer.handle({ type: "closed", id });
    }
    if (place.isReady) this.#restart(index);
    else if (this.#places.every((each) => each === null)) {
      this.#host.onDead(error);
    }
  }

  #restart(index: number): void {
    if (this.#isClosed) return;
    const cancel = this.#host.clock.schedule(RESTART_MS, () => {
      this.#timers.delete(cancel);
      this.#start(index);
    });
    this.#timers.add(cancel);
  }
}

/** Handlers that are being made of other data. */
class Preparation {
  readonly generation: number;
  readonly done: Promise<void>;
  readonly #data: unknown;
  #missing = 0;
  #finish!: { resolve(): void; reject(error: unknown): void };

  constructor(generation: number, data: unknown) {
    this.generation = generation;
    this.#data = data;
    this.done = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    // Whoever waits for it is told.
    this.done.catch(() => {});
  }

  /** Has a worker make one. */
  ask(outbox: Outbox<ToWorker>): void {
    this.#missing++;
    const { generation } = this;
    outbox.addUrgent({ type: "prepare", data: this.#data, generation });
  }

  /** One of them is done, or none of them counts. */
  settle(error: Error | null): void {
    if (error) this.#finish.reject(error);
    else if (--this.#missing === 0) this.#finish.resolve();
  }
}

function startWorker(index: number): Thread {
  return new Worker(new URL("./entry.ts", import.meta.url), {
    type: "module",
    name: `tftpkit ${index + 1}`,
  });
}

/** The options for one worker: of a range of ports, each has a part of its own. */
function portionOf(
  options: TransferOptions,
  index: number,
  count: number,
): TransferOptions {
  const { portRange } = options;
  if (!portRange) return options;
  const { first, last } = portRange;
  const at = (part: number) =>
    first + Math.floor((last - first + 1) * part / count);
  return {
    ...options,
    portRange: { first: at(index), last: at(index + 1) - 1 },
  };
}
