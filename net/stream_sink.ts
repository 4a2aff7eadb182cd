import type { Sink } from "./sink.ts";

/** A stream, and the sink that fills it. */
export interface StreamSink extends Sink {
  /** What was received, in order; its reader sets the pace of the transfer. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes what still comes and forgets it: nobody reads any more. */
  discard(): void;
}

/** Options of {@linkcode streamSink}. */
export interface StreamSinkOptions {
  /**
   * Chunks that may wait for a reader; with 0 nothing is taken before it is asked for.
   *
   * @default {1}
   */
  readonly highWaterMark?: number;
  /**
   * Whether a reader that cancels the stream only wants no more of it: what still comes is taken and forgotten. Otherwise
   * the next write fails, and so ends the transfer.
   *
   * @default {false}
   */
  readonly discardOnCancel?: boolean;
  /** Called when the stream is read for the first time, or with a high water mark above 0 at once. */
  readonly onFirstPull?: () => void;
}

/**
 * A sink that is read as a stream. The transfer goes on as fast as the stream is read.
 *
 * @param options How far ahead of its reader the stream goes, and what becomes of a transfer that nobody reads any more.
 * @returns The sink with its stream.
 *
 * @example From sink to stream
 * ```ts
 * import { streamSink } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * const sink = streamSink();
 * const text = new Response(sink.readable).text();
 * await sink.write(new TextEncoder().encode("hello"));
 * await sink.commit();
 * assertEquals(await text, "hello");
 * ```
 */
export function streamSink(options: StreamSinkOptions = {}): StreamSink {
  const { highWaterMark = 1, discardOnCancel = false } = options;
  let { onFirstPull } = options;
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let onPull: (() => void) | null = null;
  let isClosed = false;
  let isDiscarding = false;
  let cancellation: { reason: unknown } | null = null;
  const release = () => {
    onPull?.();
    onPull = null;
  };
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (it) => void (controller = it),
    pull() {
      onFirstPull?.();
      onFirstPull = undefined;
      release();
    },
    cancel(reason) {
      if (discardOnCancel) isDiscarding = true;
      else cancellation = { reason };
      isClosed = true;
      release();
    },
  }, { highWaterMark });

  return {
    readable,
    write(bytes) {
      if (isDiscarding) return;
      if (cancellation) throw cancelError(cancellation.reason);
      // The reader may keep what it gets; our array is used again.
      controller.enqueue(new Uint8Array(bytes));
      if ((controller.desiredSize ?? 0) >= 0) return;
      return new Promise<void>((resolve, reject) => {
        onPull = () => {
          if (cancellation && !isDiscarding) {
            reject(cancelError(cancellation.reason));
          } else resolve();
        };
      });
    },
    commit() {
      if (cancellation && !isDiscarding) {
        throw cancelError(cancellation.reason);
      }
      if (!isClosed) controller.close();
      isClosed = true;
    },
    abort(reason) {
      if (!isClosed) controller.error(reason);
      isClosed = true;
      release();
    },
    discard() {
      isDiscarding = true;
      release();
    },
  };
}

function cancelError(reason: unknown): Error {
  return reason instanceof Error
    ? reason
    : new Error("Stream was cancelled by its reader", { cause: reason });
}
