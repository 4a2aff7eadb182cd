// What a command of the shell is, and what comes of a line.

import type { TftpTarget } from "../../client.ts";
import { EXIT_STATUS } from "../exit_status.ts";
import type { ShellState } from "./state.ts";

/** A file to download. */
export interface GetRequest {
  readonly target: Required<TftpTarget>;
  /** The file here, or the directory it goes into; `null` for standard output. */
  readonly path: string | null;
}

/** A file to upload. */
export interface PutRequest {
  /** The file here. */
  readonly path: string;
  readonly target: Required<TftpTarget>;
}

/** What a line asks for that is more than a change of mind. */
export type ShellAction =
  | {
    readonly type: "get";
    readonly requests: readonly GetRequest[];
    /** Whether to replace files without asking. */
    readonly isForced: boolean;
  }
  | { readonly type: "put"; readonly requests: readonly PutRequest[] }
  | { readonly type: "quit" };

/** What comes of a line. */
export interface ShellOutcome {
  /** What is different from now on. */
  readonly change?: Partial<ShellState>;
  /** What to say, without a line end. */
  readonly text?: string;
  /** What to do. */
  readonly action?: ShellAction;
}

/** What an argument is, as far as completion is concerned. */
export type ArgumentKind = "local" | "remote" | readonly string[];

/** A command of the shell. */
export interface ShellCommand {
  /** What it is called by; the first one is the name that `help` shows. */
  readonly names: readonly string[];
  /** Its arguments, for `help`. */
  readonly usage: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** More of it, for `help NAME`: one paragraph each. */
  readonly details?: readonly string[];
  /** What its arguments are; the last one stands for all that follow. */
  readonly completes?: readonly ArgumentKind[];
  /** How many arguments it takes. */
  readonly count: readonly [min: number, max: number];
  /**
   * Does it.
   *
   * @param args What stands behind its name.
   * @param state What the shell remembers.
   * @returns What comes of it.
   * @throws {ShellError} When it makes no sense.
   */
  run(args: readonly string[], state: ShellState): ShellOutcome;
}

/** A line makes no sense. */
export class ShellError extends Error {
  override readonly name: string = "ShellError";
  /** The exit status that a script ends with. */
  readonly status: number;

  /**
   * @param message What makes no sense, and what would.
   * @param status The exit status.
   */
  constructor(message: string, status: number = EXIT_STATUS.usage) {
    super(message);
    this.status = status;
  }
}
