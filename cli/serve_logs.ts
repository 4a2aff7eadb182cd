// Where a server's events go: lines for people, JSON Lines, an access log, a file, a record of what devices ask for. Rules:
// 1. A file takes the most particular log there is: the access log, else JSON, else the log for people.
// 2. What a terminal or a pipe gets cannot be flooded by strangers. A file gets all of an access log: a gap would be
//    missed, and the file is bounded by its size.
// 3. What cannot be written is told once on standard error, and does not end the server.

import { dirname } from "@std/path";
import { RateLimiter } from "../net/mod.ts";
import { writeAll } from "../net/write_all.ts";
import {
  accessLogger,
  DEFAULT_ACCESS_FORMAT,
  type EventLevel,
  eventLevel,
  eventLogger,
  jsonLine,
  limitEvents,
  recorder,
  type RotatingFile,
  rotatingFile,
  type RotatingFileOptions,
  tellAll,
  toRecord,
} from "../observe/mod.ts";
import type { ServeOptions, ServerEvent } from "../server.ts";
import { given } from "../packet/given.ts";
import { type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { explain, openToWrite } from "./explain.ts";
import { filePermission, type NeededPermission } from "./permission.ts";

type Observer = NonNullable<ServeOptions["onEvent"]>;
type Write = (line: string) => void;

/** What is to be logged, and where. */
export interface LogPlan {
  /** The lowest level that is told. */
  readonly level: EventLevel;
  /** Whether events are told as JSON Lines instead of lines for people. */
  readonly isJson: boolean;
  /** The format of the access log; `null` for none. */
  readonly accessFormat: string | null;
  /** The file for the most particular log; `null` for none. */
  readonly file: RotatingFileOptions | null;
  /** The file for what devices ask for; `null` for none. */
  readonly recordPath: string | null;
}

/** Logs that are open. */
export interface Logs {
  /** Takes events. */
  readonly onEvent: Observer;
  /** The record, if there is one: it goes on over a reload, with what is under way. */
  readonly record: OpenRecord | null;
  /** Closes what is open, unless other logs go on with it. */
  close(): void;
}

/** A record that is open, for all logs that use it. */
interface OpenRecord {
  readonly path: string;
  readonly onEvent: Observer;
  /** Opens it for one more; to be disposed of by each. */
  share(): Disposable;
}

/**
 * Works out what is to be logged.
 *
 * @throws {UsageError} When it makes no sense.
 */
export function planLogs(args: ParsedArguments): LogPlan {
  const path = args.text("log-file");
  const accessFormat = args.text("access-format") ??
    (args.has("access-log") ? DEFAULT_ACCESS_FORMAT : null);
  const isJson = args.has("json");
  if (isJson && accessFormat !== null && path === undefined) {
    throw new UsageError(
      "--json and --access-log both want standard output: give one of them a file with --log-file",
    );
  }
  const maxBytes = args.bytes("log-max-size");
  const maxFiles = args.integer("log-files");
  if (path === undefined && (maxBytes ?? maxFiles) !== undefined) {
    throw new UsageError(
      "--log-max-size and --log-files say how large a log file gets: name one with --log-file",
    );
  }
  return {
    level: args.has("verbose") ? "DEBUG" : args.has("quiet") ? "WARN" : "INFO",
    isJson,
    accessFormat,
    file: path === undefined
      ? null
      : { path, ...given({ maxBytes, maxFiles }) },
    recordPath: args.text("record") ?? null,
  };
}

/** Whether a format is one of an access log. */
export function isAccessFormat(format: string): boolean {
  try {
    accessLogger({ format, write: () => {} });
    return true;
  } catch {
    return false;
  }
}

/** The permissions that logs need: a file that rotates needs its directory. */
export function logPermissions(
  { file, recordPath }: LogPlan,
): NeededPermission[] {
  const needed: NeededPermission[] = [];
  if (file) {
    const directory = dirname(file.path);
    needed.push(filePermission("read", directory));
    needed.push(filePermission("write", directory));
  }
  if (recordPath !== null) needed.push(filePermission("write", recordPath));
  return needed;
}

/**
 * Opens the logs.
 *
 * @param plan What is to be logged.
 * @param context The process.
 * @param before The logs whose place these take.
 * @returns What takes events.
 * @throws {Error} When a file cannot be opened.
 */
export function openLogs(
  plan: LogPlan,
  context: CliContext,
  before: Logs | null = null,
): Logs {
  const { stderr } = context;
  using stack = new DisposableStack();
  const { file: options, accessFormat, isJson, recordPath } = plan;
  const toOut = writeLines(context);
  const file = options ? stack.use(openFile(options, context)) : null;
  const toFile: Write | null = file && ((line) => file.write(line));
  const observers: Observer[] = [];
  const record = recordPath === null
    ? null
    : before?.record?.path === recordPath
    ? before.record
    : openRecord(recordPath, context);
  if (record) {
    stack.use(record.share());
    observers.push(record.onEvent);
  }
  if (accessFormat !== null) {
    const write = toFile ?? limitLines(toOut, context);
    observers.push(accessLogger({ format: accessFormat, write }).onEvent);
  }
  const rest = accessFormat === null ? toFile : null;
  if (isJson) observers.push(tellJson(plan, rest ?? toOut));
  else {
    observers.push(
      tellPeople(plan, rest ?? ((line) => stderr.write(line + "\n")), {
        color: rest === null && stderr.isTerminal && !context.noColor,
      }),
    );
  }
  const opened = stack.move();
  return {
    onEvent: tellAll(...observers),
    record,
    close: () => opened.dispose(),
  };
}

function openFile(
  options: RotatingFileOptions,
  { stderr }: CliContext,
): RotatingFile {
  // Says which file it is, when it cannot be.
  openToWrite(options.path, { append: true, create: true }).close();
  return rotatingFile({
    ...options,
    onError: (error) =>
      stderr.write(
        `WARNING: Cannot write to log file ${options.path}: ${
          explain(error)
        }\n`,
      ),
  });
}

function openRecord(path: string, { stderr }: CliContext): OpenRecord {
  const file = openToWrite(path, { append: true, create: true });
  const encoder = new TextEncoder();
  let isBroken = false;
  const { onEvent } = recorder({
    maxRequests: 1,
    onEnd: (request) => {
      // What was torn must not be the start of the next line.
      const line = (isBroken ? "\n" : "") + jsonLine(request) + "\n";
      try {
        writeAll(file, encoder.encode(line));
        isBroken = false;
      } catch (error) {
        if (!isBroken) {
          stderr.write(
            `WARNING: Cannot write to ${path}: ${explain(error)}\n`,
          );
        }
        isBroken = true;
      }
    },
  });
  let users = 0;
  return {
    path,
    onEvent,
    share() {
      users++;
      return {
        [Symbol.dispose]() {
          if (--users === 0) file.close();
        },
      };
    },
  };
}

/** Lines to standard output. That nobody takes them ends no server, but is told. */
function writeLines({ stdout, stderr }: CliContext): Write {
  let isBroken = false;
  return (line) => {
    try {
      stdout.write(line + "\n");
      isBroken = false;
    } catch (error) {
      if (isBroken) return;
      isBroken = true;
      stderr.write(
        `WARNING: ${explain(error)}. What is logged there is lost\n`,
      );
    }
  };
}

/** Lines that are not more than a reader can take: 50 a second, or 500 at once. What is above is counted, and told. */
function limitLines(write: Write, { stderr }: CliContext): Write {
  const limiter = new RateLimiter(50, { burst: 500 });
  let leftOut = 0;
  return (line) => {
    if (!limiter.allow("", performance.now())) return void leftOut++;
    if (leftOut > 0) {
      stderr.write(
        `WARNING: ${leftOut} lines of the access log were left out: a --log-file has them all\n`,
      );
    }
    leftOut = 0;
    write(line);
  };
}

function tellJson({ level }: LogPlan, write: Write): Observer {
  const tell = (record: unknown) => write(jsonLine(record));
  const isTold = (event: ServerEvent) =>
    level === "INFO" ? JSON_EVENTS.has(event.type) : isAtLeast(event, level);
  const limited = limitEvents((event) => tell(toRecord(event, new Date())), {
    onSuppressed: (count) =>
      tell({ time: new Date().toISOString(), event: "suppressed", count }),
  });
  return (event) => {
    if (isTold(event)) limited(event);
  };
}

function tellPeople(
  { level }: LogPlan,
  write: Write,
  { color }: { color: boolean },
): Observer {
  const { onEvent, logger } = eventLogger({ level, color, write });
  const limited = limitEvents(onEvent, {
    onSuppressed: (count) =>
      void logger.warn(`${count} more lines like these were left out`),
  });
  return (event) => {
    // What is not logged must not use up what may be.
    if (isAtLeast(event, level)) limited(event);
  };
}

/** How levels compare. */
const RANKS: Readonly<Record<EventLevel, number>> = {
  DEBUG: 0,
  INFO: 1,
  WARN: 2,
  ERROR: 3,
};

function isAtLeast(event: ServerEvent, level: EventLevel): boolean {
  return RANKS[eventLevel(event)] >= RANKS[level];
}

/** What is worth a line of JSON without --verbose: how each request ended. */
const JSON_EVENTS: ReadonlySet<string> = new Set([
  "finished",
  "failed",
  "refused",
  "dropped",
  "probed",
]);
