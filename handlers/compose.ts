// Several handlers as one, tried in order. Rules:
// 1. A handler declines by returning nothing without having read the body, or by throwing a TftpError that means no more
//    than "not here": FileNotFound; for a write also AccessViolation, which is what one says that takes no uploads. Not
//    by a NoAnswerError: it says that nobody is to answer.
// 2. Who has begun to read an upload has taken it: what it then returns or throws is the answer.
// 3. Everything else is an answer, too, and ends the search: a response, any other error. So a file that is refused is not
//    sought further down, and a disk that is full is told. A policy that refuses writes with AccessViolation belongs
//    around the whole, not among the handlers.
// 4. When all have declined, the client is told the most telling of their errors: FileNotFound before AccessViolation,
//    the later before the earlier. When there is none, FileNotFound for a read, and AccessViolation for a write.

import { NoAnswerError } from "./no_answer.ts";
import { ERROR_CODE, quoteText, TftpError } from "../packet/mod.ts";
import { mostTelling, refusal } from "./_refusal.ts";
import { guardUpload } from "./_upload_guard.ts";
import type { TftpHandler, TftpRequest } from "./request.ts";

/**
 * Tries handlers in order: one that declines passes the request on. Declining is to return nothing without having read the
 * body, or to throw a `TftpError` with `FileNotFound`, or, for a write, with `AccessViolation`. Whoever reads the body has
 * taken the upload, and cannot decline any more.
 *
 * When all decline, the last `FileNotFound` that was thrown is the answer, or else the last error; with none at all, it is
 * `FileNotFound` for a read and `AccessViolation` for a write. Its message has the reasons of all.
 *
 * @param handlers The handlers.
 * @returns The handler that tries them.
 * @throws {TypeError} When one of them is no function.
 *
 * @example Made up, from a directory, or else a default
 * ```ts
 * import { compose, memory, serveDir, type TftpHandler } from "@tftpkit/tftp/handlers";
 *
 * const handler: TftpHandler = compose(
 *   memory({ motd: "Hello World!\n" }),
 *   (request) => serveDir(request, { root: "./srv" }),
 *   (request) => serveDir(request, { root: "./default" }),
 * );
 * ```
 */
export function compose(...handlers: TftpHandler[]): TftpHandler {
  for (const handler of handlers) {
    if (typeof handler === "function") continue;
    throw new TypeError(
      `Cannot compose handlers as each must be a function: current value is ${handler}`,
    );
  }
  return async (request) => {
    const refusals: TftpError[] = [];
    for (const handler of handlers) {
      const guard = guardUpload(request);
      try {
        const response = await handler(guard.request);
        if (response || guard.isTaken) return response;
      } catch (error) {
        if (guard.isTaken || !isDeclining(error, request)) throw error;
        refusals.push(error);
      }
      guard.revoke();
    }
    throw refusals.length > 0 ? mostTelling(refusals) : nobody(request);
  };
}

function isDeclining(
  error: unknown,
  { operation }: TftpRequest,
): error is TftpError {
  // Whoever wants no answer given wants none from others either.
  return error instanceof TftpError && !(error instanceof NoAnswerError) &&
    (error.code === ERROR_CODE.FileNotFound ||
      (error.code === ERROR_CODE.AccessViolation && operation === "write"));
}

function nobody({ operation, filename }: TftpRequest): TftpError {
  const code = operation === "read"
    ? ERROR_CODE.FileNotFound
    : ERROR_CODE.AccessViolation;
  const name = quoteText(filename);
  return refusal(code, `Cannot ${operation} ${name} as no handler took it`);
}
