// The body of an answer, as a chain of chunks that never lies. Rules:
// 1. The end is told only when all announced octets came and no more. The chunk with the last announced octet is given
//    out only when the end was seen.
// 2. A body whose end cannot be told from a broken connection is refused.
// 3. A body that breaks off is asked for again from where it broke off, if the origin has given a strong entity tag: only
//    that says that the rest is of the same octets (RFC 9110 sections 13.1.5 and 14). So often, and no more.
// 4. An answer that ends while octets are still left out is not the same body, whatever its tag says.
// 5. Nothing is read ahead: one chunk is on its way at a time, when it is asked for.

import type { TftpError } from "../../packet/mod.ts";
import { strongTag } from "./_cache_control.ts";
import { type OriginClient, tell } from "./_origin_client.ts";
import { originUnavailable } from "./_origin_error.ts";
import { redactUrl } from "./_origin_url.ts";

/** How often a body is asked for again. */
export const MAX_RESUMES = 3;

/** How long it waits before it asks again, in milliseconds: not at all, then half a second more each time. */
const RESUME_DELAY_MS = 500;

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Where a body comes from. */
export interface BodyContext {
  readonly client: OriginClient;
  readonly url: string;
  /** Told when a body is asked for again. */
  readonly onResume: (offset: number, error: unknown) => void;
}

/** A body that is read chunk by chunk. */
export class OriginBody {
  /** Octets in all; `null` when the origin does not say. */
  readonly size: number | null;
  /** What stands for exactly these octets; `null` when the origin gives no such thing. */
  readonly tag: string | null;
  readonly #context: BodyContext;
  #controller: AbortController;
  #reader: Reader | null;
  /** Octets in all, as soon as any answer has said it. */
  #total: number | null;
  #received = 0;
  #skip = 0;
  #resumes = 0;
  #isEnded = false;

  private constructor(
    context: BodyContext,
    size: number | null,
    tag: string | null,
    reader: Reader | null,
    controller: AbortController,
  ) {
    this.#context = context;
    this.size = this.#total = size;
    this.tag = tag;
    this.#reader = reader;
    this.#controller = controller;
  }

  /** The body of an answer with status 200; refuses one that cannot be trusted. */
  static async of(
    context: BodyContext,
    response: Response,
    controller: AbortController,
  ): Promise<OriginBody> {
    try {
      const size = framedSize(response, context.url);
      const reader = (response.body ?? new Blob().stream()).getReader();
      const tag = strongTag(response.headers);
      return new OriginBody(context, size, tag, reader, controller);
    } catch (error) {
      await response.body?.cancel().catch(() => {});
      controller.abort(error);
      throw error;
    }
  }

