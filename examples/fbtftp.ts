/**
 * A boot server that makes each machine's configuration when it is asked for, and counts what it does, as one would build
 * with fbtftp: session statistics after each transfer, server statistics now and then.
 *
 * ```sh
 * deno run --unstable-net --allow-net examples/fbtftp.ts
 * ```
 *
 * @module
 */

import {
  ERROR_CODE,
  serve,
  type ServeOptions,
  type ServerEvent,
  TftpError,
  type TftpRequest,
  TftpResponse,
  type TftpServer,
} from "@tftpkit/tftp";

/** Counts how requests end, and tells each transfer. */
export class Statistics {
  readonly counters: Record<string, number> = {};

  readonly onEvent = (event: ServerEvent): void => {
    this.counters[event.type] = (this.counters[event.type] ?? 0) + 1;
    if (event.type !== "finished") return;
    const { request, transfer: { statistics, durationMs } } = event;
    console.error(request.remote.hostname, request.filename, {
      bytes: statistics.bytes,
      retransmissions: statistics.retransmissions,
      durationMs,
    });
  };
}

function bootConfiguration({ filename, remote, operation }: TftpRequest) {
  if (operation !== "read" || filename !== "boot.cfg") {
    throw new TftpError(ERROR_CODE.FileNotFound);
  }
  return new TftpResponse(`hostname ${remote.hostname.replaceAll(".", "-")}\n`);
}

/** Serves every machine a configuration of its own. */
export function start(
  statistics: Statistics,
  options: ServeOptions = {},
): TftpServer {
  return serve({ ...options, onEvent: statistics.onEvent }, bootConfiguration);
}

if (import.meta.main) {
  const statistics = new Statistics();
  const timer = setInterval(() => console.error(statistics.counters), 60_000);
  await start(statistics, { port: 1069 }).finished;
  clearInterval(timer);
}
