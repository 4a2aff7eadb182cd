// One file to transfer, between this machine and a server: what `get`, `put` and the shell do of each.

import type {
  ClientOptions,
  ClientTransferSummary,
  get,
  put,
  TftpTarget,
} from "../client.ts";
import { FileSource } from "../handlers/mod.ts";
import { type Source, streamSource } from "../net/mod.ts";
import { formatBytes } from "../observe/mod.ts";
import { quoteText } from "../packet/mod.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import { openOutput, type OutputOptions, statIfThere } from "./file_output.ts";
import type { FileWatch } from "./file_watch.ts";

/** One transfer. */
export interface TransferTask {
  /** Which way. */
  readonly operation: "get" | "put";
  /** What it is called in lines about it: quoted. */
  readonly label: string;
  /** What stands behind the label once all is well: " as ..."; nothing where the other name says no more. */
  readonly as?: string;
  /** What stands in front of what went wrong: "Cannot get …". */
  readonly complaint: string;
  /** The file on the server. */
  readonly target: Required<TftpTarget>;
  /** The file here; `null` for standard input or output. */
  readonly path: string | null;
  /**
   * Does it.
   *
   * @param options For the client.
   * @param watch Looks at the file.
   */
  perform(
    options: ClientOptions,
    watch: FileWatch,
  ): Promise<ClientTransferSummary>;
  /** What else is to be said when it failed, if anything. */
  afterword?(): string | null;
}

/** What transfers files: the client, or what a test puts in its place. */
export interface TransferClient {
  /** Downloads. */
  readonly get: typeof get;
  /** Uploads. */
  readonly put: typeof put;
}

/** Where a task happens. */
export interface TaskPlace {
  readonly context: CliContext;
  readonly client: TransferClient;
}

/**
 * A download.
 *
 * @param target The file on the server.
 * @param path The file here; `null` for standard output.
 * @param output What to do with what is there, and with what is not complete.
 * @param place Where it happens.
 * @returns The task.
 */
export function downloadTask(
  target: Required<TftpTarget>,
  path: string | null,
  output: OutputOptions,
  { context, client }: TaskPlace,
): TransferTask {
  const label = quoteText(target.filename);
  const { overwrite = true, partialPath = null } = output;
  let received = 0;
  return {
    operation: "get",
    label,
    complaint: `Cannot get ${label} from ${target.hostname}`,
    target,
    path,
    async perform(options, watch) {
      const sink = watch.sink(
        await watch.run(() => openOutput(path, context.stdout, output)),
      );
      const write = sink.write.bind(sink);
      sink.write = (bytes) => {
        received += bytes.length;
        return write(bytes);
      };
      const download = await client.get(target, { ...options, sink });
      const transfer = await download.finished;
      // It stays in case its last ACK was lost, on a port that the next one wants.
      if (options.localPort) await download[Symbol.asyncDispose]();
      return transfer;
    },
    afterword() {
      if (partialPath === null || received === 0) return null;
      const size = statIfThere(partialPath)?.size ?? 0;
      // Another partial file may have the name, which must not be replaced.
      const isOther = !overwrite && size !== received;
      if (size === 0 || isOther) return null;
      return `${formatBytes(size)} are kept in ${quoteText(partialPath)}`;
    },
  };
}

/**
 * An upload.
 *
 * @param path The file here; `null` for standard input.
 * @param target The file on the server.
 * @param place Where it happens.
 * @returns The task.
 */
export function uploadTask(
  path: string | null,
  target: Required<TftpTarget>,
  { context, client }: TaskPlace,
): TransferTask {
  const name = path ?? "-";
  const label = quoteText(name);
  const as = target.filename === name
    ? ""
    : ` as ${quoteText(target.filename)}`;
  return {
    operation: "put",
    label,
    complaint: `Cannot put ${label} to ${target.hostname}${as}`,
    target,
    path,
    async perform(options, watch) {
      const source = await watch.run(() => openInput(path, context));
      return await client.put(target, watch.source(source), {
        ...options,
        // Servers that know no options say nothing of the size, which is known here.
        onProgress: ({ bytes, size }) =>
          options.onProgress?.({ bytes, size: size ?? source.size }),
      });
    },
  };
}

async function openInput(
  path: string | null,
  context: CliContext,
): Promise<Source> {
  if (path === null) return streamSource(context.stdin);
  const info = await orUnreadable(Deno.stat(path));
  if (info.isDirectory) {
    throw new Error("it is a directory, name the files in it");
  }
  // A pipe that nobody writes to makes this wait, and Ctrl-C must be heard meanwhile.
  const file = await orUnreadable(Deno.open(path));
  return info.isFile && info.size > 0
    ? new FileSource(file, info)
    : streamSource(file.readable);
}

/** The system's words alone could be the server's. */
async function orUnreadable<Result>(opening: Promise<Result>): Promise<Result> {
  try {
    return await opening;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new Error(`it cannot be read: ${explain(cause)}`, { cause });
  }
}
