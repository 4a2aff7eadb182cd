// Errors that go from one thread to the other. A structured clone keeps neither the class of an error nor its fields, so what
// is told of a transfer crosses as the `TftpError` that it is to the other side, with its cause in words.

import { asTftpError } from "../../net/mod.ts";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";

/** What an error says, as far as it is for people. */
interface Words {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** An error that can be posted. */
export interface CarriedError extends Words {
  /** Whether it stands for silence. */
  readonly isTimeout: boolean;
  readonly code: number;
  readonly wireText: string;
  readonly origin: "local" | "remote";
  /** What it comes from; `null` for nothing. */
  readonly cause: Words | null;
}

/**
 * Packs an error, whatever was thrown: what has no code of its own gets the one that it is answered with.
 *
 * @param error What was thrown.
 * @returns What can be posted.
 */
export function packError(error: unknown): CarriedError {
  const known = asTftpError(error);
  return {
    ...wordsOf(known),
    isTimeout: known instanceof TransferTimeoutError,
    code: known.code,
    wireText: known.wireText,
    origin: known.origin,
    cause: known.cause === undefined ? null : wordsOf(known.cause),
  };
}

/**
 * Makes the error again.
 *
 * @param carried What was posted.
 * @returns The error.
 */
export function unpackError(carried: CarriedError): TftpError {
  const { message, code, wireText, origin, isTimeout } = carried;
  const cause = carried.cause === null ? {} : { cause: errorOf(carried.cause) };
  return isTimeout
    ? new TransferTimeoutError(message, cause)
    : new TftpError(code, message, { wireText, origin, ...cause });
}

/**
 * Packs what a handler has thrown, for whoever looks after the program: no code is made up for it.
 *
 * @param error What was thrown.
 * @returns What can be posted.
 */
export function packFault(error: unknown): Words {
  return wordsOf(error);
}

/**
 * Makes an error of the same words.
 *
 * @param fault What was posted.
 * @returns The error; its class is `Error`, its name the one that it had.
 */
export function unpackFault(fault: Words): Error {
  return errorOf(fault);
}

export type { Words as CarriedFault };

function wordsOf(error: unknown): Words {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: undefined };
  }
  const { name, message, stack } = error;
  return { name, message, stack };
}

function errorOf({ name, message, stack }: Words): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
