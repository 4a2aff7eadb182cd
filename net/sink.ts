/**
 * Where the bytes of a transfer go. The last block is acknowledged when {@linkcode Sink.commit} has succeeded and not
 * before: an upload that was acknowledged is safe.
 *
 * @example A sink that counts
 * ```ts
 * import type { Sink } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * let count = 0;
 * const sink: Sink = { write: (bytes) => void (count += bytes.length), commit() {}, abort() {} };
 * sink.write(new Uint8Array(5));
 * assertEquals(count, 5);
 * ```
 */
export interface Sink {
  /**
   * Takes the next bytes. Throwing ends the transfer; a `TftpError` tells the other side with which code.
   *
   * @param bytes The bytes; their array is used again as soon as this returns, or its promise is settled.
   */
  write(bytes: Uint8Array): void | Promise<void>;
  /** All bytes have come: makes them safe. Throwing turns the last acknowledgment into an ERROR. */
  commit(): void | Promise<void>;
  /**
   * The transfer failed, also when `write` or `commit` was what failed: leaves nothing behind. Called once at most, perhaps
   * while a promise of `write` or `commit` is not settled yet.
   *
   * @param reason Why.
   */
  abort(reason: unknown): void | Promise<void>;
}
