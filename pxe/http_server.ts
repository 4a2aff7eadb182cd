// The HTTP server of a network boot service: files, and what each machine boots. Rules:
// 1. What a handler throws is told to who watches; the client learns "Internal error".
// 2. Downloads that are under way get time to end when the service ends, and then are broken off. Whoever still holds a
//    connection open does not hold up the end: Deno has no way to close it, so it is left to the end of the process.

import type { Clock } from "../net/mod.ts";
import type { HttpHandler } from "./http_exchange.ts";

/** Where and what to serve. */
export interface HttpServerOptions {
  readonly hostname: string;
  readonly port: number;
  /** Asked in order, until one answers. */
  readonly handlers: readonly ((
    ...args: Parameters<HttpHandler>
  ) => Response | undefined | Promise<Response | undefined>)[];
  readonly clock: Clock;
  /** How long downloads may go on in the end, in milliseconds. */
  readonly shutdownTimeoutMs: number;
  /** Breaks off downloads. */
  readonly breakOff: () => void;
  readonly onError: (error: unknown) => void;
}

/** Connections get this long to be closed after what went over them was broken off, in milliseconds. */
const CLOSING_MS = 1000;

/** A running HTTP server. */
export class HttpServer {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #options: HttpServerOptions;

  /** @throws What Deno throws when it cannot listen, with words that say where. */
  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { hostname, port, handlers, onError } = options;
    this.#server = Deno.serve({
      hostname,
      port,
      onListen: () => {},
      onError: (error) => {
        onError(error);
        return new Response("Internal error\n", { status: 500 });
      },
    }, async (request, info) => {
      for (const handler of handlers) {
        const response = await handler(request, info);
        if (response) return response;
      }
      return new Response("Not found\n", { status: 404 });
    });
  }

  get address(): Deno.NetAddr {
    return this.#server.addr;
  }

  get finished(): Promise<void> {
    return this.#server.finished;
  }

  setRef(isRef: boolean): void {
    if (isRef) this.#server.ref();
    else this.#server.unref();
  }

  async shutdown(): Promise<void> {
    const { clock, shutdownTimeoutMs, breakOff } = this.#options;
    const given = Promise.withResolvers<void>();
    const cancels = [
      clock.schedule(shutdownTimeoutMs, breakOff),
      clock.schedule(shutdownTimeoutMs + CLOSING_MS, () => {
        this.#server.unref();
        given.resolve();
      }),
    ];
    await Promise.race([this.#server.shutdown(), given.promise]);
    for (const cancel of cancels) cancel();
  }
}
