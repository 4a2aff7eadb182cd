import { ERROR_CODE, errorCodeText, TftpError } from "../../packet/mod.ts";
import type { TftpHandler } from "../request.ts";

/** Options of {@linkcode byOperation}. */
export interface ByOperationOptions {
  /** Answers reads; without it they are refused with code 2. */
  readonly read?: TftpHandler;
  /** Answers writes; without it they are refused with code 2. */
  readonly write?: TftpHandler;
}

/**
 * A handler for reads and another one for writes: so uploads can go into a directory of their own, where nobody reads them
 * back.
 *
 * @param handlers The two.
 * @returns A handler for both.
 * @throws {TypeError} When one is no function.
 *
 * @example Uploads apart from what is served
 * ```ts
 * import { byOperation, serveDir } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const handler = byOperation({
 *   read: (request) => serveDir(request, { root: "./srv" }),
 *   write: (request) => serveDir(request, { root: "./uploads", write: true }),
 * });
 * assertEquals(typeof handler, "function");
 * ```
 */
export function byOperation(handlers: ByOperationOptions): TftpHandler {
  const { read, write } = handlers;
  for (const [name, handler] of Object.entries({ read, write })) {
    if (handler === undefined || typeof handler === "function") continue;
    throw new TypeError(
      `Cannot use ${name} as it must be a function: current value is ${handler}`,
    );
  }
  return (request) => {
    const handler = request.operation === "read" ? read : write;
    if (handler) return handler(request);
    throw new TftpError(
      ERROR_CODE.AccessViolation,
      `Cannot answer ${request.operation} as there must be a handler for it: none is given`,
      { wireText: errorCodeText(ERROR_CODE.AccessViolation) },
    );
  };
}
