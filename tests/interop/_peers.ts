/**
 * TFTP programs of other projects: finding them, running clients, starting and stopping servers.
 *
 * A test whose program is missing is skipped, and says so; with `TFTPKIT_REQUIRE_PEERS=1` it fails. Servers are stopped by
 * their own process ID. That a server is ready is found out by asking it for a file, not by waiting.
 *
 * @module
 */

import { join } from "@std/path";

/** Where servers are installed, also where an ordinary user's PATH does not lead. */
const FOLDERS = [
  ...(Deno.env.get("PATH") ?? "").split(":"),
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
];

/** No client takes longer, unless said otherwise. */
const MAX_RUN_MS = 60_000;

/** No server takes longer to start, or to stop when told to. */
const MAX_START_MS = 5000;
const MAX_STOP_MS = 2000;

/** The path of a program; what an environment variable says about it comes first. */
export function findProgram(name: string, variable?: string): string | null {
  const named = variable === undefined ? undefined : Deno.env.get(variable);
  const candidates = named ? [named] : FOLDERS.map((it) => join(it, name));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

/** Whether busybox is here, and has its TFTP client. */
export function findBusybox(): string | null {
  const path = findProgram("busybox");
  if (path === null) return null;
  const { stdout } = new Deno.Command(path, { args: ["--list"] }).outputSync();
  const applets = new TextDecoder().decode(stdout).split("\n");
  return applets.includes("tftp") ? path : null;
}

/** atftpd; as a package it excludes tftpd-hpa, so it may have been unpacked somewhere, and `ATFTPD` says where. */
export function findAtftpd(): string | null {
  return findProgram("atftpd", "ATFTPD");
}

/** Whether a test fails whose program is missing. */
export const ARE_PEERS_REQUIRED: boolean =
  Deno.env.get("TFTPKIT_REQUIRE_PEERS") === "1";

/** A test that needs something: what is `null` is missing. */
export function testWith<Needs extends readonly unknown[]>(
  name: string,
  what: string,
  needs: readonly [...Needs],
  run: (...needs: { [I in keyof Needs]: NonNullable<Needs[I]> }) => Promise<
    void
  >,
): void {
  if (needs.every((it) => it !== null)) {
    const present = needs as { [I in keyof Needs]: NonNullable<Needs[I]> };
    Deno.test(name, () => run(...present));
    return;
  }
  const reason = `${what} is not here`;
  if (ARE_PEERS_REQUIRED) {
    Deno.test(name, () => {
      throw new Error(`Cannot run as ${reason}`);
    });
  } else {
    console.log(`Skipped, as ${reason}: ${name}`);
    Deno.test({ name, ignore: true, fn: () => {} });
  }
}

/** What a program has said, and how it ended. */
export interface Outcome {
  readonly code: number;
  /** Standard output and standard error. */
  readonly text: string;
}

/** Runs a program to its end, or until it has had its time. */
export async function runProgram(
  path: string,
  args: readonly string[],
  cwd?: string,
  limitMs = MAX_RUN_MS,
): Promise<Outcome> {
  const process = new Deno.Command(path, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { LC_ALL: "C", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => process.kill("SIGKILL"), limitMs);
  const { code, stdout, stderr } = await process.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A server that is running. */
export interface PeerServer extends AsyncDisposable {
  readonly port: number;
}

/** Starts a server that is told its port, or has one that cannot be changed, and waits until it answers. */
export async function startServer(
  path: string,
  makeArgs: (port: number) => readonly string[],
  fixedPort?: number,
): Promise<PeerServer> {
  let text = "";
  // Another process may have taken the port in between.
  for (let tries = 0; tries < 3; tries++) {
    const port = fixedPort ?? findFreePort();
    const server = new Deno.Command(path, {
      args: [...makeArgs(port)],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = new Response(server.stderr).text();
    const ended = server.status.then(() => true);
    if (await Promise.race([ended, isAnswering(port)]) === false) {
      return { port, [Symbol.asyncDispose]: () => stop(server, said) };
    }
    await stop(server, said);
    text = await said;
  }
  throw new Error(`Cannot start ${path}: ${text}`);
}

/** Stops a server. */
export async function stop(
  server: Deno.ChildProcess,
  said: Promise<unknown>,
): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      server.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), MAX_STOP_MS);
  await server.status;
  clearTimeout(timer);
  await said;
}

/** A port that was free a moment ago. */
export function findFreePort(): number {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

/** Asks for a file that no server has, until there is an answer; `false` then, so that it can race with an end. */
export async function isAnswering(
  port: number,
  hostname = "127.0.0.1",
): Promise<boolean> {
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: hostname === "127.0.0.1" ? hostname : "0.0.0.0",
    port: 0,
  });
  const request = new TextEncoder().encode(
    "\0\x01/there-is-no-such-file\0octet\0",
  );
  const ask = () =>
    socket.send(request, { transport: "udp", hostname, port })
      .catch(() => {});
  const asking = setInterval(ask, 20);
  const limit = setTimeout(() => socket.close(), MAX_START_MS);
  try {
    await ask();
    await socket.receive(new Uint8Array(1024));
    return false;
  } catch {
    return true;
  } finally {
    clearInterval(asking);
    clearTimeout(limit);
    try {
      socket.close();
    } catch {
      // The limit has closed it.
    }
  }
}
