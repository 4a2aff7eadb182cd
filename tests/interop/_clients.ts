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
  readonly port: number;
  readonly remote: string;
  readonly local: string;
  readonly isNetascii?: boolean;
  readonly blksize?: number;
  readonly windowsize?: number;
  readonly timeout?: number;
  readonly tsize?: boolean;
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

const HOST = "127.0.0.1";

function hpaArgs(job: Job, ...command: string[]): string[] {
  const mode = job.isNetascii ? "ascii" : "binary";
  return ["-m", mode, HOST, String(job.port), "-c", ...command];
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
    ...["-r", job.remote, "-l", job.local, HOST, String(job.port)],
  ];
}

function busyboxArgs(job: Job, action: string): string[] {
  return [
    ...["tftp", action, "-r", job.remote, "-l", job.local],
    ...job.blksize === undefined ? [] : ["-b", String(job.blksize)],
    ...[HOST, String(job.port)],
  ];
}

function curlArgs(job: Job, ...action: string[]): string[] {
  const mode = job.isNetascii ? ";mode=netascii" : "";
  return [
    "-sS",
    ...job.blksize === undefined ? [] : ["--tftp-blksize", String(job.blksize)],
    ...action,
    `tftp://${HOST}:${job.port}/${job.remote}${mode}`,
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
    runProgram(path, hpaArgs(job, "get", job.remote, job.local)),
  put: (path, job) =>
    runProgram(path, hpaArgs(job, "put", job.local, job.remote)),
};

export const ATFTP: PeerClient = {
  name: "atftp",
  path: findProgram("atftp"),
  options: ["blksize", "windowsize", "timeout", "tsize"],
  minBlksize: 8,
  missingFile: { code: 255, text: "error received from server" },
  get: (path, job) => runProgram(path, atftpArgs(job, "--get")),
  put: (path, job) => runProgram(path, atftpArgs(job, "--put")),
};

export const BUSYBOX: PeerClient = {
  name: "busybox tftp",
  path: findBusybox(),
  options: ["blksize", "tsize"],
  minBlksize: 64,
  missingFile: { code: 1, text: "server error: (1) File not found" },
  get: (path, job) => runProgram(path, busyboxArgs(job, "-g")),
  put: (path, job) => runProgram(path, busyboxArgs(job, "-p")),
};

export const CURL: PeerClient = {
  name: "curl",
  path: findProgram("curl"),
  options: ["blksize", "tsize"],
  minBlksize: 8,
  missingFile: { code: 68, text: "curl: (68)" },
  get: (path, job) => runProgram(path, curlArgs(job, "-o", job.local)),
  put: (path, job) => runProgram(path, curlArgs(job, "-T", job.local)),
};

export const CLIENTS: readonly PeerClient[] = [TFTP_HPA, ATFTP, BUSYBOX, CURL];
