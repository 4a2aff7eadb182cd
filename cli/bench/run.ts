// Clients side by side, each with one transfer at a time. Rules:
// 1. A client begins its next transfer when its last one has ended, however it ended; no transfer begins once enough have
//    begun, the time is over, or somebody wants it to end.
// 2. Transfers to warm up come first and are not counted. When none of them works, none that counts is tried: whoever has
//    misspelt a name shall not wait for a thousand timeouts.
// 3. The time of a run is that from the first request to the end of the last transfer. What was broken off because
//    somebody wanted it to end does not count.

import type { Clock } from "../../net/mod.ts";
import type { Sample } from "./transfer.ts";

/** How much to do. */
export interface Load {
  /** Clients side by side. */
  readonly clients: number;
  /** Transfers of all clients together; `null` when the time says when to end. */
  readonly transfers: number | null;
  /** How long to begin transfers, in milliseconds; `null` when their number says when to end. */
  readonly durationMs: number | null;
  /** Transfers of each client that are not counted, before those that are. */
  readonly warmup: number;
}

/** A transfer that failed. */
export type FailedSample = Extract<Sample, { isOk: false }>;

/** What came of it. */
export interface Run {
  /** One for each transfer that has ended, in the order of their ends. */
  readonly samples: readonly Sample[];
  /** From the first request to the end of the last transfer, in milliseconds. */
  readonly elapsedMs: number;
  /** Why there are no samples, when no transfer worked in the warm-up. */
  readonly coldFailure: FailedSample | null;
}

/** Does a transfer; `index` counts those of one client. */
export type DoTransfer = (client: number, index: number) => Promise<Sample>;

/**
 * Runs clients until all is done.
 *
 * @param load How much to do.
 * @param clock Where the time comes from.
 * @param signal Ends it early.
 * @param doTransfer Does one transfer.
 * @returns What came of it.
 */
export async function runClients(
  { clients, transfers, durationMs, warmup }: Load,
  clock: Clock,
  signal: AbortSignal,
  doTransfer: DoTransfer,
): Promise<Run> {
  const everyone = Array.from({ length: clients }, (_, client) => client);
  const cold: Sample[] = [];
  await Promise.all(everyone.map(async (client) => {
    for (let index = 0; index < warmup && !signal.aborted; index++) {
      cold.push(await doTransfer(client, index));
    }
  }));
  const coldFailure = cold.every(({ isOk }) => !isOk) ? cold[0] : undefined;
  if (coldFailure && !coldFailure.isOk) {
    return { samples: [], elapsedMs: 0, coldFailure };
  }
  const samples: Sample[] = [];
  const startedAt = clock.now();
  const endAt = durationMs === null ? Infinity : startedAt + durationMs;
  let endedAt = startedAt;
  let begun = 0;
  const isOver = () =>
    signal.aborted || begun >= (transfers ?? Infinity) || clock.now() >= endAt;
  await Promise.all(everyone.map(async (client) => {
    for (let index = warmup; !isOver(); index++) {
      begun++;
      const sample = await doTransfer(client, index);
      if (signal.aborted && !sample.isOk) break;
      samples.push(sample);
      endedAt = clock.now();
    }
  }));
  return { samples, elapsedMs: endedAt - startedAt, coldFailure: null };
}
