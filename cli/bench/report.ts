// What was measured, for somebody who looks at a terminal. Rules:
// 1. No line is wider than it was said. Where a table does not fit, its times stand one below the other; of several settings
//    some times are left out; JSON has all.
// 2. One setting gets all its numbers; several get a line each, and the rates as bars.

import { formatBytes, formatRate, jsonLine } from "../../observe/mod.ts";
import { drawBars } from "./plot.ts";
import type { Result } from "./result.ts";
import { wrapHanging, wrapText } from "../wrap.ts";
import type { Summary } from "./statistics.ts";

/** All that was measured. */
export interface Report {
  /** What was measured: a URL, or the simulator. */
  readonly subject: string;
  /** Which way the files went. */
  readonly operation: "download" | "upload";
  /** Clients side by side. */
  readonly clients: number;
  /** What the simulated network was like; `null` when there was a real one. */
  readonly simulation: {
    /** What chance follows from. */
    readonly seed: number;
    /** Packets lost, in percent. */
    readonly lossPercent: number;
    /** Time on the way, in milliseconds. */
    readonly delayMs: number;
  } | null;
  /** One for each block and window size. */
  readonly results: readonly Result[];
  /** Processor time of this process while it measured, in seconds. */
  readonly cpuSeconds: number;
  /** How long it measured, warm-up included, in seconds by the clock on the wall. */
  readonly wallSeconds: number;
}

/** A process that works this much of the time may be what is slow. */
const MAX_IDLE_SHARE = 0.8;

/** In less than this, it is the start of the program that is measured. */
const MIN_WALL_SECONDS = 0.5;

/** The report as one JSON object. */
export function reportJson(report: Report): string {
  const text = JSON.stringify(report, (_, value) =>
    // Nanoseconds, and millionths of a share: more is noise.
    typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value);
  return jsonLine(JSON.parse(text)) + "\n";
}

/** How it is shown. */
export interface Look {
  /** Whether to use nothing but ASCII. */
  readonly isAscii: boolean;
  /** Columns of a line, 40 or more. */
  readonly width: number;
}

/** The report in words, numbers and bars. */
export function reportText(report: Report, look: Look): string {
  const { results } = report;
  const [first] = results;
  const body = results.length === 1
    ? oneResult(first!, look)
    : manyResults(results, look);
  return [
    ...wrapText(title(report), look.width),
    "",
    ...body,
    "",
    ...wrapText(cost(report), look.width),
  ].join("\n") + "\n";
}

function title({ subject, operation, clients, simulation }: Report): string {
  const by = `${operation}s by ${clients} client${clients === 1 ? "" : "s"}`;
  if (!simulation) return `${subject}: ${by}`;
  const { seed, lossPercent, delayMs } = simulation;
  return `Simulated ${by}: ${lossPercent} % lost and ${delayMs} ms each way, seed ${seed}`;
}

function oneResult(result: Result, look: Look): string[] {
  const { bytes, transfers, failed, elapsedMs, totalMs, firstByteMs } = result;
  const { width } = look;
  const amount = transfers === 0
    ? ` in ${formatMs(elapsedMs)}`
    : `; ${formatBytes(bytes)} in ${formatMs(elapsedMs)}: ${rateText(result)}`;
  const lines = [
    ...wrapText(settingText(result), width),
    ...wrapText(`${transfers} well, ${failed} failed${amount}`, width),
  ];
  if (totalMs && firstByteMs) {
    lines.push(
      "",
      ...timeTable([
        ["", "p50", "p90", "p99", "max", "mean"],
        ["first byte", ...times(firstByteMs)],
        ["whole file", ...times(totalMs)],
      ], width),
      "",
      ...bars(result, look),
      "",
      ...wrapText(
        `Sent again ${result.retransmissions}, came twice ${result.duplicates}, gaps ${result.gaps}, timeouts ${result.timeouts}`,
        width,
      ),
      `Loss seen: ${percentText(result.lossSeen)} of the blocks`,
    );
  }
  return [...lines, ...failureLines([result], width)];
}

function manyResults(
  results: readonly Result[],
  { isAscii, width }: Look,
): string[] {
  const head = [
    ...["blksize", "window", "well", "failed", "rate"],
    ...["p50", "p90", "p99", "max", "loss"],
  ];
  const cells = results.map((result) => [
    `${result.blksize}`,
    `${result.windowsize}`,
    `${result.transfers}`,
    `${result.failed}`,
    rateText(result),
    ...(result.totalMs ? times(result.totalMs).slice(0, 4) : ["", "", "", ""]),
    result.transfers > 0 ? percentText(result.lossSeen) : "",
  ]);
  const notAsAsked = results.filter((result) => !isAsAsked(result));
  return [
    ...fittingTable([head, ...cells], width),
    "",
    ...drawBars(
      results.map((result) => ({
        label: `${result.blksize} x ${result.windowsize}`,
        value: result.bytesPerSecond,
        note: rateText(result),
      })),
      isAscii,
      width,
    ),
    ...(notAsAsked.length > 0 ? [""] : []),
    ...notAsAsked.flatMap((each) => wrapText(settingText(each), width)),
    ...failureLines(results, width),
  ];
}

