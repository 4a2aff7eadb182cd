/**
 * Codes of ERROR packets: RFC 1350 appendix "Error Codes", and RFC 2347 for 8.
 *
 * Some boot ROMs act on the code: U-Boot gives up on 1 and 2 and starts over, for ever, on any other. A refusal that is
 * final is therefore best told with `FileNotFound` or `AccessViolation`.
 *
 * @example The code for a missing file
 * ```ts
 * import { ERROR_CODE } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ERROR_CODE.FileNotFound, 1);
 * ```
 */
export const ERROR_CODE = {
  /** 0: not defined, the text says what happened. */
  NotDefined: 0,
  /** 1: no file of that name. */
  FileNotFound: 1,
  /** 2: the file may not be read or written. */
  AccessViolation: 2,
  /** 3: no room for the file. */
  DiskFull: 3,
  /** 4: the packet is not one that TFTP knows, or not one that fits here. */
  IllegalOperation: 4,
  /** 5: the packet came from a port that has no part in this transfer. */
  UnknownTransferId: 5,
  /** 6: a file of that name exists. */
  FileAlreadyExists: 6,
  /** 7: no such user (only ever used by mode `mail`). */
  NoSuchUser: 7,
  /** 8: the options that were offered cannot be used (RFC 2347). */
  OptionNegotiation: 8,
} as const;

/** One of the values of {@linkcode ERROR_CODE}; on the wire any number from 0 to 65535 can stand. */
export type ErrorCode = typeof ERROR_CODE[keyof typeof ERROR_CODE];

const TEXTS: readonly string[] = [
  "Not defined",
  "File not found",
  "Access violation",
  "Disk full or allocation exceeded",
  "Illegal TFTP operation",
  "Unknown transfer ID",
  "File already exists",
  "No such user",
  "Option negotiation failed",
];

/**
 * The fixed text that RFC 1350 and RFC 2347 give to an error code. What is sent to a stranger should say no more than this.
 *
 * @param code The error code, 0 to 65535.
 * @returns The text, or `Error N` for a code that no RFC defines.
 *
 * @example The text of code 1
 * ```ts
 * import { errorCodeText } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(errorCodeText(1), "File not found");
 * assertEquals(errorCodeText(99), "Error 99");
 * ```
 */
export function errorCodeText(code: number): string {
  return TEXTS[code] ?? `Error ${code}`;
}
