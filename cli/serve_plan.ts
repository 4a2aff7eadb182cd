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
import { OPTION_NAMES } from "../packet/mod.ts";
import type { PortRange, ServeOptions } from "../server.ts";
import {
  type OptionSpec,
  type ParsedArguments,
  TIMING_OPTIONS,
  UsageError,
} from "./command.ts";
import type { CliContext } from "./context.ts";

/** The directory that is served when none is named. */
const DEFAULT_ROOT = "./srv";

/** The options of `serve`. */
export const SERVE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "host",
    value: "ADDRESS",
    isRepeatable: true,
    description:
      "Listen on this address; repeat it for several. Hosts with several addresses should list them (default: all, on one socket)",
  },
  {
    name: "port",
    alias: "p",
    value: "PORT",
    description:
      "Listen on this port (default: 69, or 6969 where that is not allowed)",
  },
  {
    name: "write",
    alias: "w",
    description: "Take uploads (needs --allow-write=DIR)",
  },
  {
    name: "overwrite",
    description: "Let uploads replace files that exist; implies --write",
  },
  {
    name: "max-size",
    value: "OCTETS",
    description: "Largest upload, such as 64k, 16M or 2G (default: 1G)",
  },
  {
    name: "blksize",
    alias: "b",
    value: "OCTETS",
    description: "Largest block size to accept, 8 to 65464 (default: 65464)",
  },
  {
    name: "windowsize",
    value: "BLOCKS",
    description: "Largest window to accept, 1 to 32767 (default: 64)",
  },
  {
    name: "refuse",
    value: "OPTION",
    isRepeatable: true,
    description: `Never accept this option: ${OPTION_NAMES.join(", ")}`,
  },
  {
    name: "rfc1350",
    description:
      "Accept no options at all, and no file of more than 65535 blocks",
  },
  ...TIMING_OPTIONS,
  {
    name: "single-port",
    description:
      "Use the request port for transfers too, for clients behind NAT",
  },
  {
    name: "port-range",
    value: "FIRST:LAST",
    description: "Use these ports for transfers (default: any)",
  },
  { name: "json", description: "Log JSON Lines to standard output" },
  {
    name: "verbose",
    alias: "v",
    description: "Also log requests, options, size probes, retransmissions",
  },
  { name: "quiet", alias: "q", description: "Tell only what went wrong" },
];

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
  if (args.has("quiet") && args.has("verbose")) {
    throw new UsageError("--quiet and --verbose contradict each other");
  }
  const root = args.operands[0] ?? DEFAULT_ROOT;
  const port = args.integer("port", 0, 65535);
  const maxSizeBytes = args.bytes("max-size");
  const timeoutMs = args.seconds("timeout");
  const retries = args.integer("retries", 0, 100);
  const blksize = args.integer("blksize", 8, 65464);
  const windowsize = args.integer("windowsize", 1, 32767);
  const portRange = parsePortRange(args.text("port-range"));
  if (portRange && args.has("single-port")) {
    throw new UsageError(
      "--single-port and --port-range contradict each other",
    );
  }
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
      refuseOptions: args.all("refuse").map(checkOptionName),
      rfc1350: args.has("rfc1350"),
      retransmission: {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(retries === undefined ? {} : { retries }),
      },
      singlePort: args.has("single-port"),
      ...(portRange ? { portRange } : {}),
      // The directory has its own limit, and tells it to the client in the same way.
      limits: { maxUploadBytes: Number.MAX_SAFE_INTEGER },
      onEvent: makeObserver(args, context),
    },
  };
}

function checkOptionName(name: string): string {
  if (OPTION_NAMES.some((known) => known === name.toLowerCase())) return name;
  throw new UsageError(
    `--refuse must be one of ${OPTION_NAMES.join(", ")}: "${name}" is not`,
  );
}

function parsePortRange(text: string | undefined): PortRange | null {
  if (text === undefined) return null;
  const match = /^([0-9]{1,5})[:-]([0-9]{1,5})$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (first >= 1 && first <= last && last <= 65535) return { first, last };
  throw new UsageError(
    `--port-range must be two ports, lower one first, such as 50000:50100: "${text}" is not`,
  );
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
