/**
 * What this project uses of `@std/log` 0.224, which is not on npm: the same
 * names, types and behavior, without files and without shorthands for the
 * default logger. See ../std_from_npm.ts.
 *
 * @module
 */

/** The levels by name; a message passes where its level is at least the set one. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** The name of a level. */
export type LevelName = keyof typeof LogLevels;
/** The number of a level. */
export type LogLevel = (typeof LogLevels)[LevelName];
/** All names, lowest level first. */
export const LogLevelNames: LevelName[] = Object.keys(LogLevels) as LevelName[];

/** The number that belongs to a name. */
export function getLevelByName(name: LevelName): LogLevel {
  if (Object.hasOwn(LogLevels, name)) return LogLevels[name];
  throw new Error(`Cannot get log level: no level named ${name}`);
}

/** The name that belongs to a number. */
export function getLevelName(level: LogLevel): LevelName {
  const name = LogLevelNames.find((each) => LogLevels[each] === level);
  if (name !== undefined) return name;
  throw new Error(`Cannot get log level: no name for level: ${level}`);
}

/** What a {@linkcode LogRecord} is made from. */
export interface LogRecordOptions {
  msg: string;
  args: unknown[];
  level: LogLevel;
  loggerName: string;
}

/** One message on its way to the handlers. */
class LogRecord {
  readonly msg: string;
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
  readonly #args: unknown[];
  readonly #timeMs = Date.now();

  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
  }

  get args(): unknown[] {
    return [...this.#args];
  }

  get datetime(): Date {
    return new Date(this.#timeMs);
  }
}

// Upstream's main module, too, exports it as a type only.
export type { LogRecord };

/** Turns a record into a line. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** Options of {@linkcode BaseHandler}. */
export interface BaseHandlerOptions {
  formatter?: FormatterFunction;
}

/** Where records go; a subclass says what to do with a line. */
export abstract class BaseHandler {
  #level: LogLevel;
  formatter: FormatterFunction;

  constructor(levelName: LevelName, options?: BaseHandlerOptions) {
    this.#level = getLevelByName(levelName);
    this.formatter = options?.formatter ??
      ((record) => `${record.levelName} ${record.msg}`);
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  handle(logRecord: LogRecord): void {
    if (logRecord.level >= this.#level) this.log(this.format(logRecord));
  }

  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  abstract log(msg: string): void;

  setup(): void {}

  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Options of {@linkcode ConsoleHandler}. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  useColors?: boolean;
}

const RED = 31;
const COLORS: Partial<Record<string, [number, number][]>> = {
  INFO: [[34, 39]],
  WARN: [[33, 39]],
  ERROR: [[RED, 39]],
  CRITICAL: [[RED, 39], [1, 22]],
};

/** Writes lines to the console, colored by level. */
export class ConsoleHandler extends BaseHandler {
  readonly #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = (options.useColors ?? true) && !Deno.noColor;
  }

  override format(logRecord: LogRecord): string {
    let line = super.format(logRecord);
    const colors = this.#useColors ? COLORS[logRecord.levelName] ?? [] : [];
    for (const [on, off] of colors) line = `\x1b[${on}m${line}\x1b[${off}m`;
    return line;
  }

  log(msg: string): void {
    console.log(msg);
  }
}

// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => any;
type PlainMessage<T> = T extends AnyFunction ? never : T;

/** Options of {@linkcode Logger}. */
export interface LoggerOptions {
  handlers?: BaseHandler[];
}

/** Passes messages of its level and above to its handlers. */
export class Logger {
  #level: LogLevel;
  readonly #loggerName: string;
  handlers: BaseHandler[];

  constructor(
    loggerName: string,
    levelName: LevelName,
    options: LoggerOptions = {},
  ) {
    this.#loggerName = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    if (!Object.values(LogLevels).includes(level)) {
      throw new TypeError(`Invalid log level: ${level}`);
    }
    this.#level = level;
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  get loggerName(): string {
    return this.#loggerName;
  }

  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  debug<T>(msg: PlainMessage<T>, ...args: unknown[]): T;
  debug(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.DEBUG, msg, args);
  }

  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  info<T>(msg: PlainMessage<T>, ...args: unknown[]): T;
  info(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.INFO, msg, args);
  }

  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  warn<T>(msg: PlainMessage<T>, ...args: unknown[]): T;
  warn(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.WARN, msg, args);
  }

  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  error<T>(msg: PlainMessage<T>, ...args: unknown[]): T;
  error(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.ERROR, msg, args);
  }

  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  critical<T>(msg: PlainMessage<T>, ...args: unknown[]): T;
  critical(msg: unknown, ...args: unknown[]): unknown {
    return this.#log(LogLevels.CRITICAL, msg, args);
  }

  /** A function is called only where its result will be logged. */
  #log(level: LogLevel, msg: unknown, args: unknown[]): unknown {
    const lazy = typeof msg === "function";
    if (level < this.#level) return lazy ? undefined : msg;
    const value = lazy ? msg() : msg;
    const record = new LogRecord({
      msg: asText(value),
      args,
      level,
      loggerName: this.#loggerName,
    });
    for (const handler of this.handlers) handler.handle(record);
    return value;
  }
}

/** The text of any value: strings bare at the top and quoted inside objects. */
function asText(value: unknown, quoted = false): string {
  if (typeof value === "string") return quoted ? `"${value}"` : value;
  if (value instanceof Error) return value.stack ?? String(value);
  if (typeof value === "function") return "undefined";
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value)
    .map(([key, member]) => `"${key}":${asText(member, true)}`);
  return `{${members.join(",")}}`;
}

/** How {@linkcode setup} makes one logger. */
export interface LoggerConfig {
  level?: LevelName;
  handlers?: string[];
}

/** What {@linkcode setup} takes. */
export interface LogConfig {
  handlers?: { [name: string]: BaseHandler };
  loggers?: { [name: string]: LoggerConfig };
}

const handlersInUse = new Map<string, BaseHandler>();
const loggers = new Map<string, Logger>();

/** Replaces all loggers and handlers; those called "default" always exist. */
export function setup(config: LogConfig): void {
  for (const handler of handlersInUse.values()) handler.destroy();
  handlersInUse.clear();
  loggers.clear();
  const handlers = { default: new ConsoleHandler("INFO"), ...config.handlers };
  for (const [name, handler] of Object.entries(handlers)) {
    handler.setup();
    handlersInUse.set(name, handler);
  }
  const defaults: LoggerConfig = { level: "INFO", handlers: ["default"] };
  const configs = { default: defaults, ...config.loggers };
  for (const [name, { level, handlers }] of Object.entries(configs)) {
    const own = (handlers ?? []).flatMap((each) =>
      handlersInUse.get(each) ?? []
    );
    loggers.set(name, new Logger(name, level ?? "INFO", { handlers: own }));
  }
}

/** The logger of a name, made silent and at level NOTSET where it is new. */
export function getLogger(name = "default"): Logger {
  let logger = loggers.get(name || "default");
  if (logger === undefined) {
    logger = new Logger(name, "NOTSET");
    loggers.set(name, logger);
  }
  return logger;
}

setup({});
