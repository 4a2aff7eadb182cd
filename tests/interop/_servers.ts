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
  /** Starts it on a directory, which may be written. */
  start(path: string, root: string): Promise<PeerServer>;
}

/** Both change their user and their root directory, which only root may. */
const AS_ROOT = Deno.build.os === "linux" && Deno.uid() === 0;

export const IN_TFTPD: ServerProgram = {
  name: "in.tftpd",
  path: AS_ROOT ? findProgram("in.tftpd") : null,
  start: (path, root) =>
    startServer(path, (port) => [
      ...["-L", "-4", "-a", `127.0.0.1:${port}`],
      ...["-s", "-u", "root", "-c", root],
    ]),
};

export const ATFTPD: ServerProgram = {
  name: "atftpd",
  path: AS_ROOT ? findAtftpd() : null,
  start: (path, root) =>
    startServer(path, (port) => [
      ...["--daemon", "--no-fork", "--port", String(port)],
      ...["--bind-address", "127.0.0.1", "--user", "root", "--group", "root"],
      root,
    ]),
};