  /** The same octets once more, from some place on, over a request of its own. */
  fork(offset: number): OriginBody {
    const controller = new AbortController();
    const { size, tag } = this;
    const body = new OriginBody(this.#context, size, tag, null, controller);
    body.#received = offset;
    return body;
  }

  /** The next octets; `null` at the end. */
  async next(): Promise<Uint8Array | null> {
    while (!this.#isEnded) {
      try {
        if (this.#reader === null) await this.#reopen();
        const chunk = await this.#take();
        if (chunk === null) break;
        if (chunk.length > 0) return chunk;
      } catch (error) {
        await this.#drop(error);
        if (!(error instanceof Broken)) throw error;
        await this.#prepareResume(error);
      }
    }
    return null;
  }

  /** Nobody wants the rest. */
  async cancel(): Promise<void> {
    this.#isEnded = true;
    await this.#drop(new Error("Nobody wants the rest"));
  }

  /**
   * Watches that somebody reads. After a while of silence the connection is given up, so that it is not held for somebody who
   * has gone: it is asked for again when more is wanted. Where the origin gives no strong entity tag, that would fail: then
   * it is given up only for a reader of whom nobody knows whether it is there.
   *
   * @returns Ends the watch: somebody reads.
   */
  watch(isUnproven: boolean, onIdle: () => void = () => {}): () => void {
    if (this.#isEnded || this.tag === null && !isUnproven) return () => {};
    const { clock, silenceTimeoutMs } = this.#context.client.options;
    return clock.schedule(silenceTimeoutMs, () => {
      this.#drop(new Error("Nobody reads it"));
      onIdle();
    });
  }

  #end(): void {
    this.#isEnded = true;
    this.#context.client.done(this.#controller);
  }

  async #take(): Promise<Uint8Array | null> {
    const chunk = await this.#read();
    if (chunk === null) {
      if (this.#total !== null && this.#received < this.#total) {
        throw new Broken(
          `it ended after ${this.#received} of ${this.#total} octets`,
        );
      }
      if (this.#skip > 0) throw this.#tooShort();
      this.#end();
      return null;
    }
    const wanted = chunk.subarray(Math.min(this.#skip, chunk.length));
    const received = this.#received + wanted.length;
    if (this.#total !== null && received > this.#total) throw this.#tooLong();
    if (received === this.#total) {
      for (let rest = await this.#read(); rest !== null;) {
        if (rest.length > 0) throw this.#tooLong();
        rest = await this.#read();
      }
      this.#end();
    }
    this.#skip -= chunk.length - wanted.length;
    this.#received = received;
    return wanted;
  }

  async #read(): Promise<Uint8Array | null> {
    const { client } = this.#context;
    const { silenceTimeoutMs } = client.options;
    try {
      const { done, value } = await client.within(
        silenceTimeoutMs,
        this.#reader!.read(),
        "nothing came",
      );
      return done ? null : value;
    } catch (error) {
      throw new Broken(tell(error, this.#context.url), { cause: error });
    }
  }

  async #drop(reason: unknown): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    // The request first: a body that is silent does not end by being cancelled.
    this.#controller.abort(reason);
    await reader?.cancel().catch(() => {});
  }

  async #prepareResume(error: Broken): Promise<void> {
    const { client, url, onResume } = this.#context;
    const isPossible = this.tag !== null || this.#received === 0;
    if (!isPossible || this.#resumes >= MAX_RESUMES || this.#isEnded) {
      throw originUnavailable(
        `Cannot read ${redactUrl(url)} to its end: ${error.message}`,
        error,
      );
    }
    const delayMs = this.#resumes++ * RESUME_DELAY_MS;
    if (delayMs > 0) {
      await new Promise<void>((resolve) =>
        client.options.clock.schedule(delayMs, resolve)
      );
    }
    onResume(this.#received, error);
  }

  async #reopen(): Promise<void> {
    const { client, url } = this.#context;
    const offset = this.#received;
    if (offset > 0 && this.tag === null) {
      throw originUnavailable(
        `Cannot read ${
          redactUrl(url)
        } from octet ${offset} on as the origin gives no strong entity tag`,
      );
    }
    const controller = this.#controller = new AbortController();
    let response: Response;
    try {
      response = await client.send(url, {
        method: "GET",
        controller,
        headers: {
          "accept-encoding": "identity",
          ...(offset > 0
            ? { "range": `bytes=${offset}-`, "if-range": this.tag! }
            : {}),
        },
      });
    } catch (error) {
      throw new Broken((error as Error).message, { cause: error });
    }
    this.#skip = 0;
    this.#reader = (response.body ?? new Blob().stream()).getReader();
    if (this.#isEnded) throw originUnavailable("Nobody wants the rest");
    if (response.status >= 500) {
      throw new Broken(`the origin answered ${response.status}`);
    }
    if (!this.#isSame(response, offset)) {
      throw originUnavailable(
        `Cannot go on with ${
          redactUrl(url)
        } at octet ${offset} as the origin has something else now: it answered ${response.status}`,
      );
    }
    // Whoever does not know ranges sends everything; it is the same, so its beginning can be left out.
    if (response.status === 200) this.#skip = offset;
  }

  /** Whether an answer has the same octets; what it says of their number is held against it from then on. */
  #isSame(response: Response, offset: number): boolean {
    const { status, headers } = response;
    const tag = strongTag(headers);
    if (status === 200) {
      const size = framedSize(response, this.#context.url);
      return tag === this.tag && this.#learnTotal(size);
    }
    if (status !== 206 || offset === 0) return false;
    if (tag !== null && tag !== this.tag) return false;
    if ((headers.get("content-encoding") ?? "identity") !== "identity") {
      return false;
    }
    // A part may be shorter than was asked for, so that its end says nothing: without a total there is no telling.
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(
      headers.get("content-range") ?? "",
    );
    return range !== null && Number(range[1]) === offset &&
      this.#learnTotal(Number(range[2]));
  }

  #learnTotal(size: number | null): boolean {
    this.#total ??= size;
    return size === null || size === this.#total;
  }

  #tooShort(): TftpError {
    return originUnavailable(
      `Cannot go on with ${
        redactUrl(this.#context.url)
      } at octet ${this.#received} as the origin has fewer now`,
    );
  }

  #tooLong(): TftpError {
    return originUnavailable(
      `Cannot read ${
        redactUrl(this.#context.url)
      } as it must be of the announced ${this.#total} octets: there are more`,
    );
  }
}

/** A body broke off; it may be asked for again. */
class Broken extends Error {}

/** How many octets there will be, or `null` when the end will be told in another way. */
function framedSize(response: Response, url: string): number | null {
  const { headers } = response;
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw originUnavailable(
      `Cannot read ${
        redactUrl(url)
      } as it must come as it is: current content encoding is "${encoding}"`,
    );
  }
  const length = headers.get("content-length");
  if (length !== null && !headers.has("transfer-encoding")) {
    if (/^\d{1,15}$/.test(length)) return Number(length);
    throw originUnavailable(
      `Cannot read ${redactUrl(url)} as its length must be one number`,
    );
  }
  // HTTP/1.0 ends a body by closing the connection, and so does a crash (RFC 9112 section 6.3). TLS tells the two apart.
  // Without a URL the response was made in this process.
  const isHonest = headers.has("transfer-encoding") ||
    response.url === "" || !response.url.startsWith("http:");
  if (isHonest) return null;
  throw originUnavailable(
    `Cannot read ${
      redactUrl(url)
    } as it must have a length or come in chunks: its end cannot be told from a broken connection`,
  );
}
