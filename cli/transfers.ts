// What `get` and `put` have in common: transfers of one call, what is told of them, and the exit status. Rules:
// 1. Data and JSON go to standard output, all else to standard error.
// 2. One line per transfer in the end, whether it went well or not; bars only on a terminal that nothing else is written to.
// 3. With `--json` there is one object per transfer, in the order in which they end, also for those that were not begun.

import { resolve } from "@std/path";
import {
  type ClientOptions,
  parseTftpUrl,
  type TftpTarget,
} from "../client.ts";
import { type Network, udpNetwork } from "../net/mod.ts";
import { jsonLine } from "../observe/mod.ts";
import { checksumMaker } from "./checksum.ts";
import { clientOptions } from "./client_options.ts";
import { type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { eachTransfer } from "./each_transfer.ts";
import { EXIT_STATUS } from "./exit_status.ts";
import { canShowBoard, performTask, type TaskOutcome } from "./perform_task.ts";
import {
  filePermission,
  type NeededPermission,
  needPermissions,
  netPermissions,
  PermissionError,
} from "./permission.ts";
import { ProgressBoard } from "./progress_board.ts";
import { openCapture } from "./serve_capture.ts";
import { traceNetwork } from "./trace.ts";
import type { TransferFailure } from "./transfer_failure.ts";
import type { TransferTask } from "./transfer_task.ts";

/** A URL makes no sense. */
export class UrlError extends UsageError {
  override readonly name: string = "UrlError";
}

/**
 * Reads a URL of the command line.
 *
 * @param url The URL.
 * @param mode What counts where the URL names no mode.
 * @returns What it names.
 * @throws {UrlError} When it makes no sense.
 */
export function parseUrl(
  url: string,
  mode: TftpTarget["mode"],
): Required<TftpTarget> {
  try {
    const target = parseTftpUrl(url);
    return mode && !/;mode=[^;]*$/i.test(url) ? { ...target, mode } : target;
  } catch (error) {
    throw new UrlError(error instanceof Error ? error.message : `${error}`);
  }
}

/** The exit status for what was thrown before any transfer. */
export function transferStatus(error: unknown): number | undefined {
  if (error instanceof UrlError) return EXIT_STATUS.url;
  return error instanceof PermissionError ? EXIT_STATUS.permission : undefined;
}

/**
 * Does all transfers of a call.
 *
 * @param args What was asked for.
 * @param context The process.
 * @param tasks The transfers.
 * @param needed Permissions that they need besides the network.
 * @returns The exit status.
 * @throws {UsageError} When the arguments do not go together.
 * @throws {PermissionError} When a permission is missing.
 */
export async function runTransfers(
  args: ParsedArguments,
  context: CliContext,
  tasks: readonly TransferTask[],
  needed: readonly NeededPermission[],
): Promise<number> {
  const options = clientOptions(args);
  const parallel = args.integer("parallel") ?? 1;
  checkTogether(args, tasks, parallel);
  const pcap = args.text("pcap");
  const { localHostname: hostname, localPort: port } = options;
  await needPermissions(context, [
    ...netPermissions(tasks.map(({ target }) => target.hostname), {
      ...(hostname === undefined ? {} : { hostname }),
      ...(port === undefined ? {} : { port }),
    }),
    ...needed,
    ...pcap === undefined ? [] : [filePermission("write", pcap)],
  ]);
  using capture = pcap === undefined ? null : openPcap(pcap, context);
  using board = hasBoard(args, context, tasks)
    ? new ProgressBoard(context.stderr, context.clock, tasks.length)
    : null;
  const tell = (line: string) =>
    board ? board.print(line) : context.stderr.write(`${line}\n`);
  const network = traced(capture?.network ?? udpNetwork(), args, context, tell);
  const session: Session = { args, context, board, tell, options, network };
  let skipped = 0;
  const status = await eachTransfer(
    context,
    tasks,
    (task, signal) => perform(task, session, signal),
    {
      parallel,
      ...board ? { onInterrupt() {} } : {},
      onExit: () => board?.[Symbol.dispose](),
      onSkip: (task) => {
        skipped++;
        report(task, session, { transfer: null, failure: SKIPPED });
      },
    },
  );
  if (skipped > 0) {
    tell(`Interrupted before ${skipped} of ${tasks.length} files were begun`);
  }
  return status;
}

const SKIPPED: TransferFailure = {
  reason: "interrupted",
  status: EXIT_STATUS.interrupted,
  text: "interrupted before it began",
  code: null,
};

interface Session {
  readonly args: ParsedArguments;
  readonly context: CliContext;
  readonly board: ProgressBoard | null;
  readonly tell: (line: string) => void;
  readonly options: ClientOptions;
  readonly network: Network;
}

/** One transfer; its exit status. */
async function perform(
  task: TransferTask,
  session: Session,
  signal: AbortSignal,
): Promise<number> {
  const { args, board, tell, options, network } = session;
  const outcome = await performTask(task, {
    options: { ...options, network },
    signal,
    tell,
    board,
    isVerbose: args.has("verbose"),
    isQuiet: args.has("quiet") || args.has("json"),
    checksum: checksumMaker(args)?.make() ?? null,
    style: "option",
  });
  report(task, session, outcome);
  return outcome.failure?.status ?? EXIT_STATUS.ok;
}

/** Writes the JSON object of a transfer, if that was asked for. */
function report(
  { operation, target, path }: TransferTask,
  { args, context }: Session,
  outcome: TaskOutcome,
): void {
  if (!args.has("json")) return;
  const { hostname, port, filename, mode } = target;
  const asked = { operation, hostname, port, filename, mode, path };
  context.stdout.write(`${jsonLine({ ...asked, ...outcomeJson(outcome) })}\n`);
}

function outcomeJson(outcome: TaskOutcome): object {
  const { transfer, failure } = outcome;
  if (failure) {
    const { reason, status, text, code } = failure;
    const error = { reason, message: text, ...code === null ? {} : { code } };
    return { status, error };
  }
  const { sha256 } = outcome;
  return {
    status: EXIT_STATUS.ok,
    bytes: transfer.statistics.bytes,
    durationMs: Math.round(transfer.durationMs * 1000) / 1000,
    options: Object.fromEntries(transfer.acknowledged ?? []),
    mismatchedSize: transfer.mismatchedSize,
    statistics: transfer.statistics,
    ...sha256 === null ? {} : { sha256 },
  };
}

function traced(
  network: Network,
  args: ParsedArguments,
  context: CliContext,
  tell: (line: string) => void,
): Network {
  return args.has("trace")
    ? traceNetwork(network, tell, () => context.time())
    : network;
}

function openPcap(path: string, context: CliContext) {
  const capture = openCapture(path, context);
  capture.begin();
  return capture;
}

function hasBoard(
  args: ParsedArguments,
  context: CliContext,
  tasks: readonly TransferTask[],
): boolean {
  return canShowBoard(context, {
    isQuiet: args.has("quiet"),
    isTracing: args.has("trace"),
    isWriting: args.has("json") ||
      tasks.some(({ operation, path }) => operation === "get" && !path),
  });
}

function checkTogether(
  args: ParsedArguments,
  tasks: readonly TransferTask[],
  parallel: number,
): void {
  const count = tasks.length;
  if (checksumMaker(args)?.isExact && count > 1) {
    throw new UsageError(
      `--checksum can name the checksum of one file only: there are ${count}`,
    );
  }
  const pcap = args.text("pcap");
  const isTaken = tasks.some(({ path }) =>
    path !== null && pcap !== undefined && resolve(path) === resolve(pcap)
  );
  if (isTaken) {
    throw new UsageError(
      `--pcap would write over ${pcap}, which is transferred`,
    );
  }
  if (parallel === 1 || count === 1) return;
  if (args.has("source-port")) {
    throw new UsageError(
      "--source-port and --parallel contradict each other: each transfer needs a port of its own",
    );
  }
  if (tasks.some(({ operation, path }) => operation === "get" && !path)) {
    throw new UsageError(
      "--parallel would mix up the files on standard output: leave it out, or write to files",
    );
  }
}
