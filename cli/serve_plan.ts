// What `serve` was asked to do, worked out from its arguments before anything is touched.

import {
  type AccessPolicy,
  DEFAULT_MAX_REMAP_STEPS,
  type ServeDirOptions,
  type SymlinkPolicy,
} from "../handlers/mod.ts";
import { TFTP_PORT } from "../net/mod.ts";
import type { PortRange, ServeOptions } from "../server.ts";
import { type ParsedArguments, UsageError } from "./command.ts";
import { given } from "./given.ts";
import { type LogPlan, planLogs } from "./serve_logs.ts";
import { DEFAULT_ROOT } from "./serve_options.ts";
import { type OriginPlan, planOrigin } from "./serve_origin.ts";
import { planPolicy } from "./serve_policy.ts";

export { SERVE_OPTIONS } from "./serve_options.ts";

/** What `serve` was asked to do. */
export interface ServePlan {
  /** Where files come from instead of directories; `null` for directories. */
  readonly origin: OriginPlan | null;
  /** The directories that are served, in order; none where there is an origin. */
  readonly roots: readonly string[];
  /** Where uploads go: the first of them, unless they have a directory of their own. */
  readonly uploadRoot: string;
  /** What is allowed in them. */
  readonly directory: Omit<ServeDirOptions, "root">;
  /** Octets of files that are kept for other readers; 0 for none. */
  readonly fileCacheBytes: number;
  /** What each client has a directory of its own by; `null` when it has none. */
  readonly clientRoot: "address" | "mac" | null;
  /** The file that names are rewritten by; `null` for none. */
  readonly mapPath: string | null;
  /** Rules that may be tried for one name. */
  readonly mapSteps: number;
  /** The file that other names come from where one is not there; `null` for none. */
  readonly pcrePath: string | null;
  /** Whether all names are taken in lower case. */
  readonly isLowercase: boolean;
  /** Who may do how much; `null` for everybody and everything. */
  readonly policy: AccessPolicy | null;
  /** How many workers there are; `null` when that was left open. */
  readonly workers: number | null;
  /** What is told, and where. */
  readonly logs: LogPlan;
  /** The file for all datagrams; `null` for none. */
  readonly pcapPath: string | null;
  readonly options: ServeOptions;
  readonly isPortGiven: boolean;
  /** Whether only what goes wrong is to be told. */
  readonly isQuiet: boolean;
}

/**
 * Works out what `serve` was asked to do.
 *
 * @param args What the command line and the configuration file say together, not checked yet.
 * @returns The plan.
 * @throws {UsageError} When it makes no sense.
 */
export function planServe(args: ParsedArguments): ServePlan {
  args.check();
  const origin = planOrigin(args);
  const roots = origin
    ? []
    : args.operands.length > 0
    ? args.operands
    : [DEFAULT_ROOT];
  const uploadRoot = args.text("upload-dir") ?? roots[0] ?? "";
  checkDistinct(args, ["log-file", "record", "pcap", "map-file", "pcre-file"]);
  return {
    origin,
    roots,
    uploadRoot,
    directory: planDirectory(args),
    fileCacheBytes: args.bytes("file-cache") ?? 0,
    clientRoot: args.choice<"address" | "mac">("client-root", [
      "address",
      "mac",
    ]) ?? null,
    mapPath: args.text("map-file") ?? null,
    mapSteps: args.integer("map-steps") ?? DEFAULT_MAX_REMAP_STEPS,
    pcrePath: args.text("pcre-file") ?? null,
    isLowercase: args.has("lowercase"),
    policy: planPolicy(args, uploadRoot),
    workers: args.integer("workers") ?? null,
    logs: planLogs(args),
    pcapPath: args.text("pcap") ?? null,
    options: planOptions(args),
    isPortGiven: args.integer("port") !== undefined,
    isQuiet: args.has("quiet"),
  };
}

/** Two purposes for one file would ruin it. */
function checkDistinct(args: ParsedArguments, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const path = args.text(name);
    const other = names.slice(index + 1).find((other) =>
      path !== undefined && args.text(other) === path
    );
    if (other === undefined) continue;
    throw new UsageError(
      `--${name} and --${other} name the same file: ${path}`,
    );
  }
}

function planDirectory(args: ParsedArguments): ServePlan["directory"] {
  const symlinks = args.choice<SymlinkPolicy>("symlinks", [
    "inside",
    "never",
    "follow",
  ]);
  const isTakenBack = args.isGiven("write") && !args.has("write");
  const isWriting = !isTakenBack &&
    ["write", "overwrite", "upload-dir"].some((name) => args.has(name));
  return {
    write: isWriting,
    overwrite: isWriting && args.has("overwrite"),
    ...given("maxSizeBytes", args.bytes("max-size")),
    ...given("symlinks", symlinks),
    ...(args.has("ignore-case") ? { caseInsensitive: true } : {}),
  };
}

function planOptions(args: ParsedArguments): ServeOptions {
  const portRange = parsePortRange(args.text("port-range"));
  const hosts = args.all("host");
  return {
    ...(hosts.length === 0 ? {} : { hostname: hosts }),
    port: args.integer("port") ?? TFTP_PORT,
    ...given("blksize", args.integer("blksize")),
    ...given("windowsize", args.integer("windowsize")),
    refuseOptions: args.all("refuse"),
    rfc1350: args.has("rfc1350"),
    retransmission: {
      ...given("timeoutMs", args.seconds("timeout")),
      ...given("retries", args.integer("retries")),
    },
    singlePort: args.has("single-port"),
    ...(portRange ? { portRange } : {}),
    ...given("shutdownTimeoutMs", args.seconds("drain")),
    limits: {
      // The directory has its own limit, and tells it to the client in the same way.
      maxUploadBytes: Number.MAX_SAFE_INTEGER,
      ...given("maxTransfers", args.integer("max-transfers")),
      ...given(
        "maxTransfersPerClient",
        args.integer("max-transfers-per-client"),
      ),
    },
  };
}

/** The two ports, which the table has checked. */
function parsePortRange(text: string | undefined): PortRange | null {
  if (text === undefined) return null;
  const [first, last] = text.split(/[:-]/).map(Number);
  return { first: first!, last: last! };
}
