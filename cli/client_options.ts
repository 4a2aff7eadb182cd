import { isIP } from "node:net";
import type { ClientOptions } from "../client.ts";
import {
  checkCustomOption,
  foldOptionName,
  MAX_BLOCK_SIZE,
  MIN_BLOCK_SIZE,
  OPTION_NAMES,
} from "../packet/mod.ts";
import { given } from "../packet/given.ts";
import { CHECKSUM_OPTION } from "./checksum.ts";
import {
  type OptionSpec,
  type ParsedArguments,
  TIMING_OPTIONS,
  UsageError,
} from "./command.ts";

const TRANSFER = "Transfer";
const REPORT = "Report";

/** Options that are asked for in another way than by `--option`. */
const OWN_WAYS: ReadonlySet<string> = new Set([
  "blksize",
  "windowsize",
  "tsize",
]);

const BUILT_IN: ReadonlySet<string> = new Set(OPTION_NAMES);

/** Options that `get` and `put` share. */
export const CLIENT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "blksize",
    alias: "b",
    value: "OCTETS",
    type: { kind: "integer", min: MIN_BLOCK_SIZE, max: MAX_BLOCK_SIZE },
    group: TRANSFER,
    description: "Ask for this block size, 8 to 65464 (default: 1428)",
  },
  {
    name: "windowsize",
    value: "BLOCKS",
    type: { kind: "integer", min: 1, max: 32767 },
    group: TRANSFER,
    description: "Ask for this window, 1 to 32767 (default: 16)",
  },
  {
    name: "mode",
    value: "MODE",
    type: { kind: "choice", words: ["octet", "netascii"] },
    group: TRANSFER,
    description:
      "octet or netascii; where a URL has ;mode=, that counts (default: octet)",
  },
  {
    name: "option",
    value: "NAME=VALUE",
    suggests: OPTION_NAMES.filter((name) => !OWN_WAYS.has(name))
      .map((name) => `${name}=`),
    type: { kind: "text", pattern: "[^=]+=[^]*", wish: "NAME=VALUE" },
    isRepeatable: true,
    group: TRANSFER,
    description:
      "Ask for this option, too, such as timeout=3 or one that only your server knows",
  },
  {
    name: "rfc1350",
    excludes: ["option"],
    group: TRANSFER,
    description: "Ask for no options at all",
  },
  ...TIMING_OPTIONS.map((option) => ({ ...option, group: TRANSFER })),
  {
    name: "parallel",
    alias: "P",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: 64 },
    group: TRANSFER,
    description: "Transfer this many files at once (default: 1)",
  },
  {
    name: "source-address",
    value: "ADDRESS",
    type: {
      kind: "text",
      wish: "an IP address of this machine",
      isValid: (text) => isIP(text) !== 0,
    },
    group: TRANSFER,
    description: "Send from this address of this machine",
  },
  {
    name: "source-port",
    value: "PORT",
    type: { kind: "integer", min: 1, max: 65535 },
    group: TRANSFER,
    description: "Send from this port (default: any free one)",
  },
  { ...CHECKSUM_OPTION, group: TRANSFER },
  {
    name: "json",
    group: REPORT,
    description:
      "Write one JSON object per transfer to standard output, failures too",
  },
  {
    name: "trace",
    group: REPORT,
    description: "Tell every packet, one a line",
  },
  {
    name: "pcap",
    value: "FILE",
    type: { kind: "path" },
    group: REPORT,
    description: "Write all packets to this file, for Wireshark",
  },
  {
    name: "verbose",
    alias: "v",
    group: REPORT,
    description: "Also tell retransmissions and packets that were ignored",
  },
  {
    name: "quiet",
    alias: "q",
    excludes: ["verbose"],
    group: REPORT,
    description: "Tell only what went wrong",
  },
];

/** What {@linkcode CLIENT_OPTIONS} say, for the client. */
export function clientOptions(args: ParsedArguments): ClientOptions {
  return {
    ...rfc1350Options(args.has("rfc1350")),
    ...given({
      blksize: args.integer("blksize"),
      windowsize: args.integer("windowsize"),
      timeoutMs: args.seconds("timeout"),
      retries: args.integer("retries"),
      localHostname: args.text("source-address"),
      localPort: args.integer("source-port"),
    }),
    ...askedOptions(args.all("option")),
  };
}

/**
 * What it takes to ask for no options: that a server knows none is no reason to break off a large file, which goes on with
 * block 0 behind 65535 as with other clients.
 *
 * @param isOn Whether none are asked for.
 * @returns The options of the client.
 */
export function rfc1350Options(isOn: boolean): ClientOptions {
  return { rfc1350: isOn, ...(isOn ? { rollover: 0 as const } : {}) };
}

/** What `--option` says: what is built in has a setting of its own, or goes over the wire as it is. */
function askedOptions(texts: readonly string[]): ClientOptions {
  const options: [string, string][] = [];
  const customOptions: Record<string, string> = {};
  const seen = new Set<string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    const folded = foldOptionName(name);
    if (seen.has(folded)) {
      throw new UsageError(`--option asks for "${name}" twice`);
    }
    seen.add(folded);
    if (folded === "blksize" || folded === "windowsize") {
      throw new UsageError(`--option cannot be ${folded}: use --${folded}`);
    }
    if (folded === "tsize") {
      throw new UsageError(
        "--option cannot be tsize: the size is asked for, or told, anyway",
      );
    }
    if (BUILT_IN.has(folded)) options.push([name, value]);
    else customOptions[name] = checked(name, value);
  }
  return {
    ...(options.length === 0 ? {} : { options }),
    ...(texts.length === options.length ? {} : { customOptions }),
  };
}

function checked(name: string, value: string): string {
  try {
    checkCustomOption(name, value);
    return value;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
