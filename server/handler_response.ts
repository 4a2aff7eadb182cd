import type { TftpResponse } from "../handlers/mod.ts";
import type { Sink, Source } from "../net/mod.ts";
import { ERROR_CODE, TftpError } from "../packet/mod.ts";

/** What a read sends; a handler that gives nothing has nothing of that name. */
export async function checkSource(
  response: TftpResponse | void,
): Promise<Source> {
  if (response?.source) return response.source;
  if (!response) throw new TftpError(ERROR_CODE.FileNotFound);
  await discard(response);
  throw new TypeError(
    "Cannot answer a read with TftpResponse.upload(): give bytes, a text, a stream or a source",
  );
}

/** Where an upload goes; a handler that neither read the body nor gave a sink has not taken it. */
export async function checkSink(response: TftpResponse | void): Promise<Sink> {
  if (response?.sink) return response.sink;
  if (!response) {
    throw new TftpError(
      ERROR_CODE.AccessViolation,
      "The handler did not take the upload: it must read request.body, or return TftpResponse.upload(sink)",
      { wireText: "Access violation" },
    );
  }
  await discard(response);
  throw new TypeError(
    "Cannot answer a write with a body to send: read request.body, or return TftpResponse.upload(sink)",
  );
}

/** An upload that is read as a stream cannot go into a sink as well: nothing would get there, and be acknowledged. */
export async function checkTakenOnce(
  response: TftpResponse | void,
): Promise<void> {
  if (!response) return;
  await discard(response);
  throw new TypeError(
    "Cannot take an upload twice: read request.body, or return TftpResponse.upload(sink) without looking at the body",
  );
}

/** Lets go of a response that is of no use. */
export async function discard(response: TftpResponse | void): Promise<void> {
  const error = new TftpError(
    ERROR_CODE.NotDefined,
    "The request was given up",
  );
  await response?.source?.close();
  await response?.sink?.abort(error);
}
