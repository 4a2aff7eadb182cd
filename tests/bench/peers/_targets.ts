/**
 * The servers to measure, each started on one directory: ours from the command line, as anybody would, and those of other
 * projects that are installed.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { findFreePort, isAnswering, stop } from "../../interop/_peers.ts";
import {
  ATFTPD,
  DNSMASQ,
  IN_TFTPD,
  type ServerProgram,
} from "../../interop/_servers.ts";
import type { Target } from "./_load.ts";
import { openAccount } from "./_processor_time.ts";

/** How a server is started. */
export interface TargetProgram {
  readonly name: string;
  /** Where it listens, if it cannot be told. */
  readonly port?: number;
  command(port: number, root: string): readonly [string, readonly string[]];
}

/** Where our sources are. */
export const CHECKOUT = fromFileUrl(new URL("../../../", import.meta.url));

/** Our server, with what is said besides `serve ROOT --host --port`, and what it may do besides reading. */
export function ours(
  name = "tftpkit",
  more: readonly string[] = [],
  permissions: readonly string[] = [],
): TargetProgram {
  return {
    name,
    command: (port, root) => [Deno.execPath(), [
      ...["run", "--config", `${CHECKOUT}deno.json`, "--allow-net"],
      ...["--allow-read", ...permissions, `${CHECKOUT}cli.ts`],
      ...["serve", root, "--quiet"],
      ...["--host", "127.0.0.1", "--port", String(port), ...more],
    ]],
  };
}

function peer(program: ServerProgram, port?: number): TargetProgram[] {
  const { name, path, args } = program;
  if (path === null) return [];
  return [{
    name,
    ...port === undefined ? {} : { port },
    command: (port, root) => [path, args("127.0.0.1", port, root)],
  }];
}

/** Those that are here; dnsmasq only where nobody else has port 69. */
export function peers(): TargetProgram[] {
  return [...peer(IN_TFTPD), ...peer(ATFTPD), ...peer(DNSMASQ, 69)];
}

/** A server that is running, and is stopped when it is disposed of. */
export interface RunningTarget extends Target, AsyncDisposable {
  /** From the start of the process to its first answer, in milliseconds. */
  readonly startMs: number;
}

/** Starts a server, and waits until it answers. */
export async function startTarget(
  program: TargetProgram,
  root: string,
): Promise<RunningTarget> {
  const port = program.port ?? findFreePort();
  const account = openAccount();
  const [path, args] = account.command(...program.command(port, root));
  const startedAt = performance.now();
  const process = new Deno.Command(path, {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = async () => {
    await stop(process, Promise.resolve());
    account[Symbol.dispose]();
  };
  // It is `false` that says so.
  if (await isAnswering(port) === false) {
    const startMs = performance.now() - startedAt;
    return {
      ...{ name: program.name, port, pid: process.pid, startMs },
      cpuSeconds: () => account.seconds(),
      [Symbol.asyncDispose]: end,
    };
  }
  await end();
  throw new Error(`Cannot start ${program.name}: it does not answer`);
}
