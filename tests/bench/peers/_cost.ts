/**
 * What servers need besides time: processor time for octets and for requests, memory, a while to start, room on a disk.
 *
 * @module
 */

import { join } from "@std/path";
import { median, round } from "../../_measured.ts";
import { TempDir } from "../../interop/_files.ts";
import { findAtftpd, findProgram, runProgram } from "../../interop/_peers.ts";
import { type BenchOptions, makeFiles, type Report } from "./_bench.ts";
import { memoryBytes, runLoad } from "./_load.ts";
import {
  CHECKOUT,
  type RunningTarget,
  startTarget,
  type TargetProgram,
} from "./_targets.ts";

const MIB = 2 ** 20;
const REQUESTS = 5000;

/** How often memory is looked at while a server is busy, in milliseconds. */
const LOOK_MS = 50;

/** What one server costs. */
interface Cost {
  /** From the start of the process to its first answer. */
  startMs: number;
  msPerMib: number;
  usPerRequest: number;
  idleBytes: number;
  /** The most that was seen with so many transfers at once. */
  bytesAt100: number;
  bytesAt1000: number;
}

/** Measures every server, ours also as one bundled file. */
export async function measureCost(options: BenchOptions): Promise<Report> {
  using folder = new TempDir();
  using root = makeFiles();
  const bundle = await makeBundle(folder);
  const [own, ...others] = options.programs;
  const programs = [own!, bundled(bundle), ...others];
  const rows = [[
    "server",
    "first answer, ms",
    "CPU ms/MiB",
    "CPU us/request",
    "idle, MiB",
    "100 transfers",
    "1000 transfers",
    "on disk, MiB",
  ]];
  const results: Record<string, Cost[]> = {};
  for (const program of programs) {
    const costs: Cost[] = [];
    for (let i = 0; i < options.rounds; i++) {
      costs.push(await measure(options, program, root.path));
    }
    results[program.name] = costs;
    const of = (key: keyof Cost) => median(costs.map((it) => it[key]));
    rows.push([
      program.name,
      of("startMs").toFixed(0),
      round(of("msPerMib")),
      round(of("usPerRequest")),
      ...(["idleBytes", "bytesAt100", "bytesAt1000"] as const).map((it) =>
        round(of(it) / MIB)
      ),
      sizeOf(program.name, bundle),
    ]);
    console.error(rows.at(-1)!.join("  "));
  }
  return { rows, results };
}

async function measure(
  { load }: BenchOptions,
  program: TargetProgram,
  root: string,
): Promise<Cost> {
  await using target = await startTarget(program, root);
  const { startMs } = target;
  const run = (more: Parameters<typeof runLoad>[3]) =>
    runLoad(load, target, root, { blksize: 1428, windowsize: 16, ...more });
  const idleBytes = memoryBytes(target.pid);
  const small = await run({
    clients: 50,
    transfers: REQUESTS,
    steps: "4k.bin",
  });
  const large = await run({ transfers: 16, steps: "16m.bin" });
  const peak = async (clients: number) => {
    const done = run({ clients, transfers: clients, steps: "1m.bin" });
    return await watchMemory(target, done);
  };
  return {
    startMs,
    idleBytes,
    usPerRequest: small.serverSeconds / REQUESTS * 1e6,
    msPerMib: large.serverSeconds / (large.bytes / MIB) * 1000,
    bytesAt100: await peak(100),
    bytesAt1000: await peak(1000),
  };
}

/** The most memory that was in use until something is done. */
async function watchMemory(
  { pid }: RunningTarget,
  done: Promise<unknown>,
): Promise<number> {
  let most = 0;
  let isDone = false;
  const ended = done.finally(() => isDone = true);
  while (!isDone) {
    most = Math.max(most, memoryBytes(pid));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  await ended;
  return most;
}

async function makeBundle(folder: TempDir): Promise<string> {
  const path = folder.at("tftpkit.js");
  const { code, text } = await runProgram(Deno.execPath(), [
    ...["bundle", "--quiet", "--minify", "--config", `${CHECKOUT}deno.json`],
    ...["--output", path, join(CHECKOUT, "cli.ts")],
  ]);
  if (code !== 0) throw new Error(`Cannot bundle: ${text}`);
  return path;
}

function bundled(path: string): TargetProgram {
  return {
    name: "tftpkit, bundled",
    command: (port, root) => [Deno.execPath(), [
      ...["run", "--no-config", "--unstable-net", "--allow-net"],
      ...["--allow-read", path, "serve", root, "--quiet"],
      ...["--host", "127.0.0.1", "--port", String(port)],
    ]],
  };
}

/** What has to be there: of ours, the program itself without the runtime. */
function sizeOf(name: string, bundle: string): string {
  const path = name.startsWith("tftpkit")
    ? bundle
    : name === "atftpd"
    ? findAtftpd()
    : findProgram(name);
  return path === null ? "-" : round(Deno.statSync(path).size / MIB);
}
