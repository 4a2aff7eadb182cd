import {
  type Sink,
  type Source,
  toSource,
  type TransferBody,
} from "../net/mod.ts";

/** Options of {@linkcode TftpResponse}. */
export interface TftpResponseInit {
  /**
   * Octets in the body, for a stream whose length is known; the client may ask for it (`tsize`, RFC 2349).
   *
   * @default {null}
   */
  readonly size?: number | null;
}

/**
 * The answer of a handler: what a read sends, or where an upload goes.
 *
 * @example A text
 * ```ts
 * import { TftpResponse } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new TftpResponse("Hello World!\n").source?.size, 13);
 * ```
 */
export class TftpResponse {
  /** Where the bytes of a read come from; `null` for an upload. */
  readonly source: Source | null;
  /** Where the bytes of an upload go; `null` for a read. */
  readonly sink: Sink | null;

  /**
   * Answers a read.
   *
   * @param body What to send.
   * @param init The size of a stream.
   * @throws {RangeError} When the size is not a whole number of octets.
   */
  constructor(body: TransferBody, init: TftpResponseInit = {}) {
    const { size = null } = init;
    this.source = toSource(body, size);
    this.sink = null;
  }

  /**
   * Accepts an upload into a sink.
   *
   * @param sink Where its bytes go.
   * @returns The response.
   *
   * @example Take an upload and forget it
   * ```ts
   * import { TftpResponse } from "@tftpkit/tftp/handlers";
   * import { assertEquals } from "@std/assert";
   *
   * const response = TftpResponse.upload({ write() {}, commit() {}, abort() {} });
   * assertEquals(response.source, null);
   * ```
   */
  static upload(sink: Sink): TftpResponse {
    return Object.create(TftpResponse.prototype, {
      source: { value: null, enumerable: true },
      sink: { value: sink, enumerable: true },
    });
  }
}
