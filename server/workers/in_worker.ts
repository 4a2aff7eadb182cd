// How a request gets from the main thread into a worker. The server puts the way there into each request under a symbol of its
// own; a handler that returns what `inWorker` gives sends the request on that way, whatever else is wrapped around it.

import {
  type TftpHandler,
  type TftpRequest,
  TftpResponse,
} from "../../handlers/mod.ts";

/** Where a request has the way to the workers. */
export const WORKERS: unique symbol = Symbol("tftpkit workers");

/** Where a response has the request that a worker is to serve. */
const HANDED_OVER: unique symbol = Symbol("tftpkit handed over");

/** What of the workers a request knows. */
export interface WayToWorkers {
  /** Whether a worker has its handler, and waits for requests. */
  readonly isReady: boolean;
}

/**
 * Has a worker answer a request: what a handler in the main thread returns for what it does not answer itself. Handlers around
 * it, such as `restrict` and `withFilename`, do what they do elsewhere, except that no byte passes through them: rules about
 * how much is stored need a handler in the main thread.
 *
 * @param request The request.
 * @param local Answers in the main thread while no worker is ready, and where the server has none. Without it, requests wait
 * for the first worker.
 * @returns The response.
 * @throws {TypeError} When the server has no workers, and there is no `local`.
 *
 * @example One file is answered here, all others in workers
 * ```ts
 * import { inWorker, type TftpHandler, TftpResponse } from "@tftpkit/tftp/server";
 *
 * const handler: TftpHandler = (request) => {
 *   if (request.filename === "time") return new TftpResponse(new Date().toISOString());
 *   return inWorker(request);
 * };
 * ```
 */
export function inWorker(
  request: TftpRequest,
  local?: TftpHandler,
): ReturnType<TftpHandler> {
  const way = (request as { readonly [WORKERS]?: WayToWorkers | null })[
    WORKERS
  ];
  if (local && !way?.isReady) return local(request);
  if (!way) {
    throw new TypeError(
      "Cannot hand over a request as its server has no workers: say workers in the options of serve, or give a local handler",
    );
  }
  return handedOver(request);
}

/** The request that a response hands over; `undefined` when it is an answer itself. */
export function requestToHandOver(
  response: TftpResponse | void,
): TftpRequest | undefined {
  return (response as { readonly [HANDED_OVER]?: TftpRequest } | undefined)
    ?.[HANDED_OVER];
}

/** A response that stands for what a worker does: it has an end, which whoever follows it is told, and no bytes. */
function handedOver(request: TftpRequest): TftpResponse {
  const isRead = request.operation === "read";
  return Object.create(TftpResponse.prototype, {
    source: { value: isRead ? NO_SOURCE : null, enumerable: true },
    sink: { value: isRead ? null : NO_SINK, enumerable: true },
    options: { value: {}, enumerable: true },
    [HANDED_OVER]: { value: request },
  });
}

const NO_SOURCE = { size: null, read: noBytes, close() {} };
const NO_SINK = { write: noBytes, commit() {}, abort() {} };

function noBytes(): never {
  throw new TypeError("Cannot see the bytes of a transfer of another thread");
}
