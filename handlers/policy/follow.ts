// What a handler gives, followed to its end: the same source, sink or body, with somebody looking on. Rules:
// 1. Who looks on is told of the end once, whatever happens, and however often.
// 2. A body that is followed still accepts the upload when it is first read, and not before.

import type { Sink, Source } from "../../net/mod.ts";
import type { TftpRequest } from "../request.ts";
import type { TftpResponse } from "../response.ts";
import type { UploadMeter } from "./upload_meter.ts";

/** The same response to a read; `onEnd` is called when its source is closed. */
export function followSource(
  response: TftpResponse,
  source: Source,
  onEnd: () => void,
): TftpResponse {
  const followed: Source = {
    size: source.size,
    read: (buffer) => source.read(buffer),
    close() {
      onEnd();
      return source.close();
    },
  };
  return Object.create(response, {
    source: { value: followed, enumerable: true },
  });
}

/** The same response to a write; `onEnd` is called when its sink has committed, or is told to abort. */
export function followSink(
  response: TftpResponse,
  sink: Sink,
  meter: UploadMeter | null,
  onEnd: () => void,
): TftpResponse {
  const settle = () => {
    meter?.settle();
    onEnd();
  };
  const followed: Sink = {
    write(bytes) {
      const looking = meter?.take(bytes.length);
      return looking
        ? looking.then(() => sink.write(bytes))
        : sink.write(bytes);
    },
    commit() {
      const committing = sink.commit();
      if (committing) return committing.then(settle);
      settle();
    },
    abort(reason) {
      meter?.giveBack();
      onEnd();
      return sink.abort(reason);
    },
  };
  return Object.create(response, {
    sink: { value: followed, enumerable: true },
  });
}

/** The same request for an upload; what is read of its body is measured. */
export function followBody(
  request: TftpRequest,
  meter: UploadMeter,
): TftpRequest {
  let followed: TftpRequest["body"] = null;
  return Object.create(request, {
    body: {
      enumerable: true,
      get: () => followed ??= measure(request.body!, meter),
    },
  });
}

function measure(
  body: NonNullable<TftpRequest["body"]>,
  meter: UploadMeter,
): NonNullable<TftpRequest["body"]> {
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null =
    null;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      reader ??= body.getReader();
      const { done, value } = await reader.read();
      if (done) return controller.close();
      await meter.take(value.length);
      controller.enqueue(value);
    },
    cancel(reason) {
      reader ??= body.getReader();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
