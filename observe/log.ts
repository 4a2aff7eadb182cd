// The one file that knows `@std/log`, which its authors have frozen: should it have to be replaced, this is the place.

import { BaseHandler, Logger, LogLevels, type LogRecord } from "@std/log";
import type { ServerEvent } from "../server/events.ts";
import { describeEvent, type EventLevel, eventLevel } from "./describe.ts";
import { oneLine } from "./text.ts";

/** Options of {@linkcode eventLogger}. */
export interface EventLoggerOptions {
  /**
   * The least important events to tell.
   *
   * @default {"INFO"}
   */
  readonly level?: EventLevel;
  /**
   * Takes each line, without its line end.
   *
   * @default {console.error}
   */
  readonly write?: (line: string) => void;
  /**
   * The time of a line.
   *
   * @default {() => new Date()}
   */
  readonly now?: () => Date;
  /**
   * Whether levels are colored, for terminals.
   *
   * @default {false}
   */
  readonly color?: boolean;
}

/** Logs events of a server, and messages of its own, through `@std/log`. */
export interface EventLogger {
  /** Logs an event: what to give to `serve` as `onEvent`. */
  readonly onEvent: (event: ServerEvent) => void;
  /** The logger underneath, for other messages and more handlers. */
  readonly logger: Logger;
}

/**
 * Makes a logger for the events of a server: a line each, with time and level, and nothing in it that could break the line
 * or steer a terminal.
 *
 * @param options Which events, and where to.
 * @returns The logger.
 *
 * @example Log what a server does
 * ```ts
 * import { eventLogger } from "@tftpkit/tftp/observe";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { assertMatch } from "@std/assert";
 *
 * const lines: string[] = [];
 * const { onEvent } = eventLogger({ write: (line) => lines.push(line) });
 * await using server = serve({ hostname: "127.0.0.1", port: 0, onEvent }, () => new TftpResponse("hi"));
 * await using response = await get(`tftp://127.0.0.1:${server.addr.port}/motd`);
 * await response.text();
 * await server.shutdown();
 * assertMatch(lines[0]!, /INFO .* read "motd" 2 B in/);
 * ```
 */
export function eventLogger(options: EventLoggerOptions = {}): EventLogger {
  const {
    level = "INFO",
    // deno-lint-ignore no-console -- where lines go when nobody said otherwise
    write = (line) => console.error(line),
    now = () => new Date(),
    color = false,
  } = options;
  const handler = new LineHandler(level, write, now, color);
  const logger = new Logger("tftpkit", level, { handlers: [handler] });
  const log: Record<EventLevel, (text: string) => void> = {
    DEBUG: (text) => void logger.debug(text),
    INFO: (text) => void logger.info(text),
    WARN: (text) => void logger.warn(text),
    ERROR: (text) => void logger.error(text),
  };
  return {
    logger,
    onEvent(event) {
      // Putting into words what nobody will read would cost more than serving the request.
      if (LogLevels[eventLevel(event)] < LogLevels[level]) return;
      log[eventLevel(event)](describeEvent(event).text);
    },
  };
}

const COLORS: Record<string, string> = {
  DEBUG: "\x1b[90m",
  WARN: "\x1b[33m",
  ERROR: "\x1b[31m",
  CRITICAL: "\x1b[31m",
};

class LineHandler extends BaseHandler {
  readonly #write: (line: string) => void;
  readonly #now: () => Date;
  readonly #color: boolean;

  constructor(
    level: EventLevel,
    write: (line: string) => void,
    now: () => Date,
    color: boolean,
  ) {
    super(level);
    this.#write = write;
    this.#now = now;
    this.#color = color;
  }

  override format(record: LogRecord): string {
    const time = localTime(this.#now());
    const level = record.levelName.padEnd(5);
    const color = this.#color ? COLORS[record.levelName] : undefined;
    const shown = color ? `${color}${level}\x1b[0m` : level;
    // Messages of others may hold anything.
    return `${time} ${shown} ${shorten(oneLine(record.msg))}`;
  }

  override log(line: string): void {
    this.#write(line);
  }
}

/** A name can have two thousand characters, and stand in a line more than once. */
function shorten(text: string): string {
  if (text.length <= MAX_LINE_LENGTH) return text;
  return `${text.slice(0, MAX_LINE_LENGTH)}… (${text.length} characters)`;
}

/** Characters of a message that are logged. */
const MAX_LINE_LENGTH = 600;

/** Local time with milliseconds, in a form that sorts. */
function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${
    two(date.getDate())
  } ${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
