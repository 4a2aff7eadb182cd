/**
 * A handler for reads and one for writes, as aiotftp has them: an answer made on the spot, files, and an upload that is
 * taken chunk by chunk.
 *
 * ```sh
 * deno run --unstable-net --allow-net --allow-read=. --allow-write=. examples/aiotftp.ts
 * ```
 *
 * @module
 */

import {
  serve,
  serveDir,
  type ServeOptions,
  type TftpRequest,
  TftpResponse,
  type TftpServer,
} from "@tftpkit/tftp";

function read(request: TftpRequest, root: string) {
  if (request.filename === "hello") return new TftpResponse("Hello World!\n");
  return serveDir(request, { root });
}

async function write(request: TftpRequest, root: string) {
  // A name from the network is not a path: it must be one plain word here.
  const [name] = request.filename.match(/^[\w-][\w.-]*$/) ?? [];
  if (!name) throw new Deno.errors.NotCapable("Not a name to write to");
  using file = await Deno.create(`${root}/${name}`);
  // Looking at the body accepts the upload; throwing in between refuses it.
  for await (const chunk of request.body!) await file.write(chunk);
}

/** Serves a directory, and one file that is not in it. */
export function start(root: string, options: ServeOptions = {}): TftpServer {
  return serve(
    options,
    (request) =>
      request.operation === "read" ? read(request, root) : write(request, root),
  );
}

if (import.meta.main) await start(".", { port: 6969 }).finished;