function settingText(result: Result): string {
  const { blksize, windowsize, negotiated } = result;
  const asked = `blksize ${blksize}, windowsize ${windowsize}`;
  return isAsAsked(result)
    ? asked
    : `${asked}: agreed on ${negotiated!.blksize} and ${
      negotiated!.windowsize
    }`;
}

function isAsAsked({ blksize, windowsize, negotiated }: Result): boolean {
  return negotiated === null || (negotiated.blksize === blksize &&
    negotiated.windowsize === windowsize);
}

function bars({ histogram }: Result, { isAscii, width }: Look): string[] {
  return drawBars(
    histogram.map(({ to, count }) => ({
      label: `up to ${formatMs(to)}`,
      value: count,
      note: `${count}`,
    })),
    isAscii,
    width,
  );
}

function failureLines(results: readonly Result[], width: number): string[] {
  const counts = new Map<string, number>();
  for (const { failures } of results) {
    for (const [kind, count] of Object.entries(failures)) {
      counts.set(kind, (counts.get(kind) ?? 0) + count);
    }
  }
  if (counts.size === 0) return [];
  const first = results.find(({ firstFailure }) => firstFailure !== null);
  return [
    "",
    "Failed:",
    ...[...counts].map(([kind, count]) => `${count} ${kind}`),
    `the first: ${first!.firstFailure}`,
  ].flatMap((line) =>
    line === "" || line === "Failed:"
      ? [line]
      : wrapHanging(`  ${line}`, width, 2)
  );
}

function cost({ cpuSeconds, wallSeconds, simulation }: Report): string {
  const share = wallSeconds > 0 ? cpuSeconds / wallSeconds : 0;
  const text = `This program used ${cpuSeconds.toFixed(2)} s of CPU in ${
    wallSeconds.toFixed(2)
  } s (${Math.round(share * 100)} %)`;
  // On the simulator time stands still while this program works.
  const isBusy = share > MAX_IDLE_SHARE && wallSeconds >= MIN_WALL_SECONDS;
  return isBusy && !simulation ? `${text}: it may be what is slow` : text;
}

function rateText({ bytes, elapsedMs }: Result): string {
  return elapsedMs > 0 && bytes > 0 ? formatRate(bytes, elapsedMs) : "-";
}

function times({ p50, p90, p99, max, mean }: Summary): string[] {
  return [p50, p90, p99, max, mean].map(formatMs);
}

/** A time with three digits that say something. */
export function formatMs(ms: number): string {
  if (ms >= 59_950) {
    const seconds = Math.round(ms / 1000);
    return `${Math.floor(seconds / 60)}m${`${seconds % 60}`.padStart(2, "0")}s`;
  }
  const [value, unit] = ms >= 999.5 ? [ms / 1000, "s"] : [ms, "ms"];
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

function percentText(share: number): string {
  return share === 0 ? "0 %" : `${(share * 100).toFixed(2)} %`;
}

const NAME_COLUMNS = 12;
const CELL_COLUMNS = 11;

/** A line for each name; where that is too wide, a column. */
function timeTable(
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const columns = rows[0]!.length - 1;
  const isWide = 2 + NAME_COLUMNS + columns * CELL_COLUMNS > width;
  const shown = isWide
    ? rows[0]!.map((_, index) => rows.map((cells) => cells[index]!))
    : rows;
  return shown.map(([name = "", ...cells]) =>
    `  ${name.padEnd(NAME_COLUMNS)}${
      cells.map((cell) => cell.padStart(CELL_COLUMNS)).join("")
    }`
  );
}

/** Columns of a table that can be missed, the least important first. */
const OPTIONAL_COLUMNS = ["p99", "max", "p90", "failed"];

function fittingTable(
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  let shown = rows;
  for (const name of OPTIONAL_COLUMNS) {
    const lines = table(shown);
    if (lines.every((line) => line.length <= width)) return lines;
    const column = shown[0]!.indexOf(name);
    shown = shown.map((cells) => cells.toSpliced(column, 1));
  }
  return table(shown);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length))
  );
  return rows.map((cells) =>
    cells.map((cell, column) => cell.padStart(widths[column]!)).join(" ")
      .trimEnd()
  );
}
