// Does what the interpreter makes of `get` and `put`. Rules:
// 1. One file after the other; one that fails does not keep the others from being tried, Ctrl-C does, also at a question.
// 2. A file that is there is replaced only when somebody says so: with -f, or when asked.
// 3. What is told goes to standard error; standard output is for files that are sent there.
// 4. Deno must not ask for a permission in mid-transfer: what is missing is told, with the flags to add.

import { dirname, join } from "@std/path";
import type {
  ClientOptions,
  GetOptions,
  PutOptions,
  TftpDownload,
  TftpTarget,
  TftpUpload,
} from "../../client.ts";
import { FileSource } from "../../handlers/mod.ts";
import { type Source, streamSource, udpNetwork } from "../../net/mod.ts";
import {
  describeMachineEvent,
  describeTransfer,
  formatBytes,
} from "../../observe/mod.ts";
import { quoteText } from "../../packet/mod.ts";
import type { CliContext } from "../context.ts";
import { explain } from "../explain.ts";
import { isSpecial, openOutput } from "../file_output.ts";
import {
  filePermission,
  needPermissions,
  netPermissions,
} from "../permission.ts";
import type { GetRequest, PutRequest, ShellAction } from "./command.ts";
import type { Confirm } from "./lines.ts";
import { lastPart } from "./remote.ts";
import { clientOptionsOf, type ShellState } from "./state.ts";
import { tracedNetwork } from "./trace.ts";

/** What transfers files: the client, or what a test puts in its place. */
export interface ShellClient {
  get(target: TftpTarget, options: GetOptions): Promise<TftpDownload>;
  put(
    target: TftpTarget,
    body: Source,
    options: PutOptions,
  ): Promise<TftpUpload>;
}

/** What transfers happen in. */
export interface TransferSurroundings {
  readonly context: CliContext;
  readonly client: ShellClient;
  readonly state: ShellState;
  readonly signal: AbortSignal;
  /** Whether to tell only what went wrong. */
  readonly isQuiet: boolean;
  /** Asks somebody; `null` where there is nobody. */
  readonly confirm: Confirm | null;
}

/**
 * Does the transfers of one line.
 *
 * @param action What the line asks for.
 * @param surroundings What they happen in.
 * @returns Whether all went well.
 */
export async function transferAll(
  action: Exclude<ShellAction, { type: "quit" }>,
  surroundings: TransferSurroundings,
): Promise<boolean> {
  let isWell = true;
  for (const request of action.requests) {
    if (surroundings.signal.aborted) return false;
    const isDone = action.type === "get"
      ? await download(
        request as GetRequest,
        action.isForced,
        surroundings,
      )
      : await upload(request as PutRequest, surroundings);
    if (isDone === null) return false;
    if (!isDone) isWell = false;
  }
  return isWell;
}

/** Whether it went well; `null` when somebody has had enough. */
async function download(
  { target, path: wish }: GetRequest,
  isForced: boolean,
  surroundings: TransferSurroundings,
): Promise<boolean | null> {
  const { context, client, isQuiet } = surroundings;
  const name = quoteText(target.filename);
  const trace = startTelling(name, surroundings);
  try {
    await needPermissions(context, netPermissions([target.hostname]));
    const path = wish === null
      ? null
      : await outputPath(wish, target.filename, context);
    const isAllowed = await mayWrite(path, isForced, surroundings);
    if (!isAllowed) return isAllowed;
    const sink = await openOutput(path, context.stdout);
    const response = await client.get(target, { ...trace.options, sink });
    const transfer = await response.finished;
    if (transfer.mismatchedSize !== null) {
      trace.tell(
        `WARNING: ${name} has ${
          formatBytes(transfer.statistics.bytes)
        }, the server had announced ${formatBytes(transfer.mismatchedSize)}`,
      );
    }
    if (!isQuiet) {
      const as = path === null || path === target.filename
        ? ""
        : ` as ${quoteText(path)}`;
      trace.tell(`${name}${as}: ${describeTransfer(transfer)}`);
    }
    return true;
  } catch (error) {
    trace.tell(`Cannot get ${name} from ${target.hostname}: ${explain(error)}`);
    return false;
  } finally {
    trace.stop();
  }
}

async function upload(
  { path, target }: PutRequest,
  surroundings: TransferSurroundings,
): Promise<boolean> {
  const { context, client, isQuiet } = surroundings;
  const name = quoteText(path);
  const as = target.filename === path
    ? ""
    : ` as ${quoteText(target.filename)}`;
  const trace = startTelling(name, surroundings);
  try {
    await needPermissions(context, [
      ...netPermissions([target.hostname]),
      filePermission("read", path),
    ]);
    const body = await openInput(path);
    const transfer = await client.put(target, body, trace.options);
    if (!isQuiet) trace.tell(`${name}${as}: ${describeTransfer(transfer)}`);
    return true;
  } catch (error) {
    trace.tell(
      `Cannot put ${name} to ${target.hostname}${as}: ${explain(error)}`,
    );
    return false;
  } finally {
    trace.stop();
  }
}

/** The options of a transfer, which tells what was asked to be told until it is over. */
function startTelling(
  name: string,
  { context, state, signal }: TransferSurroundings,
): {
  options: ClientOptions;
  tell: (line: string) => void;
  stop: () => void;
} {
  // After the end, a download waits whether its last packet was lost: what comes then must not meddle with the prompt.
  let isOver = false;
  const tell = (line: string) => {
    if (!isOver) context.stderr.write(line + "\n");
  };
  const options = {
    ...clientOptionsOf(state),
    signal,
    ...(state.isVerbose
      ? {
        onEvent: (event: Parameters<typeof describeMachineEvent>[0]) =>
          tell(`${name}: ${describeMachineEvent(event)}`),
      }
      : {}),
    ...(state.isTracing ? { network: tracedNetwork(udpNetwork(), tell) } : {}),
  };
  return { options, tell, stop: () => isOver = true };
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

/** Whether a file may be written: it is not there, or somebody says so. */
async function mayWrite(
  path: string | null,
  isForced: boolean,
  { context, confirm }: TransferSurroundings,
): Promise<boolean | null> {
  if (path === null) return true;
  const info = await look(path, context);
  const isDevice = info !== null && isSpecial(info);
  // A file that is not complete has another name in the same directory.
  const place = isDevice ? path : dirname(path);
  await needPermissions(context, [
    filePermission("write", place),
    filePermission("read", place),
  ]);
  if (isForced || isDevice || await look(path, context) === null) return true;
  const name = quoteText(path);
  if (confirm === null) {
    throw new Error(`${name} is there already: get -f replaces it`);
  }
  return await confirm(`${name} is there already. Replace it? [y/N] `);
}

/** What is there, where that may be looked at: without permission, Deno would ask the user for it. */
async function look(
  path: string,
  context: CliContext,
): Promise<Deno.FileInfo | null> {
  if (!await context.isGranted({ name: "read", path })) return null;
  try {
    return await Deno.stat(path);
  } catch {
    // Not there, or not to be looked at: whoever opens it will tell.
    return null;
  }
}

async function openInput(path: string): Promise<Source> {
  const info = await Deno.stat(path);
  if (info.isDirectory) {
    throw new Error("it is a directory, name the files in it");
  }
  // A pipe that nobody writes to makes this wait, and Ctrl-C must be heard meanwhile.
  const file = await Deno.open(path);
  return info.isFile && info.size > 0
    ? new FileSource(file, info)
    : streamSource(file.readable);
}
