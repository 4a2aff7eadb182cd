/**
 * A server with many routes: PORT ROOT COUNT.
 *
 * @module
 */

import { route, serveDir } from "../../../handlers/mod.ts";
import { serve } from "../../../server.ts";

const [port, root = ".", count] = Deno.args;
const routes = Array.from({ length: Number(count) }, (_, i) => ({
  pattern: `/switch-${i}/:model/*`,
  handler: () => {},
}));
const server = serve(
  { hostname: "127.0.0.1", port: Number(port) },
  route(routes, (request) => serveDir(request, { root })),
);
Deno.addSignalListener("SIGTERM", () => server.shutdown());
