import { processTerminal, type Terminal } from "./terminal.ts";
import { systemText } from "../observe/text.ts";
import { type Clock, systemClock } from "../net/mod.ts";
import { writeAll } from "../net/write_all.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** A stream that text and data are written to. */
export interface Output {
  /** Whether somebody looks at it in a terminal. */
  readonly isTerminal: boolean;
  /** Columns of the terminal, as it is now; 80 where there is none. */
  readonly columns: number;
  /** Lines of the terminal, as it is now; 24 where there is none. */
  readonly rows: number;
  /**
   * Writes all of it.
   *
   * @param data Text, or bytes as they are.
   */
  write(data: string | Uint8Array): void;
}

/** What the program knows of the process it runs in: everything that a test wants to put in the place of the real one. */
export interface CliContext {
  /** What stands behind the program's name. */
  readonly args: readonly string[];
  /** For data. */
  readonly stdout: Output;
  /** For everything else. */
  readonly stderr: Output;
  /** What is piped in. */
  readonly stdin: ReadableStream<Uint8Array>;
  /**
   * Takes hold of the terminal that somebody types into, to edit lines there.
   *
   * @returns The terminal; `null` when nobody types, or nobody sees what is typed.
   */
  openTerminal(): Terminal | null;
  /** Whether not to use colors, whatever the terminal can do. */
  readonly noColor: boolean;
  /** What the program is called by, for usage lines: `tftpkit`, or how Deno runs it. */
  readonly programName: string;
  /** The commit that it was built from, where whoever built it has written that down. */
  readonly commit?: string;
  /** What waits, and measures how long something took. */
  readonly clock: Clock;
  /**
   * The time of day.
   *
   * @returns Milliseconds since 1970, with fractions.
   */
  time(): number;
  /**
   * A variable of the environment.
   *
   * @param name Its name.
   * @returns Its value, if it has one and may be read.
   */
  env(name: string): string | undefined;
  /**
   * Asks whether something is allowed, without asking the user.
   *
   * @param descriptor The permission.
   * @returns Whether it is granted.
   */
  isGranted(descriptor: Deno.PermissionDescriptor): Promise<boolean>;
  /**
   * Listens for the wish that the program end: Ctrl-C, or `kill`.
   *
   * @param handler Called each time.
   * @returns Stops listening.
   */
  onTerminate(handler: () => void): () => void;
  /**
   * Listens for the wish that files be read again: SIGHUP. Windows has none that means that, and nothing is heard there.
   *
   * @param handler Called each time.
   * @returns Stops listening.
   */
  onReload(handler: () => void): () => void;
  /**
   * The network interfaces of the machine, which takes `--allow-sys=networkInterfaces`.
   *
   * @returns An entry for each address.
   */
  networkInterfaces(): readonly Deno.NetworkInterfaceInfo[];
  /**
   * Ends the process at once, whatever is under way.
   *
   * @param status The exit status.
   */
  exit(status: number): void;
}

/**
 * The process that this is.
 *
 * @returns The context for `main`.
 */
export function denoContext(): CliContext {
  return {
    args: Deno.args,
    stdout: outputOf(Deno.stdout, "standard output"),
    stderr: outputOf(Deno.stderr, "standard error"),
    stdin: Deno.stdin.readable,
    openTerminal: processTerminal,
    noColor: Deno.noColor,
    programName: "tftpkit",
    clock: systemClock,
    time: () => performance.timeOrigin + performance.now(),
    env(name) {
      const { state } = Deno.permissions.querySync({
        name: "env",
        variable: name,
      });
      return state === "granted" ? Deno.env.get(name) : undefined;
    },
    async isGranted(descriptor) {
      const { state } = await Deno.permissions.query(descriptor);
      return state === "granted";
    },
    onTerminate(handler) {
      return listenFor(
        IS_WINDOWS ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"],
        handler,
      );
    },
    onReload(handler) {
      // On Windows it is sent when the console window is closed.
      return listenFor(IS_WINDOWS ? [] : ["SIGHUP"], handler);
    },
    networkInterfaces: () => Deno.networkInterfaces(),
    exit: (status) => Deno.exit(status),
  };
}

function listenFor(
  signals: readonly Deno.Signal[],
  handler: () => void,
): () => void {
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, handler);
  };
}

/** A terminal that does not know its size says 0. */
function terminalSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}

function outputOf(stream: typeof Deno.stdout, name: string): Output {
  const encoder = new TextEncoder();
  return {
    isTerminal: stream.isTerminal(),
    get columns() {
      return terminalSize().columns;
    },
    get rows() {
      return terminalSize().rows;
    },
    write(data) {
      const bytes = typeof data === "string" ? encoder.encode(data) : data;
      try {
        writeAll(stream, bytes);
      } catch (error) {
        throw nameOutput(error, name);
      }
    },
  };
}

/** The same error, so that it stays what it is to others, in words that say which output it was. */
function nameOutput(error: unknown, name: string): unknown {
  if (error instanceof Error) {
    error.message = `Cannot write to ${name}: ${systemText(error.message)}`;
  }
  return error;
}
