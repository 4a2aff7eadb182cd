// A transfer from its first packet to the line that says how it ended. Rules:
// 1. One line in the end, whether it went well or not; a bar only on a terminal that nothing else is written to.
// 2. What fails is told here, and never thrown.

import type { ClientOptions, ClientTransferSummary } from "../client.ts";
import {
  describeMachineEvent,
  describeTransfer,
  formatBytes,
} from "../observe/mod.ts";
import type { Checksum } from "./checksum.ts";
import type { CliContext } from "./context.ts";
import { FileWatch } from "./file_watch.ts";
import type { ProgressBoard } from "./progress_board.ts";
import {
  failureOf,
  type SettingStyle,
  type TransferFailure,
} from "./transfer_failure.ts";
import type { TransferTask } from "./transfer_task.ts";

/** What a transfer happens in. */
export interface TaskSurroundings {
  /** For the client. */
  readonly options: ClientOptions;
  /** Breaks it off. */
  readonly signal: AbortSignal;
  /** Takes a line, without its end. */
  readonly tell: (line: string) => void;
  /** Where it shows how far it is, if anywhere. */
  readonly board: ProgressBoard | null;
  /** Whether to tell retransmissions and packets that were ignored. */
  readonly isVerbose: boolean;
  /** Whether to tell only what went wrong. */
  readonly isQuiet: boolean;
  /** Makes a checksum, if one is wanted. */
  readonly checksum?: Checksum | null;
  /** How settings are spelt where somebody could change them. */
  readonly style: SettingStyle;
}

/** How a transfer has ended. */
export type TaskOutcome =
  | {
    readonly transfer: ClientTransferSummary;
    /** The checksum in hexadecimal digits, if one was wanted. */
    readonly sha256: string | null;
    readonly failure: null;
  }
  | { readonly transfer: null; readonly failure: TransferFailure };

/**
 * Does a transfer, and tells how it went.
 *
 * @param task What to do.
 * @param surroundings What it happens in.
 * @returns How it has ended.
 */
export async function performTask(
  task: TransferTask,
  surroundings: TaskSurroundings,
): Promise<TaskOutcome> {
  const { options, signal, tell, board, checksum = null } = surroundings;
  const { label, as = "", operation } = task;
  // Escaped, and without its quotes.
  const progress = board?.begin(label.slice(1, -1));
  const watch = new FileWatch(checksum);
  let isBegun = false;
  try {
    const transfer = await task.perform({
      ...options,
      signal,
      onProgress({ bytes, size }) {
        isBegun = true;
        progress?.update(bytes, size);
      },
      onEvent(event) {
        if (event.type !== "unexpected") progress?.repair();
        if (surroundings.isVerbose) {
          tell(`${label}: ${describeMachineEvent(event)}`);
        }
      },
    }, watch);
    progress?.end();
    if (transfer.mismatchedSize !== null) {
      tell(
        `WARNING: ${label} has ${
          formatBytes(transfer.statistics.bytes)
        }, the server had announced ${formatBytes(transfer.mismatchedSize)}`,
      );
    }
    const sha256 = checksum?.hex ?? null;
    if (!surroundings.isQuiet) {
      const sum = sha256 === null ? "" : `, sha256 ${sha256}`;
      tell(`${label}${as}: ${describeTransfer(transfer)}${sum}`);
    }
    return { transfer, sha256, failure: null };
  } catch (error) {
    progress?.end();
    const failure = failureOf(error, {
      operation,
      isBegun,
      isFileFault: watch.isFault(error),
      isInterrupted: signal.aborted && error === signal.reason,
      style: surroundings.style,
    });
    tell(failureLine(task, failure));
    return { transfer: null, failure };
  }
}

/**
 * What is told of a transfer that failed.
 *
 * @param task The transfer.
 * @param failure What went wrong.
 * @returns The line, without its end.
 */
export function failureLine(
  { complaint, afterword }: Pick<TransferTask, "complaint" | "afterword">,
  { text }: TransferFailure,
): string {
  const more = afterword?.() ?? null;
  return `${complaint}: ${text}${more === null ? "" : `; ${more}`}`;
}

/**
 * Whether there is somebody who looks at a bar, and nothing that comes in between.
 *
 * @param context The process.
 * @param others What else is written.
 * @returns Whether a board makes sense.
 */
export function canShowBoard(
  { stderr, stdout, env }: CliContext,
  others: {
    /** Whether only what went wrong is told. */
    readonly isQuiet: boolean;
    /** Whether every packet is told. */
    readonly isTracing: boolean;
    /** Whether standard output is written to meanwhile. */
    readonly isWriting: boolean;
  },
): boolean {
  const { isQuiet, isTracing, isWriting } = others;
  return stderr.isTerminal && !isQuiet && !isTracing &&
    !(stdout.isTerminal && isWriting) && env("TERM") !== "dumb";
}
