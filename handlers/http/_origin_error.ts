import { ERROR_CODE, errorCodeText, TftpError } from "../../packet/mod.ts";

/** What a client learns when it is the origin that fails. */
const UNAVAILABLE_TEXT = "Origin is not available";

/** The origin cannot be reached, or does not do what it should. The message is for the log. */
export function originUnavailable(message: string, cause?: unknown): TftpError {
  return new TftpError(ERROR_CODE.NotDefined, message, {
    cause,
    wireText: UNAVAILABLE_TEXT,
  });
}

/** What a status of HTTP is to a TFTP client (RFC 9110 section 15). */
export function statusError(status: number, action: string): TftpError {
  const code = CODES.get(status);
  const message = `${action}: the origin answered ${status}`;
  if (code === undefined) return originUnavailable(message);
  return new TftpError(code, message, { wireText: errorCodeText(code) });
}

const CODES: ReadonlyMap<number, number> = new Map([
  [401, ERROR_CODE.AccessViolation],
  [403, ERROR_CODE.AccessViolation],
  [404, ERROR_CODE.FileNotFound],
  [405, ERROR_CODE.AccessViolation],
  [409, ERROR_CODE.FileAlreadyExists],
  [410, ERROR_CODE.FileNotFound],
  [412, ERROR_CODE.FileAlreadyExists],
  [413, ERROR_CODE.DiskFull],
  [507, ERROR_CODE.DiskFull],
]);
