// What an option must be that this package does not know itself. Rules:
// 1. Its name is of visible ASCII characters, so that what it is without case is no matter of opinion (RFC 2347), and none of
//    `OPTION_NAMES`: a second meaning of those would break the transfer.
// 2. Its text holds no NUL, which would end it early, and fits into an OACK beside its name.

import { textToBytes } from "./_text.ts";
import { foldOptionName, OPTION_NAMES } from "./option.ts";

/**
 * Octets of an OACK into which custom answers are put: what RFC 2347 says of a request, and what a client has room for that
 * asked for no larger block.
 */
export const MAX_OPTION_ACK_BYTES = 512;

/**
 * Octets that an option takes up in a request or an OACK: name and value, each ended by NUL (RFC 2347).
 *
 * @param name The name.
 * @param value The value.
 * @returns The number of octets.
 *
 * @example An option in a packet
 * ```ts
 * import { optionSizeBytes } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(optionSizeBytes("tsize", "0"), 8);
 * ```
 */
export function optionSizeBytes(name: string, value: string): number {
  return textToBytes(name).length + textToBytes(value).length + 2;
}

/**
 * Checks the name of an option that is one's own: visible ASCII, and not the name of an option that is built in.
 *
 * @param name The name.
 * @throws {TypeError} When it is not.
 *
 * @example A name that is taken
 * ```ts
 * import { checkCustomOptionName } from "@tftpkit/tftp/packet";
 * import { assertThrows } from "@std/assert";
 *
 * checkCustomOptionName("md5");
 * assertThrows(() => checkCustomOptionName("TSize"), TypeError);
 * ```
 */
export function checkCustomOptionName(name: string): void {
  if (!/^[\x21-\x7e]+$/.test(name)) {
    throw new TypeError(
      `Cannot use custom option as its name must be of visible ASCII characters: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  if (!isBuiltInOption(name)) return;
  throw new TypeError(
    `Cannot use custom option as its name must not be that of a built-in one: current value is ${
      JSON.stringify(name)
    }`,
  );
}

/**
 * Checks an option that is one's own: its name, and that its value can go into an OACK.
 *
 * @param name The name.
 * @param value The value.
 * @throws {TypeError} When the name is not allowed, or the value is no text or holds a NUL.
 * @throws {RangeError} When the two are too long for an OACK.
 *
 * @example A value that would end early
 * ```ts
 * import { checkCustomOption } from "@tftpkit/tftp/packet";
 * import { assertThrows } from "@std/assert";
 *
 * checkCustomOption("md5", "");
 * assertThrows(() => checkCustomOption("md5", "\0"), TypeError);
 * ```
 */
export function checkCustomOption(name: string, value: string): void {
  checkCustomOptionName(name);
  if (typeof value !== "string" || value.includes("\0")) {
    throw new TypeError(
      `Cannot use custom option "${name}" as its value must be a text without NUL: current value is ${
        JSON.stringify(value)
      }`,
    );
  }
  const size = 2 + optionSizeBytes(name, value);
  if (size <= MAX_OPTION_ACK_BYTES) return;
  throw new RangeError(
    `Cannot use custom option "${name}" as it must fit into an OACK of ${MAX_OPTION_ACK_BYTES} octets: alone it takes ${size}`,
  );
}

const BUILT_IN: ReadonlySet<string> = new Set(OPTION_NAMES);

/** Whether an option has a meaning here, by its name in any case. */
export function isBuiltInOption(name: string): boolean {
  return BUILT_IN.has(foldOptionName(name));
}
