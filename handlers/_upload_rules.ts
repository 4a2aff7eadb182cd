import { ERROR_CODE, quoteText, TftpError } from "../packet/mod.ts";
import { refusal } from "./_refusal.ts";
import type { TftpRequest } from "./request.ts";

/** Makes sure that a limit is a number of octets. */
export function checkSize(name: string, size: number): void {
  if (size === Infinity || (Number.isSafeInteger(size) && size >= 0)) return;
  throw new RangeError(
    `Cannot use ${name} as it must be a whole number of octets, or Infinity: current value is ${size}`,
  );
}

/**
 * Refuses an upload that is announced as larger than is allowed.
 *
 * @returns How many octets must come; `null` when that is not known.
 */
export function checkAnnouncedSize(
  request: TftpRequest,
  maxSizeBytes: number,
): number | null {
  const isOctet = request.mode === "octet";
  // In netascii the announced size counts what is on the wire, where a line end or a carriage return takes two octets.
  const leastSize = (request.size ?? 0) / (isOctet ? 1 : 2);
  if (leastSize > maxSizeBytes) {
    throw refusal(
      ERROR_CODE.DiskFull,
      `Cannot take upload as it must be ${maxSizeBytes} octets at most: announced size is ${request.size}`,
    );
  }
  // 0 is no announcement: some say so in want of a number.
  return isOctet ? request.size || null : null;
}

/** The refusal of any upload, where none are taken. */
export function uploadsNotAllowed({ filename }: TftpRequest): TftpError {
  return refusal(
    ERROR_CODE.AccessViolation,
    `Cannot take upload ${
      quoteText(filename)
    } as uploads are not allowed: set write`,
  );
}

/** The refusal of an upload that has become too large. */
export function tooLarge(sizeBytes: number, maxSizeBytes: number): TftpError {
  return refusal(
    ERROR_CODE.DiskFull,
    `Cannot take upload as it must be ${maxSizeBytes} octets at most: current size is ${sizeBytes}`,
  );
}

/** The refusal of an upload that is not what was announced: TFTP itself cannot tell a short file from a whole one. */
export function sizeDiffers(announcedSize: number, size: string): TftpError {
  return new TftpError(
    ERROR_CODE.NotDefined,
    `Cannot store upload as it must be of the announced ${announcedSize} octets: current size is ${size}`,
    { wireText: "Size differs from announced" },
  );
}

/** The refusal of an upload that would replace a file. */
export function alreadyExists(path: string): TftpError {
  return refusal(
    ERROR_CODE.FileAlreadyExists,
    `Cannot take upload to "${path}" as it exists: set overwrite to replace it`,
  );
}
