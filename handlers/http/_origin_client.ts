// One request to an origin, redirects followed. Rules:
// 1. Every request ends: by its answer, by a time limit, or because nobody wants it any more.
// 2. Redirects are followed by hand: within the origin, unless others are allowed; never from https: to http:; and what is
//    secret (Authorization and all that was configured) does not go to another origin.
// 3. Answers to reads are counted until they have ended. When there are too many, what is asked anew is refused: what has
//    begun may go on.
// 4. Messages hold no query and no user name.

import type { Clock } from "../../net/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import { NoAnswerError } from "../no_answer.ts";
import { originUnavailable } from "./_origin_error.ts";
import { redactUrl } from "./_origin_url.ts";

/** `fetch`, or what stands for it: it signs requests, or plays an origin in a test. */
export type FetchFunction = (
  url: string,
  init: RequestInit & { headers: Headers },
) => Promise<Response>;

/** Which redirects are followed: those within the origin, all, or none. */
export type RedirectPolicy = "same-origin" | "any" | "never";

/** What a client of an origin needs. */
export interface OriginClientOptions {
  readonly fetch: FetchFunction;
  readonly headers: Headers;
  readonly redirect: RedirectPolicy;
  readonly connectTimeoutMs: number;
  readonly silenceTimeoutMs: number;
  /**
   * How many answers other than to uploads may be under way.
   *
   * @default {Infinity}
   */
  readonly maxRequests?: number;
  readonly clock: Clock;
}

/** A request. */
export interface OriginRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?:
    | ReadableStream<Uint8Array<ArrayBuffer>>
    | Uint8Array<ArrayBuffer>;
  /** Ends it, and the body of its answer. */
  readonly controller: AbortController;
  /** Whether it is refused when there are too many. */
  readonly isRefusable?: boolean;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Asks an origin. */
export class OriginClient {
  readonly options: OriginClientOptions;
  /** What ends each answer that is under way. */
  readonly #open = new Set<AbortController>();

  constructor(options: OriginClientOptions) {
    this.options = options;
  }

  /**
   * Asks, and gives the answer when its headers are there. An upload has no limit here: its sink watches it. Any other answer
   * is under way until it is said to be done, or its controller is aborted.
   */
  async send(url: string, request: OriginRequest): Promise<Response> {
    const { controller, method, isRefusable } = request;
    if (method === "PUT") return await this.#sendAll(url, request);
    const { maxRequests = Infinity } = this.options;
    if (isRefusable && this.#open.size >= maxRequests) {
      throw new NoAnswerError(
        `Cannot ${method} ${
          redactUrl(url)
        } as there must be ${maxRequests} requests at once at most: raise maxRequests`,
      );
    }
    this.#open.add(controller);
    const done = () => this.done(controller);
    controller.signal.addEventListener("abort", done, { once: true });
    try {
      return await this.#sendAll(url, request);
    } catch (error) {
      done();
      throw error;
    }
  }

  /** An answer is under way no more. */
  done(controller: AbortController): void {
    this.#open.delete(controller);
  }

  async #sendAll(url: string, request: OriginRequest): Promise<Response> {
    let current = new URL(url);
    for (let redirects = 0;; redirects++) {
      const isForeign = current.origin !== new URL(url).origin;
      const response = await this.#sendOnce(current.href, request, isForeign);
      const target = response.headers.get("location");
      const isRedirect = REDIRECTS.includes(response.status) && target !== null;
      if (!isRedirect || request.method === "PUT") return response;
      await response.body?.cancel().catch(() => {});
      current = this.#follow(url, current, target, redirects);
    }
  }

  /** Waits no longer than an origin may be silent. */
  async within<T>(
    limitMs: number,
    pending: Promise<T>,
    what: string,
  ): Promise<T> {
    const late = Promise.withResolvers<never>();
    const cancel = this.options.clock.schedule(limitMs, () => {
      late.reject(originUnavailable(`${what} within ${limitMs} ms`));
    });
    try {
      return await Promise.race([pending, late.promise]);
    } finally {
      cancel();
    }
  }

  async #sendOnce(
    url: string,
    request: OriginRequest,
    isForeign: boolean,
  ): Promise<Response> {
    const { fetch, connectTimeoutMs } = this.options;
    const { method, body, controller } = request;
    const headers = new Headers(isForeign ? {} : this.options.headers);
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      headers.set(name, value);
    }
    const action = `Cannot ${method} ${redactUrl(url)}`;
    try {
      const pending = fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: controller.signal,
        ...(body ? { body } : {}),
      });
      if (method === "PUT") return await pending;
      return await this.within(
        connectTimeoutMs,
        pending,
        `${action}: no answer`,
      );
    } catch (error) {
      controller.abort(error);
      if (error instanceof TftpError) throw error;
      throw originUnavailable(`${action}: ${tell(error, url)}`, error);
    }
  }

  #follow(first: string, from: URL, location: string, count: number): URL {
    const { redirect } = this.options;
    const action = `Cannot follow redirect from ${redactUrl(from)}`;
    if (count >= MAX_REDIRECTS) {
      throw originUnavailable(
        `${action} as there must be ${MAX_REDIRECTS} at most`,
      );
    }
    const to = URL.parse(location, from);
    if (to === null || !/^https?:$/.test(to.protocol)) {
      throw originUnavailable(`${action} as it must lead to an HTTP URL`);
    }
    to.username = to.password = to.hash = "";
    const isSame = to.origin === new URL(first).origin;
    if (redirect === "never" || (redirect === "same-origin" && !isSame)) {
      throw originUnavailable(
        `${action} to ${
          redactUrl(to)
        } as the policy for redirects is "${redirect}"`,
      );
    }
    if (from.protocol === "https:" && to.protocol === "http:") {
      throw originUnavailable(
        `${action} to ${redactUrl(to)} as it must stay with https:`,
      );
    }
    return to;
  }
}

/** What was thrown, in words; the runtime likes to put the whole URL into them. */
export function tell(error: unknown, url: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const { search } = new URL(url);
  return search === "" ? text : text.replaceAll(search, "");
}
