// What goes into the engine of rules.ts, and what comes out.

import type { Operation } from "../../packet/mod.ts";

/** What is asked for. */
export interface RemapRequest {
  /** The name, as asked. */
  readonly filename: string;
  /** Whether the file is read or written. */
  readonly operation: Operation;
  /** The client's IP address, without a port. */
  readonly client: string;
}

/** One rule and what it did. */
export interface RemapStep {
  /** The rule's line, counted from 1. */
  readonly line: number;
  /** The rule as written, without comment. */
  readonly rule: string;
  /** Whether it matched; with `~`, whether its pattern did not. */
  readonly isMatch: boolean;
  /** Whether it matched and was undone, as the result is no file that can be transferred. */
  readonly isUndone: boolean;
  /** The name after it. */
  readonly filename: string;
  /** What comes next: the next rule, the first, a label, or the end, with or without a name. */
  readonly next: "rule" | "start" | "label" | "end" | "refusal";
}

/** Options of {@linkcode remapFilename}. */
export interface RemapFilenameOptions {
  /**
   * How many rules may be tried and replacements made before the request is refused.
   *
   * @default {DEFAULT_MAX_REMAP_STEPS}
   */
  readonly maxSteps?: number;
  /**
   * Whether a name stands for a file that can be transferred: needed when a rule has the flag `E`. See
   * `fileChecker`.
   *
   * @param filename The name.
   * @param operation What is to be done.
   * @returns Whether it does.
   */
  readonly isTransferable?: (filename: string, operation: Operation) => boolean;
  /**
   * Called for each rule that was tried.
   *
   * @param step What the rule did.
   */
  readonly onStep?: (step: RemapStep) => void;
}

/** What rules made of a name. */
export type RemapResult = RemapAccepted | RemapRefused;

/** A name to go on with. */
export interface RemapAccepted {
  /** The new name. */
  readonly filename: string;
  /** Nothing. */
  readonly refusal: null;
}

/** A refusal; to be sent with code 2. */
export interface RemapRefused {
  /** Nothing. */
  readonly filename: null;
  /** What to tell the client. */
  readonly refusal: string;
  /** What to tell the administrator. */
  readonly reason: string;
}
