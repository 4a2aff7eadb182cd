import {
  DEFAULT_MAX_UPLOAD_BYTES,
  removeTemporaryFiles,
} from "../handlers/mod.ts";
import { formatAddress, udpImplementation } from "../net/mod.ts";
import type { TftpServer } from "../server.ts";
import type { Command, ParsedArguments } from "./command.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import {
  filePermission,
  type NeededPermission,
  needPermissions,
} from "./permission.ts";
import { listen } from "./serve_listen.ts";
import { planServe, SERVE_OPTIONS, type ServePlan } from "./serve_plan.ts";

/** `serve [DIR]` */
export const serveCommand: Command = {
  name: "serve",
  summary: "Serve a directory, read-only unless told otherwise",
  usage: ["serve [OPTIONS] [DIR]"],
  options: SERVE_OPTIONS,
  notes: [
    "TFTP has no passwords: whoever reaches the port reads what is in DIR, and with --write fills it. Symbolic links that lead out of DIR are not followed.",
  ],
  examples: [
    ["serve", "serves ./srv on port 69"],
    [
      "serve --write --max-size 64M /srv/switches",
      "takes uploads too, never over a file that exists",
    ],
    [
      "serve --host 192.0.2.1 --host 2001:db8::1 --port 6969",
      "listens on two addresses",
    ],
  ],
  run,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const plan = planServe(args, context);
  await needPermissions(context, permissionsFor(plan));
  await checkRoot(plan.root);
  if (plan.directory.write) {
    const count = await removeTemporaryFiles(plan.root);
    if (count > 0 && !plan.isQuiet) {
      context.stderr.write(
        `Removed ${count} unfinished ${count === 1 ? "upload" : "uploads"}\n`,
      );
    }
  }
  const server = await listen(plan, context);
  // Before it is announced: whoever reads that may already want it to end.
  const stopListening = context.onTerminate(makeTerminator(server, context));
  try {
    const addresses = await server.listening;
    if (!plan.isQuiet) announce(plan, addresses.map(formatAddress), context);
    await server.finished;
    return 0;
  } finally {
    stopListening();
  }
}

function permissionsFor(
  { root, directory, options }: ServePlan,
): NeededPermission[] {
  const port = options.port!;
  const hosts = options.hostname as readonly string[] | undefined;
  const needed: NeededPermission[] = (hosts ?? ["0.0.0.0"]).map((host) => ({
    descriptors: [{
      name: "net",
      host: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    }],
    purpose: `listen on ${host === "0.0.0.0" ? "the network" : host}`,
    flag: "--allow-net",
    // Answers go to clients at any address, and each one is checked.
    scope: [],
  }));
  needed.push(filePermission("read", root));
  if (directory.write) needed.push(filePermission("write", root));
  return needed;
}

async function checkRoot(root: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(root);
    if (info.isDirectory) {
      for await (const _ of Deno.readDir(root)) break;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(
        `Cannot serve ${root} as there is no such directory: create it, or name another`,
      );
    }
    throw new Error(
      `Cannot serve ${root} as it cannot be read: ${explain(error)}`,
    );
  }
  if (!info.isDirectory) {
    throw new Error(
      `Cannot serve ${root} as it is not a directory: name the directory it is in`,
    );
  }
}

function announce(
  { root, directory, options }: ServePlan,
  addresses: readonly string[],
  context: CliContext,
): void {
  const uploads = !directory.write
    ? "read-only"
    : `uploads up to ${
      sizeText(directory.maxSizeBytes ?? DEFAULT_MAX_UPLOAD_BYTES)
    }${directory.overwrite ? ", also over files that exist" : ""}`;
  context.stderr.write(
    `Serving ${root} on ${addresses.join(" and ")} (UDP), ${uploads}${
      options.rfc1350 ? ", without options" : ""
    }. Ctrl-C ends it.\n`,
  );
  if (udpImplementation() === "node") {
    context.stderr.write(
      'Add --unstable-net after "deno run" for faster transfers.\n',
    );
  }
}

/** A number of octets in the form that --max-size takes. */
function sizeText(bytes: number): string {
  let value = bytes;
  let power = 0;
  while (value > 0 && value % 1024 === 0 && power < 4) {
    value /= 1024;
    power++;
  }
  return power === 0 ? `${bytes} octets` : `${value}${"kMGT"[power - 1]}`;
}

/** The first wish to end lets transfers finish; the second does not. */
function makeTerminator(server: TftpServer, context: CliContext): () => void {
  let count = 0;
  return () => {
    if (++count > 1) return context.exit(1);
    // The terminal has shown "^C" without a line end.
    if (context.stderr.isTerminal) context.stderr.write("\n");
    context.stderr.write(
      "Ending. Transfers under way get 10 s to finish; Ctrl-C again ends at once.\n",
    );
    server.shutdown();
  };
}
