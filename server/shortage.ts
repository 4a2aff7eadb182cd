/** What systems say that have no more files or memory to give. */
const SHORTAGE_CODES: ReadonlySet<unknown> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
]);

/** The same by number, for errors of Deno that have no code: out of memory, files (ENFILE, EMFILE), buffers. */
const SHORTAGE_REGEXP = /\(os error (?:12|23|24|105)\)/;

/** Causes that are looked at: an error can be its own. */
const MAX_CAUSES = 8;

/** There is no socket for a transfer: its request is left without an answer, and the client will ask again. */
export class NoSocketError extends Error {
  override readonly name: string = "NoSocketError";
}

/**
 * Whether something failed because the system, or a range of ports, has nothing more to give. It passes: who is told of an
 * error gives up, who hears nothing asks again.
 *
 * @param error What was thrown, or has that as its cause.
 */
export function isShortage(error: unknown): error is Error {
  let cause = error;
  for (let i = 0; i < MAX_CAUSES && cause instanceof Error; i++) {
    const { code, message } = cause as Error & { readonly code?: unknown };
    const isOne = cause instanceof NoSocketError || SHORTAGE_CODES.has(code) ||
      SHORTAGE_REGEXP.test(message);
    if (isOne) return true;
    cause = cause.cause;
  }
  return false;
}
