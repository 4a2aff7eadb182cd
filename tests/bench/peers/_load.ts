/**
 * Runs the load generator in load.c, and says what the server has spent meanwhile.
 *
 * @module
 */

import { compileC, type CProgram } from "../../_c_program.ts";

/** What the load generator is told: see load.c. */
export interface Load {
  readonly clients?: number;
  readonly transfers?: number;
  readonly blksize?: number;
  readonly windowsize?: number;
  readonly timeoutMs?: number;
  /** All clients start within so many milliseconds. */
  readonly spreadMs?: number;
  /** Whether every client has an address of its own. */
  readonly hasOwnAddresses?: boolean;
  /** Names, as load.c says. */
  readonly steps: string;
}

/** What came of it. */
export interface LoadResult {
  readonly seconds: number;
  readonly bytes: number;
  readonly completed: number;
  readonly failed: number;
  /** Transfers whose bytes were not those of the file. */
  readonly wrong: number;
  readonly timeouts: number;
  readonly gaps: number;
  readonly received: number;
  readonly sent: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Processor seconds of the server. */
  readonly serverSeconds: number;
}

/** A server that is running. */
export interface Target {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Processor time until now, in seconds; `NaN` where it cannot be known. */
  cpuSeconds(): number;
}

/** Makes the load generator; `null` where there is no compiler. */
export function compileLoad(): Promise<CProgram | null> {
  return compileC(new URL("load.c", import.meta.url));
}

/** Loads a server on the loopback that serves a directory. */
export async function runLoad(
  program: CProgram,
  target: Target,
  root: string,
  load: Load,
): Promise<LoadResult> {
  const numbers: readonly (readonly [string, number | undefined])[] = [
    ["-c", load.clients],
    ["-n", load.transfers],
    ["-b", load.blksize],
    ["-w", load.windowsize],
    ["-t", load.timeoutMs],
    ["-s", load.spreadMs],
  ];
  const before = target.cpuSeconds();
  const { stdout, stderr } = await new Deno.Command(program.path, {
    args: [
      ...numbers.flatMap(([flag, value]) =>
        value === undefined ? [] : [flag, String(value)]
      ),
      ...load.hasOwnAddresses ? ["-d"] : [],
      ...["-r", root, "127.0.0.1", String(target.port), load.steps],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  const line = decoder.decode(stdout);
  if (line === "") {
    throw new Error(`Cannot load ${target.name}: ${decoder.decode(stderr)}`);
  }
  const serverSeconds = target.cpuSeconds() - before;
  return { ...JSON.parse(line), serverSeconds };
}

/** Memory of a process and of its children, in octets; what several share is divided among them. */
export function memoryBytes(pid: number): number {
  let kib = 0;
  for (const process of [pid, ...childrenOf(pid)]) {
    const status = readText(`/proc/${process}/smaps_rollup`);
    kib += Number(/^Pss:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return kib * 1024;
}

function childrenOf(pid: number): number[] {
  return readText(`/proc/${pid}/task/${pid}/children`).split(" ")
    .filter((it) => it !== "").map(Number);
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
