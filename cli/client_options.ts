import type { ClientOptions } from "../client.ts";
import {
  type OptionSpec,
  type ParsedArguments,
  TIMING_OPTIONS,
  UsageError,
} from "./command.ts";

/** Options that `get` and `put` share. */
export const CLIENT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "blksize",
    alias: "b",
    value: "OCTETS",
    description: "Ask for this block size, 8 to 65464 (default: 1428)",
  },
  {
    name: "windowsize",
    value: "BLOCKS",
    description: "Ask for this window, 1 to 32767 (default: 16)",
  },
  {
    name: "mode",
    value: "MODE",
    description:
      "octet or netascii; where a URL has ;mode=, that counts (default: octet)",
  },
  {
    name: "rfc1350",
    description: "Ask for no options at all",
  },
  ...TIMING_OPTIONS,
  {
    name: "verbose",
    alias: "v",
    description: "Also tell retransmissions and packets that were ignored",
  },
  { name: "quiet", alias: "q", description: "Tell only what went wrong" },
];

/** What {@linkcode CLIENT_OPTIONS} say, for the client. */
export function clientOptions(args: ParsedArguments): ClientOptions {
  if (args.has("quiet") && args.has("verbose")) {
    throw new UsageError("--quiet and --verbose contradict each other");
  }
  const blksize = args.integer("blksize", 8, 65464);
  const windowsize = args.integer("windowsize", 1, 32767);
  const timeoutMs = args.seconds("timeout");
  const retries = args.integer("retries", 0, 100);
  return {
    rfc1350: args.has("rfc1350"),
    ...(blksize === undefined ? {} : { blksize }),
    ...(windowsize === undefined ? {} : { windowsize }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retries === undefined ? {} : { retries }),
  };
}
