// What is told of requests over HTTP, whoever answers them.

/** A request over HTTP, and what became of it. */
export interface HttpExchange {
  /** The address of the client; `null` when it is not known. */
  readonly hostname: string | null;
  /** The method, as asked. */
  readonly method: string;
  /** The path, as asked. */
  readonly path: string;
  /** The status of the response. */
  readonly status: number;
  /** Octets of the body that were handed to the system. */
  readonly bytes: number;
  /** From the request to the end, in milliseconds. */
  readonly durationMs: number;
  /** Why it has broken off, or what was wrong; `null` when nothing was. */
  readonly error: unknown;
}

/** Answers a request over HTTP. */
export type HttpHandler = (
  request: Request,
  info?: { readonly remoteAddr: Deno.Addr },
) => Response | Promise<Response>;

/** What became of a request. */
export type Outcome = Pick<HttpExchange, "status" | "bytes" | "error">;

/**
 * Makes a function that tells what became of a request. What it calls cannot break a response.
 *
 * @param request The request, which begins now.
 * @param info Where it comes from.
 * @param onExchange Who is told.
 */
export function exchangeTeller(
  request: Request,
  info: Parameters<HttpHandler>[1],
  onExchange: ((exchange: HttpExchange) => void) | undefined,
): (outcome: Outcome) => void {
  const startedAt = performance.now();
  const { method, url } = request;
  const address = info?.remoteAddr;
  return (outcome) => {
    try {
      onExchange?.({
        hostname: address && "hostname" in address ? address.hostname : null,
        method,
        path: new URL(url).pathname,
        durationMs: performance.now() - startedAt,
        ...outcome,
      });
    } catch {
      // Whoever watches must not be able to break a response.
    }
  };
}
