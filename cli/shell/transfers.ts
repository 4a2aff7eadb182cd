// Does what the interpreter makes of `get` and `put`. Rules:
// 1. One file after the other; one that fails does not keep the others from being tried, Ctrl-C does, also at a question.
// 2. A file that is there is replaced only when somebody says so: with -f, or when asked. One that appears in mid-transfer is
//    not replaced either: nobody was asked about it.
// 3. What is told goes to standard error; standard output is for files that are sent there.
// 4. Deno must not ask for a permission in mid-transfer: what is missing is told, with the flags to add.
// 5. A bar is there while a transfer runs, and at no other time: questions and the prompt have the terminal for themselves.

import { dirname, join } from "@std/path";
import { udpNetwork } from "../../net/mod.ts";
import { ERROR_CODE, quoteText, TftpError } from "../../packet/mod.ts";
import type { CliContext } from "../context.ts";
import { EXIT_STATUS, joinStatuses } from "../exit_status.ts";
import { isSpecial, look, type OutputOptions } from "../file_output.ts";
import { canShowBoard, failureLine, performTask } from "../perform_task.ts";
import {
  filePermission,
  needPermissions,
  netPermissions,
} from "../permission.ts";
import { ProgressBoard } from "../progress_board.ts";
import { traceNetwork } from "../trace.ts";
import { failureOf } from "../transfer_failure.ts";
import {
  downloadTask,
  type TransferClient,
  type TransferTask,
  uploadTask,
} from "../transfer_task.ts";
import type { GetRequest, PutRequest, ShellAction } from "./command.ts";
import type { Confirm } from "./lines.ts";
import { lastPart } from "./remote.ts";
import { clientOptionsOf, type ShellState, socketOf } from "./state.ts";

/** What transfers happen in. */
export interface TransferSurroundings {
  readonly context: CliContext;
  readonly client: TransferClient;
  readonly state: ShellState;
  readonly signal: AbortSignal;
  /** Whether to tell only what went wrong. */
  readonly isQuiet: boolean;
  /** Asks somebody; `null` where there is nobody. */
  readonly confirm: Confirm | null;
  /** What must be done before the process is ended at once. */
  readonly atExit: Set<() => void>;
}

/**
 * Does the transfers of one line.
 *
 * @param action What the line asks for.
 * @param surroundings What they happen in.
 * @returns The exit status for all of them.
 */
export async function transferAll(
  action: Exclude<ShellAction, { type: "quit" }>,
  surroundings: TransferSurroundings,
): Promise<number> {
  const { length } = action.requests;
  const statuses: number[] = [];
  for (const request of action.requests) {
    if (surroundings.signal.aborted) break;
    const status = action.type === "get"
      ? await download(request as GetRequest, action.isForced, surroundings)
      : await upload(request as PutRequest, surroundings);
    statuses.push(status);
    if (status === EXIT_STATUS.interrupted) break;
  }
  const left = length - statuses.length;
  if (left === 0) return joinStatuses(statuses);
  surroundings.context.stderr.write(
    `Interrupted before ${left} of ${length} files were begun\n`,
  );
  return EXIT_STATUS.interrupted;
}

async function download(
  { target, path: wish }: GetRequest,
  isForced: boolean,
  surroundings: TransferSurroundings,
): Promise<number> {
  const { context, state } = surroundings;
  const plain = downloadTask(target, wish, {}, surroundings);
  return await prepared(plain, surroundings, async () => {
    await needPermissions(
      context,
      netPermissions([target.hostname], socketOf(state)),
    );
    const path = wish === null
      ? null
      : await outputPath(wish, target.filename, context);
    const answer = await mayReplace(path, isForced, surroundings);
    if (typeof answer === "number") return answer;
    const task = downloadTask(target, path, answer, surroundings);
    const as = path === null || path === target.filename
      ? ""
      : ` as ${quoteText(path)}`;
    return { ...task, as };
  });
}

