// Load on a server: many clients at once, in processes of their own, and what they tell.

import { fromFileUrl } from "@std/path";

/** What one process of clients is to do. */
export interface ClientTask {
  readonly port: number;
  readonly kind: "download" | "upload" | "half-open";
  /** Clients at once. */
  readonly clients: number;
  /** Transfers each client makes at least, one after the other. */
  readonly rounds: number;
  /** For how long clients begin another transfer, after these. */
  readonly seconds: number;
  /** Where the clients are: the first two numbers of their addresses, and how many of these they share. */
  readonly network: string;
  readonly addresses: number;
}

/** What a process of clients tells. */
export interface ClientReport {
  transfers: number;
  bytes: number;
  retransmissions: number;
  /** How often each failure came. */
  failures: Record<string, number>;
  /** Milliseconds of the transfers, in order. */
  durationsMs: number[];
  /** Which transfer of each client was its last; uploads only. */
  last: number[];
}

/** Sizes of the files that are downloaded, by number; uploads have them in turn. */
export const FILE_SIZES: readonly number[] = [
  ...[0, 511, 1428, 10_000, 65_536],
  ...[100_000, 200_000, 262_144, 300_000, 500_000],
];

/** What an upload of a client is made of. */
export function uploadSeed(client: number, round: number): number {
  return client * 1_000_003 + round;
}

export function uploadSize(client: number, round: number): number {
  return FILE_SIZES[(client + round) % 6]!;
}

/** The address of a client: loopback has sixteen million. */
export function clientAddress(task: ClientTask, client: number): string {
  const index = client % task.addresses;
  return `${task.network}.${index >> 7}.${index % 128 + 1}`;
}

const SCRIPT = fromFileUrl(new URL("_load_client.ts", import.meta.url));
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));

/** Clients in a process of their own. */
export class Clients implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;
  /** Fulfilled when the first requests are out. */
  readonly begun: Promise<void>;

  constructor(task: ClientTask) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--config", CONFIG, "--allow-net"]
        .concat(SCRIPT, JSON.stringify(task)),
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let begin!: () => void;
    this.begun = new Promise((resolve) => begin = resolve);
    this.#output = this.#read(begin);
  }

  /** What they tell in the end. */
  async report(): Promise<ClientReport> {
    const lines = (await this.#output).trim().split("\n");
    const { success } = await this.#child.status;
    if (!success) throw new Error("The clients have failed");
    return JSON.parse(lines.at(-1)!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // They are done.
    }
    await this.#output;
    await this.#child.status;
  }

  async #read(begin: () => void): Promise<string> {
    let text = "";
    const output = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const piece of output) {
      text += piece;
      if (text.includes("begun\n")) begin();
    }
    begin();
    return text;
  }
}

/** What `/proc` says of a process. */
export interface ProcessState {
  readonly rssBytes: number;
  readonly files: number;
  readonly cpuSeconds: number;
}

/** Looks by way of other programs: to read `/proc` itself, Deno would have to be allowed everything. */
export async function lookAtProcess(pid: number): Promise<ProcessState> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'cd "/proc/$0" && cat status stat && ls fd', `${pid}`],
    stdin: "null",
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const [status = "", rest = ""] = text.split(`\n${pid} (`);
  const [stat = "", ...files] = rest.trimEnd().split("\n");
  const fields = stat.split(") ").at(-1)!.split(" ");
  return {
    rssBytes: Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024,
    files: files.length,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}

/** The value below which so many percent of them are. */
export function percentile(sorted: readonly number[], percent: number): number {
  const index = Math.ceil(sorted.length * percent / 100) - 1;
  return sorted[Math.max(0, index)] ?? NaN;
}
