import { checkNumber } from "./check.ts";
import { errorCodeText } from "./error_code.ts";

/**
 * Thrown when bytes are not a TFTP packet. Nothing else is ever thrown by the decoder.
 *
 * @example Bytes that are no packet
 * ```ts
 * import { decodePacket, PacketSyntaxError } from "@tftpkit/tftp/packet";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => decodePacket(new Uint8Array([0, 9])), PacketSyntaxError);
 * ```
 */
export class PacketSyntaxError extends SyntaxError {
  /** The class name, for logs. */
  override readonly name: string = "PacketSyntaxError";
  /** Where in the datagram the decoder stopped, in octets from its start. */
  readonly offset: number;

  /**
   * Creates the error.
   *
   * @param message What is wrong.
   * @param offset Where, in octets from the start of the datagram.
   */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Options of {@linkcode TftpError}. */
export interface TftpErrorOptions extends ErrorOptions {
  /**
   * Who found the fault: `remote` when the other side said so in an ERROR packet, `local` when this side did.
   *
   * @default {"local"}
   */
  origin?: "local" | "remote";
  /**
   * The text of the ERROR packet, where it must differ from the message: what a handler throws may name paths, what goes
   * over the wire must not.
   *
   * @default {the message}
   */
  wireText?: string;
}

/**
 * An ERROR packet as a value: thrown by a handler it refuses a request with its code, thrown by the client it tells what
 * the server answered (RFC 1350 section 7).
 *
 * @example Refuse a request
 * ```ts
 * import { ERROR_CODE, TftpError } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const refusal = new TftpError(ERROR_CODE.AccessViolation, "Not during business hours");
 * assertEquals(refusal.code, 2);
 * assertEquals(refusal.wireText, "Not during business hours");
 * ```
 */
export class TftpError extends Error {
  /** The class name, for logs. */
  override readonly name: string = "TftpError";
  /** The error code, 0 to 65535; see `ERROR_CODE`. */
  readonly code: number;
  /** Who found the fault: the other side, or this one. */
  readonly origin: "local" | "remote";
  /** The text of the ERROR packet. */
  readonly wireText: string;

  /**
   * Creates the error.
   *
   * @param code The error code; see `ERROR_CODE`.
   * @param message What happened; left out, the text that the RFC gives to the code.
   * @param options Origin, cause, and a text for the wire that differs from the message.
   * @throws {RangeError} When the code is not a whole number from 0 to 65535.
   */
  constructor(
    code: number,
    message: string = errorCodeText(code),
    options: TftpErrorOptions = {},
  ) {
    const { origin = "local", wireText = message, ...errorOptions } = options;
    super(message, errorOptions);
    checkNumber("error code", code, 0, 0xffff);
    this.code = code;
    this.origin = origin;
    this.wireText = wireText;
  }
}

/**
 * The other side stopped answering: every retransmission went unanswered (RFC 1350 section 2). Nothing was heard, so the
 * code is 0, "not defined".
 *
 * @example Tell silence from a refusal
 * ```ts
 * import { TftpError, TransferTimeoutError } from "@tftpkit/tftp/packet";
 * import { assert } from "@std/assert";
 *
 * const error = new TransferTimeoutError("No answer from 192.0.2.1:69 for 31 s");
 * assert(error instanceof TftpError);
 * ```
 */
export class TransferTimeoutError extends TftpError {
  /** The class name, for logs. */
  override readonly name: string = "TransferTimeoutError";

  /**
   * Creates the error.
   *
   * @param message Who was silent, and for how long.
   * @param options The cause, where there is one.
   */
  constructor(message: string, options: ErrorOptions = {}) {
    super(0, message, { ...options, wireText: "Transfer timed out" });
  }
}
