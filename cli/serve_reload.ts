// Reading everything again while the server runs. Rules:
// 1. All or nothing: the new state takes the place of the old one in one step, after everything in it has been read, checked
//    and found allowed. Whatever fails before leaves the old state, and is told.
// 2. A request is answered by what was in force when it came; transfers under way are not touched.
// 3. What only a restart can change is told by name, each time, until it is changed back or restarted.
// 4. Reloads do not overtake each other. One that is asked for while another runs begins after it, and more than one of
//    those are one.

import type { TftpHandler } from "../handlers/mod.ts";
import type { ServeOptions } from "../server.ts";
import type { OptionSpec, ParsedArguments } from "./command.ts";
import type { Logs } from "./serve_logs.ts";
import type { ServePlan } from "./serve_plan.ts";

/** What is in force. */
export interface ServeState {
  /** The arguments, with what the configuration file says. */
  readonly args: ParsedArguments;
  /** What they mean. */
  readonly plan: ServePlan;
  /** Answers requests. */
  readonly handler: TftpHandler;
  /** Where events go. */
  readonly logs?: Logs;
  /** Takes events. */
  readonly onEvent: NonNullable<ServeOptions["onEvent"]>;
  /** Lets go of what it holds open, such as log files, when it is no longer in force. */
  close?(): void;
}

/** What is in force, to be replaced while the server holds on to one handler and one observer. */
export class LiveState {
  #state: ServeState;

  constructor(state: ServeState) {
    this.#state = state;
  }

  /** What is in force. */
  get current(): ServeState {
    return this.#state;
  }

  /** Puts another state in force. */
  replace(state: ServeState): void {
    const before = this.#state;
    this.#state = state;
    before.close?.();
  }

  /** Lets go of what is held open, in the end. */
  close(): void {
    this.#state.close?.();
  }

  /** Answers requests by what is in force when they come. */
  readonly handler: TftpHandler = (request) => this.#state.handler(request);

  /** Tells events to whom it may concern when they happen. */
  readonly onEvent: NonNullable<ServeOptions["onEvent"]> = (event) =>
    this.#state.onEvent(event);
}

/**
 * The options that differ and that only a restart changes.
 *
 * @param options The table.
 * @param before The arguments that the server was started with.
 * @param after The arguments as they are now.
 * @returns Their names.
 */
export function restartOptions(
  options: readonly OptionSpec[],
  before: ParsedArguments,
  after: ParsedArguments,
): string[] {
  const textOf = (args: ParsedArguments, name: string) =>
    JSON.stringify(args.all(name));
  return options
    .filter(({ isReloadable, isCommandLineOnly }) =>
      !isReloadable && !isCommandLineOnly
    )
    .map(({ name }) => name)
    .filter((name) => textOf(before, name) !== textOf(after, name));
}

/**
 * Runs an action once at a time, whenever it is asked for.
 *
 * @param action What to do; it must not throw.
 * @returns Asks for it.
 */
export function oneAtATime(action: () => Promise<void>): () => void {
  let isRunning = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      await action();
    }
    isRunning = false;
  };
}
