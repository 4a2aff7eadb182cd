/**
 * What a server does, told: to people in lines of text through `@std/log` and in an access log, to machines as records for
 * JSON Lines, to programs as events that can be awaited, to tests as a record of what a device asked for, to Wireshark as
 * a capture. The library itself never logs; whoever wants to know gives one of these to `serve` as `onEvent`, and a capture
 * as `network`.
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
  assertAsked,
  type AssertAskedOptions,
  type ExpectedRequest,
  isAsExpected,
  type RecordedRequest,
  type RequestExpectation,
  type RequestOutcome,
  UnexpectedRequestsError,
} from "./asked.ts";
export { type Capture, capture, type CaptureOptions } from "./capture.ts";
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
  type Recorder,
  recorder,
  type RecorderOptions,
  type Recording,
  type WaitForOptions,
} from "./recorder.ts";
export {
  type RotatingFile,
  rotatingFile,
  type RotatingFileOptions,
} from "./rotating_file.ts";
export { tellAll } from "./tell_all.ts";
export { jsonLine } from "./text.ts";
export { formatBytes, formatDuration, formatRate } from "./units.ts";
