/** What systems say that have no more files or memory to give. */
const SHORTAGE_CODES: ReadonlySet<unknown> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
]);

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
  return error instanceof Error &&
    (error instanceof NoSocketError ||
      SHORTAGE_CODES.has((error as { code?: unknown }).code) ||
      isShortage(error.cause));
}
