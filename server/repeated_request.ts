// A request from a transfer ID that has a transfer. The same request is a retransmission: its first answer is sent once more.
// If the transfer has moved on, the repeated request was delayed on the way and is ignored, unless the client fell silent for
// longer than a few round trips: then it has started over. Another request from that transfer ID always means that. On a
// single port this also holds for an upload that has ended and stays in case its last ACK is lost: whatever a late request is
// answered with would be taken for the answer to the last block.

import type { OptionList, RequestPacket } from "../packet/mod.ts";
import type { RequestInfo } from "./events.ts";
import type { ServerConfig } from "./options.ts";
import type { Session } from "./session.ts";

/** Silence after which a repeated request means that the client has started over, in milliseconds. */
const RESTART_SILENCE_MS = 1000;

/** The same in round trips, where these are long. */
const RESTART_ROUND_TRIPS = 4;

/** The same where nothing could be measured, because the first answer was sent again: that is a slow network, or a bad one. */
const UNMEASURED_RESTART_SILENCE_MS = 3000;

/** What is asked of the transfer that there is. */
export type EarlierSession = Pick<
  Session,
  | "isEnded"
  | "isProven"
  | "isFor"
  | "heardAt"
  | "roundTripMs"
  | "repeat"
  | "abandon"
>;

/** Whether such a request is to be served anew; what is to be done about the transfer that there is, is done. */
export function isNewRequest(
  earlier: EarlierSession,
  packet: RequestPacket,
  { clock, singlePort }: Pick<ServerConfig, "clock" | "singlePort">,
): boolean {
  if (earlier.isEnded && !singlePort) return true;
  if (earlier.isFor(packet)) {
    if (!earlier.isEnded && !earlier.isProven) {
      earlier.repeat();
      return false;
    }
    const silenceMs = clock.now() - earlier.heardAt;
    if (silenceMs < restartSilenceMs(earlier.roundTripMs)) return false;
  }
  if (!earlier.isEnded) earlier.abandon("The client has started over");
  return true;
}

/**
 * Whether a request is another one again: word for word, or without the options of which none was accepted. So a client asks
 * that has not seen our answer yet, and has tried with options for long enough. It never turns back to options, so one with
 * them, after one without, was late: answered anew, on a single port, a block of 512 octets would pass for the short last one
 * of a transfer with larger blocks.
 */
export function isSameRequest(
  packet: RequestPacket,
  info: RequestInfo,
  accepted: OptionList,
): boolean {
  if (
    (packet.type === "RRQ") !== (info.operation === "read") ||
    packet.filename !== info.filename || packet.mode !== info.mode
  ) return false;
  if (packet.options.length === 0) return accepted.length === 0;
  if (info.options.length === 0) return true;
  return packet.options.length === info.options.length &&
    packet.options.every(([name, value], index) =>
      name === info.options[index]![0] && value === info.options[index]![1]
    );
}

function restartSilenceMs(roundTripMs: number): number {
  return roundTripMs < 0
    ? UNMEASURED_RESTART_SILENCE_MS
    : Math.max(RESTART_SILENCE_MS, RESTART_ROUND_TRIPS * roundTripMs);
}
