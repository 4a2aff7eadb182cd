import type { Receiver, Sender } from "../transfer/mod.ts";
import type { Clock } from "./clock.ts";
import type { Sink } from "./sink.ts";
import { checkReadCount, fillFrom, type Source } from "./source.ts";

/** Who runs a feeder: told when bytes that were waited for are there, or will not come. */
export interface FeederHost {
  /** Goes on with the transfer. */
  pump(): Promise<void>;
  /** Ends the transfer. */
  fail(error: unknown): void;
}

/** Joins a machine with where its bytes come from, or go to. */
export interface Feeder {
  /**
   * Moves bytes, as many as can be moved at once. What has to be waited for calls the host when it is there.
   *
   * @param host Who runs the feeder.
   * @returns Whether anything was moved, so that there may be something to send.
   */
  feed(host: FeederHost): boolean;
  /** Whether the transfer has reached its end well, though its machine may still stay for a while. */
  readonly isDone: boolean;
  /** Whether what was received is being made safe: from then on only that decides how the transfer ends. */
  readonly isCommitting: boolean;
  /**
   * Lets go of source or sink: the transfer has ended.
   *
   * @param error What went wrong; `null` when all went well.
   */
  end(error: unknown): void;
}

/** Octets that are read from a source at once: a system call a block would cost more than the block. */
const CHUNK_BYTES = 64 * 1024;

/** What is read first, in octets: a request that nobody follows up must not cost the server a whole chunk. */
const FIRST_CHUNK_BYTES = 4096;

/** From this block size on, blocks are read straight into their packets. */
const DIRECT_BLOCK_BYTES = 16 * 1024;

/** Fills the blocks of a sender from a source. */
export class SourceFeeder implements Feeder {
  readonly #sender: Sender;
  #source: Source;
  /** The source as long as it is open: who is in the middle of filling a block finds its end when it is closed. */
  readonly #reader: Source = {
    size: null,
    read: (buffer) => this.#source.read(buffer),
    close() {},
  };
  #chunk: Uint8Array | null = null;
  #chunkStart = 0;
  #chunkEnd = 0;
  #readBytes = 0;
  #isAtEnd = false;
  #emptyReads = 0;
  #isWaiting = false;

  /**
   * Joins a sender with its source.
   *
   * @param sender The machine.
   * @param source Where its bytes come from.
   */
  constructor(sender: Sender, source: Source) {
    this.#sender = sender;
    this.#source = source;
  }

  /** Whether the transfer has reached its end well. */
  get isDone(): boolean {
    return this.#sender.state === "finished";
  }

  /** A sender makes nothing safe. */
  get isCommitting(): boolean {
    return false;
  }

  /**
   * Fills as many blocks as the sender takes and the source has at hand.
   *
   * @param host Who runs the feeder.
   * @returns Whether any block was filled.
   */
  feed(host: FeederHost): boolean {
    const sender = this.#sender;
    if (this.#isWaiting) return false;
    let hasFilled = false;
    try {
      while (sender.wanted > 0) {
        const length = this.#fillBlock(sender.payload);
        if (typeof length !== "number") {
          this.#wait(length, host);
          return hasFilled;
        }
        sender.fill(length);
        hasFilled = true;
      }
      return hasFilled;
    } catch (error) {
      host.fail(error);
      return true;
    }
  }

  /** Closes the source. */
  end(): void {
    const source = this.#source;
    this.#chunk = null;
    this.#source = CLOSED;
    quietly(() => source.close());
  }

  #fillBlock(payload: Uint8Array): number | Promise<number> {
    if (payload.length >= DIRECT_BLOCK_BYTES) {
      return fillFrom(this.#reader, payload);
    }
    const end = this.#chunkStart + payload.length;
    if (end <= this.#chunkEnd) {
      payload.set(this.#chunk!.subarray(this.#chunkStart, end));
      this.#chunkStart = end;
      return payload.length;
    }
    return this.#fillAcrossChunks(payload);
  }

  #fillAcrossChunks(payload: Uint8Array): number | Promise<number> {
    let filled = 0;
    for (;;) {
      if (this.#chunkStart < this.#chunkEnd) {
        const part = this.#chunk!.subarray(
          this.#chunkStart,
          Math.min(this.#chunkEnd, this.#chunkStart + payload.length - filled),
        );
        payload.set(part, filled);
        this.#chunkStart += part.length;
        filled += part.length;
      }
      if (filled === payload.length || this.#isAtEnd) return filled;
      const count = this.#readChunk();
      if (count !== null && typeof count !== "number") {
        return this.#finishLater(payload, filled, count);
      }
      this.#noteChunk(count);
    }
  }

  async #finishLater(
    payload: Uint8Array,
    filled: number,
    pending: Promise<number | null>,
  ): Promise<number> {
    this.#noteChunk(await pending);
    return filled + await this.#fillAcrossChunks(payload.subarray(filled));
  }

  #readChunk(): number | null | Promise<number | null> {
    const wanted = this.#chunk ? CHUNK_BYTES : FIRST_CHUNK_BYTES;
    // One octet more than there should be shows the end.
    const left = (this.#source.size ?? Infinity) - this.#readBytes + 1;
    const length = Math.min(wanted, Math.max(left, 1));
    // What was read before is used up, or nothing would be read.
    if (!this.#chunk || this.#chunk.length < length) {
      this.#chunk = new Uint8Array(length);
    }
    return this.#source.read(this.#chunk);
  }

  #noteChunk(count: number | null): void {
    this.#chunkStart = this.#chunkEnd = 0;
    if (count === null || !this.#chunk) {
      this.#isAtEnd = true;
      return;
    }
    this.#emptyReads = checkReadCount(
      count,
      this.#chunk.length,
      this.#emptyReads,
    );
    this.#chunkEnd = count;
    this.#readBytes += count;
  }

  #wait(pending: Promise<number>, host: FeederHost): void {
    this.#isWaiting = true;
    pending.then(
      (length) => {
        this.#isWaiting = false;
        if (this.#sender.state === "open") this.#sender.fill(length);
        host.pump();
      },
      (error) => host.fail(error),
    );
  }
}

