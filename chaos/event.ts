import type { UdpAddress } from "../net/mod.ts";
import type { Operation } from "../packet/mod.ts";
import type { ChaosDirection } from "./match.ts";
import type { ChaosExpectation } from "./scenario.ts";

/** A transfer that a scenario was chosen for. */
export interface ChaosTransfer {
  /** A number that is this transfer's alone. */
  readonly id: number;
  /** The client. */
  readonly client: UdpAddress;
  /** Whether it reads or writes. */
  readonly operation: Operation;
  /** The name, as the server behind gets it: for logs, use `quoteText`. */
  readonly filename: string;
  /** The scenario. */
  readonly scenario: string;
  /** What a correct client makes of the scenario. */
  readonly expect: ChaosExpectation;
}

/**
 * How a client has come out of a scenario: it finished; it finished before the end, and cannot know; it stopped as it was told
 * to by an ERROR; it ended the transfer with an ERROR of its own; it asked anew; it fell silent; or it was not done when
 * everything ended.
 */
export type ChaosOutcome =
  | "finished"
  | "finished-early"
  | "stopped"
  | "refused"
  | "retried"
  | "gave-up"
  | "under-way";

/** What became of a transfer. */
export interface ChaosReport {
  /** How the client has come out of it. */
  readonly outcome: ChaosOutcome;
  /** The ERROR that it sent, in one line; `null` when it sent none. */
  readonly error: string | null;
  /** Whether it took a packet from another port for the server's (RFC 1350 section 4). */
  readonly isDeceived: boolean;
  /** What it sent to another port that had sent it something, one line each; a correct client sends ERROR 5, or nothing. */
  readonly toStranger: readonly string[];
  /** How often it sent what it had sent just before. */
  readonly repeats: number;
  /** Whether that is what a correct client does; `null` where more than one thing is, or nothing was done to it. */
  readonly isAsExpected: boolean | null;
  /** What was done, one line each, the first hundred. */
  readonly deeds: readonly string[];
  /** How much was done. */
  readonly deedCount: number;
  /** From the request to the last packet of the client, in milliseconds. */
  readonly durationMs: number;
}

/** Something that happened in a server that misbehaves. */
export type ChaosEvent =
  /** A request came, and this is what it will meet. */
  | {
    /** What happened. */
    readonly type: "chosen";
    /** The transfer. */
    readonly transfer: ChaosTransfer;
  }
  /** Something was done to a packet. */
  | {
    /** What happened. */
    readonly type: "tampered";
    /** The transfer. */
    readonly transfer: ChaosTransfer;
    /** Which way the packet went. */
    readonly direction: ChaosDirection;
    /** What was done, in one line. */
    readonly deed: string;
  }
  /** The client is done, or has given up. */
  | {
    /** What happened. */
    readonly type: "ended";
    /** The transfer. */
    readonly transfer: ChaosTransfer;
    /** What became of it. */
    readonly report: ChaosReport;
  };
