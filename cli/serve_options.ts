// The tables of `serve`: its options, which are the keys of its configuration file as well, and what only the file can say.
// An option of more than a word has a type, so that both are checked in the same way and the JSON schema knows it.

import { OPTION_NAMES } from "../packet/mod.ts";
import { type OptionSpec, TIMING_OPTIONS } from "./command.ts";
import type { ConfigSection } from "./config_section.ts";
import { isAccessFormat } from "./serve_logs.ts";
import {
  ORIGIN_HEADERS_SECTION,
  ORIGIN_OPTIONS,
  S3_SECTION,
} from "./serve_origin.ts";
import { POLICY_OPTIONS, POLICY_SECTION } from "./serve_policy.ts";

/** The directory that is served when none is named. */
export const DEFAULT_ROOT = "./srv";

const FILE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "write",
    alias: "w",
    isReloadable: true,
    description: "Take uploads (needs --allow-write=DIR)",
  },
  {
    name: "overwrite",
    isReloadable: true,
    description: "Let uploads replace files that exist; implies --write",
  },
  {
    name: "upload-dir",
    value: "DIR",
    type: { kind: "path" },
    isReloadable: true,
    description:
      "Put uploads into this directory instead, from which nothing is read; implies --write",
  },
  {
    name: "max-size",
    value: "OCTETS",
    type: { kind: "octets" },
    isReloadable: true,
    description: "Largest upload, such as 64k, 16M or 2G (default: 1G)",
  },
  {
    name: "symlinks",
    value: "KIND",
    type: { kind: "choice", words: ["inside", "never", "follow"] },
    isReloadable: true,
    description:
      "Follow symbolic links: inside (of DIR), never, or follow (default: inside)",
  },
  {
    name: "file-cache",
    value: "OCTETS",
    type: { kind: "octets" },
    isReloadable: true,
    description:
      "Keep this much of files for other readers, where the system does not do it well (default: nothing)",
  },
  {
    name: "client-root",
    value: "KIND",
    type: { kind: "choice", words: ["address", "mac"] },
    isReloadable: true,
    description:
      "Serve a client from DIR/ADDRESS or DIR/MAC where there is such a directory: address or mac (which needs --allow-run=ip)",
  },
];

const NAME_OPTIONS: readonly OptionSpec[] = [
  {
    name: "ignore-case",
    isReloadable: true,
    description: "Find files whatever the case of their names",
  },
  {
    name: "lowercase",
    isReloadable: true,
    description: "Look for all names in lower case",
  },
  {
    name: "map-file",
    alias: "m",
    value: "FILE",
    type: { kind: "path" },
    isReloadable: true,
    description:
      "Rewrite names by this file, which is one of tftp-hpa's in.tftpd (tftpkit map-test shows each step)",
  },
  {
    name: "map-steps",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: 1_000_000 },
    isReloadable: true,
    description:
      "Refuse a name that its rules are not done with by then (default: 4096)",
  },
  {
    name: "pcre-file",
    value: "FILE",
    type: { kind: "path" },
    isReloadable: true,
    description:
      "Where there is no such file, try another name by this file, which is one of atftpd's",
  },
];

const LIMIT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "max-transfers",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: 1_000_000 },
    description: "Transfers at once (default: 4096)",
  },
  {
    name: "max-transfers-per-client",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: 1_000_000 },
    description: "Transfers at once with one client (default: 2048)",
  },
];

const PROTOCOL_OPTIONS: readonly OptionSpec[] = [
  {
    name: "blksize",
    alias: "b",
    value: "OCTETS",
    type: { kind: "integer", min: 8, max: 65464 },
    description: "Largest block size to accept, 8 to 65464 (default: 65464)",
  },
  {
    name: "windowsize",
    value: "BLOCKS",
    type: { kind: "integer", min: 1, max: 32767 },
    description: "Largest window to accept, 1 to 32767 (default: 64)",
  },
  {
    name: "refuse",
    value: "OPTION",
    type: { kind: "choice", words: OPTION_NAMES },
    isRepeatable: true,
    description: `Never accept this option: ${OPTION_NAMES.join(", ")}`,
  },
  {
    name: "rfc1350",
    description:
      "Accept no options at all, and no file of more than 65535 blocks",
  },
  ...TIMING_OPTIONS,
];

