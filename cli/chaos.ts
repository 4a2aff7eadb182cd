import {
  BUILTIN_SCENARIOS,
  Chaos,
  type ChaosEvent,
  type ChaosScenario,
  describeChaosEvent,
} from "../chaos/mod.ts";
import { serveDir } from "../handlers/mod.ts";
import { formatAddress, plainHostname } from "../net/mod.ts";
import type { ServeOptions, TftpServer } from "../server.ts";
import { given } from "../packet/given.ts";
import {
  CHAOS_OPTIONS,
  type ChaosPlan,
  planChaos,
  scenarioFiles,
} from "./chaos_plan.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { explain } from "./explain.ts";
import { filePermission, needPermissions } from "./permission.ts";
import { listen } from "./serve_listen.ts";
import { lineWidth, wrapHanging } from "./wrap.ts";
import { DEFAULT_ROOT } from "./serve_options.ts";

/** How long transfers may go on in the end: they are there to fail. */
const DRAIN_MS = 1000;

/** `chaos [DIR]` */
export const chaosCommand: Command = {
  name: "chaos",
  summary: "Serve a directory and misbehave on purpose, to test clients",
  usage: ["chaos [OPTIONS] [DIR]", "chaos --list [--scenario FILE]"],
  options: CHAOS_OPTIONS,
  notes: [
    'A client can choose for itself: the name "/drop-data/kernel" is a request for "/kernel" under the scenario drop-data.',
    "Each transfer ends in a line: OK when the client did what a correct one does, WRONG when not, and - where more than one thing is right or nothing was done to it, such as to DATA 3 of a file that has no third block.",
  ],
  examples: [
    ["chaos --list", "shows the scenarios"],
    ["chaos -p 6969 -s drop-data ./srv", "loses DATA 3 once, for everybody"],
    ["chaos --each ./srv", "lets a device meet one after the other"],
    [
      'chaos --for "*.efi=lossy" --seed 7 ./srv',
      "loses packets of some files, the same ones each time",
    ],
  ],
  run,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  if (args.operands.length > 1) {
    throw new UsageError("One directory is enough: name one");
  }
  const isListing = args.has("list");
  const root = args.operands[0] ?? DEFAULT_ROOT;
  const files = scenarioFiles(args);
  await needPermissions(context, [
    ...files.map((path) => filePermission("read", path)),
    ...isListing ? [] : [
      {
        descriptors: [{ name: "net" as const }],
        purpose: "listen on the network",
        flag: "--allow-net",
        scope: [],
      },
      filePermission("read", root),
      ...args.has("write") ? [filePermission("write", root)] : [],
    ],
  ]);
  const plan = await planChaos(args, (path) => Deno.readTextFile(path));
  if (isListing) {
    const scenarios = [...BUILTIN_SCENARIOS, ...plan.scenarios];
    context.stdout.write(list(scenarios, args, context));
    return 0;
  }
  await checkRoot(root);
  return await serveChaos(plan, root, args, context);
}

async function serveChaos(
  plan: ChaosPlan,
  root: string,
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const { stderr } = context;
  const seed = args.integer("seed") ??
    crypto.getRandomValues(new Uint32Array(1))[0]!;
  const tally = new Tally();
  using chaos = new Chaos({
    ...plan,
    seed,
    onEvent: (event) => {
      tally.note(event);
      tell(event, args, context);
    },
  });
  const server = await listen(
    {
      options: { ...serveOptions(args), network: chaos.network },
      isPortGiven: args.integer("port") !== undefined,
    },
    context,
    (request) => serveDir(request, { root, write: args.has("write") }),
  );
  const stop = context.onTerminate(makeTerminator(server, context));
  try {
    const addresses = await server.listening;
    if (!args.has("quiet")) {
      const text = `Serving ${root} on ${
        addresses.map(formatAddress).join(" and ")
      } (UDP), and misbehaving ${
        planText(plan)
      }, seed ${seed}. Ctrl-C ends it.`;
      stderr.write(broken(text, stderr).join("\n") + "\n");
    }
    await server.finished;
  } finally {
    stop();
  }
  chaos.close();
  if (!args.has("quiet")) {
    for (const line of tally.lines()) {
      stderr.write(broken(line, stderr).join("\n") + "\n");
    }
  }
  return 0;
}

function serveOptions(args: ParsedArguments): ServeOptions {
  const hosts = args.all("host");
  return {
    port: args.integer("port") ?? 69,
    ...hosts.length > 0 ? { hostname: hosts } : {},
    ...given({
      blksize: args.integer("blksize"),
      windowsize: args.integer("windowsize"),
    }),
    retransmission: given({
      timeoutMs: args.seconds("timeout"),
      retries: args.integer("retries"),
    }),
    singlePort: args.has("single-port"),
    shutdownTimeoutMs: DRAIN_MS,
  };
}

