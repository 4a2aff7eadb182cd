// The shell from its first line to its last. Rules:
// 1. A line that fails is told and counted; the next one is read, unless a failure ends all of it.
// 2. Ctrl-C breaks off what a line has begun. Somebody who types goes on then; a script has ended. Once more, and the program
//    ends, whatever it is about.
// 3. The exit status of a script says why commands of it have failed, as that of `get` does; somebody who types has seen it.

import type { CliContext } from "../context.ts";
import { EXIT_STATUS, joinStatuses } from "../exit_status.ts";
import { explain } from "../explain.ts";
import { lineWidth, wrapHanging } from "../wrap.ts";
import { ShellError } from "./command.ts";
import { interpret } from "./interpreter.ts";
import type { LineSource } from "./lines.ts";
import type { ShellState } from "./state.ts";
import type { TransferClient } from "../transfer_task.ts";
import { transferAll } from "./transfers.ts";

/** What a shell is made of. */
export interface SessionOptions {
  readonly context: CliContext;
  readonly lines: LineSource;
  readonly client: TransferClient;
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
  const statuses: number[] = [];
  try {
    while (!session.isOver) {
      const line = await lines.read();
      if (line === null) break;
      count++;
      if (typeof line === "string") await onLine?.(line);
      const status = await session.run(line, isScript ? count : null);
      statuses.push(status);
      if (status !== EXIT_STATUS.ok && isScript && stopsAtFailure) {
        context.stderr.write(`Stopped at line ${count}, which failed\n`);
        break;
      }
    }
  } finally {
    stopListening();
    await lines.close();
  }
  if (session.isKilled) return EXIT_STATUS.interrupted;
  return isScript ? joinStatuses(statuses) : EXIT_STATUS.ok;
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
  /** What must be done before the process is ended at once. */
  readonly #atExit = new Set<() => void>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /** Ctrl-C while something runs, or the wish that the program end. */
  interrupt(): void {
    const { context, lines } = this.#options;
    const abortion = this.#abortion;
    if (abortion?.signal.aborted) {
      for (const act of this.#atExit) act();
      return context.exit(EXIT_STATUS.interrupted);
    }
    if (lines.confirm === null || abortion === null) {
      this.isOver = true;
      this.isKilled = true;
    }
    if (abortion === null) {
      lines.close();
      return;
    }
    abortion.abort(new Error("interrupted"));
  }

  /** Does one line; its exit status. */
  async run(
    line: string | readonly string[],
    number: number | null,
  ): Promise<number> {
    const { context } = this.#options;
    try {
      const { change, text, action } = interpret(line, this.#state);
      if (change) this.#state = { ...this.#state, ...change };
      if (text !== undefined) context.stdout.write(this.#wrapped(text));
      if (action?.type === "quit") this.isOver = true;
      else if (action) return await this.#transfer(action);
      return EXIT_STATUS.ok;
    } catch (error) {
      const where = number === null ? "" : `Line ${number}: `;
      const isNonsense = error instanceof ShellError;
      const what = isNonsense ? error.message : explain(error);
      context.stderr.write(`${where}${what}\n`);
      return isNonsense ? error.status : EXIT_STATUS.other;
    }
  }

  /** Lines that fit; what is a second column is so below, too. */
  #wrapped(text: string): string {
    const width = lineWidth(this.#options.context.stdout);
    return text.split("\n").flatMap((line) => {
      const indent = /^\S+ {2,}/.exec(line)?.[0].length ?? 0;
      return wrapHanging(line, width, indent);
    }).join("\n") + "\n";
  }

  async #transfer(
    action: Parameters<typeof transferAll>[0],
  ): Promise<number> {
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
        atExit: this.#atExit,
      });
    } finally {
      this.#abortion = null;
    }
  }
}
