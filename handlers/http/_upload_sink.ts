// An upload as one PUT. Rules:
// 1. The last acknowledgment waits for an answer 2xx that came after the last octet.
// 2. An upload that fails breaks the request off: it has no proper end, so that no origin can take it for whole.
// 3. What the origin does not take, the client's side does not send: one piece is under way at a time.
// 4. An answer that comes before the end, an error most often, ends the upload at once.

import { type Sink, streamSink } from "../../net/mod.ts";
import { ERROR_CODE, errorCodeText, TftpError } from "../../packet/mod.ts";
import type { OriginClient } from "./_origin_client.ts";
import { originUnavailable, statusError } from "./_origin_error.ts";
import { redactUrl } from "./_origin_url.ts";

/** An upload. */
export interface UploadSinkOptions {
  readonly client: OriginClient;
  readonly url: string;
  readonly overwrite: boolean;
  readonly maxSizeBytes: number;
  /** What the client has announced, in octets. */
  readonly announcedSize: number | null;
  /** How many octets are collected for an origin that wants to know the length first; `null` for one that does not. */
  readonly maxCollectBytes: number | null;
  /** The upload is stored: what was cached is old. */
  readonly onStored: () => void;
}

/** Takes an upload to an origin. */
export function uploadSink(options: UploadSinkOptions): Sink {
  const { client, url, maxSizeBytes, announcedSize } = options;
  const { maxCollectBytes } = options;
  checkAnnounced(options);
  const controller = new AbortController();
  const { silenceTimeoutMs } = client.options;
  const body = maxCollectBytes === null ? streaming() : collecting();
  const action = `Cannot PUT ${redactUrl(url)}`;
  const limit = Math.min(maxSizeBytes, maxCollectBytes ?? Infinity);
  let count = 0;
  let answer: Promise<void> | null = null;
  let failure: { error: unknown } | null = null;
  const put = (): Promise<void> => {
    const sent = send(options, controller, body.content()).catch((error) => {
      failure = { error };
      body.abort(error);
      throw error;
    });
    // The next write, or the commit, hears of it.
    sent.catch(() => {});
    return sent;
  };
  return {
    async write(bytes) {
      if (failure) throw failure.error;
      count += bytes.length;
      if (count > limit) throw tooLarge(count, limit);
      if (announcedSize !== null && count > announcedSize) {
        throw sizeDiffers(announcedSize, count);
      }
      if (maxCollectBytes === null) answer ??= put();
      const written = Promise.resolve(body.write(bytes));
      // Whoever answers before the end has failed, or has not listened.
      const early = answer?.then(() => {
        throw originUnavailable(`${action}: the origin answered too early`);
      });
      await client.within(
        silenceTimeoutMs,
        early ? Promise.race([written, early]) : written,
        `${action}: nothing was taken`,
      );
    },
    async commit() {
      if (announcedSize !== null && count !== announcedSize) {
        throw sizeDiffers(announcedSize, count);
      }
      if (failure) throw (failure as { error: unknown }).error;
      if (maxCollectBytes === null) answer ??= put();
      const ended = Promise.resolve(body.commit());
      ended.catch(() => {});
      answer ??= put();
      await client.within(silenceTimeoutMs, answer, `${action}: no answer`);
      options.onStored();
    },
    abort(reason) {
      body.abort(reason);
      controller.abort(reason);
    },
  };
}

type Content =
  | ReadableStream<Uint8Array<ArrayBuffer>>
  | Uint8Array<ArrayBuffer>;

async function send(
  { client, url, overwrite }: UploadSinkOptions,
  controller: AbortController,
  body: Content,
): Promise<void> {
  const response = await client.send(url, {
    method: "PUT",
    headers: {
      "content-type": "application/octet-stream",
      ...(overwrite ? {} : { "if-none-match": "*" }),
    },
    body,
    controller,
  });
  await response.body?.cancel().catch(() => {});
  if (!response.ok) {
    throw statusError(response.status, `Cannot PUT ${redactUrl(url)}`);
  }
}

interface Body extends Sink {
  content(): Content;
}

/** Octets that go on as they come. */
function streaming(): Body {
  const sink = streamSink();
  return { ...pick(sink), content: () => sink.readable };
}

function pick(sink: Sink): Sink {
  return {
    write: (bytes) => sink.write(bytes),
    commit: () => sink.commit(),
    abort: (reason) => sink.abort(reason),
  };
}

/** Octets that are kept until they are all there: a request with a length cannot be streamed by `fetch`. */
function collecting(): Body {
  let parts: Uint8Array[] = [];
  return {
    write: (bytes) => void parts.push(bytes.slice()),
    commit() {},
    abort: () => void (parts = []),
    content() {
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const whole = new Uint8Array(length);
      let offset = 0;
      for (const part of parts) {
        whole.set(part, offset);
        offset += part.length;
      }
      parts = [];
      return whole;
    },
  };
}

function checkAnnounced(options: UploadSinkOptions): void {
  const { announcedSize, maxSizeBytes, maxCollectBytes } = options;
  const limit = Math.min(maxSizeBytes, maxCollectBytes ?? Infinity);
  if (announcedSize !== null && announcedSize > limit) {
    throw tooLarge(announcedSize, limit);
  }
}

function tooLarge(sizeBytes: number, limit: number): TftpError {
  return new TftpError(
    ERROR_CODE.DiskFull,
    `Cannot take upload as it must be ${limit} octets at most: current size is ${sizeBytes}`,
    { wireText: errorCodeText(ERROR_CODE.DiskFull) },
  );
}

function sizeDiffers(announcedSize: number, count: number): TftpError {
  return new TftpError(
    ERROR_CODE.NotDefined,
    `Cannot store upload as it must be of the announced ${announcedSize} octets: current size is ${count}`,
    { wireText: "Size differs from announced" },
  );
}
