import { dirname } from "@std/path";
import {
  type AccessPolicy,
  removeTemporaryFiles,
  restrict,
  type TftpHandler,
} from "../handlers/mod.ts";
import { pathBelow } from "../handlers/path_below.ts";
import { formatAddress, RateLimiter, udpImplementation } from "../net/mod.ts";
import { type TftpServer, WorkerError } from "../server.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import { problemsOf } from "./config.ts";
import { withConfigFile } from "./config_file.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import { needPermissions } from "./permission.ts";
import { openCapture } from "./serve_capture.ts";
import { makeHandler } from "./serve_handler.ts";
import { listen } from "./serve_listen.ts";
import type { OriginResources } from "./serve_origin.ts";
import { type Logs, openLogs } from "./serve_logs.ts";
import {
  SERVE_OPERAND,
  SERVE_OPTIONS,
  SERVE_SECTIONS,
} from "./serve_options.ts";
import { planServe, type ServePlan } from "./serve_plan.ts";
import {
  LiveState,
  oneAtATime,
  restartOptions,
  type ServeState,
} from "./serve_reload.ts";
import { checkRoot } from "./serve_root.ts";
import {
  checkText,
  DEFAULT_DRAIN_MS,
  modeText,
  permissionsFor,
  rootsText,
} from "./serve_text.ts";

import { handOver, planWorkers, workerPlan } from "./serve_workers.ts";

/** `serve [DIR]` */
export const serveCommand: Command = {
  name: "serve",
  summary: "Serve a directory, read-only unless told otherwise",
  usage: ["serve [OPTIONS] [DIR...]"],
  options: SERVE_OPTIONS,
  operand: SERVE_OPERAND,
  sections: SERVE_SECTIONS,
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
    [
      "serve --check --config /etc/tftpkit.toml",
      "tells whether a configuration file is fine, and what it means",
    ],
  ],
  run,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  if (args.has("check")) return await check(args, context);
  const resources = originResources(context);
  const live = new LiveState(await load(args, context, resources));
  const { plan } = live.current;
  using capture = plan.pcapPath === null
    ? null
    : openCapture(plan.pcapPath, context);
  if (plan.directory.write && !plan.origin) {
    const count = await removeTemporaryFiles(plan.uploadRoot);
    if (count > 0 && !plan.isQuiet) {
      context.stderr.write(
        `Removed ${count} unfinished ${count === 1 ? "upload" : "uploads"}\n`,
      );
    }
  }
  const workers = await planWorkers(plan, context);
  const server = await listen(
    {
      ...plan,
      options: {
        ...plan.options,
        ...(workers ? { workers, onError: tellBroken(context) } : {}),
        ...(capture ? { network: capture.network } : {}),
        onEvent: live.onEvent,
      },
    },
    context,
    restrictLive(live),
  );
  // Before it is announced: whoever reads that may already want it to end.
  const stopTerminating = context.onTerminate(
    makeTerminator(server, plan, context),
  );
  const stopReloading = context.onReload(
    makeReloader(
      live,
      async () => {
        const { logs = null } = live.current;
        const state = await load(args, context, resources, logs);
        if (workers && !state.plan.origin) {
          const { count } = workers;
          await server.reloadWorkers(workerPlan(state.plan, count));
        }
        return state;
      },
      context,
      () => server.shutdown(),
    ),
  );
  try {
    const addresses = await server.listening;
    capture?.begin();
    if (!plan.isQuiet) announce(plan, addresses.map(formatAddress), context);
    await server.finished;
    return 0;
  } finally {
    stopTerminating();
    stopReloading();
    live.close();
  }
}

/** What is asked for, read, checked, and allowed. */
async function load(
  commandLine: ParsedArguments,
  context: CliContext,
  resources: OriginResources,
  before: Logs | null = null,
): Promise<ServeState> {
  const args = await withConfigFile(commandLine, serveCommand, context);
  const plan = planServe(args);
  await needPermissions(context, permissionsFor(plan, args.text("config")));
  await checkRoots(plan);
  const handler = await makeHandler(plan, resources);
  const logs = openLogs(plan.logs, context, before);
  const { onEvent, close } = logs;
  return { args, plan, handler, logs, onEvent, close };
}

/** What origins are made with; their caches are those of the process. */
function originResources({ env, stderr }: CliContext): OriginResources {
  const limiter = new RateLimiter(1, { burst: 20 });
  return {
    caches: new Map(),
    env,
    warn: (text) => {
      if (!limiter.allow("", performance.now())) return;
      stderr.write(`WARNING: ${text}\n`);
    },
  };
}

/**
 * What is counted for the policy outlives a reload: the counts are those of the server. Its rules about names are behind what
 * rewrites names, and so in the handler.
 */
function restrictLive(live: LiveState): TftpHandler {
  const NONE: AccessPolicy = {};
  const handler = handOver(() => live.current.plan, live.handler);
  const restricted = restrict(
    () => live.current.plan.policy ?? NONE,
    handler,
    { names: false },
  );
  return (request) =>
    live.current.plan.policy === null ? handler(request) : restricted(request);
}

