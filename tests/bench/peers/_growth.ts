/**
 * What becomes of our server when there is ten times as much of something: clients, octets, names, rules, routes.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { median, round } from "../../_measured.ts";
import { TempDir } from "../../interop/_files.ts";
import type { BenchOptions, Report } from "./_bench.ts";
import { draw } from "./_plot.ts";
import { type Load, type LoadResult, runLoad } from "./_load.ts";
import { CHECKOUT, ours, startTarget, type TargetProgram } from "./_targets.ts";

const MIB = 2 ** 20;

/** One way to grow. */
export interface Growth {
  readonly name: string;
  readonly sizes: readonly number[];
  /** What is measured: the same at every size where the server does not mind. */
  readonly unit: string;
  /** Prepares a directory for a size, and says how to serve and what to ask for. */
  prepare(
    size: number,
    root: TempDir,
  ): { readonly program: TargetProgram; readonly load: Load };
  figure(result: LoadResult): number;
}

const SMALL = { clients: 8, transfers: 4000, steps: "file" };

function usPerRequest({ seconds, completed }: LoadResult): number {
  return seconds / completed * 1e6;
}

function msPerMib({ seconds, bytes }: LoadResult): number {
  return seconds / (bytes / MIB) * 1000;
}

/** A text with one line for each number. */
function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n") + "\n";
}

const WAYS: readonly Growth[] = [
  {
    name: "clients",
    sizes: [1, 10, 100, 1000],
    unit: "ms/MiB",
    prepare: (size, root) => {
      root.make("file", MIB);
      return {
        program: ours(),
        load: {
          clients: size,
          transfers: Math.max(size, 100),
          ...{ blksize: 1428, windowsize: 4, steps: "file" },
        },
      };
    },
    figure: msPerMib,
  },
  {
    name: "octets of a file",
    sizes: [MIB, 16 * MIB, 256 * MIB, 4096 * MIB],
    unit: "ms/MiB",
    prepare: (size, root) => {
      root.make("file", size);
      return {
        program: ours(),
        load: { blksize: 1428, windowsize: 16, steps: "file" },
      };
    },
    figure: msPerMib,
  },
  {
    name: "files in a directory",
    sizes: [10, 1000, 10_000, 100_000],
    unit: "us/request",
    prepare: (size, root) => {
      for (let i = 1; i < size; i++) root.write(`name-${i}`, "");
      root.make("file", 400);
      return { program: ours(), load: SMALL };
    },
    figure: usPerRequest,
  },
  {
    name: "files in a directory, ignoring case",
    sizes: [10, 1000, 10_000, 100_000],
    unit: "us/request",
    prepare: (size, root) => {
      // What is asked for is compared with this file, and served is one of another name.
      root.make("file", 400);
      Deno.mkdirSync(root.at("served"));
      for (let i = 1; i < size; i++) root.write(`served/name-${i}`, "");
      Deno.copyFileSync(root.at("file"), root.at("served/FILE"));
      const { name, command } = ours("tftpkit", ["--ignore-case"]);
      return {
        program: { name, command: (port) => command(port, root.at("served")) },
        load: SMALL,
      };
    },
    figure: usPerRequest,
  },
  {
    name: "rules of a map file",
    sizes: [1, 10, 100, 1000],
    unit: "us/request",
    prepare: (size, root) => {
      root.make("file", 400);
      root.write("map", lines(size, (i) => `r ^switch-${i}/ models/${i}/`));
      const flags = ["--map-file", root.at("map")];
      return { program: ours("tftpkit", flags), load: SMALL };
    },
    figure: usPerRequest,
  },
  {
    name: "routes",
    sizes: [1, 10, 100, 1000],
    unit: "us/request",
    prepare: (size, root) => {
      root.make("file", 400);
      return { program: routes(size), load: SMALL };
    },
    figure: usPerRequest,
  },
];

/** A server made with the library, with so many routes before the one that fits. */
function routes(count: number): TargetProgram {
  const script = fromFileUrl(new URL("_routes_server.ts", import.meta.url));
  return {
    name: "routes",
    command: (port, root) => [Deno.execPath(), [
      ...["run", "--config", `${CHECKOUT}deno.json`, "--allow-all"],
      ...[script, String(port), root, String(count)],
    ]],
  };
}

/** Measures our server as everything grows. */
export async function measureGrowth(
  { load, rounds, only }: BenchOptions,
): Promise<Report> {
  const rows = [["what grows", "", "figure", "of the first"]];
  const results: Record<string, { unit: string; points: [number, number][] }> =
    {};
  for (const { name, sizes, unit, prepare, figure } of WAYS) {
    if (!name.includes(only)) continue;
    const points: [number, number][] = [];
    for (const size of sizes) {
      using root = new TempDir();
      const prepared = prepare(size, root);
      await using target = await startTarget(prepared.program, root.path);
      const figures: number[] = [];
      for (let i = 0; i < rounds; i++) {
        const result = await runLoad(load, target, root.path, prepared.load);
        if (result.failed > 0) {
          throw new Error(`${name}: transfers have failed`);
        }
        figures.push(figure(result));
      }
      const value = median(figures);
      points.push([size, value]);
      const first = points[0]![1];
      rows.push([
        name,
        size.toLocaleString("en"),
        `${round(value)} ${unit}`,
        (value / first).toFixed(2),
      ]);
      console.error(rows.at(-1)!.join("  "));
    }
    results[name] = { unit, points };
  }
  const drawings = Object.fromEntries(
    Object.entries(results).map(([title, { unit, points }]) => [
      `growth-${title.replaceAll(/[^a-z]+/g, "-")}.svg`,
      draw({ title, unit, points }),
    ]),
  );
  return { rows, results, drawings };
}
