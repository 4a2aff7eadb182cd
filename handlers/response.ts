import {
  type Sink,
  type Source,
  toSource,
  type TransferBody,
} from "../net/mod.ts";
import { checkCustomOption } from "../packet/mod.ts";
import { FileSource } from "./file_source.ts";

/** Options of {@linkcode TftpResponse.upload}. */
export interface TftpUploadInit {
  /**
   * Answers to options that are not built in, for the OACK (RFC 2347), by name in any case. Those that the client has not
   * asked for stay at home.
   *
   * @default {{}}
   */
  readonly options?: Readonly<Record<string, string>>;
}

/** Options of {@linkcode TftpResponse}. */
export interface TftpResponseInit extends TftpUploadInit {
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
 *
 * @example A text, and an answer to whoever asks for option "lang"
 * ```ts
 * import { TftpResponse } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * const response = new TftpResponse("Bonjour\n", { options: { lang: "fr" } });
 * assertEquals(response.options, { lang: "fr" });
 * ```
 */
export class TftpResponse {
  /** Where the bytes of a read come from; `null` for an upload. */
  readonly source: Source | null;
  /** Where the bytes of an upload go; `null` for a read. */
  readonly sink: Sink | null;
  /** Answers to options that are not built in. */
  readonly options: Readonly<Record<string, string>>;

  /**
   * Answers a read.
   *
   * @param body What to send. A file, opened for reading and not read from yet, is closed when it was sent, and here when
   * it cannot be.
   * @param init The size of a stream, and answers to options.
   * @throws {RangeError} When the size is not a whole number of octets, or an answer is too long for an OACK.
   * @throws {TypeError} When the body is nothing that can be sent, an answer is to a built-in option, or it cannot be put
   * into a packet.
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
    const { size = null, options = {} } = init;
    if (body instanceof Deno.FsFile) {
      this.source = openFileSource(body, size, options);
    } else {
      checkAnswers(options);
      this.source = toSource(body, size);
    }
    this.sink = null;
    this.options = options;
  }

  /**
   * Accepts an upload into a sink.
   *
   * @param sink Where its bytes go.
   * @param init Answers to options.
   * @returns The response.
   * @throws {RangeError} When an answer is too long for an OACK.
   * @throws {TypeError} When an answer is to a built-in option, or cannot be put into a packet.
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
  static upload(sink: Sink, init: TftpUploadInit = {}): TftpResponse {
    const { options = {} } = init;
    checkAnswers(options);
    return Object.create(TftpResponse.prototype, {
      source: { value: null, enumerable: true },
      sink: { value: sink, enumerable: true },
      options: { value: options, enumerable: true },
    });
  }
}

/** A source over an open file: one that has no size of its own, such as a pipe, is a stream. */
function openFileSource(
  file: Deno.FsFile,
  size: number | null,
  options: Readonly<Record<string, string>>,
): Source {
  try {
    checkAnswers(options);
    const info = file.statSync();
    if (info.isFile) return new FileSource(file, info);
    return toSource(file.readable, size);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A mistake is found where it is made, not where the packet is. */
function checkAnswers(options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) {
    checkCustomOption(name, value);
  }
}
