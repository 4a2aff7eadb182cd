// Keeps what devices ask for, in their order: for tests of a device, and for whoever wants to know what it does. Rules:
// 1. What is kept is bounded: the oldest requests go, and are counted.
// 2. A record is made when the request comes, and is completed, in place, when it ends.

import { formatAddress, plainHostname } from "../net/mod.ts";
import { checkNumberTo } from "../packet/check.ts";
import { given } from "../packet/given.ts";
import type { OptionList } from "../packet/mod.ts";
import type { RequestInfo, ServerEvent } from "../server/events.ts";
import {
  assertAsked,
  type AssertAskedOptions,
  isAsExpected,
  type RecordedRequest,
  type RequestExpectation,
} from "./asked.ts";
import { toRecord } from "./record.ts";

/** Options of {@linkcode recorder}. */
export interface RecorderOptions {
  /**
   * What to call the device that a request comes from.
   *
   * @param request The request.
   * @returns A name, the same for each request of the device.
   * @default {its address}
   */
  readonly device?: (request: RequestInfo) => string;
  /**
   * Requests that are kept; of more than that, the newest ones.
   *
   * @default {10000}
   */
  readonly maxRequests?: number;
  /**
   * Told of each request when it has ended. What it throws is not caught here.
   *
   * @param request The request, complete.
   */
  readonly onEnd?: (request: RecordedRequest) => void;
  /**
   * The time.
   *
   * @default {() => new Date()}
   */
  readonly now?: () => Date;
}

/** What devices asked for, as JSON. */
export interface Recording {
  /** What each device asked for, in its order. */
  readonly devices: Readonly<Record<string, readonly RecordedRequest[]>>;
  /** Requests that came before those that are kept. */
  readonly forgotten: number;
}

/** Options of {@linkcode Recorder.waitFor}. */
export interface WaitForOptions {
  /** Ends the waiting; the promise is rejected then. */
  readonly signal?: AbortSignal;
}

/** Keeps what devices ask for. */
export interface Recorder {
  /** Takes an event of one server: what to give to `serve` as `onEvent`. */
  readonly onEvent: (event: ServerEvent) => void;
  /** What was asked for, by all devices, in its order. */
  readonly requests: readonly RecordedRequest[];
  /** Requests that came before those that are kept. */
  readonly forgotten: number;
  /** What was asked for, device by device: what `JSON.stringify` makes of the recorder. */
  toJSON(): Recording;
  /**
   * Checks that these requests, and no others, were made in this order.
   *
   * @param expected What is expected, in its order: names, patterns, or more than that.
   * @param options Which requests count.
   * @throws {UnexpectedRequestsError} When something else was asked for; its message shows the difference.
   */
  assertAsked(
    expected: readonly RequestExpectation[],
    options?: AssertAskedOptions,
  ): void;
  /**
   * Waits until a request that is as expected has ended; one that has ended already counts as well.
   *
   * @param expected What is expected. Where it says no outcome, a request that only asked for the size does not count.
   * @param options When to give up.
   * @returns The first such request.
   * @throws The reason of the signal, when it is aborted before that.
   */
  waitFor(
    expected: RequestExpectation,
    options?: WaitForOptions,
  ): Promise<RecordedRequest>;
  /** Forgets everything: what comes next is the first request. */
  clear(): void;
}

/**
 * Makes a recorder of requests: what does this device ask for, in which order, with which options, and what does it get?
 *
 * @param options What to call devices, and how much to keep.
 * @returns The recorder.
 * @throws {RangeError} When the number of requests is not a whole one from 1 on.
 *
 * @example Boots, and asks for these names in this order
 * ```ts
 * import { recorder } from "@tftpkit/tftp/observe";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 *
 * const record = recorder();
 * const { onEvent } = record;
 * await using server = serve({ hostname: "127.0.0.1", port: 0, onEvent }, () => new TftpResponse("hi"));
 * for (const name of ["loader", "config"]) { // the device
 *   await using response = await get(`tftp://127.0.0.1:${server.addr.port}/${name}`);
 *   await response.text();
 * }
 * await record.waitFor("config");
 * record.assertAsked(["loader", { filename: "config", operation: "read", outcome: "finished", bytes: 2 }]);
 * ```
 */
export function recorder(options: RecorderOptions = {}): Recorder {
  const { maxRequests = 10_000 } = options;
  checkNumberTo("record requests", "maxRequests", maxRequests, 1);
  return new RequestRecorder({ ...options, maxRequests });
}

