// Commands that change what the shell remembers. Each one without an argument tells what is, but for switches, which it
// turns: that is how the shells do it whose commands these are.

import { quoteText, type TransferMode } from "../../packet/mod.ts";
import { readValue, type ValueType, wishOf } from "../value.ts";
import { type ShellCommand, ShellError, type ShellOutcome } from "./command.ts";
import {
  onOff,
  optionsText,
  serverText,
  type ShellState,
  statusText,
} from "./state.ts";

const MODES: Readonly<Record<string, TransferMode>> = {
  octet: "octet",
  binary: "octet",
  image: "octet",
  netascii: "netascii",
  ascii: "netascii",
};

const BLKSIZE: ValueType = { kind: "integer", min: 8, max: 65464 };
const WINDOWSIZE: ValueType = { kind: "integer", min: 1, max: 32767 };
const OPTION_TIMEOUT: ValueType = { kind: "integer", min: 1, max: 255 };
const SECONDS: ValueType = { kind: "seconds" };
const RETRIES: ValueType = { kind: "integer", min: 0, max: 100 };
const PORT: ValueType = { kind: "integer", min: 1, max: 65535 };

/** Words that take an option back. */
const OFF_WORDS = ["disable", "default", "off"];

/** Options of requests that have a place of their own, and how to change them. */
const OPTION_NAMES = ["blksize", "windowsize", "timeout", "rollover"];

/** The commands that set something. */
export const SETTING_COMMANDS: readonly ShellCommand[] = [
  {
    names: ["connect"],
    usage: "HOST [PORT]",
    summary: "Name the server; nothing is sent yet",
    count: [1, 2],
    run: ([host, port]) => ({
      change: {
        hostname: readHost(host!),
        ...(port === undefined ? {} : { port: readPort(port) }),
      },
    }),
  },
  {
    names: ["mode", "m"],
    usage: "[octet|netascii]",
    summary: "Show or set how bytes travel",
    completes: [["octet", "netascii"]],
    count: [0, 1],
    run: ([word], { mode }) =>
      word === undefined ? { text: `mode ${mode}` } : setMode(word),
  },
  {
    names: ["binary", "octet"],
    usage: "",
    summary: "Transfer bytes as they are: mode octet",
    count: [0, 0],
    run: () => setMode("octet"),
  },
  {
    names: ["ascii", "netascii"],
    usage: "",
    summary: "Transfer lines of text, turning their ends: mode netascii",
    count: [0, 0],
    run: () => setMode("netascii"),
  },
  {
    names: ["blksize", "blocksize", "b"],
    usage: "[OCTETS|default]",
    summary: "Show or set the block size to ask for, 8 to 65464",
    count: [0, 1],
    run: ([word], state) => setNumber("blksize", BLKSIZE, word, state),
  },
  {
    names: ["windowsize", "w"],
    usage: "[BLOCKS|default]",
    summary: "Show or set the window to ask for, 1 to 32767",
    count: [0, 1],
    run: ([word], state) => setNumber("windowsize", WINDOWSIZE, word, state),
  },
  {
    names: ["option"],
    usage: "[NAME VALUE|disable]",
    summary: "Show or set what requests ask for",
    details: [
      "blksize, windowsize, timeout and rollover, and any other name as it is.",
    ],
    completes: [OPTION_NAMES, ["disable"]],
    count: [0, 2],
    run: ([name, value], state) => {
      if (name === undefined) return { text: optionsText(state) };
      return setOption(name.toLowerCase(), value, state);
    },
  },
  {
    names: ["rfc1350"],
    usage: "[on|off]",
    summary: "Ask for no options at all, or for options again",
    completes: [["on", "off"]],
    count: [0, 1],
    run: ([word], { isRfc1350 }) => {
      const isOn = readSwitch(word, isRfc1350);
      return { change: { isRfc1350: isOn }, text: `rfc1350 ${onOff(isOn)}` };
    },
  },
  {
    names: ["rexmt", "r"],
    usage: "[SECONDS|default]",
    summary: "Show or set the wait before the first retransmission",
    count: [0, 1],
    run: ([word], state) => setSeconds("rexmtMs", word, state),
  },
  {
    names: ["timeout"],
    usage: "[SECONDS|default]",
    summary: "Show or set how long a server may be silent",
    details: ["What a server is asked for is set by: option timeout SECONDS"],
    count: [0, 1],
    run: ([word], state) => setSeconds("giveUpMs", word, state),
  },
  {
    names: ["retries"],
    usage: "[COUNT|default]",
    summary: "The same as a number of retransmissions",
    count: [0, 1],
    run: ([word], state) => {
      const outcome = setNumber("retries", RETRIES, word, state);
      return outcome.change
        ? { change: { ...outcome.change, giveUpMs: null } }
        : { text: retransmissionText(state) };
    },
  },
  {
    names: ["literal"],
    usage: "[on|off]",
    summary: "Take a colon for a part of a name, and for nothing else",
    completes: [["on", "off"]],
    count: [0, 1],
    run: ([word], { isLiteral }) => {
      const isOn = readSwitch(word, isLiteral);
      return { change: { isLiteral: isOn }, text: `literal ${onOff(isOn)}` };
    },
  },
  {
    names: ["verbose"],
    usage: "[on|off]",
    summary: "Tell retransmissions and packets that were ignored",
    completes: [["on", "off"]],
    count: [0, 1],
    run: ([word], { isVerbose }) => {
      const isOn = readSwitch(word, isVerbose);
      return { change: { isVerbose: isOn }, text: `verbose ${onOff(isOn)}` };
    },
  },
  {
    names: ["trace"],
    usage: "[on|off]",
    summary: "Tell every packet",
    completes: [["on", "off"]],
    count: [0, 1],
    run: ([word], { isTracing }) => {
      const isOn = readSwitch(word, isTracing);
      return { change: { isTracing: isOn }, text: `trace ${onOff(isOn)}` };
    },
  },
  {
    names: ["status"],
    usage: "",
    summary: "Show all that is set",
    count: [0, 0],
    run: (_args, state) => ({ text: statusText(state) }),
  },
];

