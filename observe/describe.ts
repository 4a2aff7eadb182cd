// One line of text for each event, and how much it matters. Rules:
// 1. A warning is for what went wrong. Boot firmware asks for many names that are not there, and asks for a size by a
//    transfer that it ends at once: that goes well, and is told without alarm.
// 2. What another machine has written is quoted, and no line holds what could break it.

import { formatAddress } from "../net/mod.ts";
import {
  ERROR_CODE,
  formatOptions,
  type OptionList,
  quoteText,
  type TftpError,
} from "../packet/mod.ts";
import type {
  RequestInfo,
  ServerEvent,
  TransferSummary,
} from "../server/events.ts";
import type { MachineEvent } from "../transfer/mod.ts";
import {
  CLIENT,
  messageOf,
  oneLine,
  OTHER_SERVER,
  remoteError,
  systemText,
} from "./text.ts";
import { formatBytes, formatDuration, formatRate } from "./units.ts";

/** How much an event matters, in the words of `@std/log`. */
export type EventLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** An event in words. */
export interface EventDescription {
  /** How much it matters. */
  readonly level: EventLevel;
  /** What happened, in one line. */
  readonly text: string;
}

/**
 * Tells an event of a server in one line: who, what, how much, how fast, with which options, and what had to be sent again.
 *
 * @param event The event.
 * @returns The line, and how much it matters. Size probes are nothing to worry about, and are `DEBUG`; a read of a file that
 *   is absent, and a client that leaves before the first block without a reason, are `INFO`.
 *
 * @example A request that was refused
 * ```ts
 * import { describeEvent } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * const { text } = describeEvent({
 *   type: "refused",
 *   request: {
 *     id: 1,
 *     operation: "read",
 *     filename: "nope",
 *     mode: "octet",
 *     options: [],
 *     remote: { transport: "udp", hostname: "192.0.2.7", port: 50000 },
 *     local: { transport: "udp", hostname: "192.0.2.1", port: 69 },
 *   },
 *   code: 1,
 *   error: new Error("File not found"),
 * });
 * assertEquals(text, '192.0.2.7:50000 read "nope" refused with code 1: File not found');
 * ```
 */
export function describeEvent(event: ServerEvent): EventDescription {
  return { level: eventLevel(event), text: eventText(event) };
}

/**
 * How much an event matters.
 *
 * @param event The event.
 * @returns Its level.
 *
 * @example Junk is nothing to worry about
 * ```ts
 * import { eventLevel } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * const remote = { transport: "udp", hostname: "192.0.2.7", port: 50000 } as const;
 * assertEquals(eventLevel({ type: "ignored", remote, packet: "ACK 1" }), "DEBUG");
 * ```
 */
export function eventLevel(event: ServerEvent): EventLevel {
  switch (event.type) {
    case "finished":
      return "INFO";
    case "failed":
      return isEndedAtOnce(event) ? "INFO" : "WARN";
    case "refused":
      return event.code === ERROR_CODE.FileNotFound &&
          event.request.operation === "read"
        ? "INFO"
        : "WARN";
    case "dropped":
      return "WARN";
    default:
      return "DEBUG";
  }
}

/** Whether the client has left before any data was taken, and gave no reason: EDK2 says 8 "User aborted the transfer". */
function isEndedAtOnce(
  { error, transfer }: Extract<ServerEvent, { type: "failed" }>,
): boolean {
  const code = remoteError(error)?.code;
  return transfer.statistics.blocks === 0 &&
    (code === ERROR_CODE.NotDefined || code === ERROR_CODE.OptionNegotiation);
}

function eventText(event: ServerEvent): string {
  if (event.type === "ignored") {
    return `${formatAddress(event.remote)} ignored: ${event.packet}`;
  }
  return `${subject(event.request)} ${outcomeText(event)}`;
}

