import { basename, dirname, join } from "@std/path";
import {
  get,
  type GetOptions,
  parseTftpUrl,
  type TftpTarget,
} from "../client.ts";
import {
  describeMachineEvent,
  describeTransfer,
  formatBytes,
} from "../observe/mod.ts";
import { quoteText } from "../packet/mod.ts";
import { CLIENT_OPTIONS, clientOptions } from "./client_options.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { eachTransfer } from "./each_transfer.ts";
import { explain } from "./explain.ts";
import { isSpecial, openOutput } from "./file_output.ts";
import {
  filePermission,
  needPermissions,
  netPermissions,
} from "./permission.ts";

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
      description:
        'Write to this file, into this directory, or with "-" to standard output (default: the last part of the name, here)',
    },
    ...CLIENT_OPTIONS,
  ],
  notes: [
    "A file only gets its name when it is complete; until then it has a temporary one. What had that name before is replaced.",
  ],
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
  ],
  run,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const targets = parseTargets(args);
  const output = args.text("output");
  const options = clientOptions(args);
  const info = output === undefined ? null : await look(output, context);
  const paths = targets.map((target) =>
    outputPath(target, output, targets.length, info?.isDirectory ?? false)
  );
  checkDistinct(paths);
  const isDevice = info !== null && isSpecial(info);
  // A file that is not complete has another name in the same directory.
  const places = new Set(
    paths.flatMap((path) =>
      path === null ? [] : [isDevice ? path : dirname(path)]
    ),
  );
  await needPermissions(context, [
    ...netPermissions(targets.map(({ hostname }) => hostname)),
    ...[...places].flatMap((path) => [
      filePermission("write", path),
      filePermission("read", path),
    ]),
  ]);
  return await eachTransfer(
    context,
    targets.map((target, index) => ({ target, path: paths[index]! })),
    (transfer, signal) =>
      download({ ...transfer, args, context }, { ...options, signal }),
  );
}

interface Transfer {
  readonly target: Required<TftpTarget>;
  /** Where the file goes; `null` for standard output. */
  readonly path: string | null;
  readonly args: ParsedArguments;
  readonly context: CliContext;
}

/** One download; whether it went well. */
async function download(
  { target, path, args, context }: Transfer,
  options: GetOptions,
): Promise<boolean> {
  const tell = (text: string) => context.stderr.write(text + "\n");
  const name = quoteText(target.filename);
  try {
    const sink = await openOutput(path, context.stdout);
    const response = await get(target, {
      ...options,
      sink,
      ...(args.has("verbose")
        ? {
          onEvent: (event) => tell(`${name}: ${describeMachineEvent(event)}`),
        }
        : {}),
    });
    const transfer = await response.finished;
    if (transfer.mismatchedSize !== null) {
      tell(
        `WARNING: ${name} has ${
          formatBytes(transfer.statistics.bytes)
        }, the server had announced ${formatBytes(transfer.mismatchedSize)}`,
      );
    }
    if (!args.has("quiet")) tell(`${name}: ${describeTransfer(transfer)}`);
    return true;
  } catch (error) {
    tell(`Cannot get ${name} from ${target.hostname}: ${explain(error)}`);
    return false;
  }
}

function parseTargets(args: ParsedArguments): Required<TftpTarget>[] {
  if (args.operands.length === 0) {
    throw new UsageError("A URL is missing, such as tftp://192.0.2.1/boot.img");
  }
  const mode = args.choice("mode", ["octet", "netascii"]);
  return args.operands.map((url) => {
    try {
      const target = parseTftpUrl(url);
      return mode && !/;mode=/i.test(url) ? { ...target, mode } : target;
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : `${error}`);
    }
  });
}

/** Where a file goes: `null` for standard output. */
function outputPath(
  target: TftpTarget,
  output: string | undefined,
  count: number,
  isDirectory: boolean,
): string | null {
  if (output === "-") return null;
  if (output !== undefined && !isDirectory && !/[/\\]$/.test(output)) {
    if (count === 1) return output;
    throw new UsageError(
      `${count} files cannot all be written to ${output}: name a directory, with a slash at its end`,
    );
  }
  const name = basename(target.filename.replaceAll("\\", "/"));
  if (name === "" || name === "." || name === "..") {
    throw new UsageError(
      `${
        quoteText(target.filename)
      } ends in nothing that a file could be called: say how with --output`,
    );
  }
  return output === undefined ? name : join(output, name);
}

/** The second of two files of one name would take the place of the first. */
function checkDistinct(paths: readonly (string | null)[]): void {
  const twice = paths.find((path, index) =>
    path !== null && paths.indexOf(path) !== index
  );
  if (twice === undefined) return;
  throw new UsageError(
    `Two of the files would be called ${twice}: get them one by one, with --output`,
  );
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
