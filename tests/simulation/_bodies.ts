/**
 * Files of the swarm, and sources and sinks that watch what is done with them: bytes that come must be the file's, in
 * order, and a file that is committed must be whole.
 *
 * @module
 */

import type { Clock, Sink, Source } from "../../net/mod.ts";
import type { Failure, Pace } from "./_plan.ts";

/** A fault that was planned: whoever throws something else has a fault of its own. */
export class PlannedError extends Error {}

/** Tells what must not be. */
export type Complain = (what: string) => void;

/** The bytes of a file: no two blocks are alike, and one in eight octets is special to netascii. */
export function fileOf(name: string, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = 2166136261;
  for (const character of name) {
    state = Math.imul(state ^ character.charCodeAt(0), 16777619);
  }
  for (let i = 0; i < sizeBytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const octet = state >>> 24;
    bytes[i] = octet < 32 ? SPECIAL[octet & 3]! : octet;
  }
  return bytes;
}

const [LF, CR, NUL] = [10, 13, 0];
const SPECIAL = [LF, CR, NUL, CR];

/** What of a file goes over the wire in mode netascii (RFC 1350 section 1). */
export function encodeText(bytes: Uint8Array): Uint8Array {
  const encoded: number[] = [];
  for (const octet of bytes) {
    if (octet === LF) encoded.push(CR, LF);
    else if (octet === CR) encoded.push(CR, NUL);
    else encoded.push(octet);
  }
  return Uint8Array.from(encoded);
}

/** Whether some bytes are those of a file from an offset on. */
export function isPartOf(
  file: Uint8Array,
  offset: number,
  part: Uint8Array,
): boolean {
  if (offset < 0 || offset + part.length > file.length) return false;
  for (let i = 0; i < part.length; i++) {
    if (file[offset + i] !== part[i]) return false;
  }
  return true;
}

/** A promise that is fulfilled later. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(delayMs, resolve);
  });
}

/** What a source or a sink is part of. */
export interface BodyContext {
  readonly name: string;
  readonly file: Uint8Array;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly failure: Failure;
  /** Whether what comes may be damaged. */
  readonly isDamaged: boolean;
  readonly complain: Complain;
}

/** A source that must be closed, once; and reports itself until then. */
export class WatchedSource implements Source {
  readonly size: number | null;
  #offset = 0;
  #isClosed = false;
  readonly #context: BodyContext;

  constructor(context: BodyContext, open: Set<object>) {
    this.#context = context;
    this.size = context.pace.delayMs === 1 ? null : context.file.length;
    this.#open = open;
    open.add(this);
  }

  readonly #open: Set<object>;

  read(buffer: Uint8Array): number | null | Promise<number | null> {
    const { pace, clock, name, complain } = this.#context;
    if (this.#isClosed) complain(`${name}: read after close`);
    if (pace.kind === "now") return this.#take(buffer);
    if (pace.kind === "soon") {
      return Promise.resolve().then(() => this.#take(buffer));
    }
    return sleep(clock, pace.delayMs).then(() => this.#take(buffer));
  }

  close(): void {
    if (this.#isClosed) {
      this.#context.complain(`${this.#context.name}: closed twice`);
    }
    this.#isClosed = true;
    this.#open.delete(this);
  }

  #take(buffer: Uint8Array): number | null {
    const { file, pace, failure } = this.#context;
    const offset = this.#offset;
    if (failure === "breaks midway" && offset >= file.length / 2) {
      throw new PlannedError("The disk is broken");
    }
    if (offset >= file.length) {
      if (failure === "breaks at the end") throw new PlannedError("No end");
      return null;
    }
    const count = Math.min(
      buffer.length,
      pace.pieceBytes,
      file.length - offset,
    );
    buffer.set(file.subarray(offset, offset + count));
    this.#offset += count;
    return count;
  }
}

/** The same bytes as a stream; pulled, cancelled and closed as streams are. */
export function watchedStream(
  context: BodyContext,
  open: Set<object>,
): ReadableStream<Uint8Array> {
  const source = new WatchedSource(context, open);
  // Who cancels the stream while it reads comes first, and the end of that reading too late.
  let isClosed = false;
  const close = () => {
    if (!isClosed) source.close();
    isClosed = true;
  };
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(context.pace.pieceBytes);
      try {
        const count = await source.read(buffer);
        if (isClosed) return;
        if (count !== null) return controller.enqueue(buffer.slice(0, count));
      } catch (error) {
        close();
        throw error;
      }
      close();
      controller.close();
    },
    cancel: close,
  }, { highWaterMark: 0 });
}

/** Takes a file, and looks at every octet. */
export class WatchedSink implements Sink {
  /** Whether the whole file is safe. */
  isCommitted = false;
  /** Octets so far. */
  length = 0;
  #isAborted = false;
  readonly #context: BodyContext;
  readonly #open: Set<object>;
  readonly #onCommit: () => void;

  constructor(
    context: BodyContext,
    open: Set<object>,
    onCommit: () => void = () => {},
  ) {
    this.#context = context;
    this.#open = open;
    this.#onCommit = onCommit;
    open.add(this);
  }

  write(bytes: Uint8Array): void | Promise<void> {
    const { pace, clock } = this.#context;
    this.take(bytes);
    if (pace.kind === "now") return;
    if (pace.kind === "soon") return Promise.resolve();
    return sleep(clock, pace.delayMs);
  }

  commit(): void | Promise<void> {
    const { pace, clock } = this.#context;
    this.#checkOpen("commit");
    if (pace.kind === "now") return this.finish();
    return sleep(clock, pace.delayMs).then(() => this.finish());
  }

  abort(): void {
    this.#checkOpen("abort");
    this.#isAborted = true;
    this.#open.delete(this);
  }

  /** Looks at bytes that have come. */
  take(bytes: Uint8Array): void {
    const { file, failure, isDamaged, name, complain } = this.#context;
    this.#checkOpen("write");
    if (!isDamaged && !isPartOf(file, this.length, bytes)) {
      complain(`${name}: octets from ${this.length} on are not the file's`);
    }
    this.length += bytes.length;
    if (failure === "breaks midway" && this.length >= file.length / 2) {
      throw new PlannedError("The disk is full");
    }
  }

  /** Makes the file safe; what is not whole must not get here. */
  finish(): void {
    const { file, failure, isDamaged, name, complain } = this.#context;
    if (failure === "breaks at the end") throw new PlannedError("No end");
    if (this.#isAborted) return;
    this.isCommitted = true;
    this.#open.delete(this);
    if (!isDamaged && this.length !== file.length) {
      complain(`${name}: ${this.length} of ${file.length} octets committed`);
    }
    this.#onCommit();
  }

  #checkOpen(what: string): void {
    const { name, complain } = this.#context;
    if (this.#isAborted) complain(`${name}: ${what} after abort`);
    if (this.isCommitted) complain(`${name}: ${what} after commit`);
  }
}
