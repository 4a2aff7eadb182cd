import type { UdpAddress } from "../net/mod.ts";
import type { Operation, OptionList, TransferMode } from "../packet/mod.ts";
import type { TftpResponse } from "./response.ts";

/**
 * A request, as a handler sees it.
 *
 * @example A handler that says who serves, to clients that ask for option "served-by"
 * ```ts
 * import type { TftpHandler } from "@tftpkit/tftp/handlers";
 *
 * const named = (handler: TftpHandler): TftpHandler => (request) => {
 *   request.acknowledgeOption("served-by", "rack 4");
 *   return handler(request);
 * };
 * ```
 */
export interface TftpRequest {
  /** Whether the client wants to read a file or to write one. */
  readonly operation: Operation;
  /** The name, as asked: not a path, and not to be trusted. */
  readonly filename: string;
  /** How the bytes travel. A handler sees and gives bytes as they are; netascii is translated on the way. */
  readonly mode: TransferMode;
  /** The options that were asked for, as asked. */
  readonly options: OptionList;
  /**
   * Of the options that the server has registered (`customOptions` of `serve`), those that were asked for and could be
   * parsed: what their parsers have made of them, by the names that they were registered with.
   */
  readonly customOptions: Readonly<Record<string, unknown>>;
  /** The client. */
  readonly remote: UdpAddress;
  /** The socket that the request came in on. */
  readonly local: UdpAddress;
  /** Aborted when the transfer ends before its time, and when the server does not wait any longer. */
  readonly signal: AbortSignal;
  /**
   * Octets that a client announced for its upload (RFC 2349); `null` for a read, and when it said nothing, or 0, which is
   * what some say that do not know.
   */
  readonly size: number | null;
  /**
   * The bytes of an upload; `null` for a read. To read it is to accept the upload: the client is told to begin. The last
   * acknowledgment is sent when the handler returns, also if it has not read everything; when it throws, the client gets an
   * ERROR instead.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /**
   * Answers an option that is not built in, in the OACK (RFC 2347). What was not asked for, could not be parsed, or is
   * refused by `refuseOptions` is never answered; of several answers the last one counts, and those of a response come after
   * those given here. The option need not be registered.
   *
   * @param name The name of the option, in any case.
   * @param value What to answer.
   * @throws {TypeError} When the name is that of a built-in option or is not of visible ASCII, when the value holds a NUL,
   * and when the OACK was made already: once the handler has returned, or has begun to read `body`.
   * @throws {RangeError} When the two are too long for an OACK, which has 512 octets.
   */
  acknowledgeOption(name: string, value: string): void;
}

/**
 * Answers requests. A read is answered with a response. A write is accepted by reading `request.body`, or by a response
 * made with `TftpResponse.upload`. Throwing refuses: a `TftpError` with its code and text, an error of the file system with
 * the code that fits (`Deno.errors.NotFound` with 1), anything else with code 0; the text then says nothing.
 */
export type TftpHandler = (
  request: TftpRequest,
) => TftpResponse | void | Promise<TftpResponse | void>;

/**
 * The same request for another name: what a handler gives to the next one when it has rewritten a name. A request must not
 * be spread into a new object instead, as that would look at `signal`, which is made on demand.
 *
 * @param request The request.
 * @param filename The name that is asked for from now on.
 * @returns A request with that name.
 *
 * @example A handler behind another name
 * ```ts
 * import { type TftpHandler, withFilename } from "@tftpkit/tftp/handlers";
 *
 * const lower = (handler: TftpHandler): TftpHandler => (request) =>
 *   handler(withFilename(request, request.filename.toLowerCase()));
 * ```
 */
export function withFilename<Request extends TftpRequest>(
  request: Request,
  filename: string,
): Request {
  return Object.create(request, {
    filename: { value: filename, enumerable: true },
  });
}