/** What is left of a source that is closed. */
const CLOSED: Source = { size: 0, read: () => null, close() {} };

/** Stores in a sink what a receiver has received. */
export class SinkFeeder implements Feeder {
  readonly #receiver: Receiver;
  readonly #sink: Sink;
  readonly #clock: Clock;
  #isWaiting = false;
  #isCommitting = false;
  #isCommitted = false;

  /**
   * Joins a receiver with its sink.
   *
   * @param receiver The machine.
   * @param sink Where its bytes go.
   * @param clock Where the time comes from.
   */
  constructor(receiver: Receiver, sink: Sink, clock: Clock) {
    this.#receiver = receiver;
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Whether the transfer has reached its end well: everything is safe. */
  get isDone(): boolean {
    return this.#isCommitted;
  }

  /** Whether everything is being made safe. */
  get isCommitting(): boolean {
    return this.#isCommitting && !this.#isCommitted;
  }

  /**
   * Gives to the sink what has come, when there is enough of it or no more will come; commits when all is stored.
   *
   * @param host Who runs the feeder.
   * @returns Whether anything was given to the sink.
   */
  feed(host: FeederHost): boolean {
    const receiver = this.#receiver;
    if (this.#isWaiting || receiver.state !== "open") return false;
    try {
      const hasStored = this.#store(host);
      if (this.#isWaiting || !receiver.isStored || this.#isCommitted) {
        return hasStored;
      }
      this.#isCommitting = true;
      const committing = this.#sink.commit();
      if (committing) this.#wait(committing, host, () => this.#complete());
      else this.#complete();
    } catch (error) {
      host.fail(error);
    }
    return true;
  }

  /** Whether there was anything to store. */
  #store(host: FeederHost): boolean {
    const receiver = this.#receiver;
    let hasStored = false;
    while (receiver.mustStore) {
      const bytes = receiver.takeBytes();
      if (bytes === null) break;
      hasStored = true;
      const writing = this.#sink.write(bytes);
      if (writing) {
        this.#wait(writing, host, () => receiver.stored());
        break;
      }
      receiver.stored();
    }
    return hasStored;
  }

  /**
   * Tells the sink if the transfer failed.
   *
   * @param error What went wrong; `null` when all went well.
   */
  end(error: unknown): void {
    if (!this.#isCommitted) quietly(() => this.#sink.abort(error));
  }

  #now(): number {
    return this.#clock.now();
  }

  #complete(): void {
    this.#isCommitted = true;
    this.#receiver.complete(this.#now());
  }

  #wait(pending: Promise<void>, host: FeederHost, then: () => void): void {
    this.#isWaiting = true;
    pending.then(() => {
      this.#isWaiting = false;
      then();
      return host.pump();
    }).catch((error) => host.fail(error));
  }
}

/** Closes something whose complaints come too late to matter: how the transfer ended is decided. */
function quietly(close: () => void | Promise<void>): void {
  try {
    Promise.resolve(close()).catch(() => {});
  } catch {
    // As above.
  }
}
