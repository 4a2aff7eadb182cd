import type { CliContext } from "./context.ts";

/**
 * Does transfers one after the other. One that fails does not keep the others from being tried; Ctrl-C does, and ends the
 * one that runs, so that nothing half-written stays behind. Ctrl-C once more ends the program, whatever it is about.
 *
 * @param context The process.
 * @param transfers What to do.
 * @param run Does one, until the signal says stop; whether it went well.
 * @returns The exit status.
 */
export async function eachTransfer<Transfer>(
  context: CliContext,
  transfers: readonly Transfer[],
  run: (transfer: Transfer, signal: AbortSignal) => Promise<boolean>,
): Promise<number> {
  const abortion = new AbortController();
  const stopListening = context.onTerminate(() => {
    if (abortion.signal.aborted) return context.exit(1);
    // The terminal has shown "^C" without a line end.
    if (context.stderr.isTerminal) context.stderr.write("\n");
    abortion.abort(new Error("interrupted"));
  });
  let failures = 0;
  try {
    for (const transfer of transfers) {
      if (abortion.signal.aborted) failures++;
      else if (!await run(transfer, abortion.signal)) failures++;
    }
  } finally {
    stopListening();
  }
  return failures === 0 ? 0 : 1;
}
