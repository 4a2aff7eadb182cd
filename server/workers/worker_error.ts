/**
 * Given to `onError` when a worker could not be started, or broke. Its transfers are told as failed; others go on.
 *
 * @example Tell the one from what handlers throw
 * ```ts
 * import { serve, WorkerError } from "@tftpkit/tftp/server";
 *
 * const server = serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   onError: (error) => console.error(error instanceof WorkerError ? "worker:" : "handler:", error),
 * }, () => {});
 * await server.shutdown();
 * ```
 */
export class WorkerError extends Error {
  /** The class name, for logs. */
  override readonly name: string = "WorkerError";
}
