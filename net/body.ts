import { bytesSource, type Source, streamSource } from "./source.ts";

/** What can be sent: bytes, a text (as UTF-8), a stream of bytes, or a source of one's own. */
export type TransferBody =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | Source;

/**
 * A source over whatever can be sent.
 *
 * @param body What to send.
 * @param size Octets in a stream, if known; the other kinds know it themselves.
 * @returns The source.
 * @throws {RangeError} When the size is not a whole number of octets.
 * @throws {TypeError} When the body is nothing that can be sent.
 *
 * @example A text
 * ```ts
 * import { toSource } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toSource("Hello World!\n").size, 13);
 * ```
 */
export function toSource(
  body: TransferBody,
  size: number | null = null,
): Source {
  if (size !== null && (!Number.isSafeInteger(size) || size < 0)) {
    throw new RangeError(
      `Cannot use size as it must be a whole number of octets: current value is ${size}`,
    );
  }
  if (typeof body === "string") {
    return bytesSource(new TextEncoder().encode(body));
  }
  if (body instanceof Uint8Array) return bytesSource(body);
  if (body instanceof ArrayBuffer) return bytesSource(new Uint8Array(body));
  if (body instanceof Blob) return streamSource(body.stream(), body.size);
  if (body instanceof ReadableStream) return streamSource(body, size);
  // An open file, for one, would pass for a source, if it were not for its size.
  if (
    typeof body?.read !== "function" || typeof body.close !== "function" ||
    body.size === undefined
  ) {
    throw new TypeError(
      `Cannot send body as it must be bytes, a text, a stream or a source: current value is ${body}`,
    );
  }
  return body;
}
