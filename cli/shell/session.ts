// The shell from its first line to its last. Rules:
// 1. A line that fails is told and counted; the next one is read, unless a failure ends all of it.
// 2. Ctrl-C breaks off what a line has begun. Somebody who types goes on then; a script has ended. Once more, and the program
//    ends, whatever it is about.
// 3. The exit status of a script says whether all of it went well; somebody who types has seen it.

import type { CliContext } from "../context.ts";
import { explain } from "../explain.ts";
import { ShellError } from "./command.ts";
import { interpret } from "./interpreter.ts";
import type { LineSource } from "./lines.ts";
import type { ShellState } from "./state.ts";
import { type ShellClient, transferAll } from "./transfers.ts";

/** What a shell is made of. */
export interface SessionOptions {
  readonly context: CliContext;
  readonly lines: LineSource;
  readonly client: ShellClient;
  /** How it begins. */
  readonly state: ShellState;
  /** Whether the first failure ends a script. */
  readonly stopsAtFailure: boolean;
  /** Whether to tell of transfers only what went wrong. */
  readonly isQuiet: boolean;
  /** Told each line that was read. */
  readonly onLine?: (line: string) => void | Promise<void>;
}

/**
 * Runs a shell.
 *
 * @param options What it is made of.
 * @returns The exit status.
 */
export async function runSession(options: SessionOptions): Promise<number> {
  const { context, lines, stopsAtFailure, onLine } = options;
  const isScript = lines.confirm === null;
  const session = new Session(options);
  const stopListening = context.onTerminate(() => session.interrupt());
  let count = 0;
  let failures = 0;
  try {
    while (!session.isOver) {
      const line = await lines.read();
      if (line === null) break;
      count++;
      if (typeof line === "string") await onLine?.(line);
      if (await session.run(line, isScript ? count : null)) continue;
      failures++;
      if (isScript && stopsAtFailure) {
        context.stderr.write(`Stopped at line ${count}, which failed\n`);
        break;
      }
    }
  } finally {
    stopListening();
    await lines.close();
  }
  return session.isKilled || isScript && failures > 0 ? 1 : 0;
}

class Session {
  /** Whether no more lines are to be read. */
  isOver = false;
  /** Whether somebody else ended it. */
  isKilled = false;
  readonly #options: SessionOptions;
  #state: ShellState;
  /** Breaks off what runs; `null` when nothing does. */
  #abortion: AbortController | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /** Ctrl-C while something runs, or the wish that the program end. */
  interrupt(): void {
    const { context, lines } = this.#options;
    const abortion = this.#abortion;
    if (abortion?.signal.aborted) return context.exit(1);
    if (lines.confirm === null || abortion === null) {
      this.isOver = true;
      this.isKilled = true;
    }
    if (abortion === null) {
      lines.close();
      return;
    }
    // The terminal has shown "^C" without a line end.
    if (context.stderr.isTerminal) context.stderr.write("\n");
    abortion.abort(new Error("interrupted"));
  }

  /** Does one line; whether it went well. */
  async run(
    line: string | readonly string[],
    number: number | null,
  ): Promise<boolean> {
    const { context } = this.#options;
    try {
      const { change, text, action } = interpret(line, this.#state);
      if (change) this.#state = { ...this.#state, ...change };
      if (text !== undefined) context.stdout.write(text + "\n");
      if (action?.type === "quit") this.isOver = true;
      else if (action) return await this.#transfer(action);
      return true;
    } catch (error) {
      const where = number === null ? "" : `Line ${number}: `;
      const what = error instanceof ShellError ? error.message : explain(error);
      context.stderr.write(`${where}${what}\n`);
      return false;
    }
  }

  async #transfer(
    action: Parameters<typeof transferAll>[0],
  ): Promise<boolean> {
    const { context, client, lines, isQuiet } = this.#options;
    this.#abortion = new AbortController();
    try {
      return await transferAll(action, {
        context,
        client,
        state: this.#state,
        signal: this.#abortion.signal,
        isQuiet,
        confirm: lines.confirm,
      });
    } finally {
      this.#abortion = null;
    }
  }
}
