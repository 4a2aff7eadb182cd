// What `serve` was asked to do, worked out from its arguments before anything is touched.

import type { ServeDirOptions } from "../handlers/mod.ts";
import { TFTP_PORT } from "../net/mod.ts";
import {
  type EventLevel,
  eventLevel,
  eventLogger,
  jsonLine,
  limitEvents,
  toRecord,
} from "../observe/mod.ts";
import type { PortRange, ServeOptions } from "../server.ts";
import { type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { DEFAULT_ROOT } from "./serve_options.ts";

export { SERVE_OPTIONS } from "./serve_options.ts";

/** What `serve` was asked to do. */
export interface ServePlan {
  readonly root: string;
  readonly directory: ServeDirOptions;
  readonly options: ServeOptions;
  readonly isPortGiven: boolean;
  /** Whether only what goes wrong is to be told. */
  readonly isQuiet: boolean;
}

/**
 * Works out what `serve` was asked to do.
 *
 * @throws {UsageError} When it makes no sense.
 */
export function planServe(
  args: ParsedArguments,
  context: CliContext,
): ServePlan {
  if (args.operands.length > 1) {
    throw new UsageError(
      `One directory can be served, not ${args.operands.length}: ${
        args.operands.join(", ")
      }`,
    );
  }
  args.check();
  const root = args.operands[0] ?? DEFAULT_ROOT;
  const port = args.integer("port");
  const maxSizeBytes = args.bytes("max-size");
  const timeoutMs = args.seconds("timeout");
  const retries = args.integer("retries");
  const blksize = args.integer("blksize");
  const windowsize = args.integer("windowsize");
  const shutdownTimeoutMs = args.seconds("drain");
  const portRange = parsePortRange(args.text("port-range"));
  const hosts = args.all("host");
  return {
    root,
    isPortGiven: port !== undefined,
    isQuiet: args.has("quiet"),
    directory: {
      root,
      write: args.has("write") || args.has("overwrite"),
      overwrite: args.has("overwrite"),
      ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
    },
    options: {
      ...(hosts.length === 0 ? {} : { hostname: hosts }),
      port: port ?? TFTP_PORT,
      ...(blksize === undefined ? {} : { blksize }),
      ...(windowsize === undefined ? {} : { windowsize }),
      refuseOptions: args.all("refuse"),
      rfc1350: args.has("rfc1350"),
      retransmission: {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(retries === undefined ? {} : { retries }),
      },
      singlePort: args.has("single-port"),
      ...(portRange ? { portRange } : {}),
      ...(shutdownTimeoutMs === undefined ? {} : { shutdownTimeoutMs }),
      // The directory has its own limit, and tells it to the client in the same way.
      limits: { maxUploadBytes: Number.MAX_SAFE_INTEGER },
      onEvent: makeObserver(args, context),
    },
  };
}

/** The two ports, which the table has checked. */
function parsePortRange(text: string | undefined): PortRange | null {
  if (text === undefined) return null;
  const [first, last] = text.split(/[:-]/).map(Number);
  return { first: first!, last: last! };
}

/** Who hears of events: a log of lines, or of JSON; neither can be flooded by strangers. */
function makeObserver(
  args: ParsedArguments,
  context: CliContext,
): NonNullable<ServeOptions["onEvent"]> {
  const { stdout, stderr, noColor } = context;
  if (args.has("json")) {
    const write = (record: unknown) => stdout.write(jsonLine(record) + "\n");
    const isTold = args.has("verbose")
      ? () => true
      : (type: string) => JSON_EVENTS.has(type);
    const limited = limitEvents((event) => write(toRecord(event, new Date())), {
      onSuppressed: (count) =>
        write({ time: new Date().toISOString(), event: "suppressed", count }),
    });
    return (event) => {
      if (isTold(event.type)) limited(event);
    };
  }
  const level: EventLevel = args.has("verbose")
    ? "DEBUG"
    : args.has("quiet")
    ? "WARN"
    : "INFO";
  const { onEvent, logger } = eventLogger({
    level,
    color: stderr.isTerminal && !noColor,
    write: (line) => stderr.write(line + "\n"),
  });
  const limited = limitEvents(onEvent, {
    onSuppressed: (count) =>
      void logger.warn(`${count} more lines like these were left out`),
  });
  return (event) => {
    // What is not logged must not use up what may be.
    if (level === "DEBUG" || eventLevel(event) !== "DEBUG") limited(event);
  };
}

/** What is worth a line of JSON without --verbose: how each request ended. */
const JSON_EVENTS: ReadonlySet<string> = new Set([
  "finished",
  "failed",
  "refused",
  "dropped",
  "probed",
]);
