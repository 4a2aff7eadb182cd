import {
  DEFAULT_SETTINGS,
  ERROR_CODE,
  findOption,
  TftpError,
} from "../packet/mod.ts";
import { emptyStatistics, Sender } from "../transfer/mod.ts";
import type { RequestInfo, TransferSummary } from "./events.ts";
import type { Transfer } from "./transfer.ts";

/** What of a transfer is told. */
export type Summarized = Pick<Transfer, "machine" | "negotiation">;

/**
 * What an event tells of a transfer that has ended.
 *
 * @param transfer The transfer; `null` when it had not begun.
 * @param durationMs From the request to the end, in milliseconds.
 */
export function summarize(
  transfer: Summarized | null,
  durationMs: number,
): TransferSummary {
  const { machine, negotiation } = transfer ?? {};
  return {
    settings: negotiation?.settings ?? DEFAULT_SETTINGS,
    acknowledged: negotiation?.accepted ?? [],
    statistics: machine?.statistics ?? emptyStatistics(),
    durationMs,
    roundTripMs: machine?.roundTripMs ?? -1,
    isLastAckMissing: machine instanceof Sender && machine.isLastAckMissing,
  };
}

/** PXE asks for the size with a request that it breaks off once it has the OACK (peers say "User aborted"). */
export function isSizeProbe(
  error: unknown,
  { operation, options }: RequestInfo,
  transfer: Summarized | null,
): boolean {
  return error instanceof TftpError && error.origin === "remote" &&
    (error.code === ERROR_CODE.NotDefined ||
      error.code === ERROR_CODE.OptionNegotiation) &&
    operation === "read" && transfer?.machine.statistics.blocks === 0 &&
    findOption(options, "tsize") !== undefined;
}
