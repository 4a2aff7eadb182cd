// `bench`: how fast is a server, and how evenly? Rules:
// 1. Nothing of what is there is replaced: uploads have names that nobody else has, unless --overwrite-ok.
// 2. What was measured before Ctrl-C is told.
// 3. What the measuring itself has cost is told, too.

import process from "node:process";
import type { ClientOptions, TftpTarget } from "../client.ts";
import { resolveHost } from "../client/resolve_host.ts";
import { systemClock, udpNetwork } from "../net/mod.ts";
import {
  BENCH_OPTIONS,
  type BenchPlan,
  planBench,
  type SimulationPlan,
} from "./bench/options.ts";
import { isAsciiOnly } from "./bench/plot.ts";
import { type Report, reportJson, reportText } from "./bench/report.ts";
import { type Result, resultOf, type Setting } from "./bench/result.ts";
import { type FailedSample, type Run, runClients } from "./bench/run.ts";
import { SIMULATED_SERVER, withSimulatedServer } from "./bench/simulated.ts";
import { type BenchEdge, measure } from "./bench/transfer.ts";
import type { Command, ParsedArguments } from "./command.ts";
import type { CliContext } from "./context.ts";
import { EXIT_STATUS, exitStatusHelp, joinStatuses } from "./exit_status.ts";
import { needPermissions, netPermissions } from "./permission.ts";
import { transferStatus } from "./transfers.ts";
import { lineWidth } from "./wrap.ts";

/** `bench URL` */
export const benchCommand: Command = {
  name: "bench",
  summary: "Measure how fast a server is",
  usage: [
    "bench [OPTIONS] tftp://HOST[:PORT]/NAME",
    "bench [OPTIONS] --put SIZE tftp://HOST[:PORT]/[DIRECTORY/]",
    "bench [OPTIONS] --simulate",
  ],
  options: BENCH_OPTIONS,
  notes: [
    "What is downloaded is thrown away, what is uploaded is made up. A transfer lasts from the request to the last byte, or to the last acknowledgment; the first byte of an upload is the server's answer. The rate is that of all clients together, in units of 1000.",
    "Loss itself is not seen by a client: what is told is gaps and timeouts, each of which is at least one packet that was lost or late.",
  ],
  examples: [
    ["bench tftp://192.0.2.1/boot.img", "downloads the file ten times"],
    [
      "bench -c 20 -d 30 -b 512,1428 --windowsize 1,16 tftp://192.0.2.1/k.img",
      "compares four settings, each for 30 seconds with 20 clients",
    ],
    [
      "bench --put 8M tftp://192.0.2.1/incoming/",
      "uploads ten files of 8 MiB, which stay there",
    ],
    [
      "bench --simulate --loss 1 --delay 20 --windowsize 1,4,16,64",
      "shows what windows are good for where packets are lost",
    ],
  ],
  exitStatuses: exitStatusHelp({ file: null, exists: null, checksum: null }),
  run,
  exitStatus(error) {
    // The host is looked up once, before all transfers.
    return error instanceof Deno.errors.NotFound
      ? EXIT_STATUS.host
      : transferStatus(error);
  },
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const plan = planBench(args);
  if (plan.target) {
    await needPermissions(context, netPermissions([plan.target.hostname]));
  }
  const abortion = new AbortController();
  const stopListening = context.onTerminate(() => {
    if (abortion.signal.aborted) return context.exit(EXIT_STATUS.interrupted);
    if (context.stderr.isTerminal) context.stderr.write("\n");
    abortion.abort(new Error("interrupted"));
  });
  try {
    const { report, statuses, coldFailure } = await measureAll(
      plan,
      options(args),
      abortion.signal,
      progressTo(context),
    );
    if (coldFailure !== null) {
      context.stderr.write(
        abortion.signal.aborted
          ? "Interrupted before anything was measured\n"
          : `No transfer went well in the warm-up: ${coldFailure.message}\n`,
      );
    }
    if (report.results.length > 0) {
      tell(report, args, context);
      leftovers(plan, report, context);
    }
    return abortion.signal.aborted
      ? EXIT_STATUS.interrupted
      : joinStatuses(statuses);
  } finally {
    stopListening();
  }
}

function options(args: ParsedArguments): ClientOptions {
  const timeoutMs = args.seconds("timeout");
  const retries = args.integer("retries");
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retries === undefined ? {} : { retries }),
  };
}

/** Tells somebody who waits what is being measured; an empty text wipes it away. */
function progressTo({ stderr }: CliContext): (text: string) => void {
  return (text) => {
    if (!stderr.isTerminal) return;
    // Blanks, and no control sequence: not every terminal knows one.
    // One column less than there are: a full line would wrap.
    const columns = Math.min(PROGRESS_COLUMNS, stderr.columns - 1);
    const line = text.slice(0, columns).padEnd(columns);
    stderr.write(text === "" ? `\r${line}\r` : `\r${line}`);
  };
}

