// What a client calls a file, as path components that are safe to put after a root. Rules:
// 1. Nothing here looks at a file: symbolic links are the business of whoever opens the path.
// 2. A name means the same on every platform. What Windows would read as a device, a stream or another name is refused
//    on Linux, too, so that a root can be moved.
// 3. A name is never decoded any further: "%2e%2e" is seven characters, and a file may be called so.
// 4. A refusal says why in its message; what goes over the wire is the fixed text of RFC 1350.

import {
  ERROR_CODE,
  type ErrorCode,
  errorCodeText,
  quoteText,
  TftpError,
} from "../packet/mod.ts";

/** The longest name in a directory, in octets: NAME_MAX on Linux, macOS and the BSDs. */
const MAX_COMPONENT_BYTES = 255;

// deno-lint-ignore no-control-regex -- controls are what it looks for
const CONTROL_REGEXP = /[\x00-\x1f\x7f]/;

/** `C:` as in `C:\Boot\x`, which WDS and its clients write. */
const DRIVE_REGEXP = /^[A-Za-z]:/;

/** Devices of Windows, with whatever ending: `con`, `NUL.txt`, `com1 .cfg`. */
const DEVICE_REGEXP =
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i;

/**
 * The names of files that hold an upload until it is whole. Nobody may ask for them; see `FileSink`.
 *
 * @example Such a name
 * ```ts
 * import { TEMPORARY_NAME_REGEXP } from "@tftpkit/tftp/handlers";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(".tftpkit-00112233445566778899aabbccddeeff.part", TEMPORARY_NAME_REGEXP);
 * ```
 */
export const TEMPORARY_NAME_REGEXP: RegExp =
  // In any case, as some file systems do not tell one from the other; with "u", a Kelvin sign is a "k" as well.
  /^\.tftpkit-[0-9a-f]{32}\.part$/iu;

/**
 * Whether a file is one that holds an upload until it is whole.
 *
 * @param name The name, without its directory.
 * @returns Whether it is.
 *
 * @example A leftover and a file
 * ```ts
 * import { isTemporaryName } from "@tftpkit/tftp/handlers";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isTemporaryName(".tftpkit-00112233445566778899aabbccddeeff.part"));
 * assertFalse(isTemporaryName("movie.part"));
 * ```
 */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME_REGEXP.test(name);
}

/**
 * The components of a request's name, safe to be put after a root. Backslashes are slashes, a drive letter and leading
 * slashes do not count, nor do empty components and `.`; anything that could mean another place, a device or a stream
 * is refused, on every platform.
 *
 * @param name The name, as asked.
 * @returns One component or more.
 * @throws {TftpError} With code 1 when no component is left, with code 2 when the name is refused. The text for the
 * wire says no more than that.
 *
 * @example A name as Windows writes it
 * ```ts
 * import { splitFilename } from "@tftpkit/tftp/handlers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitFilename("C:\\Boot\\x64\\wdsnbp.com"), ["Boot", "x64", "wdsnbp.com"]);
 * ```
 *
 * @example A name that leads out
 * ```ts
 * import { splitFilename } from "@tftpkit/tftp/handlers";
 * import { TftpError } from "@tftpkit/tftp/packet";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => splitFilename("../../etc/passwd"), TftpError);
 * ```
 */
export function splitFilename(name: string): string[] {
  if (CONTROL_REGEXP.test(name)) {
    throw refusal(
      ERROR_CODE.AccessViolation,
      name,
      "it must not hold control characters",
    );
  }
  const components = looseComponents(name);
  for (const component of components) {
    const rule = brokenRule(component);
    if (rule !== undefined) {
      throw refusal(ERROR_CODE.AccessViolation, name, rule);
    }
  }
  if (components.length === 0) {
    throw refusal(ERROR_CODE.FileNotFound, name, "it must name a file");
  }
  return components;
}

/** The components of a name, whatever they hold: for those who compare them with something, and open nothing. */
export function looseComponents(name: string): string[] {
  const path = name.replaceAll("\\", "/").replace(DRIVE_REGEXP, "");
  return path.split("/").filter((each) => each !== "" && each !== ".");
}

function brokenRule(component: string): string | undefined {
  if (component === "..") return 'no component may be ".."';
  // An alternate data stream of NTFS, or a drive in the middle of a name.
  if (component.includes(":")) return 'no component may hold ":"';
  // Windows leaves both away: "x." and "x " would be other names for "x".
  if (component.endsWith(".") || component.endsWith(" ")) {
    return "no component may end with a dot or a space";
  }
  if (DEVICE_REGEXP.test(component)) {
    return "no component may be a device of Windows";
  }
  if (isTooLong(component)) {
    return `no component may be longer than ${MAX_COMPONENT_BYTES} octets`;
  }
  if (isTemporaryName(component)) {
    return "no component may be the name of an unfinished upload";
  }
  return undefined;
}

function isTooLong(component: string): boolean {
  // A UTF-16 code unit is at most three octets of UTF-8, so that short names need no encoding.
  if (component.length * 3 <= MAX_COMPONENT_BYTES) return false;
  return new TextEncoder().encode(component).length > MAX_COMPONENT_BYTES;
}

function refusal(code: ErrorCode, name: string, rule: string): TftpError {
  return new TftpError(
    code,
    `Cannot use filename as ${rule}: current value is ${quoteText(name)}`,
    { wireText: errorCodeText(code) },
  );
}