/** Requests that have not ended: a server has fewer, but something in between may swallow their ends. */
const MAX_OPEN_REQUESTS = 10_000;

/** A record, as long as it is being made. */
type Draft = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

interface Waiter {
  readonly expected: RequestExpectation;
  readonly resolve: (request: RecordedRequest) => void;
}

class RequestRecorder implements Recorder {
  readonly requests: Draft[] = [];
  readonly #options: RecorderOptions & { readonly maxRequests: number };
  readonly #open = new Map<number, Draft>();
  readonly #waiters = new Set<Waiter>();
  #forgotten = 0;

  constructor(options: RecorderOptions & { readonly maxRequests: number }) {
    this.#options = options;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  readonly onEvent = (event: ServerEvent): void => {
    if (event.type === "ignored") return;
    if (event.type === "request") return this.#begin(event.request);
    const draft = this.#open.get(event.request.id);
    if (draft) this.#complete(draft, event);
  };

  toJSON(): Recording {
    const devices = new Map<string, RecordedRequest[]>();
    for (const request of this.requests) {
      const own = devices.get(request.device);
      if (own) own.push({ ...request });
      else devices.set(request.device, [{ ...request }]);
    }
    return {
      devices: Object.fromEntries(devices),
      forgotten: this.#forgotten,
    };
  }

  assertAsked(
    expected: readonly RequestExpectation[],
    options?: AssertAskedOptions,
  ): void {
    assertAsked(this.requests, expected, options);
  }

  waitFor(
    expected: RequestExpectation,
    { signal }: WaitForOptions = {},
  ): Promise<RecordedRequest> {
    const done = this.requests.find((request) => hasEndedAs(request, expected));
    if (done) return Promise.resolve(done);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiters.delete(waiter);
        reject(signal!.reason);
      };
      const waiter: Waiter = {
        expected,
        resolve: (request) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(request);
        },
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  clear(): void {
    this.requests.length = 0;
    this.#open.clear();
    this.#forgotten = 0;
  }

  #begin(request: RequestInfo): void {
    const { now = () => new Date(), device } = this.#options;
    const { id, remote, operation, filename, mode } = request;
    const draft: Draft = {
      id,
      time: now().toISOString(),
      device: device?.(request) ?? plainHostname(remote.hostname),
      client: formatAddress(remote),
      operation,
      filename,
      mode,
      options: toObject(request.options),
      outcome: "pending",
      bytes: 0,
    };
    this.#open.set(id, draft);
    if (this.#open.size > MAX_OPEN_REQUESTS) {
      const [oldest] = this.#open.keys();
      this.#open.delete(oldest!);
    }
    this.requests.push(draft);
    if (this.requests.length <= this.#options.maxRequests) return;
    this.requests.shift();
    this.#forgotten++;
  }

  #complete(
    draft: Draft,
    event: Exclude<ServerEvent, { type: "ignored" | "request" }>,
  ): void {
    switch (event.type) {
      case "negotiated":
        draft.accepted = toObject(event.acknowledged);
        return;
      case "progress":
        draft.bytes = event.bytes;
        return;
      case "finished":
      case "probed":
      case "failed":
      case "refused":
      case "dropped":
        break;
      default:
        return;
    }
    const { bytes = 0, seconds, retransmissions, code, reason } = toRecord(
      event,
      NO_TIME,
    );
    Object.assign(draft, {
      outcome: event.type,
      bytes,
      ...given({ seconds, retransmissions, code, reason }),
    });
    this.#open.delete(draft.id);
    for (const waiter of this.#waiters) {
      if (!hasEndedAs(draft, waiter.expected)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(draft);
    }
    this.#options.onEnd?.(draft);
  }
}

/** A record has no use for the time of the event. */
const NO_TIME = new Date(0);

function hasEndedAs(
  request: RecordedRequest,
  expected: RequestExpectation,
): boolean {
  if (request.outcome === "pending") return false;
  const saysOutcome = typeof expected === "object" && "outcome" in expected;
  return (saysOutcome || request.outcome !== "probed") &&
    isAsExpected(request, expected);
}

function toObject(options: OptionList): Record<string, string> {
  return Object.fromEntries(
    options.map(([name, value]) => [name.toLowerCase(), value]),
  );
}
