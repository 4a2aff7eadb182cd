// What went wrong with a transfer, for a person and for a script: a text that says what to try, and an exit status.

import { ERROR_CODE, TftpError, TransferTimeoutError } from "../packet/mod.ts";
import { ChecksumError } from "./checksum.ts";
import { type Ending, EXIT_STATUS } from "./exit_status.ts";
import { explain } from "./explain.ts";
import { PermissionError } from "./permission.ts";

/** How settings are spelt: `--rfc1350` on a command line, `rfc1350` in the shell. */
export type SettingStyle = "option" | "command";

/** What is known besides the error. */
export interface FailureCircumstances {
  /** Which way the file went. */
  readonly operation: "get" | "put";
  /** Whether the server had accepted the transfer. */
  readonly isBegun: boolean;
  /** Whether it is the file of this machine that failed. */
  readonly isFileFault: boolean;
  /** Whether it was interrupted. */
  readonly isInterrupted: boolean;
  /**
   * How settings are spelt that are worth a try.
   *
   * @default {"option"}
   */
  readonly style?: SettingStyle;
}

/** What went wrong. */
export interface TransferFailure {
  /** The reason in a word. */
  readonly reason: Ending;
  /** The exit status. */
  readonly status: number;
  /** What failed, and what to try, in one line. */
  readonly text: string;
  /** The code of the server's ERROR packet, if that was it. */
  readonly code: number | null;
}

/**
 * Tells what went wrong.
 *
 * @param error What was thrown.
 * @param circumstances What else is known.
 * @returns The failure.
 */
export function failureOf(
  error: unknown,
  circumstances: FailureCircumstances,
): TransferFailure {
  const reason = reasonFor(error, circumstances);
  const code = reason === "refused" ? (error as TftpError).code : null;
  const advice = adviceFor(reason, code, circumstances) ?? socketAdvice(error);
  // Who has begun to take a file and cannot go on has refused nothing.
  const text = reason === "refused" && circumstances.isBegun
    ? explain(error, "the server ended the transfer")
    : explain(error);
  return {
    reason,
    status: EXIT_STATUS[reason],
    text: advice === null ? text : `${text} (${advice})`,
    code,
  };
}

function reasonFor(
  error: unknown,
  { isBegun, isFileFault, isInterrupted }: FailureCircumstances,
): Ending {
  if (isInterrupted) return "interrupted";
  if (error instanceof PermissionError) return "permission";
  if (error instanceof ChecksumError) return "checksum";
  if (error instanceof TransferTimeoutError) {
    return isBegun ? "silence" : "noAnswer";
  }
  if (error instanceof TftpError && error.origin === "remote") return "refused";
  const { cause } = Object(error) as { cause?: unknown };
  if (
    error instanceof Deno.errors.NotCapable ||
    cause instanceof Deno.errors.NotCapable
  ) return "permission";
  if (isFileFault) {
    const isThere = error instanceof TftpError &&
      error.code === ERROR_CODE.FileAlreadyExists;
    return isThere ? "exists" : "file";
  }
  return error instanceof Deno.errors.NotFound ? "host" : "other";
}

function adviceFor(
  reason: Ending,
  code: number | null,
  { operation, style = "option" }: FailureCircumstances,
): string | null {
  const dashes = style === "option" ? "--" : "";
  switch (reason) {
    case "silence":
      return `try again, with more ${dashes}retries or a smaller ${dashes}windowsize and ${dashes}blksize`;
    case "checksum":
      return operation === "get"
        ? "get it again, or look where the checksum comes from"
        : "the server was told not to keep it: look at the file, and where the checksum comes from";
    case "refused":
      return refusalAdvice(code!, operation, dashes);
    default:
      // The text says it already, or there is nothing that could be said of all cases.
      return null;
  }
}

/** What keeps a socket from being opened, or used at all. */
function socketAdvice(error: unknown): string | null {
  const { AddrInUse, AddrNotAvailable, NetworkUnreachable } = Deno.errors;
  if (error instanceof AddrInUse) {
    return "leave out --source-port, or end what uses it";
  }
  if (error instanceof AddrNotAvailable) {
    return "--source-address must be an address of this machine";
  }
  return error instanceof NetworkUnreachable
    ? "look for a route to it; a --source-address must be IPv4 or IPv6 as the server's is"
    : null;
}

function refusalAdvice(
  code: number,
  operation: "get" | "put",
  dashes: string,
): string | null {
  switch (code) {
    case ERROR_CODE.FileNotFound:
      return operation === "get"
        ? "look at the name: it counts from the server's root, and upper case may matter"
        : "many servers take no new files, and none into a directory that is absent: create it there first";
    case ERROR_CODE.AccessViolation:
      return operation === "get"
        ? "the server may not read the file, or not for this address"
        : "the server takes no uploads, or not under this name";
    case ERROR_CODE.DiskFull:
      return "make room on the server, or let it take files of that size";
    case ERROR_CODE.IllegalOperation:
    case ERROR_CODE.OptionNegotiation:
      return `try again with ${dashes}rfc1350`;
    case ERROR_CODE.UnknownTransferId:
      return "the server has given up the transfer: try again";
    case ERROR_CODE.FileAlreadyExists:
      return "remove it on the server, or choose another name";
    default:
      return null;
  }
}