const NETWORK_OPTIONS: readonly OptionSpec[] = [
  {
    name: "host",
    value: "ADDRESS",
    type: { kind: "text", wish: "an address" },
    isRepeatable: true,
    description:
      "Listen on this address; repeat it for several. Hosts with several addresses should list them (default: all, on one socket)",
  },
  {
    name: "port",
    alias: "p",
    value: "PORT",
    type: { kind: "integer", min: 0, max: 65535 },
    description:
      "Listen on this port (default: 69, or 6969 where that is not allowed)",
  },
  {
    name: "single-port",
    excludes: ["port-range"],
    description:
      "Use the request port for transfers too, for clients behind NAT",
  },
  {
    name: "port-range",
    value: "FIRST:LAST",
    type: {
      kind: "text",
      wish: "two ports, lower one first, such as 50000:50100",
      pattern: "[0-9]{1,5}[:-][0-9]{1,5}",
      isValid: isPortRange,
    },
    description: "Use these ports for transfers (default: any)",
  },
];

const LOG_OPTIONS: readonly OptionSpec[] = [
  {
    name: "verbose",
    alias: "v",
    isReloadable: true,
    description: "Also log requests, options, size probes, retransmissions",
  },
  {
    name: "quiet",
    alias: "q",
    excludes: ["verbose"],
    isReloadable: true,
    description: "Tell only what went wrong, which an absent file is not",
  },
  {
    name: "json",
    isReloadable: true,
    description: "Log JSON Lines to standard output",
  },
  {
    name: "access-log",
    isReloadable: true,
    description:
      "Also write a line for each request that has ended to standard output",
  },
  {
    name: "access-format",
    value: "FORMAT",
    type: {
      kind: "text",
      wish: "a format such as '%a %t %o \"%r\" %b %T'",
      isValid: isAccessFormat,
    },
    isReloadable: true,
    description:
      "What such a line says; implies --access-log (default: '%a %t %o \"%r\" %b %T')",
  },
  {
    name: "log-file",
    value: "FILE",
    type: { kind: "path" },
    isReloadable: true,
    description:
      "Write the log to this file instead: the access log if there is one, else JSON or lines",
  },
  {
    name: "log-max-size",
    value: "OCTETS",
    type: { kind: "octets", min: 1 },
    isReloadable: true,
    description: "Begin another log file at this size (default: 10M)",
  },
  {
    name: "log-files",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: 1000 },
    isReloadable: true,
    description: "Keep this many log files (default: 5)",
  },
  {
    name: "record",
    value: "FILE",
    type: { kind: "path" },
    isReloadable: true,
    description: "Append what each device asks for to this file, as JSON Lines",
  },
  {
    name: "pcap",
    value: "FILE",
    type: { kind: "path" },
    description: "Write all datagrams to this file, for Wireshark",
  },
];

const PROCESS_OPTIONS: readonly OptionSpec[] = [
  {
    name: "workers",
    value: "COUNT",
    type: { kind: "integer", min: 0, max: 64 },
    description:
      "Serve transfers in this many threads besides the one that hears requests (default: none below 4 processors, else two less than those, 4 at most)",
  },
  {
    name: "config",
    alias: "c",
    value: "FILE",
    type: { kind: "path" },
    isCommandLineOnly: true,
    description:
      "Read options from this file, .toml or .json, by their names here; those of the command line count (SIGHUP reads it again)",
  },
  {
    name: "check",
    isCommandLineOnly: true,
    description:
      "Only tell what would be served, and the permissions that it needs",
  },
  {
    name: "drain",
    value: "SECONDS",
    type: { kind: "seconds", min: 0 },
    description:
      "Let transfers go on this long when the server is to end (default: 10)",
  },
];

/** The options of `serve`. */
export const SERVE_OPTIONS: readonly OptionSpec[] = [
  ...grouped("Network", NETWORK_OPTIONS),
  ...grouped("Files", FILE_OPTIONS),
  ...grouped("Names", NAME_OPTIONS),
  ...grouped("Clients", [...POLICY_OPTIONS, ...LIMIT_OPTIONS]),
  ...grouped("Files of an HTTP server", ORIGIN_OPTIONS),
  ...grouped("Protocol", PROTOCOL_OPTIONS),
  ...grouped("Logs", LOG_OPTIONS),
  ...PROCESS_OPTIONS,
];

/** The options, under a heading of the help. */
export function grouped(
  group: string,
  options: readonly OptionSpec[],
): readonly OptionSpec[] {
  return options.map((option) => ({ ...option, group }));
}

/** The directory, as a configuration file names it. */
export const SERVE_OPERAND: OptionSpec = {
  name: "root",
  value: "DIR",
  type: { kind: "path" },
  isRepeatable: true,
  isReloadable: true,
  description:
    "The directories that are served, in order; uploads go to the first (default: ./srv)",
};

/** What a configuration file of `serve` can say besides. Each is checked by a function of its own. */
export const SERVE_SECTIONS: readonly ConfigSection[] = [
  POLICY_SECTION,
  ORIGIN_HEADERS_SECTION,
  S3_SECTION,
];

function isPortRange(text: string): boolean {
  const [first, last] = text.split(/[:-]/).map(Number);
  return first! >= 1 && first! <= last! && last! <= 65535;
}
