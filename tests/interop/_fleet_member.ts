/**
 * A member of a fleet, as a program of its own: `origin PORT DIRECTORY` is an HTTP server on a directory, `server ADDRESS URL`
 * a TFTP server in single-port mode in front of it. Each says `ready` when it is, and the server a line for each download.
 *
 * @module
 */

import { httpOrigin, memoryCache } from "../../handlers/mod.ts";
import { serve } from "../../server.ts";

const [kind, where = "", what = ""] = Deno.args;

if (kind === "origin") {
  Deno.serve(
    {
      hostname: "0.0.0.0",
      port: Number(where),
      onListen: () => console.log("ready"),
    },
    async (request) => {
      const name = new URL(request.url).pathname.slice(1);
      const bytes = await Deno.readFile(`${what}/${name}`).catch(() => null);
      return bytes === null
        ? new Response(null, { status: 404 })
        : new Response(bytes, { headers: { "etag": '"1"' } });
    },
  );
} else {
  const server = serve(
    {
      hostname: where,
      port: 69,
      singlePort: true,
      onEvent: (event) => {
        if (event.type === "finished") console.log(event.request.filename);
      },
    },
    httpOrigin(what, { cache: memoryCache() }),
  );
  await server.listening;
  console.log("ready");
}
