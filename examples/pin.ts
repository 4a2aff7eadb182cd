/**
 * Streams both ways with a size, and hooks for how transfers end, as a server made with pin/tftp has them: a file is
 * opened for each request, and an upload never replaces what is there.
 *
 * ```sh
 * deno run --unstable-net --allow-net --allow-read=. --allow-write=. examples/pin.ts
 * ```
 *
 * @module
 */

import { basename, join } from "@std/path";
import {
  serve,
  type ServeOptions,
  type TftpRequest,
  TftpResponse,
  type TftpServer,
} from "@tftpkit/tftp";

async function sendFile(path: string) {
  const file = await Deno.open(path);
  // With its size the client can show how far it is (tsize, RFC 2349).
  const { size } = await file.stat();
  return new TftpResponse(file.readable, { size });
}

async function takeFile(path: string, { size, body }: TftpRequest) {
  // Made before the first octet comes: where it exists, the upload is refused at once.
  const file = await Deno.open(path, { write: true, createNew: true });
  console.error(`${path}: ${size ?? "an unknown number of"} octets`);
  await body!.pipeTo(file.writable);
}

/** Serves the files of one directory, without those below it. */
export function start(root: string, options: ServeOptions = {}): TftpServer {
  return serve({
    ...options,
    onEvent: ({ type, ...event }) => {
      if (type === "finished" || type === "failed") {
        console.error(type, "request" in event && event.request.filename);
      }
    },
  }, (request) => {
    const path = join(root, basename(request.filename));
    return request.operation === "read"
      ? sendFile(path)
      : takeFile(path, request);
  });
}

if (import.meta.main) await start(".", { port: 6969 }).finished;
