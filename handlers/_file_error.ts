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

/** The operating system's name for what went wrong, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * What a failed file operation is to the other side. The message and the cause keep all there is to know, paths
 * included; the text for the wire tells none of it.
 *
 * @param error What was thrown; a `TftpError` is returned as it is.
 * @param action What could not be done, as the start of a sentence: `Cannot read "x"`.
 */
export function fileError(error: unknown, action: string): TftpError {
  if (error instanceof TftpError) return error;
  const code = wireCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  return new TftpError(code, `${action}: ${reason}`, {
    cause: error,
    wireText: code === ERROR_CODE.NotDefined
      ? "Internal error"
      : errorCodeText(code),
  });
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
