import type { ServerEvent } from "../server/events.ts";

/** Options of {@linkcode limitEvents}. */
export interface LimitEventsOptions {
  /**
   * Events a second that are let through for long.
   *
   * @default {50}
   */
  readonly perSecond?: number;
  /**
   * Events that are let through at once.
   *
   * @default {500}
   */
  readonly burst?: number;
  /**
   * Told how many were held back, as soon as one is let through again.
   *
   * @param count How many.
   */
  readonly onSuppressed?: (count: number) => void;
  /**
   * The time in milliseconds.
   *
   * @default {performance.now}
   */
  readonly now?: () => number;
}

/**
 * Keeps strangers from filling a disk with log lines: events that anybody can cause for the price of a datagram, such as
 * requests that are refused, pass at a limited rate. How transfers end is always let through.
 *
 * @param onEvent Who wants the events.
 * @param options How many.
 * @returns What to give to `serve` as `onEvent`.
 *
 * @example A thousand refusals at once
 * ```ts
 * import { limitEvents } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * let count = 0;
 * const onEvent = limitEvents(() => count++, { burst: 10, now: () => 0 });
 * const remote = { transport: "udp", hostname: "192.0.2.7", port: 50000 } as const;
 * for (let i = 0; i < 1000; i++) onEvent({ type: "ignored", remote, packet: "ACK 1" });
 * assertEquals(count, 10);
 * ```
 */
export function limitEvents(
  onEvent: (event: ServerEvent) => void,
  options: LimitEventsOptions = {},
): (event: ServerEvent) => void {
  const {
    perSecond = 50,
    burst = 500,
    onSuppressed,
    now = () => performance.now(),
  } = options;
  let tokens = burst;
  let at = now();
  let suppressed = 0;
  return (event) => {
    if (!CHEAP_EVENTS.has(event.type)) return onEvent(event);
    const time = now();
    tokens = Math.min(burst, tokens + (time - at) / 1000 * perSecond);
    at = time;
    if (tokens < 1) {
      suppressed++;
      return;
    }
    tokens--;
    if (suppressed > 0) {
      const count = suppressed;
      suppressed = 0;
      onSuppressed?.(count);
    }
    onEvent(event);
  };
}

/** What a stranger can cause with one datagram. */
const CHEAP_EVENTS: ReadonlySet<ServerEvent["type"]> = new Set([
  "request",
  "refused",
  "dropped",
  "ignored",
  "probed",
  "negotiated",
  "retransmission",
  "unexpected",
]);
