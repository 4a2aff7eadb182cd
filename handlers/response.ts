import {
  type Sink,
  type Source,
  toSource,
  type TransferBody,
} from "../net/mod.ts";
import { checkCustomOption } from "../packet/mod.ts";

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
   * @param body What to send.
   * @param init The size of a stream, and answers to options.
   * @throws {RangeError} When the size is not a whole number of octets, or an answer is too long for an OACK.
   * @throws {TypeError} When an answer is to a built-in option, or cannot be put into a packet.
   */
  constructor(body: TransferBody, init: TftpResponseInit = {}) {
    const { size = null, options = {} } = init;
    checkAnswers(options);
    this.source = toSource(body, size);
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

/** A mistake is found where it is made, not where the packet is. */
function checkAnswers(options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) {
    checkCustomOption(name, value);
  }
}
