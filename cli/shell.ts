import { get, put } from "../client.ts";
import { CLIENT_OPTIONS, clientOptions } from "./client_options.ts";
import {
  type Command,
  type OptionSpec,
  type ParsedArguments,
  UsageError,
} from "./command.ts";
import type { CliContext } from "./context.ts";
import { exitStatusHelp } from "./exit_status.ts";
import { explain } from "./explain.ts";
import {
  filePermission,
  needPermissions,
  netPermissions,
} from "./permission.ts";
import { ShellError } from "./shell/command.ts";
import { commandNames, complete, type LocalEntry } from "./shell/complete.ts";
import { editedLines } from "./shell/editor.ts";
import { type HistoryFile, openHistory } from "./shell/history.ts";
import { type LineSource, listedLines, streamLines } from "./shell/lines.ts";
import { runSession } from "./shell/session.ts";
import { greeting, readHost, readPort } from "./shell/settings.ts";
import { INITIAL_STATE, type ShellState, socketOf } from "./shell/state.ts";
import { transferStatus } from "./transfers.ts";

/** What the shell begins with, as `get` and `put` do: most of it can be changed by commands. */
const SHARED_NAMES = [
  "blksize",
  "windowsize",
  "mode",
  "rfc1350",
  "timeout",
  "retries",
  "source-address",
  "source-port",
  "verbose",
  "quiet",
];

const OPTIONS: readonly OptionSpec[] = [
  {
    name: "command",
    alias: "c",
    value: "COMMAND...",
    suggests: commandNames(),
    takesRest: true,
    isRepeatable: true,
    description:
      "Run this and leave: all that follows is the words of one command; another -c begins the next, and a command that is one word is read as a line",
  },
  {
    name: "exit-on-error",
    alias: "e",
    description: "End a script at the first command that fails",
  },
  {
    name: "literal",
    alias: "l",
    description:
      "Take a colon for a part of a name, and not for the end of a host",
  },
  {
    name: "trace",
    description: "Tell every packet",
  },
  {
    name: "history",
    value: "FILE",
    type: { kind: "path" },
    description:
      "Keep what is typed in this file, and have it at hand the next time (default: nothing is kept)",
  },
  ...CLIENT_OPTIONS.filter(({ name }) => SHARED_NAMES.includes(name)),
];

/** `shell [HOST [PORT]]` */
export const shellCommand: Command = {
  name: "shell",
  summary: "Transfer files by typing commands",
  usage: [
    "shell [OPTIONS] [HOST [PORT]]",
    "shell [OPTIONS] [HOST [PORT]] -c COMMAND...",
    "shell [OPTIONS] [HOST [PORT]] < SCRIPT",
  ],
  options: OPTIONS,
  notes: [
    'The commands are those of the shells of tftp-hpa, atftp and ptftp; "help" lists them. Bytes travel as they are, in mode octet, unless told otherwise. Ctrl-C breaks off a transfer and not the shell.',
    "A file that is there is asked about when somebody types, and left alone in a script; get -f replaces it. The exit status of a script tells why commands of it failed.",
  ],
  examples: [
    ["shell 192.0.2.1", "asks for commands"],
    ["shell 192.0.2.1 -c get r1.cfg backup/r1.cfg", "runs one command"],
    ["shell -c 'get 192.0.2.1:a' -c 'get b'", "runs two commands"],
    ["shell -e 192.0.2.1 < backup.tftp", "runs a script"],
  ],
  exitStatuses: exitStatusHelp({
    other: "Something else failed, or commands failed for different reasons",
    usage: "The call, or a command of a script, makes no sense",
    exists: "The file is there already, and -f was not said",
    checksum: null,
  }),
  run,
  exitStatus: transferStatus,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const state = stateOf(args);
  const historyPath = args.text("history");
  await needPermissions(context, [
    ...state.hostname === null ? [] : netPermissions(
      [state.hostname],
      socketOf(state),
    ),
    ...historyPath === undefined ? [] : [
      filePermission("read", historyPath),
      filePermission("write", historyPath),
    ],
  ]);
  const { lines, history } = await openLines(args, context, state);
  return await runSession({
    context,
    lines,
    client: { get, put },
    state,
    stopsAtFailure: args.has("exit-on-error"),
    isQuiet: args.has("quiet"),
    ...(history ? { onLine: (line) => remember(line, history, context) } : {}),
  });
}

/** A disk that is full is no reason to end. */
async function remember(
  line: string,
  history: HistoryFile,
  context: CliContext,
): Promise<void> {
  try {
    await history.add(line);
  } catch (error) {
    context.stderr.write(`The history is not kept: ${explain(error)}\n`);
  }
}

/** How the shell begins, by the command line. */
function stateOf(args: ParsedArguments): ShellState {
  const [host, port, ...rest] = args.operands;
  if (rest.length > 0) {
    throw new UsageError(
      `Only HOST and PORT are expected: use -c before "${
        rest[0]
      }" if it belongs to a command`,
    );
  }
  const options = clientOptions(args);
  try {
    return {
      ...INITIAL_STATE,
      hostname: host === undefined ? null : readHost(host),
      port: port === undefined ? INITIAL_STATE.port : readPort(port),
      mode: args.choice("mode", ["octet", "netascii"]) ?? INITIAL_STATE.mode,
      isLiteral: args.has("literal"),
      isVerbose: args.has("verbose"),
      isTracing: args.has("trace"),
      isRfc1350: args.has("rfc1350"),
      blksize: options.blksize ?? null,
      windowsize: options.windowsize ?? null,
      rexmtMs: options.timeoutMs ?? null,
      retries: options.retries ?? null,
      sourceAddress: options.localHostname ?? null,
      sourcePort: options.localPort ?? null,
    };
  } catch (error) {
    if (error instanceof ShellError) throw new UsageError(error.message);
    throw error;
  }
}

async function openLines(
  args: ParsedArguments,
  context: CliContext,
  state: ShellState,
): Promise<{ lines: LineSource; history: HistoryFile | null }> {
  if (args.has("command")) {
    const lines = listedLines(splitCommands(args.all("command")));
    return { lines, history: null };
  }
  const path = args.text("history");
  const history = path === undefined ? null : await openHistory(path);
  const terminal = context.openTerminal();
  if (terminal === null) {
    return { lines: streamLines(context.stdin), history: null };
  }
  if (!args.has("quiet")) context.stderr.write(greeting(state) + "\n");
  const lines = editedLines(terminal, {
    complete: (line) => complete(line, (path) => listLocal(path, context)),
    ...(history ? { history: history.lines } : {}),
  });
  return { lines, history };
}

/** Commands of the command line: one word is a line, several are words. */
function splitCommands(
  words: readonly string[],
): (string | readonly string[])[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === "-c" || word === "--command") commands.push([]);
    else commands.at(-1)!.push(word);
  }
  const lines: (string | readonly string[])[] = [];
  for (const command of commands) {
    const [first, second] = command;
    if (second !== undefined && /\s/.test(first!)) {
      throw new UsageError(
        `-c takes all words behind it: put "${second}" before it, or leave out the quotation marks around "${first}"`,
      );
    }
    if (command.length === 1) lines.push(...command[0]!.split("\n"));
    else lines.push(command);
  }
  return lines;
}

/** What is in a directory, as far as that may be known without asking the user. */
async function listLocal(
  path: string,
  context: CliContext,
): Promise<LocalEntry[]> {
  if (!await context.isGranted({ name: "read", path })) return [];
  const entries: LocalEntry[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    entries.push({ name, isDirectory });
  }
  return entries;
}
