import { type Sink, streamSink } from "../net/mod.ts";

/** An upload that its handler reads as a stream. */
export interface UploadBody {
  /** The stream. To read it is to accept the upload; to have it is not, so that a request can be copied. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The handler has returned: what it did not read is not wanted, and the upload may be acknowledged. */
  finish(): void;
  /** The handler has thrown: the upload must not be acknowledged. */
  fail(error: unknown): void;
}

/**
 * Makes the body of an upload.
 *
 * @param accept Called with the sink for its bytes, once, when the handler first reads the stream. The sink commits when
 * all has been read and the handler has returned.
 */
export function makeUploadBody(accept: (sink: Sink) => void): UploadBody {
  let settle!: { resolve(): void; reject(error: unknown): void };
  const handled = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Nobody may be waiting for it, when the transfer has failed before.
  handled.catch(() => {});
  const sink = streamSink({
    highWaterMark: 0,
    // Whether the upload was good is for the handler to say, by returning or throwing.
    discardOnCancel: true,
    onFirstPull: () =>
      accept({
        write: (bytes) => sink.write(bytes),
        async commit() {
          await sink.commit();
          await handled;
        },
        abort: (reason) => sink.abort(reason),
      }),
  });
  return {
    stream: sink.readable,
    finish() {
      sink.discard();
      settle.resolve();
    },
    fail(error) {
      settle.reject(error);
    },
  };
}
