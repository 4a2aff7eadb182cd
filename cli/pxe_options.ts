// The tables of `pxe`, `dhcp` and `bootp`. All three say the same things in the same words; each leaves out what it does not
// do.

import { architectureName, parseIpv4, parseMac } from "../pxe/mod.ts";
import type { OptionSpec } from "./command.ts";
import { grouped, SERVE_OPTIONS } from "./serve_options.ts";
import type { ValueType } from "./value.ts";

const ADDRESS_TYPE: ValueType = {
  kind: "text",
  wish: "an IPv4 address, such as 192.0.2.1",
  isValid: (text) => parseIpv4(text) !== undefined,
};

const FILE_TYPE: ValueType = { kind: "text", wish: "a file or a URL" };

/** What stands on both sides of the first "=". */
export function splitPair(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function pairType(
  wish: string,
  isValid: (left: string, right: string) => boolean,
): ValueType {
  return {
    kind: "text",
    wish,
    isValid: (text) => isValid(...splitPair(text)),
  };
}

const DURATION_REGEXP = /^([1-9][0-9]{0,8})([smhdw]?)$/;
const UNIT_SECONDS = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A length of time such as 90, 30m, 12h or `infinite`, in milliseconds; `null` when it is none. */
export function readDuration(text: string): number | null {
  if (text === "infinite") return Infinity;
  const match = DURATION_REGEXP.exec(text);
  if (!match) return null;
  const unit = match[2] as keyof typeof UNIT_SECONDS;
  return Number(match[1]) * UNIT_SECONDS[unit] * 1000;
}

const PLACE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "interface",
    alias: "i",
    value: "NAME",
    description:
      "Serve the network of this interface, with its address (needs --allow-sys=networkInterfaces)",
  },
  {
    name: "host",
    value: "ADDRESS",
    type: ADDRESS_TYPE,
    description:
      "Serve with this address of the machine, in the network of its prefix of 24 bits, unless --network says another",
  },
  {
    name: "network",
    value: "ADDRESS/BITS",
    type: {
      kind: "text",
      wish: "a network, such as 192.0.2.0/24",
      pattern: "[0-9.]+/([1-9]|[12][0-9]|30)",
      isValid: (text) => parseIpv4(text.split("/")[0]!) !== undefined,
    },
    description: "The network that the machines are in",
  },
];

const BOOT_FILE_OPTION: OptionSpec = {
  name: "boot-file",
  alias: "f",
  value: "FILE",
  type: FILE_TYPE,
  description: "Have all machines boot this file, unless said otherwise below",
};

const BOOT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "bios",
    value: "FILE",
    type: FILE_TYPE,
    description: "Have machines with BIOS boot this file",
  },
  {
    name: "uefi",
    value: "FILE",
    type: FILE_TYPE,
    description: "Have machines with UEFI boot this file",
  },
  {
    name: "ipxe",
    value: "URL",
    type: FILE_TYPE,
    description:
      "Have iPXE go on with this script, whatever firmware it is on: a URL, or a file",
  },
  {
    name: "arch",
    value: "NUMBER=FILE",
    type: pairType(
      "the number of an architecture and a file, such as 11=arm64.efi",
      (number, file) => /^[0-9]{1,5}$/.test(number) && file !== "",
    ),
    isRepeatable: true,
    description: `Have machines of this architecture boot this file: ${
      [6, 7, 11].map((number) => `${number} is ${architectureName(number)}`)
        .join(", ")
    }`,
  },
  {
    name: "mac",
    value: "MAC=FILE",
    type: pairType(
      "a MAC address and a file, such as 52:54:00:12:34:56=installer.0",
      (mac, file) =>
        parseMac(mac.replaceAll("*", "00")) !== undefined && file !== "",
    ),
    isRepeatable: true,
    description:
      'Have this machine boot this file; "*" stands for any octet of the address',
  },
];

const API_OPTIONS: readonly OptionSpec[] = [
  {
    name: "api",
    value: "URL",
    type: {
      kind: "text",
      wish: "a URL of http or https",
      pattern: "https?://.+",
    },
    description:
      "Ask URL/v1/boot/MAC what each machine boots, as pixiecore does; needs --http-port, and a file that starts iPXE",
  },
  {
    name: "api-proxy",
    description:
      "Load kernels and initrds of other servers for machines that cannot, such as those without HTTPS (needs --allow-net for them)",
  },
  {
    name: "api-timeout",
    value: "SECONDS",
    type: { kind: "seconds" },
    description:
      "Leave a machine alone when no answer comes in this time (default: 5)",
  },
];

const DHCP_OPTIONS: readonly OptionSpec[] = [
  {
    name: "dhcp-range",
    value: "FIRST-LAST",
    type: {
      kind: "text",
      wish: "two addresses, such as 192.0.2.50-192.0.2.99",
      pattern: "[0-9.]+[-,][0-9.]+",
      isValid: (text) =>
        text.split(/[-,]/).every((each) => parseIpv4(each) !== undefined),
    },
    isRepeatable: true,
    description: "Give addresses of this range",
  },
  {
    name: "fixed",
    value: "MAC=ADDRESS",
    type: pairType(
      "a MAC address and an address, such as 52:54:00:12:34:56=192.0.2.7",
      (mac, address) =>
        parseMac(mac) !== undefined && parseIpv4(address) !== undefined,
    ),
    isRepeatable: true,
    description: "Give this machine this address, and nobody else",
  },
  {
    name: "gateway",
    alias: "g",
    value: "ADDRESS",
    type: ADDRESS_TYPE,
    isRepeatable: true,
    description: "Tell machines this router",
  },
  {
    name: "dns",
    alias: "n",
    value: "ADDRESS",
    type: ADDRESS_TYPE,
    isRepeatable: true,
    description: "Tell machines this name server",
  },
  {
    name: "domain",
    value: "NAME",
    type: { kind: "text", wish: "a domain" },
    description: "Tell machines this domain",
  },
];