function outcomeText(event: Exclude<ServerEvent, { type: "ignored" }>): string {
  switch (event.type) {
    case "request":
      return `asked, mode ${quoteText(event.request.mode)}${
        optionText(event.request.options)
      }`;
    case "negotiated":
      return `begins${optionText(event.acknowledged) || ", no options"}`;
    case "progress":
      return `has ${formatBytes(event.bytes)}${
        event.size === null ? "" : ` of ${formatBytes(event.size)}`
      } after ${formatDuration(event.durationMs)} (${
        formatRate(event.bytes, event.durationMs)
      })`;
    case "finished":
      return describeTransfer(event.transfer);
    case "probed":
      return `asked for the size only${
        optionText(event.transfer.acknowledged)
      }`;
    case "failed":
      if (isEndedAtOnce(event)) {
        return `ended by the client before the first block, after ${
          formatDuration(event.transfer.durationMs)
        }: ${packetText(remoteError(event.error)!)}${
          repairText(event.transfer)
        }`;
      }
      return `failed after ${
        formatBytes(event.transfer.statistics.bytes)
      } and ${formatDuration(event.transfer.durationMs)}: ${
        reason(event.error, CLIENT)
      }${repairText(event.transfer)}`;
    case "refused":
      return `refused with code ${event.code}: ${
        reason(event.error, OTHER_SERVER)
      }`;
    case "dropped":
      return `left unanswered: ${event.reason}`;
    case "retransmission":
    case "gap":
    case "unexpected":
      return describeMachineEvent(event);
  }
}

/**
 * Tells an event of one side of a transfer.
 *
 * @param event The event.
 * @returns The text, without a line end.
 *
 * @example A lost block
 * ```ts
 * import { describeMachineEvent } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(describeMachineEvent({ type: "gap", block: 7 }), "lost block 7");
 * ```
 */
export function describeMachineEvent(event: MachineEvent): string {
  switch (event.type) {
    case "retransmission":
      return `silent for ${
        formatDuration(event.silenceMs)
      }, sent again from block ${event.block}`;
    case "gap":
      return `lost block ${event.block}`;
    case "unexpected":
      return `ignored a packet that has no place: ${event.packet}`;
  }
}

/**
 * Tells a transfer that has ended well: how much, how fast, with which options, and what had to be sent again.
 *
 * @param transfer The transfer.
 * @returns The text, without a line end.
 *
 * @example A download
 * ```ts
 * import { describeTransfer } from "@tftpkit/tftp/observe";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { assertMatch } from "@std/assert";
 *
 * await using server = serve({ hostname: "127.0.0.1", port: 0 }, () => new TftpResponse("hi"));
 * await using response = await get(`tftp://127.0.0.1:${server.addr.port}/any`);
 * await response.bytes();
 * assertMatch(describeTransfer(await response.finished), /^2 B in \d+ ms .*blksize=1428/);
 * ```
 */
export function describeTransfer(
  transfer: Omit<TransferSummary, "isLastAckMissing" | "acknowledged"> & {
    readonly acknowledged: OptionList | null;
    readonly isLastAckMissing?: boolean;
  },
): string {
  const { statistics, durationMs } = transfer;
  return `${formatBytes(statistics.bytes)} in ${formatDuration(durationMs)} (${
    formatRate(statistics.bytes, durationMs)
  })${optionText(transfer.acknowledged ?? [])}${repairText(transfer)}${
    transfer.isLastAckMissing ? ", left without the last ACK" : ""
  }`;
}

function subject(request: RequestInfo): string {
  return `${formatAddress(request.remote)} ${request.operation} ${
    quoteText(request.filename)
  }`;
}

function optionText(options: OptionList): string {
  if (options.length === 0) return "";
  return `, ${formatOptions(options)}`;
}

function repairText(transfer: Pick<TransferSummary, "statistics">): string {
  const { retransmissions } = transfer.statistics;
  if (retransmissions === 0) return "";
  return `, ${retransmissions} ${
    retransmissions === 1 ? "retransmission" : "retransmissions"
  }`;
}

function reason(error: unknown, speaker: string): string {
  const remote = remoteError(error);
  return remote
    ? `${speaker} said ${packetText(remote)}`
    : oneLine(systemText(messageOf(error)));
}

function packetText({ code, message }: TftpError): string {
  return `ERROR ${code} ${quoteText(message)}`;
}
