import { formatAddress } from "../net/mod.ts";
import type { OptionList } from "../packet/mod.ts";
import type { ServerEvent, TransferSummary } from "../server/events.ts";
import { CLIENT, messageOf, OTHER_SERVER, remoteError } from "./text.ts";

/** An event as plain data: what a line of JSON Lines holds. Names are stable; more may come. */
export interface EventRecord {
  /** When, as RFC 3339 says it, in UTC. */
  readonly time: string;
  /** What happened; the `type` of the event. */
  readonly event: ServerEvent["type"];
  /** The request's number. */
  readonly id?: number;
  /** The client's address and port. */
  readonly client: string;
  /** `read` or `write`. */
  readonly operation?: string;
  /** The name, as asked. */
  readonly filename?: string;
  /** The mode, as asked. */
  readonly mode?: string;
  /** The options: as asked where a request is told, as accepted elsewhere. */
  readonly options?: Readonly<Record<string, string>>;
  /** Octets that were transferred so far. */
  readonly bytes?: number;
  /** Octets that the transfer has in all, where they are known, while it goes on. */
  readonly size?: number;
  /** Seconds since the request. */
  readonly seconds?: number;
  /** Packets that were sent again. */
  readonly retransmissions?: number;
  /** Times nothing came for as long as the server waits. */
  readonly timeouts?: number;
  /** The smoothed round trip in milliseconds, if it was measured. */
  readonly roundTripMs?: number;
  /** The code of the ERROR packet of a refusal. */
  readonly code?: number;
  /** The error, or why a request was left without an answer; of a client that has ended the transfer, what it said. */
  readonly reason?: string;
  /** A block number. */
  readonly block?: number;
  /** A packet in one line. */
  readonly packet?: string;
}

/**
 * An event of a server as plain data, for logs that machines read.
 *
 * @param event The event.
 * @param time When it happened.
 * @returns The record; what does not apply to the event is not in it.
 *
 * @example One line of JSON for each event
 * ```ts no-assert
 * import { jsonLine, toRecord } from "@tftpkit/tftp/observe";
 * import { serve } from "@tftpkit/tftp/server";
 *
 * await using server = serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   onEvent: (event) => console.log(jsonLine(toRecord(event, new Date()))),
 * }, () => {});
 * ```
 */
export function toRecord(event: ServerEvent, time: Date): EventRecord {
  const head = { time: time.toISOString(), event: event.type };
  if (event.type === "ignored") {
    const { remote, packet } = event;
    return { ...head, client: formatAddress(remote), packet };
  }
  const { id, operation, filename, mode, remote } = event.request;
  return {
    ...head,
    id,
    client: formatAddress(remote),
    operation,
    filename,
    mode,
    ...details(event),
  };
}

function details(
  event: Exclude<ServerEvent, { type: "ignored" }>,
): Partial<EventRecord> {
  switch (event.type) {
    case "request":
      return { options: toObject(event.request.options) };
    case "negotiated":
      return { options: toObject(event.acknowledged) };
    case "progress":
      return {
        bytes: event.bytes,
        ...(event.size === null ? {} : { size: event.size }),
        seconds: toSeconds(event.durationMs),
      };
    case "finished":
    case "probed":
      return transferDetails(event.transfer);
    case "failed":
      return {
        ...transferDetails(event.transfer),
        reason: reasonOf(event.error, CLIENT),
      };
    case "refused":
      return { code: event.code, reason: reasonOf(event.error, OTHER_SERVER) };
    case "dropped":
      return { reason: event.reason };
    case "retransmission":
    case "gap":
      return { block: event.block };
    case "unexpected":
      return { packet: event.packet };
  }
}

function transferDetails(transfer: TransferSummary): Partial<EventRecord> {
  const { statistics, durationMs, roundTripMs, acknowledged } = transfer;
  return {
    options: toObject(acknowledged),
    bytes: statistics.bytes,
    seconds: toSeconds(durationMs),
    retransmissions: statistics.retransmissions,
    timeouts: statistics.timeouts,
    ...(roundTripMs < 0
      ? {}
      : { roundTripMs: Math.round(roundTripMs * 1000) / 1000 }),
  };
}

function toSeconds(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1_000_000;
}

function toObject(options: OptionList): Record<string, string> {
  return Object.fromEntries(
    options.map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Characters of a reason that are told: names from the network can be long, and stand in it more than once. */
const MAX_REASON_LENGTH = 600;

function reasonOf(error: unknown, speaker: string): string {
  const remote = remoteError(error);
  const text = remote
    ? `${speaker} said ERROR ${remote.code}: ${remote.message}`
    : messageOf(error);
  return text.length <= MAX_REASON_LENGTH
    ? text
    : `${text.slice(0, MAX_REASON_LENGTH)}…`;
}
