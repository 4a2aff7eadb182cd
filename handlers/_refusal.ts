import {
  ERROR_CODE,
  type ErrorCode,
  errorCodeText,
  TftpError,
} from "../packet/mod.ts";

/**
 * An error that refuses a request with the fixed text of its code: the message is for the log, the client learns none of it.
 *
 * @param code The code for the wire.
 * @param message What is wrong, in full.
 * @param options The cause, where there is one.
 */
export function refusal(
  code: ErrorCode,
  message: string,
  options: ErrorOptions = {},
): TftpError {
  return new TftpError(code, message, {
    ...options,
    wireText: errorCodeText(code),
  });
}

/**
 * What a client is told when several refuse. `FileNotFound` comes first: for a read it is all that is ever passed on, and
 * for a write it comes from somebody who takes uploads and has looked, while `AccessViolation` may come from somebody who
 * takes none at all. Among equals the last one counts. The message names all reasons, each once.
 *
 * @param refusals What was thrown, at least one, in order.
 */
export function mostTelling(refusals: readonly TftpError[]): TftpError {
  const best =
    refusals.findLast(({ code }) => code === ERROR_CODE.FileNotFound) ??
      refusals.at(-1)!;
  const reasons = new Set(refusals.map(({ message }) => message));
  if (reasons.size === 1) return best;
  return new TftpError(best.code, [...reasons].join("; "), {
    cause: best,
    wireText: best.wireText,
  });
}
