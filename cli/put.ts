import { basename } from "@std/path";
import {
  parseTftpUrl,
  put,
  type PutOptions,
  type TftpTarget,
} from "../client.ts";
import { FileSource } from "../handlers/mod.ts";
import { type Source, streamSource } from "../net/mod.ts";
import { describeMachineEvent, describeTransfer } from "../observe/mod.ts";
import { quoteText } from "../packet/mod.ts";
import { CLIENT_OPTIONS, clientOptions } from "./client_options.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { eachTransfer } from "./each_transfer.ts";
import { explain } from "./explain.ts";
import {
  filePermission,
  needPermissions,
  netPermissions,
} from "./permission.ts";

/** `put FILE... URL` */
export const putCommand: Command = {
  name: "put",
  summary: "Upload files",
  usage: [
    "put [OPTIONS] FILE tftp://HOST[:PORT]/NAME",
    "put [OPTIONS] FILE... tftp://HOST[:PORT]/[DIRECTORY/]",
  ],
  options: CLIENT_OPTIONS,
  notes: [
    'A URL that ends in a slash gets the name of the file behind it. FILE "-" is standard input.',
  ],
  examples: [
    ["put backup.cfg tftp://192.0.2.1/", "uploads under the same name"],
    [
      "put - tftp://192.0.2.1/notes.txt < notes.txt",
      "uploads what is piped in",
    ],
    [
      "put a.bin b.bin tftp://192.0.2.1/images/",
      "uploads two files",
    ],
  ],
  run,
};

interface Transfer {
  readonly path: string;
  readonly target: Required<TftpTarget>;
}

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const transfers = planTransfers(args);
  const options = clientOptions(args);
  await needPermissions(context, [
    ...netPermissions([transfers[0]!.target.hostname]),
    ...transfers.flatMap(({ path }) =>
      path === "-" ? [] : [filePermission("read", path)]
    ),
  ]);
  return await eachTransfer(
    context,
    transfers,
    (transfer, signal) =>
      upload(transfer, args, context, { ...options, signal }),
  );
}

/** One upload; whether it went well. */
async function upload(
  { path, target }: Transfer,
  args: ParsedArguments,
  context: CliContext,
  options: PutOptions,
): Promise<boolean> {
  const tell = (text: string) => context.stderr.write(text + "\n");
  const name = quoteText(path);
  try {
    const transfer = await put(target, await openInput(path, context), {
      ...options,
      ...(args.has("verbose")
        ? {
          onEvent: (event) => tell(`${name}: ${describeMachineEvent(event)}`),
        }
        : {}),
    });
    if (!args.has("quiet")) tell(`${name}: ${describeTransfer(transfer)}`);
    return true;
  } catch (error) {
    const as = target.filename === path
      ? ""
      : ` as ${quoteText(target.filename)}`;
    tell(`Cannot put ${name} to ${target.hostname}${as}: ${explain(error)}`);
    return false;
  }
}

function planTransfers(args: ParsedArguments): Transfer[] {
  const paths = args.operands.slice(0, -1);
  const url = args.operands.at(-1);
  if (url === undefined || paths.length === 0) {
    throw new UsageError(
      "A file and a URL are needed, such as: put backup.cfg tftp://192.0.2.1/",
    );
  }
  const mode = args.choice("mode", ["octet", "netascii"]);
  const match = /^(.*?)(;mode=[^;/]*)?$/is.exec(url)!;
  const [, place, urlMode = ""] = match;
  const isDirectory = place!.endsWith("/");
  if (paths.length > 1 && !isDirectory) {
    throw new UsageError(
      `${paths.length} files cannot all be called ${url}: end the URL with a slash`,
    );
  }
  return paths.map((path) => {
    if (isDirectory && path === "-") {
      throw new UsageError(
        "Standard input has no name: put one at the end of the URL",
      );
    }
    const full = isDirectory
      ? `${place}${encodeURIComponent(basename(path))}${urlMode}`
      : url;
    try {
      const target = parseTftpUrl(full);
      return {
        path,
        target: mode && urlMode === "" ? { ...target, mode } : target,
      };
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : `${error}`);
    }
  });
}

async function openInput(path: string, context: CliContext): Promise<Source> {
  if (path === "-") return streamSource(context.stdin);
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
