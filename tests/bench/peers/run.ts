/**
 * Measures our server and our client beside those of other projects that are installed here, on the loopback. Wants Linux, a
 * C compiler, and root for most of the others.
 *
 * `deno task bench:peers [servers|clients|boot|cost|growth]... [--rounds N] [--only TEXT] [--json FILE] [--write]`
 *
 * Figures of different machines and days say little about each other; those of one run say which is faster. With `--write`,
 * the tables go into docs/performance.md.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import {
  describeMachine,
  formatTable,
  writeBetweenMarks,
} from "../../_measured.ts";
import type { BenchOptions, Report } from "./_bench.ts";
import { measureBoot } from "./_boot.ts";
import { measureClients } from "./_clients.ts";
import { measureCost } from "./_cost.ts";
import { measureGrowth } from "./_growth.ts";
import { compileLoad } from "./_load.ts";
import { measureServers } from "./_servers.ts";
import { ours, peers } from "./_targets.ts";

const MEASURES: Readonly<
  Record<string, (options: BenchOptions) => Promise<Report>>
> = {
  servers: measureServers,
  clients: measureClients,
  boot: measureBoot,
  cost: measureCost,
  growth: measureGrowth,
};

const DOCUMENT = new URL("../../../docs/performance.md", import.meta.url);

async function write(
  name: string,
  text: string,
  report: Report,
): Promise<void> {
  const { drawings = {} } = report;
  const files = Object.keys(drawings);
  for (const file of files) {
    await Deno.writeTextFile(
      new URL(`plots/${file}`, DOCUMENT),
      drawings[file]!,
    );
  }
  const images = files.map((it) => `![${it}](plots/${it})`);
  await writeBetweenMarks(DOCUMENT, name, [text, ...images].join("\n\n"));
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["rounds", "only", "json"],
    boolean: ["write"],
    default: { rounds: "3", only: "" },
  });
  const names = args._.length > 0 ? args._.map(String) : Object.keys(MEASURES);
  using load = await compileLoad();
  if (!load) throw new Error("Cannot measure without a C compiler");
  const options = {
    load,
    programs: [ours(), ...peers()],
    rounds: Number(args.rounds),
    only: args.only,
  };
  const machine = await describeMachine();
  const results: Record<string, unknown> = { machine };
  for (const name of names) {
    const measure = MEASURES[name];
    if (!measure) {
      throw new Error(`Cannot measure ${name}: there is no such measure`);
    }
    const report = await measure(options);
    results[name] = report.results;
    const text = `${machine}\n\n${formatTable(report.rows)}`;
    console.log(`${name}\n\n${text}\n`);
    if (args.write) await write(name, text, report);
  }
  if (args.json) {
    await Deno.writeTextFile(
      args.json,
      JSON.stringify(results, null, 2) + "\n",
    );
  }
}
