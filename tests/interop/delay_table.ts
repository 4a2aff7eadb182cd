/**
 * Measures how long downloads take on a link with a delay and losses, for windows of several sizes, ours and those of other
 * projects, and writes the tables into docs/performance.md. Takes about half an hour, and wants root and a C compiler.
 *
 * `--rtt MS`, `--loss PERCENT`, `--window N` (may be repeated) and `--only TEXT` make it shorter; then nothing is written.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import type { CProgram } from "../_c_program.ts";
import { formatTable, writeBetweenMarks } from "../_measured.ts";
import { ATFTP, CURL, type PeerClient, TFTP_HPA } from "./_clients.ts";
import { findLinkTools, type LinkTools } from "./_lossy_link.ts";
import { clientName } from "./_lossy_pairs.ts";
import { summarize } from "./_lossy_results.ts";
import {
  LossyWire,
  missingFor,
  type Pair,
  type ServerName,
  type TransferResult,
} from "./_lossy_wire.ts";
import { compileWire, SlowLink } from "./_slow_link.ts";

const MIB = 2 ** 20;
const BLKSIZE = 1428;

/** A transfer has this much time. */
const LIMIT_MS = 120_000;

/** Fast transfers are measured so often, slow ones once. */
const RUNS = 3;
const SLOW_MS = 5000;

/** Transfers at once where nearly all of the time is spent waiting. On a short wire without loss it is one. */
const PARALLEL = 8;
const SHORT_MS = 10;

/** Who talks to whom; the last number is the largest window that both sides know. */
const PAIRS: readonly (readonly [PeerClient | null, ServerName, number])[] = [
  [null, "our server", 64],
  [ATFTP, "our server", 64],
  [TFTP_HPA, "our server", 1],
  [CURL, "our server", 1],
  [null, "atftpd", 64],
  [null, "in.tftpd", 1],
  [null, "dnsmasq", 1],
  [ATFTP, "atftpd", 64],
  [ATFTP, "in.tftpd", 1],
  [ATFTP, "dnsmasq", 1],
  [TFTP_HPA, "in.tftpd", 1],
  [CURL, "in.tftpd", 1],
];

/** One row: a pair with a window, over one round trip time. */
interface Row {
  readonly pair: Pair;
  readonly roundTripMs: number;
  /** By loss in percent. */
  readonly results: Map<number, TransferResult[]>;
}

/** 16 MiB where a perfect transfer takes a quarter of a minute at most and little is lost, otherwise 1 MiB. */
function sizeOf(windowsize: number, roundTripMs: number, loss: number): number {
  const roundTrips = 16 * MIB / (BLKSIZE * windowsize);
  return loss < 1 && roundTrips * roundTripMs <= 15_000 ? 16 * MIB : MIB;
}

function describe({ pair, roundTripMs }: Row): string {
  return `${
    clientName(pair)
  }, ${pair.server}, window ${pair.windowsize}, ${roundTripMs} ms`;
}

async function measure(
  tools: LinkTools,
  program: CProgram,
  roundTripMs: number,
  loss: number,
  rows: readonly Row[],
): Promise<void> {
  await using wire = await LossyWire.over(
    await SlowLink.make(tools, program, {
      roundTripMs,
      lossPerMille: loss * 10,
      seed: 1,
    }),
  );
  const jobs = [...rows];
  const work = async () => {
    for (let row = jobs.shift(); row; row = jobs.shift()) {
      const { pair, results } = row;
      const sizeBytes = sizeOf(pair.windowsize, roundTripMs, loss);
      const result = await wire.transfer({
        ...pair,
        ...{ action: "get", sizeBytes, limitMs: LIMIT_MS },
      });
      const all = [...results.get(loss) ?? [], result];
      results.set(loss, all);
      if (all.length < RUNS && result.durationMs < SLOW_MS) jobs.push(row);
      const { failure, durationMs } = result;
      console.error(
        `${describe(row)}, ${loss} %, ${sizeBytes / MIB} MiB: ` +
          `${durationMs.toFixed(0)} ms`,
        failure ?? "",
      );
    }
  };
  await Promise.all(
    Array.from(
      { length: loss === 0 && roundTripMs < SHORT_MS ? 1 : PARALLEL },
      () => work(),
    ),
  );
}

function formatTables(rows: readonly Row[], losses: readonly number[]): string {
  const groups = Map.groupBy(
    rows,
    (row) => `${row.roundTripMs} ms, window ${row.pair.windowsize}`,
  );
  return [...groups].map(([title, own]) => {
    const { pair: { windowsize }, roundTripMs } = own[0]!;
    const head = losses.map((loss) =>
      `${loss} %: ${sizeOf(windowsize, roundTripMs, loss) / MIB} MiB`
    );
    const table = formatTable([
      ["client", "server", ...head],
      ...own.map(({ pair, results }) => [
        ...[clientName(pair), pair.server],
        ...losses.map((loss) => summarize(results.get(loss) ?? [], LIMIT_MS)),
      ]),
    ]);
    return `#### Round trips of ${title}\n\n${table}`;
  }).join("\n\n");
}

function numbers(texts: readonly string[], all: readonly number[]) {
  return texts.length > 0 ? texts.map(Number) : all;
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["only", "rtt", "loss", "window"],
    collect: ["rtt", "loss", "window"],
    default: { only: "" },
  });
  const tools = await findLinkTools();
  using program = await compileWire();
  if (!tools || !program) {
    throw new Error("Cannot make a slow link without namespaces, nft and cc");
  }
  const losses = numbers(args.loss, [0, 0.1, 1, 5]);
  const rows: Row[] = [];
  for (const roundTripMs of numbers(args.rtt, [100, 20, 1])) {
    const here: Row[] = [];
    for (const windowsize of numbers(args.window, [1, 4, 16, 64])) {
      for (const [client, server, maxWindow] of PAIRS) {
        const pair = { client, server, blksize: BLKSIZE, windowsize };
        const row = { pair, roundTripMs, results: new Map() };
        if (windowsize > maxWindow || missingFor(pair) !== null) continue;
        if (describe(row).includes(args.only)) here.push(row);
      }
    }
    for (const loss of losses) {
      await measure(tools, program, roundTripMs, loss, here);
    }
    rows.push(...here);
  }
  const tables = formatTables(
    rows.toSorted((a, b) => a.roundTripMs - b.roundTripMs),
    losses,
  );
  console.log(tables);
  if (Deno.args.length === 0) {
    const path = new URL("../../docs/performance.md", import.meta.url);
    await writeBetweenMarks(path, "loss and delay", tables);
  }
}