/** A handler's faults are told as events; that a thread broke is not. */
function tellBroken({ stderr }: CliContext): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof WorkerError)) return;
    stderr.write(`WARNING: ${error.message}\n`);
  };
}

/** `--check`: exit status 2 when it would not work. */
async function check(
  commandLine: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const args = await withConfigFile(commandLine, serveCommand, context);
  const plan = planServe(args);
  const unread: string[] = [];
  for (const path of plan.roots) {
    if (!await context.isGranted({ name: "read", path })) unread.push(path);
  }
  if (unread.length === 0) {
    try {
      await checkRoots(plan);
      await makeHandler(plan, originResources(context));
    } catch (error) {
      context.stderr.write(`${context.programName}: ${explain(error)}\n`);
      return 2;
    }
  } else {
    context.stderr.write(
      `WARNING: Not looked whether ${
        unread.join(" and ")
      } is there: that takes --allow-read=${unread.join(",")}\n`,
    );
  }
  context.stdout.write(checkText(plan, context, args.text("config")));
  return 0;
}

async function checkRoots(
  plan: ServePlan,
): Promise<void> {
  const { origin, roots, uploadRoot, directory } = plan;
  if (origin) return;
  const used = directory.write ? [...roots, uploadRoot] : roots;
  for (const root of new Set(used)) await checkRoot(root);
  if (directory.write) await checkApart(plan);
}

/** What clients may write must be nothing that the server itself writes, nor, in a directory of its own, be read. */
async function checkApart(
  { roots, uploadRoot, logs, pcapPath, mapPath, pcrePath }: ServePlan,
): Promise<void> {
  const uploads = await Deno.realPath(uploadRoot);
  const isInside = (path: string, directory: string) =>
    pathBelow(directory, path) !== undefined;
  if (uploadRoot !== roots[0]) {
    for (const root of roots) {
      if (!isInside(uploads, await Deno.realPath(root))) continue;
      throw new UsageError(
        `--upload-dir ${uploadRoot} must lie outside of ${root}, or clients read from it: use --write for that`,
      );
    }
  }
  const files = [logs.file?.path, logs.recordPath, pcapPath, mapPath, pcrePath];
  for (const file of files) {
    if (!file || !isInside(await realDirectory(file), uploads)) continue;
    throw new UsageError(
      `${file} must lie outside of ${uploadRoot}, where clients may write: name another file`,
    );
  }
}

/** The directory that a file is in, or will be; itself, where it cannot be found. */
async function realDirectory(file: string): Promise<string> {
  const directory = dirname(file);
  try {
    return await Deno.realPath(directory);
  } catch {
    return directory;
  }
}

function announce(
  plan: ServePlan,
  addresses: readonly string[],
  context: CliContext,
): void {
  context.stderr.write(
    `Serving ${rootsText(plan)} on ${addresses.join(" and ")} (UDP), ${
      modeText(plan)
    }. Ctrl-C ends it.\n`,
  );
  if (udpImplementation() === "node") {
    context.stderr.write(
      'Add --unstable-net after "deno run" for faster transfers.\n',
    );
  }
}

/** Puts in force what the files say now; or says why not, and leaves it. */
function makeReloader(
  live: LiveState,
  loadAgain: () => Promise<ServeState>,
  { stderr }: CliContext,
  end: () => void,
): () => void {
  const { args: atStart } = live.current;
  return oneAtATime(async () => {
    let lines: string[];
    try {
      const state = await loadAgain();
      live.replace(state);
      const { plan, args } = state;
      const names = restartOptions(SERVE_OPTIONS, atStart, args);
      lines = [
        ...plan.isQuiet && !stderr.isTerminal
          ? []
          : [`Reloaded: serving ${rootsText(plan)}, ${modeText(plan)}`],
        ...names.length === 0
          ? []
          : [`WARNING: Only a restart changes ${names.join(", ")}`],
      ];
    } catch (error) {
      lines = [...problemsOf(error), "Not reloaded: everything stays as it was"]
        .map((text) => `WARNING: ${text}`);
    }
    try {
      stderr.write(lines.map((line) => line + "\n").join(""));
    } catch {
      // The signal is also sent when a terminal is closed, and then there is nobody left to tell.
      end();
    }
  });
}

/** The first wish to end lets transfers finish; the second does not. */
function makeTerminator(
  server: TftpServer,
  { options: { shutdownTimeoutMs = DEFAULT_DRAIN_MS } }: ServePlan,
  context: CliContext,
): () => void {
  let count = 0;
  return () => {
    if (++count > 1) return context.exit(1);
    // The terminal has shown "^C" without a line end.
    const start = context.stderr.isTerminal ? "\n" : "";
    try {
      context.stderr.write(
        `${start}Ending. Transfers under way get ${
          shutdownTimeoutMs / 1000
        } s to finish; Ctrl-C again ends at once.\n`,
      );
    } catch {
      // Whoever read that has gone: transfers are to finish all the same.
    }
    server.shutdown();
  };
}
