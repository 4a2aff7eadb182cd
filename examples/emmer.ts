/**
 * Routes by regular expression, as emmer has them: reads and writes apart, groups of the pattern at hand, and no answer
 * but an ERROR for what matches none.
 *
 * ```sh
 * deno run --unstable-net --allow-net examples/emmer.ts
 * ```
 *
 * @module
 */

import {
  route,
  serve,
  type ServeOptions,
  TftpResponse,
  type TftpServer,
} from "@tftpkit/tftp";

/** What was uploaded, by client and name. */
export const uploads = new Map<string, string>();

const handler = route([
  {
    pattern: /^hello\/(?<name>\w+)$/,
    operation: "read",
    handler: ({ remote }, { groups }) =>
      new TftpResponse(`Hello ${groups.name} at ${remote.hostname}!\n`),
  },
  {
    pattern: "/logs/:device",
    operation: "write",
    async handler({ remote, body }, { groups }) {
      const text = await new Response(body).text();
      uploads.set(`${remote.hostname} ${groups.device}`, text);
    },
  },
]);

/** Greets who reads, and keeps the logs of who writes. */
export function start(options: ServeOptions = {}): TftpServer {
  return serve(options, handler);
}

if (import.meta.main) await start({ port: 3942 }).finished;
