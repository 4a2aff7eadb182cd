// One body from an origin, for one client or for many. States:
//
//   running ──end seen, stored──▶ complete
//      │ ├──no room in the store──▶ spilled
//      │ └──the origin fails──▶ failed
//      └──the last reader leaves──▶ failed, unseen
//
// Rules:
// 1. What comes is put into the store first; readers take it from there, each at its own pace. A late one begins at the
//    beginning.
// 2. With a cache the body is fetched as fast as it comes: the store is bounded by the cache. Without one it is fetched no
//    further ahead of the fastest reader than `READ_AHEAD_BYTES`.
// 3. When the store has no more room, each reader takes what is there. Then the first one gets the body itself, and the
//    others fetch the rest for themselves. Nobody joins any more.
// 4. A reader that leaves changes nothing for the others. When the last one leaves, the fetch ends.

import type { Source } from "../../net/mod.ts";
import type { CacheRecord, CacheWriter } from "./http_cache.ts";
import type { OriginBody } from "./_origin_body.ts";
import { originUnavailable } from "./_origin_error.ts";
import { bodySource, type Joinable } from "./_joinable.ts";

/** How far a body is fetched ahead of the fastest reader when it is not for a cache. */
export const READ_AHEAD_BYTES: number = 256 * 1024;

/** Where a body goes, and who is told. */
export interface DownloadOptions {
  readonly writer: CacheWriter;
  /** Whether it is fetched as fast as it comes. */
  readonly isEager: boolean;
  /** Makes a record of a whole body; `null` when it must not be kept. */
  readonly makeRecord: ((sizeBytes: number) => CacheRecord) | null;
  /** Nobody can join any more. */
  readonly onEnd: () => void;
  /** The body is whole, but could not be stored. */
  readonly onStoreError: (error: unknown) => void;
}

/** A body that is being fetched for whoever wants it. */
export class Download implements Joinable {
  readonly #body: OriginBody;
  readonly #options: DownloadOptions;
  #state: "running" | "complete" | "spilled" | "failed" = "running";
  #error: unknown = null;
  /** In state "spilled", until somebody has taken it. */
  #spill: { rest: Uint8Array; body: OriginBody } | null = null;
  /** Whoever made it is one, until it lets go. */
  #users = 1;
  #furthest = 0;
  #changed = Promise.withResolvers<void>();
  #wanted = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(body: OriginBody, options: DownloadOptions) {
    this.#body = body;
    this.#options = options;
  }

  /** Begins to fetch. Never rejects. */
  async run(): Promise<void> {
    try {
      for (;;) {
        await this.#untilWanted();
        const chunk = await this.#body.next();
        if (chunk === null) break;
        if (!this.#options.writer.write(chunk)) {
          this.#spill = { rest: chunk, body: this.#body };
          this.#settle("spilled");
          return;
        }
        this.#wake();
      }
      if (this.#state === "running") this.#complete();
    } catch (error) {
      this.#error = error;
      this.#settle("failed");
    }
  }

  /** A reader, from the beginning. */
  join(): Source | null {
    if (this.#isClosed) return null;
    this.#users++;
    let position = 0;
    let own: Source | null = null;
    let isOpen = true;
    const read = (
      buffer: Uint8Array,
    ): number | null | Promise<number | null> => {
      if (own) return own.read(buffer);
      if (!isOpen) return null;
      const { sizeBytes } = this.#options.writer;
      if (position < sizeBytes && this.#state !== "failed") {
        const count = this.#options.writer.read(position, buffer);
        position += count;
        this.#note(position);
        return count;
      }
      if (this.#state === "failed") throw this.#error;
      if (this.#state === "complete") return null;
      if (this.#state === "spilled") {
        own = this.#takeOver(position);
        return own.read(buffer);
      }
      this.#note(position + 1);
      return this.#changed.promise.then(() => read(buffer));
    };
    return {
      size: this.#body.size,
      read,
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        await own?.close();
        this.release();
      },
    };
  }

  /** Somebody who wanted it does so no more. */
  release(): void {
    if (--this.#users > 0 || this.#isClosed) return;
    if (this.#state === "running" || this.#spill) {
      this.#error = originUnavailable("Nobody wants it any more");
      this.#settle("failed");
      this.#body.cancel();
      this.#spill = null;
    }
    this.#isClosed = true;
    this.#options.writer.close();
  }

  #takeOver(position: number): Source {
    const spill = this.#spill;
    this.#spill = null;
    return spill
      ? bodySource(spill.body, spill.rest)
      : bodySource(this.#body.fork(position));
  }

  #note(position: number): void {
    if (position <= this.#furthest) return;
    this.#furthest = position;
    if (!this.#options.isEager) this.#wanted.resolve();
  }

  async #untilWanted(): Promise<void> {
    const { isEager, writer } = this.#options;
    while (
      !isEager && this.#state === "running" &&
      writer.sizeBytes >= this.#furthest + READ_AHEAD_BYTES
    ) {
      this.#wanted = Promise.withResolvers();
      await this.#wanted.promise;
    }
  }

  #complete(): void {
    const { writer, makeRecord, onStoreError } = this.#options;
    if (makeRecord) {
      try {
        writer.commit(makeRecord(writer.sizeBytes));
      } catch (error) {
        onStoreError(error);
      }
    }
    this.#settle("complete");
  }

  #settle(state: "complete" | "spilled" | "failed"): void {
    if (this.#state !== "running" && !this.#spill) return;
    this.#state = state;
    this.#options.onEnd();
    this.#wanted.resolve();
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
