/**
 * The servers of other projects, and how each is started.
 *
 * @module
 */

import {
  findAtftpd,
  findProgram,
  type PeerServer,
  startServer,
} from "./_peers.ts";

/** A server of another project. */
export interface ServerProgram {
  readonly name: string;
  readonly path: string | null;
  /**
   * What to tell it: where to listen, and the directory to serve, and to write to if it does that at all.
   */
  args(hostname: string, port: number, root: string): readonly string[];
  /** Starts it on a directory, which may be written. */
  start(path: string, root: string): Promise<PeerServer>;
}

/** They change their user or their root directory, which only root may. */
const AS_ROOT = Deno.build.os === "linux" && Deno.uid() === 0;

function define(
  name: string,
  path: string | null,
  args: ServerProgram["args"],
): ServerProgram {
  return {
    name,
    path: AS_ROOT ? path : null,
    args,
    start: (path, root) =>
      startServer(path, (port) => args("127.0.0.1", port, root)),
  };
}

export const IN_TFTPD: ServerProgram = define(
  "in.tftpd",
  findProgram("in.tftpd"),
  (hostname, port, root) => [
    ...["-L", "-4", "-a", `${hostname}:${port}`],
    ...["-s", "-u", "root", "-c", root],
  ],
);

export const ATFTPD: ServerProgram = define(
  "atftpd",
  findAtftpd(),
  (hostname, port, root) => [
    ...["--daemon", "--no-fork", "--port", String(port)],
    ...["--bind-address", hostname, "--user", "root", "--group", "root"],
    root,
  ],
);

/** It serves TFTP on port 69, on no other. */
export const DNSMASQ: ServerProgram = define(
  "dnsmasq",
  findProgram("dnsmasq"),
  // With --bind-interfaces, --tftp-single-port answers nobody (2.90).
  (hostname, _port, root) => [
    ...["--keep-in-foreground", "--conf-file=/dev/null", "--port=0"],
    // It serves 50 clients at once, unless told otherwise.
    ...["--enable-tftp", "--tftp-max=4096", `--tftp-root=${root}`],
    "--user=root",
    ...[`--listen-address=${hostname}`, "--pid-file"],
  ],
);