const PROGRESS_COLUMNS = 60;

function tell(
  report: Report,
  args: ParsedArguments,
  { stdout, env }: CliContext,
): void {
  const isAscii = args.has("ascii") || isAsciiOnly(stdout.isTerminal, env);
  stdout.write(
    args.has("json")
      ? reportJson(report)
      : reportText(report, { isAscii, width: lineWidth(stdout) }),
  );
}

function leftovers(
  { uploadBytes, isOverwriting, simulation, url }: BenchPlan,
  { results }: Report,
  { stderr }: CliContext,
): void {
  const isThere = results.some(({ transfers }) => transfers > 0);
  if (uploadBytes === null || isOverwriting || simulation || !isThere) return;
  stderr.write(`What was uploaded is still there: ${url}${PREFIX}*\n`);
}

/** What the names of uploads begin with. */
const PREFIX = "tftpkit-bench-";

/** What was measured, and what failed meanwhile. */
interface Measurement {
  readonly report: Report;
  /** The exit statuses of transfers that failed. */
  readonly statuses: ReadonlySet<number>;
  /** Why it ended early: no transfer of a setting worked in its warm-up. */
  readonly coldFailure: FailedSample | null;
}

/** Measures each setting in turn, until one does not work at all. */
async function measureAll(
  plan: BenchPlan,
  options: ClientOptions,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<Measurement> {
  const { load, settings, simulation, uploadBytes } = plan;
  const target = plan.target && {
    ...plan.target,
    // Once for all transfers: what the resolver takes is not the server's.
    hostname: await resolveHost(plan.target.hostname),
  };
  const cpuBefore = process.cpuUsage();
  const startedAt = systemClock.now();
  const results: Result[] = [];
  const statuses = new Set<number>();
  let coldFailure: FailedSample | null = null;
  for (const [index, setting] of settings.entries()) {
    if (signal.aborted) break;
    onProgress(
      `Measuring ${
        index + 1
      } of ${settings.length}: blksize ${setting.blksize}, windowsize ${setting.windowsize}`,
    );
    const run = simulation
      ? await runSimulated(plan, simulation, setting, options, signal)
      : await runReal(plan, target!, setting, options, signal);
    onProgress("");
    const failed = run.coldFailure ? [run.coldFailure] : run.samples;
    for (const each of failed) if (!each.isOk) statuses.add(each.status);
    coldFailure = run.coldFailure;
    if (coldFailure !== null) break;
    results.push(resultOf(setting, run));
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const report: Report = {
    subject: plan.url ?? "simulator",
    operation: uploadBytes === null ? "download" : "upload",
    clients: load.clients,
    simulation,
    results,
    cpuSeconds: (user + system) / 1e6,
    wallSeconds: (systemClock.now() - startedAt) / 1000,
  };
  return { report, statuses, coldFailure };
}

async function runReal(
  plan: BenchPlan,
  target: Required<TftpTarget>,
  setting: Setting,
  options: ClientOptions,
  signal: AbortSignal,
): Promise<Run> {
  const edge: BenchEdge = {
    network: udpNetwork(),
    clock: systemClock,
    random: Math.random,
  };
  const nameOf = namer(plan, target.filename, crypto.randomUUID().slice(0, 8));
  return await runClients(
    plan.load,
    edge.clock,
    signal,
    (client, index) =>
      measure(
        {
          target: { ...target, filename: nameOf(client, index) },
          uploadBytes: plan.uploadBytes,
        },
        { ...options, ...setting, signal },
        edge,
      ),
  );
}

async function runSimulated(
  { load, uploadBytes }: BenchPlan,
  simulation: SimulationPlan,
  setting: Setting,
  options: ClientOptions,
  signal: AbortSignal,
): Promise<Run> {
  return await withSimulatedServer(
    simulation,
    load.clients,
    (edges) =>
      runClients(load, edges[0]!.clock, signal, (client) =>
        measure(
          {
            target: { hostname: SIMULATED_SERVER, filename: "file" },
            uploadBytes,
          },
          { ...options, ...setting, signal },
          edges[client]!,
        )),
  );
}

/** What each transfer asks for. */
function namer(
  { load, uploadBytes, isOverwriting }: BenchPlan,
  filename: string,
  run: string,
): (client: number, index: number) => string {
  if (uploadBytes === null) return () => filename;
  if (!isOverwriting) {
    return (client, index) =>
      `${filename}${PREFIX}${run}-${client + 1}-${index + 1}`;
  }
  return load.clients === 1
    ? () => filename
    : (client) => `${filename}-${client + 1}`;
}
