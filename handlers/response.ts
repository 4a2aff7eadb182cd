import {
  type Sink,
  type Source,
  toSource,
  type TransferBody,
} from "../net/mod.ts";
import { FileSource } from "./file_source.ts";

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
   * @param body What to send. A file, opened for reading and not read from yet, is closed when it was sent, and here when
   * it cannot be.
   * @param init The size of a stream.
   * @throws {RangeError} When the size is not a whole number of octets.
   * @throws {TypeError} When the body is nothing that can be sent.
   *
   * @example An open file
   * ```ts
   * import { TftpResponse } from "@tftpkit/tftp/handlers";
   * import { assertEquals } from "@std/assert";
   *
   * const path = await Deno.makeTempFile();
   * await Deno.writeTextFile(path, "Hello World!\n");
   *
   * const { source } = new TftpResponse(await Deno.open(path));
   * assertEquals(source?.size, 13);
   * source?.close();
   *
   * await Deno.remove(path);
   * ```
   */
  constructor(body: TransferBody | Deno.FsFile, init: TftpResponseInit = {}) {
    const { size = null } = init;
    this.source = body instanceof Deno.FsFile
      ? openFileSource(body, size)
      : toSource(body, size);
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

/** A source over an open file: one that has no size of its own, such as a pipe, is a stream. */
function openFileSource(file: Deno.FsFile, size: number | null): Source {
  try {
    const info = file.statSync();
    if (info.isFile) return new FileSource(file, info);
    return toSource(file.readable, size);
  } catch (error) {
    file.close();
    throw error;
  }
}
