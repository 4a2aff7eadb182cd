// An upload as one PUT. Rules:
// 1. The last acknowledgment waits for an answer 2xx that came after the last octet.
// 2. An upload that fails breaks the request off: it has no proper end, so that no origin can take it for whole.
// 3. What the origin does not take, the client's side does not send: one piece is under way at a time.
// 4. What the origin may have taken, though nobody knows, is told like what it has taken: only a refusal says that nothing
//    has changed.
// 5. What is collected counts for all uploads of a handler, in the pages that hold it, until the origin has answered.
// 6. An answer that comes before the end, an error most often, ends the upload at once.

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
  /** Where the memory for what is collected comes from. */
  readonly account: CollectAccount;
  /** The origin has something new, or may have: what was cached is old. May be called more than once. */
  readonly onChange: () => void;
  /** The upload is stored. */
  readonly onStored: () => void;
}

/** Memory that several uploads share. */
export class CollectAccount {
  readonly #maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Octets that are taken now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes memory; throws when there is not so much. */
  take(bytes: number): void {
    const wanted = this.#usedBytes + bytes;
    if (wanted > this.#maxBytes) {
      throw diskFull(
        `Cannot collect uploads as they must be ${this.#maxBytes} octets at most, all together: it would be ${wanted}`,
      );
    }
    this.#usedBytes = wanted;
  }

  /** Gives memory back. */
  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}

/** Takes an upload to an origin. */
export function uploadSink(options: UploadSinkOptions): Sink {
  const { client, url, maxSizeBytes, announcedSize } = options;
  const { maxCollectBytes } = options;
  checkAnnounced(options);
  const controller = new AbortController();
  const { silenceTimeoutMs } = client.options;
  const body = maxCollectBytes === null
    ? streaming()
    : collecting(options.account);
  const action = `Cannot PUT ${redactUrl(url)}`;
  const limit = Math.min(maxSizeBytes, maxCollectBytes ?? Infinity);
  let count = 0;
  let answer: Promise<void> | null = null;
  let failure: { error: unknown } | null = null;
  let isAnswered = false;
  const put = (): Promise<void> => {
    const sent = send(options, controller, body.content()).then((status) => {
      isAnswered = true;
      if (!isRefusal(status)) options.onChange();
      if (status < 200 || status > 299) throw statusError(status, action);
    }).catch((error) => {
      if (!isAnswered) options.onChange();
      failure ??= { error };
      body.abort(error);
      throw error;
    }).finally(() => body.release());
    // The next write, or the commit, hears of it.
    sent.catch(() => {});
    return sent;
  };
  return {
    async write(bytes) {
      if (failure) throw (failure as { error: unknown }).error;
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
      try {
        await client.within(silenceTimeoutMs, answer, `${action}: no answer`);
      } catch (error) {
        if (!isAnswered) options.onChange();
        throw error;
      }
      options.onStored();
    },
    abort(reason) {
      failure ??= { error: reason };
      body.abort(reason);
      controller.abort(reason);
      if (answer && !isAnswered) options.onChange();
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
): Promise<number> {
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
  return response.status;
}

/** Whether an origin says that it has not taken an upload. Something on the way may answer 5xx for an origin that has. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500;
}

/** What an upload is collected in, in octets: many are a few lines of text. */
const FIRST_PAGE_BYTES = 4096;
const PAGE_BYTES = 64 * 1024;

interface Body extends Sink {
  content(): Content;
  /** The request is over: memory is given back. */
  release(): void;
}

/** Octets that go on as they come. */
function streaming(): Body {
  const sink = streamSink();
  return { ...pick(sink), content: () => sink.readable, release() {} };
}

function pick(sink: Sink): Sink {
  return {
    write: (bytes) => sink.write(bytes),
    commit: () => sink.commit(),
    abort: (reason) => sink.abort(reason),
  };
}

/** Octets that are kept until they are all there: a request with a length cannot be streamed by `fetch`. */
function collecting(account: CollectAccount): Body {
  let pages: Uint8Array[] = [];
  let length = 0;
  let room = 0;
  let taken = 0;
  const addPage = () => {
    const size = pages.length === 0 ? FIRST_PAGE_BYTES : PAGE_BYTES;
    account.take(size);
    taken += size;
    pages.push(new Uint8Array(room = size));
  };
  const release = () => {
    pages = [];
    room = 0;
    account.give(taken);
    taken = 0;
  };
  return {
    release,
    // Blocks can be of a few octets: each for itself would cost far more than that.
    write(bytes) {
      for (let rest = bytes; rest.length > 0;) {
        if (room === 0) addPage();
        const page = pages.at(-1)!;
        const part = rest.subarray(0, room);
        page.set(part, page.length - room);
        room -= part.length;
        length += part.length;
        rest = rest.subarray(part.length);
      }
    },
    commit() {},
    abort: release,
    content() {
      const whole = new Uint8Array(length);
      let offset = 0;
      for (const page of pages) {
        whole.set(page.subarray(0, length - offset), offset);
        offset += page.length;
      }
      // They count until the request is over: now it holds the octets.
      pages = [];
      room = 0;
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
  return diskFull(
    `Cannot take upload as it must be ${limit} octets at most: current size is ${sizeBytes}`,
  );
}

function diskFull(message: string): TftpError {
  return new TftpError(ERROR_CODE.DiskFull, message, {
    wireText: errorCodeText(ERROR_CODE.DiskFull),
  });
}

function sizeDiffers(announcedSize: number, count: number): TftpError {
  return new TftpError(
    ERROR_CODE.NotDefined,
    `Cannot store upload as it must be of the announced ${announcedSize} octets: current size is ${count}`,
    { wireText: "Size differs from announced" },
  );
}
