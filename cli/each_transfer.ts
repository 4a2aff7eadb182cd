import type { CliContext } from "./context.ts";
import { EXIT_STATUS, joinStatuses } from "./exit_status.ts";

/** Options of {@linkcode eachTransfer}. */
export interface EachTransferOptions<Transfer> {
  /** How many at once; one unless told otherwise. */
  readonly parallel?: number;
  /** Told of transfers that were not begun, as Ctrl-C came before. */
  readonly onSkip?: (transfer: Transfer) => void;
  /** Called at Ctrl-C, instead of ending the line in which the terminal has shown it. */
  readonly onInterrupt?: () => void;
  /** Called before the process is ended at once. */
  readonly onExit?: () => void;
}

/**
 * Does transfers, some at a time, and begins them in order. One that fails does not keep the others from being tried; Ctrl-C
 * does, and ends those that run, so that nothing half-written stays behind. Ctrl-C once more ends the program, whatever it is
 * about.
 *
 * @param context The process.
 * @param transfers What to do.
 * @param run Does one, until the signal says stop; gives its exit status.
 * @param options How many at once.
 * @returns The exit status for all.
 */
export async function eachTransfer<Transfer>(
  context: CliContext,
  transfers: readonly Transfer[],
  run: (transfer: Transfer, signal: AbortSignal) => Promise<number>,
  options: EachTransferOptions<Transfer> = {},
): Promise<number> {
  const { parallel = 1, onSkip, onExit } = options;
  const {
    // The terminal has shown "^C" without a line end.
    onInterrupt = () => context.stderr.isTerminal && context.stderr.write("\n"),
  } = options;
  const abortion = new AbortController();
  const { signal } = abortion;
  const stopListening = context.onTerminate(() => {
    if (signal.aborted) {
      onExit?.();
      return context.exit(EXIT_STATUS.interrupted);
    }
    onInterrupt();
    abortion.abort(new Error("interrupted"));
  });
  const statuses: number[] = [];
  const queue = transfers.values();
  const work = async () => {
    for (const transfer of queue) {
      if (signal.aborted) {
        onSkip?.(transfer);
        statuses.push(EXIT_STATUS.interrupted);
      } else statuses.push(await run(transfer, signal));
    }
  };
  try {
    const count = Math.min(parallel, transfers.length);
    await Promise.all(Array.from({ length: count }, work));
  } finally {
    stopListening();
  }
  return joinStatuses(statuses);
}
