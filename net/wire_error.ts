// What an error is to the other side. It learns a code and a fixed text: what an exception says may name paths and more.

import {
  ERROR_CODE,
  type ErrorCode,
  errorCodeText,
  TftpError,
} from "../packet/mod.ts";

/** Codes of the operating system for which Deno has no class of its own. */
const CODES: ReadonlyMap<string | undefined, ErrorCode> = new Map([
  ["EDQUOT", ERROR_CODE.DiskFull],
  ["EFBIG", ERROR_CODE.DiskFull],
  ["ENAMETOOLONG", ERROR_CODE.FileNotFound],
  ["ENOSPC", ERROR_CODE.DiskFull],
  ["EROFS", ERROR_CODE.AccessViolation],
]);

/**
 * An error as it goes to the other side: a `TftpError` as it is; an error of the file system with its code, so that a file
 * that is missing is code 1, which lets boot loaders go on; anything else as code 0 with a text that says nothing.
 *
 * @param error Anything that was thrown.
 * @param action What could not be done, as the start of a sentence for the log: `Cannot read "x"`.
 * @returns The error. Its message and its cause keep all there is to know; its `wireText` is fixed.
 *
 * @example An exception says nothing to a stranger
 * ```ts
 * import { asTftpError } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(asTftpError(new Error("/etc/secret")).wireText, "Internal error");
 * assertEquals(asTftpError(new Deno.errors.NotFound("/etc/secret")).code, 1);
 * ```
 */
export function asTftpError(error: unknown, action = ""): TftpError {
  if (error instanceof TftpError) return error;
  const code = wireCode(error);
  const message = messageOf(error);
  return new TftpError(code, action ? `${action}: ${message}` : message, {
    cause: error,
    wireText: code === ERROR_CODE.NotDefined
      ? "Internal error"
      : errorCodeText(code),
  });
}

/**
 * The operating system's name for what went wrong, such as `ENOSPC`.
 *
 * @param error Anything that was thrown.
 * @returns The name, if it has one.
 *
 * @example A disk that is full
 * ```ts
 * import { systemCode } from "@tftpkit/tftp/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(systemCode(Object.assign(new Error(), { code: "ENOSPC" })), "ENOSPC");
 * ```
 */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function wireCode(error: unknown): ErrorCode {
  const {
    AlreadyExists,
    FilesystemLoop,
    IsADirectory,
    NotADirectory,
    NotCapable,
    NotFound,
    PermissionDenied,
  } = Deno.errors;
  if (
    error instanceof NotFound || error instanceof NotADirectory ||
    error instanceof FilesystemLoop
  ) return ERROR_CODE.FileNotFound;
  if (
    error instanceof PermissionDenied || error instanceof NotCapable ||
    error instanceof IsADirectory
  ) return ERROR_CODE.AccessViolation;
  if (error instanceof AlreadyExists) return ERROR_CODE.FileAlreadyExists;
  return CODES.get(systemCode(error)) ?? ERROR_CODE.NotDefined;
}

/** What was thrown can be anything, also something that is no text and cannot be made one. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "Something was thrown that is no error";
  }
}
