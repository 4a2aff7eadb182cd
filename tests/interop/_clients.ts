/**
 * The clients of other projects, and how each is told what to do.
 *
 * @module
 */

import {
  findBusybox,
  findProgram,
  type Outcome,
  runProgram,
} from "./_peers.ts";

/** What to transfer, and how. */
export interface Job {
  /** Where the server is; on the loopback, unless said otherwise. */
  readonly hostname?: string;
  readonly port: number;
  readonly remote: string;
  readonly local: string;
  readonly isNetascii?: boolean;
  readonly blksize?: number;
  readonly windowsize?: number;
  readonly timeout?: number;
  readonly tsize?: boolean;
  /** Whether curl is to ask for none of its options. */
  readonly isPlain?: boolean;
  /** What runs the program; here and now, unless said otherwise. */
  readonly run?: (path: string, args: readonly string[]) => Promise<Outcome>;
}

/** A client of another project. */
export interface PeerClient {
  readonly name: string;
  readonly path: string | null;
  /** Options that it can ask for. */
  readonly options: readonly ("blksize" | "windowsize" | "timeout" | "tsize")[];
  /** The smallest block size that it asks for, if it asks for any; busybox wants its request to fit into one. */
  readonly minBlksize: number;
  /** How it ends when there is no such file. */
  readonly missingFile: { readonly code: number; readonly text: string };
  get(path: string, job: Job): Promise<Outcome>;
  put(path: string, job: Job): Promise<Outcome>;
}

function hostOf({ hostname = "127.0.0.1" }: Job): string {
  return hostname;
}

function run(
  path: string,
  job: Job,
  args: readonly string[],
): Promise<Outcome> {
  return (job.run ?? runProgram)(path, args);
}

function hpaArgs(job: Job, ...command: string[]): string[] {
  const mode = job.isNetascii ? "ascii" : "binary";
  return ["-m", mode, hostOf(job), String(job.port), "-c", ...command];
}

function atftpArgs(job: Job, action: string): string[] {
  const options = [
    job.isNetascii ? "mode netascii" : null,
    job.blksize === undefined ? null : `blksize ${job.blksize}`,
    job.windowsize === undefined ? null : `windowsize ${job.windowsize}`,
    job.timeout === undefined ? null : `timeout ${job.timeout}`,
    job.tsize ? "tsize enable" : null,
  ].filter((option) => option !== null);
  return [
    ...options.flatMap((option) => ["--option", option]),
    action,
    ...["-r", job.remote, "-l", job.local, hostOf(job), String(job.port)],
  ];
}

function busyboxArgs(job: Job, action: string): string[] {
  return [
    ...["tftp", action, "-r", job.remote, "-l", job.local],
    ...job.blksize === undefined ? [] : ["-b", String(job.blksize)],
    ...[hostOf(job), String(job.port)],
  ];
}

function curlArgs(job: Job, ...action: string[]): string[] {
  const mode = job.isNetascii ? ";mode=netascii" : "";
  return [
    "-sS",
    ...job.isPlain ? ["--tftp-no-options"] : [],
    ...job.blksize === undefined ? [] : ["--tftp-blksize", String(job.blksize)],
    ...action,
    `tftp://${hostOf(job)}:${job.port}/${job.remote}${mode}`,
  ];
}

export const TFTP_HPA: PeerClient = {
  name: "tftp-hpa",
  path: findProgram("tftp"),
  options: [],
  minBlksize: 512,
  // It says so, and ends as if all were well.
  missingFile: { code: 0, text: "Error code 1: File not found" },
  get: (path, job) =>
    run(path, job, hpaArgs(job, "get", job.remote, job.local)),
  put: (path, job) =>
    run(path, job, hpaArgs(job, "put", job.local, job.remote)),
};

export const ATFTP: PeerClient = {
  name: "atftp",
  path: findProgram("atftp"),
  options: ["blksize", "windowsize", "timeout", "tsize"],
  minBlksize: 8,
  missingFile: { code: 255, text: "error received from server" },
  get: (path, job) => run(path, job, atftpArgs(job, "--get")),
  put: (path, job) => run(path, job, atftpArgs(job, "--put")),
};

export const BUSYBOX: PeerClient = {
  name: "busybox tftp",
  path: findBusybox(),
  options: ["blksize", "tsize"],
  minBlksize: 64,
  missingFile: { code: 1, text: "server error: (1) File not found" },
  get: (path, job) => run(path, job, busyboxArgs(job, "-g")),
  put: (path, job) => run(path, job, busyboxArgs(job, "-p")),
};

export const CURL: PeerClient = {
  name: "curl",
  path: findProgram("curl"),
  options: ["blksize", "tsize"],
  minBlksize: 8,
  missingFile: { code: 68, text: "curl: (68)" },
  get: (path, job) => run(path, job, curlArgs(job, "-o", job.local)),
  put: (path, job) => run(path, job, curlArgs(job, "-T", job.local)),
};

export const CLIENTS: readonly PeerClient[] = [TFTP_HPA, ATFTP, BUSYBOX, CURL];
