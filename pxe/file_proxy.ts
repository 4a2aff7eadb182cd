// Files of other servers, passed on to machines that cannot load them themselves: iPXE without HTTPS, or a network that leads
// nowhere else. Rules:
// 1. Only what a lookup has said is passed on, so that this is no proxy for everybody: a path holds the URL, and a signature
//    with a key that lives as long as the process.
// 2. Nothing of a request goes to the other server but the range that is wanted; nothing of its answer comes back but what a
//    boot loader needs, and it is not decoded on the way, so that its length is right.
// 3. A machine learns a status and its fixed text, and not what went wrong where.

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  exchangeTeller,
  type HttpExchange,
  type HttpHandler,
  type Outcome,
} from "./http_exchange.ts";
import type { MachineBoot } from "./machine_boot.ts";

/** Where files of other servers are, before the URL and its signature. */
export const PROXY_PATH = "/v1/file/";

const KEY_BYTES = 32;

/** What a boot loader needs to know of a file. */
const PASSED_HEADERS = [
  "accept-ranges",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "last-modified",
];

/** Options of {@linkcode FileProxy}. */
export interface FileProxyOptions {
  /** How other servers are asked. */
  readonly fetch?: typeof fetch;
  /** What signatures are made with. */
  readonly key?: Uint8Array;
  readonly onExchange?: (exchange: HttpExchange) => void;
}

/** Passes files on. */
export class FileProxy {
  readonly #fetch: typeof fetch;
  readonly #key: Uint8Array;
  readonly #onExchange: FileProxyOptions["onExchange"];

  constructor(options: FileProxyOptions = {}) {
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#key = options.key ??
      crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    this.#onExchange = options.onExchange;
  }

  /**
   * The same, with files loaded through this service; those that it has itself stay as they are.
   *
   * @param boot What to boot, with absolute URLs.
   * @param origin Where this service is.
   */
  wrap(boot: MachineBoot, origin: string): MachineBoot {
    const through = (url: string): string =>
      /^https?:/.test(url) && !url.startsWith(`${origin}/`)
        ? `${origin}${PROXY_PATH}${this.#sign(url)}`
        : url;
    const { kernel, initrd } = boot;
    return {
      ...boot,
      ...kernel === undefined ? {} : { kernel: through(kernel) },
      ...initrd === undefined ? {} : { initrd: initrd.map(through) },
    };
  }

  /** Answers requests for such files; `undefined` to those for others. */
  readonly handle = async (
    ...[request, info]: Parameters<HttpHandler>
  ): Promise<Response | undefined> => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(PROXY_PATH)) return undefined;
    const url = this.#verify(pathname.slice(PROXY_PATH.length));
    const tell = exchangeTeller(
      request,
      info,
      this.#onExchange &&
        ((exchange) =>
          this.#onExchange!({ ...exchange, path: url ?? pathname })),
    );
    const refuse = (status: number, text: string, error: unknown): Response => {
      tell({ status, bytes: 0, error });
      return new Response(request.method === "HEAD" ? null : `${text}\n`, {
        status,
      });
    };
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      return refuse(405, "Method not allowed", null);
    }
    if (url === null) return refuse(404, "Not found", null);
    let response: Response;
    try {
      response = await this.#ask(request, url);
    } catch (error) {
      return refuse(502, "Bad gateway", error);
    }
    if (!response.ok) {
      await response.body?.cancel();
      const { status } = response;
      const isClear = status === 404 || status === 416;
      const error = new Error(`${url} answered ${status}`);
      return isClear
        ? refuse(status, "Not found", null)
        : refuse(502, "Bad gateway", error);
    }
    return passOn(response, tell);
  };

  #ask({ method, headers, signal }: Request, url: string): Promise<Response> {
    const range = headers.get("range");
    return this.#fetch(url, {
      method,
      signal,
      headers: {
        "accept-encoding": "identity",
        ...range === null ? {} : { range },
      },
    });
  }

  /** The URL and its signature, as they stand in a path. */
  #sign(url: string): string {
    return `${Buffer.from(url).toString("base64url")}.${
      this.#signatureOf(url).toString("base64url")
    }`;
  }

  /** The URL that was signed; `null` when none was. */
  #verify(token: string): string | null {
    const [name = "", signature = ""] = token.split(".");
    const url = Buffer.from(name, "base64url").toString();
    const given = Buffer.from(signature, "base64url");
    const wanted = this.#signatureOf(url);
    const isSame = given.length === wanted.length &&
      timingSafeEqual(given, wanted);
    return isSame ? url : null;
  }

  #signatureOf(url: string): Buffer {
    return createHmac("sha256", this.#key).update(url).digest();
  }
}

function passOn(
  { status, headers, body }: Response,
  tell: (outcome: Outcome) => void,
): Response {
  const passed = new Headers({ "cache-control": "no-transform" });
  for (const name of PASSED_HEADERS) {
    const value = headers.get(name);
    if (value !== null) passed.set(name, value);
  }
  if (body === null) {
    tell({ status, bytes: 0, error: null });
    return new Response(null, { status, headers: passed });
  }
  return new Response(countedBody(body, status, tell), {
    status,
    headers: passed,
  });
}

function countedBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  status: number,
  tell: (outcome: Outcome) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          bytes += value.length;
          controller.enqueue(value);
          return;
        }
      } catch (error) {
        tell({ status, bytes, error });
        controller.error(error);
        return;
      }
      tell({ status, bytes, error: null });
      controller.close();
    },
    async cancel(reason) {
      tell({
        status,
        bytes,
        error: reason ?? new Error("The client has gone"),
      });
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