async function checkRoot(root: string): Promise<void> {
  let reason = "it is not a directory: name the directory it is in";
  try {
    if ((await Deno.stat(root)).isDirectory) return;
  } catch (error) {
    reason = error instanceof Deno.errors.NotFound
      ? "there is no such directory: create it, or name another"
      : `it cannot be read: ${explain(error)}`;
  }
  throw new Error(`Cannot serve ${root} as ${reason}`);
}

/** What is done, in words: "under drop-data". */
function planText({ scenario, each, choices }: ChaosPlan): string {
  const main = each.length > 0
    ? `under ${each.length} scenarios in turn`
    : scenario === "calm"
    ? "only where it is chosen"
    : `under ${scenario}`;
  return choices.length === 0
    ? main
    : `${main} (${choices.length} ${
      choices.length === 1 ? "choice" : "choices"
    } by --for and --client first)`;
}

function tell(
  event: ChaosEvent,
  args: ParsedArguments,
  { stdout, stderr, noColor }: CliContext,
): void {
  if (event.type !== "ended" && !args.has("verbose")) return;
  if (args.has("json")) {
    const time = new Date().toISOString();
    return stdout.write(JSON.stringify({ time, ...event }) + "\n");
  }
  stderr.write(eventLines(event, stderr, noColor) + "\n");
}

const COLORS: Readonly<Record<string, string>> = {
  "OK   ": "\x1b[32m",
  "WRONG": "\x1b[31m",
};

/** An event as a line; on a terminal, what does not fit stands below, so that verdicts have a column for themselves. */
function eventLines(
  event: ChaosEvent,
  { isTerminal, columns }: CliContext["stderr"],
  noColor: boolean,
): string {
  const line = describeChaosEvent(event);
  if (!isTerminal) return line;
  const [first = "", ...rest] = broken(line, { isTerminal, columns });
  const verdict = first.slice(0, VERDICT_COLUMNS - 1);
  const color = noColor ? undefined : COLORS[verdict];
  const shown = color === undefined ? verdict : `${color}${verdict}\x1b[0m`;
  return [shown + first.slice(VERDICT_COLUMNS - 1), ...rest].join("\n");
}

/** A line as it is; on a terminal, what does not fit stands below, behind where verdicts are. */
function broken(
  line: string,
  { isTerminal, columns }: Pick<CliContext["stderr"], "isTerminal" | "columns">,
): string[] {
  return isTerminal
    ? wrapHanging(line, Math.max(columns, MIN_COLUMNS), VERDICT_COLUMNS)
    : [line];
}

/** A verdict, and a blank. */
const VERDICT_COLUMNS = 6;

/** What is narrower is left to the terminal. */
const MIN_COLUMNS = 40;

/** The first wish to end lets transfers finish; the second does not. */
function makeTerminator(server: TftpServer, context: CliContext): () => void {
  let count = 0;
  return () => {
    if (++count > 1) return context.exit(1);
    // The terminal has shown "^C" without a line end.
    if (context.stderr.isTerminal) context.stderr.write("\n");
    server.shutdown();
  };
}

/** What each client has made of what it met. */
class Tally {
  readonly #clients = new Map<
    string,
    { ok: number; any: number; wrong: number; under: Set<string> }
  >();

  note(event: ChaosEvent): void {
    if (event.type !== "ended") return;
    const { transfer: { client, scenario }, report } = event;
    const key = plainHostname(client.hostname);
    const counts = this.#clients.get(key) ??
      { ok: 0, any: 0, wrong: 0, under: new Set<string>() };
    this.#clients.set(key, counts);
    if (report.isAsExpected === null) counts.any++;
    else if (report.isAsExpected) counts.ok++;
    else {
      counts.wrong++;
      counts.under.add(scenario);
    }
  }

  lines(): string[] {
    return [...this.#clients].map(([client, { ok, any, wrong, under }]) =>
      `${client}: ${ok} OK, ${wrong} WRONG, ${any} without a verdict${
        wrong > 0 ? `; WRONG under ${[...under].sort().join(", ")}` : ""
      }`
    );
  }
}

const EXPECTED = { finish: "finishes", fail: "fails", any: "either" } as const;

/** A line for each scenario, broken on a terminal only; as JSON, a file that --scenario takes. */
function list(
  scenarios: readonly ChaosScenario[],
  args: ParsedArguments,
  { stdout }: CliContext,
): string {
  if (args.has("json")) return JSON.stringify({ scenarios }, null, 2) + "\n";
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const columns = stdout.isTerminal ? lineWidth(stdout) : Infinity;
  return scenarios.flatMap(({ name, expect = "any", description }) => {
    const head = `${name.padEnd(width)}  ${EXPECTED[expect].padEnd(8)}  `;
    return wrapHanging(head + description, columns, head.length);
  }).map((line) => `${line}\n`).join("");
}
