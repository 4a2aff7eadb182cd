import { ERROR_CODE, errorCodeText, TftpError } from "../packet/mod.ts";

/**
 * Thrown by a handler, leaves a request without an answer: the client hears nothing, and `serve` tells a `dropped` event
 * with the message as its reason. A client that does not belong here learns nothing that way, not even that there is a
 * server; one that came at a bad moment asks again, where an ERROR would have made it give up.
 *
 * Once an upload is under way, because the handler has read `request.body`, it is an ERROR with code 2 like any other.
 *
 * @example Keep silent at night
 * ```ts
 * import { NoAnswerError, serveDir, type TftpHandler } from "@tftpkit/tftp/handlers";
 * import { assertThrows } from "@std/assert";
 *
 * const isNight = () => true;
 * const handler: TftpHandler = (request) => {
 *   if (isNight()) throw new NoAnswerError("It is night");
 *   return serveDir(request, { root: "./srv" });
 * };
 * assertThrows(() => handler({} as never), NoAnswerError);
 * ```
 */
export class NoAnswerError extends TftpError {
  /** The class name, for logs. */
  override readonly name: string = "NoAnswerError";

  /**
   * Creates the error.
   *
   * @param reason Why there is no answer, for the log.
   * @param options The cause, where there is one.
   */
  constructor(reason: string, options: ErrorOptions = {}) {
    super(ERROR_CODE.AccessViolation, reason, {
      ...options,
      wireText: errorCodeText(ERROR_CODE.AccessViolation),
    });
  }
}
