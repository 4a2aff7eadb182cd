/**
 * Measures how long transfers take on a link that loses packets, ours and those of other projects, and writes the tables
 * into docs/lossy_wire.md, between its two marks. Takes about a quarter of an hour, and wants root.
 *
 * `--runs N`, `--loss PERCENT` (may be repeated) and `--only TEXT` make it shorter; then nothing is written.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { formatTable, writeBetweenMarks } from "../_measured.ts";
import { findLinkTools, type LinkTools } from "./_lossy_link.ts";
import { summarize } from "./_lossy_results.ts";
import {
  canUpload,
  clientName,
  FOREIGN_LOCK_STEP,
  FOREIGN_WINDOWED,
  OUR_LOCK_STEP,
  OUR_WINDOWED,
} from "./_lossy_pairs.ts";
import {
  LossyWire,
  missingFor,
  type Pair,
  type TransferResult,
} from "./_lossy_wire.ts";

/** A transfer has this much time. */
const LIMIT_MS = 120_000;

/** Fast pairs are measured up to this many times as often, while all of their transfers take less than this together. */
const MORE_RUNS = 3;
const FAST_MS = 20_000;

/** Transfers at once where packets are lost: nearly all of the time is spent waiting. Without loss it is one. */
const PARALLEL = 12;

const KIB = 1024;

interface Group {
  readonly title: string;
  readonly pairs: readonly Pair[];
  /** Octets to transfer, by the loss in percent: so many that slow pairs have a chance. */
  readonly sizes: Readonly<Record<number, number>>;
}

const GROUPS: readonly Group[] = [
  {
    title: "blocks of 512 in lock step",
    pairs: [...OUR_LOCK_STEP, ...FOREIGN_LOCK_STEP],
    sizes: { 0: KIB * KIB, 1: 256 * KIB, 5: 64 * KIB, 10: 32 * KIB },
  },
  {
    title: "blocks of 1428, windows of 16 where both sides can",
    pairs: [...OUR_WINDOWED, ...FOREIGN_WINDOWED],
    sizes: { 0: KIB * KIB, 1: KIB * KIB, 5: 256 * KIB, 10: 256 * KIB },
  },
];

const ACTIONS = ["get", "put"] as const;

type Action = typeof ACTIONS[number];

/** One row of a table: a pair in one direction, and what came of it by loss. */
interface Row {
  readonly pair: Pair;
  readonly group: Group;
  readonly action: Action;
  readonly results: Map<number, TransferResult[]>;
}

function makeRows(only: string): Row[] {
  return GROUPS.flatMap((group) =>
    ACTIONS.flatMap((action) =>
      group.pairs
        .filter((pair) => action === "get" || canUpload(pair))
        .filter((pair) => missingFor(pair) === null)
        .map((pair) => ({ pair, group, action, results: new Map() }))
    )
  ).filter((row) => describe(row).includes(only));
}

function describe({ pair, group, action }: Row): string {
  return `${action}, ${group.title}: ${clientName(pair)}, ${pair.server}`;
}

/** Does all runs of all rows over one link. */
async function measure(
  tools: LinkTools,
  loss: number,
  rows: readonly Row[],
  runs: number,
): Promise<void> {
  await using wire = await LossyWire.make(tools, loss * 10);
  const jobs = Array.from({ length: runs }, () => rows).flat();
  const work = async () => {
    for (let row = jobs.shift(); row; row = jobs.shift()) {
      const { pair, group, action, results } = row;
      const sizeBytes = group.sizes[loss]!;
      const result = await wire.transfer({
        ...pair,
        ...{ action, sizeBytes, limitMs: LIMIT_MS },
      });
      const all = [...results.get(loss) ?? [], result];
      results.set(loss, all);
      const totalMs = all.reduce((sum, it) => sum + it.durationMs, 0);
      if (
        all.length >= runs && all.length < MORE_RUNS * runs && totalMs < FAST_MS
      ) jobs.push(row);
      const { failure, durationMs } = result;
      console.error(
        `${loss} %, ${describe(row)}: ${durationMs.toFixed(0)} ms`,
        failure ?? "",
      );
    }
  };
  await Promise.all(
    Array.from({ length: loss === 0 ? 1 : PARALLEL }, () => work()),
  );
}

function formatTables(rows: readonly Row[], losses: readonly number[]): string {
  return GROUPS.flatMap((group) =>
    ACTIONS.flatMap((action) => {
      const own = rows.filter((it) =>
        it.group === group && it.action === action
      );
      if (own.length === 0) return [];
      const head = losses.map((loss) =>
        `${loss} %: ${group.sizes[loss]! / KIB} KiB`
      );
      const title = action === "get" ? "Downloads" : "Uploads";
      return [
        `### ${title}, ${group.title}`,
        formatTable([
          ["client", "server", ...head],
          ...own.map(({ pair, results }) => [
            clientName(pair),
            pair.server,
            ...losses.map((loss) =>
              summarize(results.get(loss) ?? [], LIMIT_MS)
            ),
          ]),
        ]),
      ];
    })
  ).join("\n\n");
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["only", "runs", "loss"],
    collect: ["loss"],
    default: { only: "", runs: "3" },
  });
  const tools = await findLinkTools();
  if (!tools) throw new Error("Cannot make network namespaces with nft here");
  const losses = args.loss.length > 0 ? args.loss.map(Number) : [0, 1, 5, 10];
  const rows = makeRows(args.only);
  for (const loss of losses) {
    await measure(tools, loss, rows, Number(args.runs));
  }
  const tables = formatTables(rows, losses);
  console.log(tables);
  if (Deno.args.length === 0) {
    const path = new URL("../../docs/lossy_wire.md", import.meta.url);
    await writeBetweenMarks(path, "measured", tables);
  }
}
