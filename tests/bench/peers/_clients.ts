/**
 * Our client beside those of other projects, each started as a program that transfers one file with our server and with
 * in.tftpd, and stores it.
 *
 * @module
 */

import { median, round } from "../../_measured.ts";
import {
  ATFTP,
  BUSYBOX,
  CURL,
  type PeerClient,
  TFTP_HPA,
} from "../../interop/_clients.ts";
import { digest, TempDir } from "../../interop/_files.ts";
import { runProgram } from "../../interop/_peers.ts";
import { type BenchOptions, type Report, startAll } from "./_bench.ts";
import { CHECKOUT, ours, peers, type RunningTarget } from "./_targets.ts";

const SIZE_BYTES = 32 * 2 ** 20;

/** What is asked for: a client that cannot is left out. */
const CASES = [
  { blksize: 512, windowsize: 1 },
  { blksize: 1428, windowsize: 1 },
  { blksize: 1428, windowsize: 16 },
] as const;

type Case = typeof CASES[number];
type Action = "get" | "put";

const PEERS: readonly PeerClient[] = [CURL, ATFTP, TFTP_HPA, BUSYBOX];

function can({ options }: PeerClient, { blksize, windowsize }: Case): boolean {
  return (blksize === 512 || options.includes("blksize")) &&
    (windowsize === 1 || options.includes("windowsize"));
}

/** Measures all clients in both directions. */
export async function measureClients(options: BenchOptions): Promise<Report> {
  using root = new TempDir();
  using local = new TempDir();
  root.make("original", SIZE_BYTES);
  await Deno.copyFile(root.at("original"), local.at("original"));
  const programs = [
    ours("tftpkit", ["--write", "--overwrite"], ["--allow-write"]),
    ...peers().filter((it) => it.name === "in.tftpd"),
  ];
  await using all = await startAll(programs, root.path);
  const clients = [null, ...PEERS.filter((it) => it.path !== null)];
  const names = clients.map((it) => it?.name ?? "tftpkit");
  const rows = [["MiB/s", ...names, "ratio"]];
  const results: Record<string, Record<string, number[]>> = {};
  for (const action of ["get", "put"] as const) {
    for (const target of all.targets) {
      for (const each of CASES) {
        const title =
          `${action}, ${each.blksize} x ${each.windowsize}, ${target.name}`;
        if (!title.includes(options.only)) continue;
        const rates = names.map((): number[] => []);
        for (let round = 0; round < options.rounds; round++) {
          for (const [i, client] of clients.entries()) {
            if (client && !can(client, each)) continue;
            rates[i]!.push(
              await transfer(client, target, action, each, root, local),
            );
          }
        }
        results[title] = Object.fromEntries(
          names.map((it, i) => [it, rates[i]!]),
        );
        rows.push([title, ...cells(rates)]);
        console.error(rows.at(-1)!.join("  "));
      }
    }
  }
  return { rows, results };
}

function cells(rates: readonly number[][]): string[] {
  const [own = NaN, ...others] = rates.map(median);
  const best = Math.max(...others.filter((it) => !Number.isNaN(it)));
  const show = (it: number) => Number.isNaN(it) ? "-" : round(it);
  return [show(own), ...others.map(show), (own / best).toFixed(2)];
}

/** Transfers a file, and gives MiB a second: 0 when the copy is not equal. */
async function transfer(
  client: PeerClient | null,
  { port }: RunningTarget,
  action: Action,
  { blksize, windowsize }: Case,
  root: TempDir,
  local: TempDir,
): Promise<number> {
  const [from, to] = action === "get" ? [root, local] : [local, root];
  await Deno.remove(to.at("copy")).catch(() => {});
  const startedAt = performance.now();
  if (client) {
    await client[action](client.path!, {
      port,
      ...action === "get"
        ? { remote: "original", local: to.at("copy") }
        : { remote: "copy", local: from.at("original") },
      ...blksize === 512 ? {} : { blksize },
      ...windowsize === 1 ? {} : { windowsize },
    });
  } else {
    const url = `tftp://127.0.0.1:${port}/`;
    await runProgram(Deno.execPath(), [
      ...["run", "--config", `${CHECKOUT}deno.json`, "--allow-all"],
      ...[`${CHECKOUT}cli.ts`, action, "--quiet"],
      ...["--blksize", String(blksize), "--windowsize", String(windowsize)],
      ...action === "get"
        ? [`${url}original`, "--output", to.at("copy")]
        : [from.at("original"), `${url}copy`],
    ]);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const isEqual = await Deno.stat(to.at("copy")).then(
    () => digest(to.at("copy")) === digest(from.at("original")),
    () => false,
  );
  return isEqual ? SIZE_BYTES / 2 ** 20 / seconds : 0;
}
