import { dirname } from "@std/path";
import { get, put, type TftpTarget } from "../client.ts";
import { CLIENT_OPTIONS } from "./client_options.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exitStatusHelp } from "./exit_status.ts";
import { isSpecial, look } from "./file_output.ts";
import { checkDistinct, type OutputPath, outputPaths } from "./output_path.ts";
import { filePermission, type NeededPermission } from "./permission.ts";
import { downloadTask, type TransferTask } from "./transfer_task.ts";
import { parseUrl, runTransfers, transferStatus } from "./transfers.ts";

const OUTPUT = "Output";

/** `get URL...` */
export const getCommand: Command = {
  name: "get",
  summary: "Download files",
  usage: ["get [OPTIONS] tftp://HOST[:PORT]/NAME..."],
  options: [
    {
      name: "output",
      alias: "o",
      value: "PATH",
      isRepeatable: true,
      group: OUTPUT,
      description:
        'Write to this file, into this directory, or with "-" to standard output (default: the last part of the name, here); once, or once for each URL',
    },
    {
      name: "output-dir",
      value: "DIRECTORY",
      type: { kind: "path" },
      group: OUTPUT,
      description: "Write into this directory, and never out of it",
    },
    {
      name: "no-clobber",
      alias: "n",
      group: OUTPUT,
      description: "Leave files that are there; the status says so",
    },
    {
      name: "keep-partial",
      group: OUTPUT,
      description:
        "Keep what has come of a file that breaks off, as NAME.part; TFTP cannot go on from there",
    },
    ...CLIENT_OPTIONS,
  ],
  notes: [
    "A file only gets its name when it is complete; until then it has a temporary one. What had that name before is replaced.",
  ],
  exitStatuses: exitStatusHelp(),
  examples: [
    ["get tftp://192.0.2.1/boot.img", "writes boot.img"],
    [
      "get -o - tftp://192.0.2.1/startup-config | less",
      "reads a configuration",
    ],
    [
      "get -b 8192 -o images/ tftp://[2001:db8::1]/a.bin",
      "writes images/a.bin, in large blocks",
    ],
    [
      "get -P 4 --output-dir backup tftp://192.0.2.1/r{1,2,3,4}.cfg",
      "gets four files at once, in a shell that knows braces",
    ],
  ],
  run,
  exitStatus: transferStatus,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const targets = parseTargets(args);
  const outputs = args.all("output");
  const directory = args.text("output-dir");
  const only = outputs.length === 1 ? outputs[0]! : null;
  const info = only === null || only === "-" ? null : await look(only, context);
  const places = outputPaths(targets, {
    outputs,
    directory,
    isDirectory: directory === undefined && (info?.isDirectory ?? false),
  });
  const isDevice = info !== null && isSpecial(info);
  const paths = places.flatMap(({ path }) => path ?? []);
  const partials = args.has("keep-partial") && !isDevice
    ? paths.map(partialName)
    : [];
  if (!isDevice) checkDistinct([...paths, ...partials]);
  if (args.has("json") && paths.length < places.length) {
    throw new UsageError(
      "--json and --output - contradict each other: both write to standard output",
    );
  }
  return await runTransfers(
    args,
    context,
    targets.map((target, index) =>
      makeTask(target, places[index]!, args, context)
    ),
    pathPermissions(paths, isDevice),
  );
}

/** A file that is not complete has another name in the same directory. */
function pathPermissions(
  paths: readonly string[],
  isDevice: boolean,
): NeededPermission[] {
  const places = new Set(isDevice ? paths : paths.map(dirname));
  return [...places].flatMap((path) => [
    filePermission("write", path),
    filePermission("read", path),
  ]);
}

function makeTask(
  target: Required<TftpTarget>,
  { path, mayFollow }: OutputPath,
  args: ParsedArguments,
  context: CliContext,
): TransferTask {
  return downloadTask(target, path, {
    overwrite: !args.has("no-clobber"),
    followSymlink: mayFollow,
    partialPath: path !== null && args.has("keep-partial")
      ? partialName(path)
      : null,
  }, { context, client: { get, put } });
}

function partialName(path: string): string {
  return `${path}.part`;
}

function parseTargets(args: ParsedArguments): Required<TftpTarget>[] {
  if (args.operands.length === 0) {
    throw new UsageError("A URL is missing, such as tftp://192.0.2.1/boot.img");
  }
  const mode = args.choice("mode", ["octet", "netascii"]);
  return args.operands.map((url) => parseUrl(url, mode));
}