async function upload(
  { path, target }: PutRequest,
  surroundings: TransferSurroundings,
): Promise<number> {
  const { context, state } = surroundings;
  const task = uploadTask(path, target, surroundings);
  return await prepared(task, surroundings, async () => {
    await needPermissions(context, [
      ...netPermissions([target.hostname], socketOf(state)),
      filePermission("read", path),
    ]);
    const { filename } = target;
    return filename === path
      ? task
      : { ...task, as: ` as ${quoteText(filename)}` };
  });
}

/** Does a transfer once all is ready for it; a status says that it will not be. */
async function prepared(
  plain: TransferTask,
  surroundings: TransferSurroundings,
  prepare: () => Promise<TransferTask | number>,
): Promise<number> {
  let task: TransferTask | number;
  try {
    task = await prepare();
  } catch (error) {
    const failure = failureOf(error, {
      operation: plain.operation,
      isBegun: false,
      isFileFault: true,
      isInterrupted: false,
      style: "command",
    });
    surroundings.context.stderr.write(`${failureLine(plain, failure)}\n`);
    return failure.status;
  }
  return typeof task === "number" ? task : await perform(task, surroundings);
}

async function perform(
  task: TransferTask,
  { context, state, signal, isQuiet, atExit }: TransferSurroundings,
): Promise<number> {
  const { stderr } = context;
  const hasBoard = canShowBoard(context, {
    isQuiet,
    isTracing: state.isTracing,
    isWriting: task.operation === "get" && task.path === null,
  });
  using board = hasBoard ? new ProgressBoard(stderr, context.clock, 1) : null;
  const close = () => board?.[Symbol.dispose]();
  atExit.add(close);
  // The terminal has shown "^C" without a line end; a board is drawn over it.
  const endLine = () => {
    if (!hasBoard && stderr.isTerminal) stderr.write("\n");
  };
  signal.addEventListener("abort", endLine);
  // After the end, a download waits whether its last packet was lost: what comes then must not meddle with the prompt.
  let isOver = false;
  const tell = (line: string) => {
    if (isOver) return;
    if (board) board.print(line);
    else stderr.write(`${line}\n`);
  };
  const options = {
    ...clientOptionsOf(state),
    ...state.isTracing
      ? { network: traceNetwork(udpNetwork(), tell, () => context.time()) }
      : {},
  };
  try {
    const { failure } = await performTask(task, {
      options,
      signal,
      tell,
      board,
      isVerbose: state.isVerbose,
      isQuiet,
      style: "command",
    });
    return failure?.status ?? EXIT_STATUS.ok;
  } finally {
    isOver = true;
    signal.removeEventListener("abort", endLine);
    atExit.delete(close);
  }
}

/** The file that a download goes to: in a directory, it has its own name. */
async function outputPath(
  path: string,
  filename: string,
  context: CliContext,
): Promise<string> {
  const info = await look(path, context);
  if (!info?.isDirectory && !path.endsWith("/")) return path;
  const name = lastPart(filename);
  if (name !== "" && path !== name) return join(path, name);
  throw new Error(`${quoteText(path)} is a directory: name the file after it`);
}

/** How a file is written, by what is there and what somebody says; a status when it is not. */
async function mayReplace(
  path: string | null,
  isForced: boolean,
  { context, confirm }: TransferSurroundings,
): Promise<OutputOptions | number> {
  if (path === null) return {};
  const info = await look(path, context);
  const isDevice = info !== null && isSpecial(info);
  // A file that is not complete has another name in the same directory.
  const place = isDevice ? path : dirname(path);
  await needPermissions(context, [
    filePermission("write", place),
    filePermission("read", place),
  ]);
  if (isForced || isDevice) return {};
  if (await look(path, context) === null) {
    return { overwrite: false, whyNotOverwritten: WHY_NOT };
  }
  const name = quoteText(path);
  if (confirm === null) {
    throw new TftpError(
      ERROR_CODE.FileAlreadyExists,
      `${name} is there already${WHY_NOT}`,
    );
  }
  const answer = await confirm(`${name} is there already. Replace it? [y/N] `);
  if (answer === null) return EXIT_STATUS.interrupted;
  return answer ? {} : EXIT_STATUS.exists;
}

const WHY_NOT = ": get -f replaces it";
