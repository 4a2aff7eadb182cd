/**
 * What a server does, told: to people in lines of text through `@std/log`, to machines as records for JSON Lines. The
 * library itself never logs; whoever wants to know gives one of these to `serve` as `onEvent`.
 *
 * ```ts
 * import { formatRate } from "@tftpkit/tftp/observe";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatRate(2_000_000, 2000), "1.0 MB/s");
 * ```
 *
 * @module
 */

export {
  type AccessLogger,
  accessLogger,
  type AccessLoggerOptions,
  DEFAULT_ACCESS_FORMAT,
} from "./access_log.ts";
export {
  describeEvent,
  describeMachineEvent,
  describeTransfer,
  type EventDescription,
  type EventLevel,
  eventLevel,
} from "./describe.ts";
export {
  type EventStream,
  eventStream,
  type EventStreamOptions,
  type MissedEvents,
} from "./event_stream.ts";
export { limitEvents, type LimitEventsOptions } from "./limit_events.ts";
export {
  type EventLogger,
  eventLogger,
  type EventLoggerOptions,
} from "./log.ts";
export { type EventRecord, toRecord } from "./record.ts";
export {
  type RotatingFile,
  rotatingFile,
  type RotatingFileOptions,
} from "./rotating_file.ts";
export { jsonLine } from "./text.ts";
export { formatBytes, formatDuration, formatRate } from "./units.ts";
