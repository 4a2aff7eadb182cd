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
// 2. A body is fetched no further ahead of the fastest reader than `READ_AHEAD_BYTES`. With a cache it is fetched as fast as
//    it comes as soon as a reader is further than `PROOF_BYTES`: a request alone, which may be forged, does not get there.
//    Only then is there room reserved for all of it.
// 3. When the store has no more room, each reader takes what is there. Then the first one gets the body itself, and the
//    others fetch the rest for themselves. Nobody joins any more.
// 4. Nobody reads for a while: the connection is let go, and asked for again when somebody does. Nobody joins any more.
// 5. A reader that leaves changes nothing for the others. When the last one leaves, the fetch ends.

import type { Source } from "../../net/mod.ts";
import type { CacheRecord, CacheWriter } from "./http_cache.ts";
import type { OriginBody } from "./_origin_body.ts";
import { originUnavailable } from "./_origin_error.ts";
import { bodySource, type Joinable, PROOF_BYTES } from "./_joinable.ts";

/** How far a body is fetched ahead of the fastest reader when it is not for a cache, or nobody has proved to be there. */
export const READ_AHEAD_BYTES: number = 256 * 1024;

/** Where a body goes, and who is told. */
export interface DownloadOptions {
  readonly writer: CacheWriter;
  /** Whether it is fetched as fast as it comes, once a reader has proved to be there. */
  readonly isEager: boolean;
  /** Makes a record of a whole body; gives `null` when it must not be kept. */
  readonly makeRecord: (sizeBytes: number) => CacheRecord | null;
  /** Nobody can join any more. */
  readonly onEnd: () => void;
  /** Nobody has read for a while: what comes later may not fit to what the origin has by then. */
  readonly onIdle: () => void;
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
  #spill: { rest: Uint8Array; body: OriginBody; unwatch: () => void } | null =
    null;
  /** Whoever made it is one, until it lets go. */
  #users = 1;
  #furthest = 0;
  #changed = Promise.withResolvers<void>();
  #wanted = Promise.withResolvers<void>();
  #isClosed = false;
  /** A reader has taken what only a client that is there takes. */
  #isProven = false;
  #hasRoom = true;

  constructor(body: OriginBody, options: DownloadOptions) {
    this.#body = body;
    this.#options = options;
  }

  /** Begins to fetch. Never rejects. */
  async run(): Promise<void> {
    try {
      for (;;) {
        await this.#untilWanted();
        if (this.#state !== "running") return;
        if (!this.#hasRoom && !this.#isAllThere()) {
          return this.#spillOver(new Uint8Array());
        }
        const chunk = await this.#body.next();
        if (chunk === null) break;
        // All have left while it was on its way: the store is closed.
        if (this.#state !== "running") return;
        if (!this.#options.writer.write(chunk)) return this.#spillOver(chunk);
        this.#wake();
      }
      if (this.#state === "running") this.#complete();
    } catch (error) {
      if (this.#state === "running") this.#body.cancel();
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
      this.#spill?.unwatch();
      this.#spill = null;
    }
    this.#isClosed = true;
    this.#options.writer.close();
  }

  #isAllThere(): boolean {
    return this.#options.writer.sizeBytes === this.#body.size;
  }

  #spillOver(rest: Uint8Array): void {
    const body = this.#body;
    const unwatch = body.watch(!this.#isProven);
    this.#spill = { rest, body, unwatch };
    this.#settle("spilled");
  }

  #takeOver(position: number): Source {
    const spill = this.#spill;
    this.#spill = null;
    spill?.unwatch();
    return spill
      ? bodySource(spill.body, spill.rest, position)
      : bodySource(this.#body.fork(position), new Uint8Array(), position);
  }

  #note(position: number): void {
    if (position <= this.#furthest) return;
    this.#furthest = position;
    if (!this.#isProven && position > PROOF_BYTES) {
      this.#isProven = true;
      const { size } = this.#body;
      const { writer } = this.#options;
      this.#hasRoom = this.#state !== "running" || size === null ||
        (writer.reserve?.(size) ?? true);
    }
    this.#wanted.resolve();
  }

  async #untilWanted(): Promise<void> {
    const { isEager, writer } = this.#options;
    while (
      !(isEager && this.#isProven) && this.#state === "running" &&
      this.#hasRoom &&
      writer.sizeBytes >= this.#furthest + READ_AHEAD_BYTES
    ) {
      this.#wanted = Promise.withResolvers();
      const read = this.#body.watch(!this.#isProven, this.#options.onIdle);
      await this.#wanted.promise;
      read();
    }
  }

  #complete(): void {
    const { writer, makeRecord, onStoreError } = this.#options;
    const record = makeRecord(writer.sizeBytes);
    if (record) {
      try {
        writer.commit(record);
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