/**
 * Reads the address or name of a server.
 *
 * @param text What was typed; IPv6 may have brackets.
 * @returns The address or name.
 * @throws {ShellError} When it can be none.
 */
export function readHost(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, "$1");
  if (host !== "" && !/[\s/\\[\]]/.test(host)) return host;
  throw new ShellError(
    `A server must be an address or a host name: "${text}" is neither`,
  );
}

/**
 * Reads a port.
 *
 * @param text What was typed.
 * @returns The port.
 * @throws {ShellError} When it is none.
 */
export function readPort(text: string): number {
  return read("A port", PORT, text);
}

function read(what: string, type: ValueType, text: string): number {
  const value = readValue(type, text);
  if (typeof value === "number") return value;
  throw new ShellError(`${what} must be ${wishOf(type)}: "${text}" is not`);
}

function readSwitch(word: string | undefined, isOn: boolean): boolean {
  if (word === undefined) return !isOn;
  if (word === "on" || word === "off") return word === "on";
  throw new ShellError(`Say on or off: "${word}" is neither`);
}

function setMode(word: string): ShellOutcome {
  const lower = word.toLowerCase();
  const mode = Object.hasOwn(MODES, lower) ? MODES[lower]! : null;
  if (mode !== null) return { change: { mode } };
  throw new ShellError(
    `A mode must be octet or netascii: "${word}" is neither`,
  );
}

type NumberName = "blksize" | "windowsize" | "timeout" | "retries";

function setNumber(
  name: NumberName,
  type: ValueType,
  word: string | undefined,
  state: ShellState,
): ShellOutcome {
  if (word === undefined) return { text: optionsText(state) };
  const value = OFF_WORDS.includes(word) ? null : read(name, type, word);
  return { change: { [name]: value } };
}

function setSeconds(
  name: "rexmtMs" | "giveUpMs",
  word: string | undefined,
  state: ShellState,
): ShellOutcome {
  if (word === undefined) return { text: retransmissionText(state) };
  const what = name === "rexmtMs" ? "rexmt" : "timeout";
  const value = OFF_WORDS.includes(word) ? null : read(what, SECONDS, word);
  return {
    change: {
      [name]: value,
      ...(name === "giveUpMs" ? { retries: null } : {}),
    },
  };
}

function retransmissionText(state: ShellState): string {
  return statusText(state).split("\n").find((line) =>
    line.startsWith("retransmission")
  )!;
}

function setOption(
  name: string,
  value: string | undefined,
  state: ShellState,
): ShellOutcome {
  if (value === undefined) {
    throw new ShellError(`Say option ${name} VALUE, or option ${name} disable`);
  }
  const isOff = value === "disable";
  switch (name) {
    case "blksize":
      // What was not asked for is 512, and 512 is not asked for.
      return setNumber(name, BLKSIZE, isOff ? "512" : value, state);
    case "windowsize":
      return setNumber(name, WINDOWSIZE, isOff ? "1" : value, state);
    case "timeout":
      return setNumber(name, OPTION_TIMEOUT, isOff ? "off" : value, state);
    case "rollover":
      if (isOff) return { change: { rollover: null } };
      if (value === "0" || value === "1") {
        return { change: { rollover: value === "0" ? 0 : 1 } };
      }
      throw new ShellError(`rollover must be 0 or 1: "${value}" is neither`);
    case "tsize":
      throw new ShellError(
        "tsize is always asked for: rfc1350 on asks for no options at all",
      );
    case "multicast":
      throw new ShellError("Multicast (RFC 2090) is not supported");
  }
  if (/[^\x21-\x7e]/.test(name)) {
    throw new ShellError(
      `An option must have a name of ASCII letters: ${quoteText(name)} is none`,
    );
  }
  const options = new Map(state.options);
  if (isOff) options.delete(name);
  else options.set(name, value);
  return { change: { options } };
}

/** The server in words, for whoever starts the shell. */
export function greeting(state: ShellState): string {
  const { hostname, port, mode } = state;
  const server = serverText(hostname === null ? null : { hostname, port });
  return `Server: ${server}. Mode: ${mode}.\n"help" lists the commands, Ctrl-D ends.`;
}
