// A request whose handler may still decline. Rules:
// 1. The upload is taken when the handler reads the body, and not before: having the body, locking it or cancelling it
//    unread takes nothing, so that the next handler finds it untouched.
// 2. When the request was passed on, the body that the handler has kept is broken: two readers would share one upload.

import type { TftpRequest } from "./request.ts";

type Body = NonNullable<TftpRequest["body"]>;

/** A request to try a handler with. */
export interface UploadGuard {
  /** What the handler gets. */
  readonly request: TftpRequest;
  /** Whether the handler has begun to read the upload. */
  readonly isTaken: boolean;
  /** The request goes to somebody else: the handler may not begin any more. */
  revoke(): void;
}

/** Makes a request to try a handler with; reads need no guard. */
export function guardUpload(request: TftpRequest): UploadGuard {
  if (request.operation === "read") {
    return { request, isTaken: false, revoke() {} };
  }
  let body: Body | null = null;
  let isTaken = false;
  let isRevoked = false;
  const makeBody = (): Body | null => {
    if (request.body === null) return null;
    let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
    return new ReadableStream({
      async pull(controller) {
        if (isRevoked) {
          throw new TypeError(
            "Cannot read the body as the request was passed on: read it before the handler returns",
          );
        }
        isTaken = true;
        reader ??= request.body!.getReader();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await reader?.cancel(reason);
      },
    }, { highWaterMark: 0 });
  };
  return {
    request: Object.create(request, {
      body: { get: () => body ??= makeBody(), enumerable: true },
    }),
    get isTaken() {
      return isTaken;
    },
    revoke() {
      isRevoked = true;
    },
  };
}