const LEASE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "lease-time",
    value: "TIME",
    type: {
      kind: "text",
      wish: "a time such as 90, 30m, 12h or 7d, or infinite",
      isValid: (text) => readDuration(text) !== null,
    },
    description: "Give addresses for this long (default: 1h)",
  },
  {
    name: "lease-file",
    value: "FILE",
    type: { kind: "path" },
    description:
      "Keep leases in this file, so that they outlive the server (default: they do not)",
  },
  {
    name: "authoritative",
    description:
      "Be the only DHCP server there is: tell machines that come with an address of another network to ask anew",
  },
];

const ANSWER_ALL_OPTION: OptionSpec = {
  name: "answer-all",
  alias: "a",
  description:
    "Also answer machines that do not say that they boot from the network",
};

const TFTP_SERVER_OPTION: OptionSpec = {
  name: "tftp-server",
  alias: "t",
  value: "ADDRESS",
  type: ADDRESS_TYPE,
  description: "Have machines load their file there (default: here)",
};

const LOG_OPTIONS: readonly OptionSpec[] = [
  {
    name: "verbose",
    alias: "v",
    description: "Also tell every message, and machines that do not boot",
  },
  {
    name: "quiet",
    alias: "q",
    excludes: ["verbose"],
    description: "Tell only what went wrong",
  },
  {
    name: "dry-run",
    value: "FILE",
    type: { kind: "path" },
    isCommandLineOnly: true,
    description:
      "Only show the answers to the messages in this file: a capture, or a packet in hexadecimal",
  },
  {
    name: "config",
    alias: "c",
    value: "FILE",
    type: { kind: "path" },
    isCommandLineOnly: true,
    description:
      "Read options from this file, .toml or .json, by their names here; those of the command line count",
  },
];

/** Options of `serve` that mean the same here. */
function served(...names: readonly string[]): readonly OptionSpec[] {
  return SERVE_OPTIONS.filter(({ name }) => names.includes(name)).map((
    { isReloadable: _, ...option },
  ) => option);
}

/** The directory, as a configuration file names it. */
export const PXE_OPERAND: OptionSpec = {
  name: "root",
  value: "DIR",
  type: { kind: "path" },
  description: "The directory that files are loaded from (default: ./srv)",
};

/** The options of `pxe`. */
export const PXE_OPTIONS: readonly OptionSpec[] = [
  ...grouped("Network", [
    ...PLACE_OPTIONS,
    {
      name: "http-port",
      value: "PORT",
      type: { kind: "integer", min: 0, max: 65535 },
      description:
        "Serve the files over HTTP as well, on this port, and give UEFI and iPXE URLs",
    },
    ...served("single-port", "port-range"),
  ]),
  ...grouped("What to boot", [
    BOOT_FILE_OPTION,
    ...BOOT_OPTIONS,
    ANSWER_ALL_OPTION,
    ...API_OPTIONS,
  ]),
  ...grouped("Addresses", [
    {
      name: "proxy",
      excludes: ["dhcp-range", "fixed", "bootp"],
      description:
        "Give no addresses, beside a DHCP server on another machine, which is the default without --dhcp-range and --fixed",
    },
    ...DHCP_OPTIONS,
    ...LEASE_OPTIONS,
    {
      name: "bootp",
      description: "Answer BOOTP, which is older than DHCP, and nothing else",
    },
  ]),
  ...grouped("Files", served("symlinks", "ignore-case")),
  ...grouped(
    "Protocol",
    served("blksize", "windowsize", "refuse", "rfc1350", "timeout", "retries"),
  ),
  ...LOG_OPTIONS,
  ...served("drain"),
];

/** The options of `dhcp`. */
export const DHCP_COMMAND_OPTIONS: readonly OptionSpec[] = [
  ...grouped("Network", PLACE_OPTIONS),
  ...grouped("Addresses", [...DHCP_OPTIONS, ...LEASE_OPTIONS]),
  ...grouped("What to boot", [
    ...BOOT_OPTIONS,
    TFTP_SERVER_OPTION,
    ANSWER_ALL_OPTION,
  ]),
  ...LOG_OPTIONS,
];

/** The options of `bootp`. */
export const BOOTP_COMMAND_OPTIONS: readonly OptionSpec[] = [
  ...grouped("Network", PLACE_OPTIONS),
  ...grouped("Addresses", [
    ...DHCP_OPTIONS,
    ...LEASE_OPTIONS.filter(({ name }) => name === "lease-file"),
  ]),
  ...grouped("What to boot", [
    ...BOOT_OPTIONS.filter(({ name }) => name === "mac"),
    TFTP_SERVER_OPTION,
  ]),
  ...LOG_OPTIONS,
];
