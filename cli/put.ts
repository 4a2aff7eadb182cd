import { basename } from "@std/path";
import { get, put, type TftpTarget } from "../client.ts";
import { quoteText } from "../packet/mod.ts";
import { CLIENT_OPTIONS } from "./client_options.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exitStatusHelp } from "./exit_status.ts";
import { filePermission } from "./permission.ts";
import { uploadTask } from "./transfer_task.ts";
import { parseUrl, runTransfers, transferStatus } from "./transfers.ts";

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
  exitStatuses: exitStatusHelp(),
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
  exitStatus: transferStatus,
};

interface Upload {
  readonly path: string;
  readonly target: Required<TftpTarget>;
}

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const uploads = planUploads(args);
  return await runTransfers(
    args,
    context,
    uploads.map(({ path, target }) =>
      uploadTask(path === "-" ? null : path, target, {
        context,
        client: { get, put },
      })
    ),
    uploads.flatMap(({ path }) =>
      path === "-" ? [] : [filePermission("read", path)]
    ),
  );
}

function planUploads(args: ParsedArguments): Upload[] {
  const uploads = readUploads(args);
  const names = uploads.map(({ target }) => target.filename);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return uploads;
  throw new UsageError(
    `Two of the files would be called ${
      quoteText(twice)
    } on the server: put them one by one`,
  );
}

function readUploads(args: ParsedArguments): Upload[] {
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
    return { path, target: parseUrl(full, mode) };
  });
}
