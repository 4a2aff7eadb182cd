// What the shell remembers from one line to the next. It is never changed, only replaced: a line that fails leaves it as it
// was.

import type { ClientOptions } from "../../client.ts";
import { TFTP_PORT } from "../../net/mod.ts";
import { formatDuration } from "../../observe/mod.ts";
import { quoteText, type TransferMode } from "../../packet/mod.ts";
import { rfc1350Options } from "../client_options.ts";

/** What the shell remembers. */
export interface ShellState {
  /** The server; `null` until one is named. */
  readonly hostname: string | null;
  /** The server's port. */
  readonly port: number;
  /** How bytes travel. */
  readonly mode: TransferMode;
  /** Whether a colon in a name is part of it, and does not stand behind a host. */
  readonly isLiteral: boolean;
  /** Whether to tell retransmissions and packets that were ignored. */
  readonly isVerbose: boolean;
  /** Whether to tell every packet. */
  readonly isTracing: boolean;
  /** Whether to ask for no options. */
  readonly isRfc1350: boolean;
  /** The block size to ask for; `null` for the default. */
  readonly blksize: number | null;
  /** The window to ask for; `null` for the default. */
  readonly windowsize: number | null;
  /** The option `timeout` to ask for; `null` to leave it out. */
  readonly timeout: number | null;
  /** The option `rollover` to ask for; `null` to leave it out. */
  readonly rollover: 0 | 1 | null;
  /** More options to ask for, by name. */
  readonly options: ReadonlyMap<string, string>;
  /** Milliseconds until the first retransmission; `null` for the default. */
  readonly rexmtMs: number | null;
  /** Milliseconds of silence after which to give up; `null` where `retries` says it. */
  readonly giveUpMs: number | null;
  /** Retransmissions that may go unanswered; `null` for the default. */
  readonly retries: number | null;
  /** The address of this machine to send from; `null` for any. */
  readonly sourceAddress: string | null;
  /** The port to send from; `null` for any. */
  readonly sourcePort: number | null;
}

/** How the shell begins. */
export const INITIAL_STATE: ShellState = {
  hostname: null,
  port: TFTP_PORT,
  mode: "octet",
  isLiteral: false,
  isVerbose: false,
  isTracing: false,
  isRfc1350: false,
  blksize: null,
  windowsize: null,
  timeout: null,
  rollover: null,
  options: new Map(),
  rexmtMs: null,
  giveUpMs: null,
  retries: null,
  sourceAddress: null,
  sourcePort: null,
};

/** What the client does unless told otherwise. */
const DEFAULTS = {
  blksize: 1428,
  windowsize: 16,
  rexmtMs: 1000,
  retries: 5,
  // Waits double up to this.
  capMs: 8000,
};

/** The longest silence that retries can stand for: one hundred of them. */
const MAX_RETRIES = 100;

/**
 * The options of the client.
 *
 * @param state What was said.
 * @returns The options.
 */
export function clientOptionsOf(state: ShellState): ClientOptions {
  const { blksize, windowsize, timeout, rollover, rexmtMs } = state;
  const { sourceAddress, sourcePort } = state;
  const retries = retriesOf(state);
  return {
    ...rfc1350Options(state.isRfc1350),
    options: [...state.options],
    ...(blksize === null ? {} : { blksize }),
    ...(windowsize === null ? {} : { windowsize }),
    ...(timeout === null ? {} : { timeout }),
    ...(rollover === null ? {} : { rolloverOption: rollover }),
    ...(rexmtMs === null ? {} : { timeoutMs: rexmtMs }),
    ...(retries === null ? {} : { retries }),
    ...(sourceAddress === null ? {} : { localHostname: sourceAddress }),
    ...(sourcePort === null ? {} : { localPort: sourcePort }),
  };
}

/**
 * Where the socket of one's own is.
 *
 * @param state What was said.
 * @returns The address and the port, where they were said.
 */
export function socketOf(
  { sourceAddress, sourcePort }: ShellState,
): { hostname?: string; port?: number } {
  return {
    ...(sourceAddress === null ? {} : { hostname: sourceAddress }),
    ...(sourcePort === null ? {} : { port: sourcePort }),
  };
}

/** As many retries as fill the silence that was asked for. */
function retriesOf(
  { giveUpMs, retries, rexmtMs }: ShellState,
): number | null {
  if (giveUpMs === null) return retries;
  let count = 0;
  while (count < MAX_RETRIES && silenceMs(rexmtMs, count) < giveUpMs) count++;
  return count;
}

/** How long retries without an answer take. */
function silenceMs(rexmtMs: number | null, retries: number): number {
  const first = rexmtMs ?? DEFAULTS.rexmtMs;
  const capMs = Math.max(first, DEFAULTS.capMs);
  let sum = 0;
  for (let i = 0; i <= retries; i++) sum += Math.min(first * 2 ** i, capMs);
  return sum;
}

/**
 * What `option` says: what a request asks for.
 *
 * @param state What was said.
 * @returns The options in words.
 */
export function optionsText(state: ShellState): string {
  if (state.isRfc1350) return "none, by RFC 1350";
  const {
    blksize,
    windowsize,
    timeout,
    rollover,
    options,
  } = state;
  const asked: [string, string | number][] = [
    ["blksize", blksize ?? DEFAULTS.blksize],
    ["windowsize", windowsize ?? DEFAULTS.windowsize],
    ...(timeout === null ? [] : [["timeout", timeout] as [string, number]]),
    ...(rollover === null ? [] : [["rollover", rollover] as [string, number]]),
    ...[...options].map(([name, value]) =>
      [name, quoteText(value)] as [string, string]
    ),
  ];
  return ["tsize", ...asked.map((pair) => pair.join(" "))].join(", ");
}

/**
 * What `status` says.
 *
 * @param state What was said.
 * @returns The lines.
 */
export function statusText(state: ShellState): string {
  const { hostname, port, mode, rexmtMs } = state;
  const silence = silenceMs(
    rexmtMs,
    retriesOf(state) ?? DEFAULTS.retries,
  );
  const lines = {
    server: serverText(state.hostname === null ? null : { hostname, port }),
    ...sourceText(state),
    mode,
    options: optionsText(state),
    retransmission: `first after ${
      formatDuration(rexmtMs ?? DEFAULTS.rexmtMs)
    }, gives up after ${formatDuration(silence)} of silence`,
    literal: onOff(state.isLiteral),
    verbose: onOff(state.isVerbose),
    trace: onOff(state.isTracing),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name.padEnd(16)}${value}`)
    .join("\n");
}

/** Where requests come from, if that was said. */
function sourceText(
  { sourceAddress, sourcePort }: ShellState,
): { source?: string } {
  if (sourceAddress === null && sourcePort === null) return {};
  const port = sourcePort === null ? "any port" : `port ${sourcePort}`;
  return { source: `${sourceAddress ?? "any address"}, ${port}` };
}

/**
 * A server in words.
 *
 * @param server The server, if there is one.
 * @returns The words.
 */
export function serverText(
  server: { hostname: string | null; port: number } | null,
): string {
  return server === null
    ? 'none yet, "connect HOST" names one'
    : `${server.hostname}, port ${server.port}`;
}

/** A switch in words. */
export function onOff(isOn: boolean): string {
  return isOn ? "on" : "off";
}
