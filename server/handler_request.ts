import type { TftpRequest } from "../handlers/mod.ts";
import { plainHostname } from "../net/mod.ts";
import {
  ERROR_CODE,
  findOption,
  type OptionList,
  parseOptionNumber,
  TftpError,
  type TransferMode,
} from "../packet/mod.ts";
import type { OptionAnswers } from "./custom_options.ts";
import type { RequestInfo } from "./events.ts";
import { type WayToWorkers, WORKERS } from "./workers/in_worker.ts";

/** What a request consists of besides what the packet says. */
export interface RequestParts {
  /** The bytes of an upload; `null` for a read. */
  readonly body: TftpRequest["body"];
  /** What its custom options mean, and who takes answers. */
  readonly answers: OptionAnswers;
  /** Makes the signal, when a handler asks for it: most never do. */
  readonly getSignal: () => AbortSignal;
  /** What `inWorker` hands it over to; `null` where there is nothing. */
  readonly workers: WayToWorkers | null;
}

/**
 * The request as a handler sees it.
 *
 * @throws {TftpError} With code 4 when its mode is none that is served.
 */
export function makeRequest(
  info: RequestInfo,
  { body, answers, getSignal, workers }: RequestParts,
): TftpRequest & { readonly [WORKERS]: WayToWorkers | null } {
  const { operation, filename, options, remote, local } = info;
  const request = {
    operation,
    filename,
    mode: checkMode(info.mode),
    options,
    customOptions: answers.values,
    // Not spread: what the runtime gives with a datagram is slow to copy.
    remote: {
      transport: "udp" as const,
      hostname: plainHostname(remote.hostname),
      port: remote.port,
    },
    local,
    size: operation === "write" ? announcedSize(options) : null,
    body,
    [WORKERS]: workers,
    [GET_SIGNAL]: getSignal,
    acknowledgeOption: (name: string, value: string) =>
      answers.acknowledge(name, value),
  };
  return Object.defineProperty(request, "signal", SIGNAL) as typeof request & {
    readonly signal: AbortSignal;
  };
}

/** What makes the signal of a request. */
const GET_SIGNAL = Symbol("getSignal");

/**
 * One getter for all requests. With one of its own, as a literal would make it, each request gets a hidden class of its
 * own, and that keeps the request, and all that it leads to, in memory until a full collection: with files of 4 KiB that
 * was most of what collections cost, a twentieth of the time.
 */
const SIGNAL: PropertyDescriptor = {
  get(this: { [GET_SIGNAL](): AbortSignal }) {
    return this[GET_SIGNAL]();
  },
  enumerable: true,
  configurable: true,
};

function checkMode(mode: string): TransferMode {
  if (mode === "octet" || mode === "netascii") return mode;
  throw new TftpError(
    ERROR_CODE.IllegalOperation,
    `Mode ${JSON.stringify(mode)} is not served: use octet or netascii`,
    { wireText: "Unknown transfer mode" },
  );
}

/** What a client says that it will send. Some say 0 when they do not know: U-Boot, and curl when it reads a pipe. */
function announcedSize(options: OptionList): number | null {
  return parseOptionNumber(findOption(options, "tsize") ?? "") || null;
}
