// The load, and what is measured under it: by `deno task load` for a minute, by a test for a moment.

import { get } from "../../client.ts";
import { contentOf, isSame } from "./_content.ts";
import {
  type ClientReport,
  Clients,
  type ClientTask,
  FILE_SIZES,
  lookAtProcess,
  percentile,
  type ProcessState,
  uploadSeed,
  uploadSize,
} from "./_load.ts";
import { ServerProcess } from "./_server_process.ts";

/** A file of a usual size, for whoever wants nothing but that. */
const HONEST_FILE = 3;

/** Milliseconds between two downloads of the honest client. */
const HONEST_PAUSE_MS = 20;

/** A directory as the clients expect it. */
export async function makeRoot(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "tftpkit-load-" });
  await Deno.mkdir(`${root}/down`);
  await Deno.mkdir(`${root}/up`);
  for (const [file, size] of FILE_SIZES.entries()) {
    await Deno.writeFile(`${root}/down/${file}`, contentOf(file, size));
  }
  return root;
}

/** What a client without haste or malice has seen. */
export interface HonestReport {
  readonly transfers: number;
  readonly failures: number;
  readonly retransmissions: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** One download after the other, until it is enough. */
export async function beHonest(
  port: number,
  isEnough: (transfers: number) => boolean,
  localHostname = "127.0.0.1",
): Promise<HonestReport> {
  const durations: number[] = [];
  let failures = 0;
  let retransmissions = 0;
  while (!isEnough(durations.length + failures)) {
    const begunAt = performance.now();
    try {
      await using response = await get(
        `tftp://127.0.0.1:${port}/down/${HONEST_FILE};mode=octet`,
        { localHostname },
      );
      const bytes = await response.bytes();
      if (!isSame(bytes, contentOf(HONEST_FILE, FILE_SIZES[HONEST_FILE]!))) {
        throw new Error("Wrong bytes came");
      }
      const { statistics } = await response.finished;
      retransmissions += statistics.retransmissions;
      durations.push(performance.now() - begunAt);
    } catch (error) {
      console.error(`honest client: ${error}`);
      failures++;
    }
    await sleep(HONEST_PAUSE_MS);
  }
  durations.sort((a, b) => a - b);
  const at = (percent: number) =>
    Math.round(percentile(durations, percent) * 10) / 10;
  return {
    transfers: durations.length,
    failures,
    retransmissions,
    medianMs: at(50),
    p99Ms: at(99),
    maxMs: at(100),
  };
}

/** How much load there is to be. */
export interface LoadOptions {
  readonly downloads: number;
  readonly uploads: number;
  /** How many addresses the clients of each kind share: with few, ports are soon used again by another client. */
  readonly addresses: number;
  /** Transfers that each client makes at least. */
  readonly rounds: number;
  /** For how long. */
  readonly seconds: number;
}

/** What has become of it. */
export interface LoadReport {
  readonly downloads: ClientReport;
  readonly uploads: ClientReport;
  readonly honestBefore: HonestReport;
  readonly honestUnderLoad: HonestReport;
  readonly before: ProcessState;
  /** One each second. */
  readonly samples: readonly ProcessState[];
  readonly after: ProcessState;
  readonly seconds: number;
  /** Uploads that are not on the disk as they were acknowledged. */
  readonly wrongUploads: number;
  /** What the server has complained of, and how often. */
  readonly complaints: Readonly<Record<string, number>>;
}

/** Puts load on a server. */
export async function putLoad(options: LoadOptions): Promise<LoadReport> {
  const root = await makeRoot();
  try {
    await using server = await ServerProcess.start(root, ["--overwrite"]);
    const { port, pid } = server;
    const honestBefore = await beHonest(port, (count) => count >= 50);
    const before = await lookAtProcess(pid);
    const { rounds, seconds, addresses } = options;
    const shared = { port, rounds, seconds, addresses };
    const begunAt = performance.now();
    await using downloading = new Clients({
      ...shared,
      ...{ kind: "download", network: "127.1", clients: options.downloads },
    });
    await using uploading = new Clients({
      ...shared,
      ...{ kind: "upload", network: "127.2", clients: options.uploads },
    });
    const samples: ProcessState[] = [];
    let isOver = false;
    const sampling = (async () => {
      for (let second = 1; !isOver; second++) {
        await sleep(begunAt + second * 1000 - performance.now());
        samples.push(await lookAtProcess(pid));
      }
    })();
    try {
      const honest = beHonest(port, () => isOver);
      const [downloads, uploads] = await Promise.all([
        downloading.report(),
        uploading.report(),
      ]).finally(() => isOver = true);
      const seconds = (performance.now() - begunAt) / 1000;
      return {
        downloads,
        uploads,
        honestBefore,
        honestUnderLoad: await honest,
        before,
        samples,
        after: await settledState(pid, before.files),
        seconds,
        wrongUploads: await countWrongUploads(root, uploads),
        complaints: Object.fromEntries(server.complaints),
      };
    } finally {
      await sampling;
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The state of a server that has got rid of what it can: it stays some seconds after each upload. */
export async function settledState(
  pid: number,
  files: number,
  patienceMs = 60_000,
): Promise<ProcessState> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const state = await lookAtProcess(pid);
    if (state.files <= files || performance.now() > deadline) return state;
    await sleep(200);
  }
}

async function countWrongUploads(
  root: string,
  { last }: ClientReport,
): Promise<number> {
  let count = 0;
  for (const [client, round] of last.entries()) {
    const stored = await Deno.readFile(`${root}/up/${client}`);
    const seed = uploadSeed(client, round);
    const sent = contentOf(seed, uploadSize(client, round));
    if (!isSame(stored, sent)) count++;
  }
  return count;
}

/** What half-open requests do to an honest client. */
export interface HalfOpenReport {
  readonly before: ProcessState;
  readonly honestAlone: HonestReport;
  /** While requests from many addresses are left half open. */
  readonly honest: HonestReport;
  /** While those of the honest client's own address are. */
  readonly honestAtSameAddress: HonestReport;
  readonly peak: ProcessState;
  readonly after: ProcessState;
}

/** Leaves requests half open, and looks how an honest client fares. */
export async function leaveHalfOpen(
  count: number,
  transfers: number,
  serverArgs: readonly string[] = [],
): Promise<HalfOpenReport> {
  const root = await makeRoot();
  try {
    await using server = await ServerProcess.start(root, serverArgs);
    const { port, pid } = server;
    const isEnough = (done: number) => done >= transfers;
    const honestAlone = await beHonest(port, isEnough);
    const before = await lookAtProcess(pid);
    const shared = { port, rounds: 1, seconds: 3600, clients: count };
    const task: ClientTask = {
      ...shared,
      ...{ kind: "half-open", network: "127.3", addresses: 250 },
    };
    let peak = before;
    let honest: HonestReport;
    {
      await using clients = new Clients(task);
      await clients.begun;
      honest = await beHonest(port, isEnough);
      peak = await lookAtProcess(pid);
    }
    let honestAtSameAddress: HonestReport;
    {
      await using clients = new Clients({ ...task, addresses: 1 });
      await clients.begun;
      honestAtSameAddress = await beHonest(port, isEnough, "127.3.0.1");
    }
    const after = await settledState(pid, before.files);
    return { before, honestAlone, honest, honestAtSameAddress, peak, after };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
