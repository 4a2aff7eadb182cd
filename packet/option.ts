import type { OptionList } from "./packet.ts";

/** Block size when none was negotiated, in octets (RFC 1350 section 2). */
export const DEFAULT_BLOCK_SIZE = 512;

/** Smallest block size that can be negotiated, in octets (RFC 2348). */
export const MIN_BLOCK_SIZE = 8;

/** Largest block size that can be negotiated, in octets (RFC 2348). */
export const MAX_BLOCK_SIZE = 65464;

/** Largest window that can be negotiated, in blocks (RFC 7440 section 3). */
export const MAX_WINDOW_SIZE = 65535;

/**
 * Largest window that can be told apart on the wire, in blocks: with half the block numbers or more in flight, an old
 * block and a new one look alike.
 */
export const MAX_USABLE_WINDOW_SIZE = 32767;

/** Smallest and largest `timeout`, in seconds (RFC 2349). */
export const TIMEOUT_RANGE_SECONDS = { min: 1, max: 255 } as const;

/** Smallest and largest `utimeout`, in microseconds (tftp-hpa, in.tftpd(8)). */
export const UTIMEOUT_RANGE_MICROSECONDS = {
  min: 10_000,
  max: 255_000_000,
} as const;

/**
 * The options this package speaks, by their names on the wire.
 *
 * @example Is it one of ours?
 * ```ts
 * import { OPTION_NAMES } from "@tftpkit/tftp/packet";
 * import { assert } from "@std/assert";
 *
 * assert(OPTION_NAMES.includes("windowsize"));
 * ```
 */
export const OPTION_NAMES = [
  /** Octets in a block, RFC 2348. */
  "blksize",
  /** Octets in a block, a power of two; tftp-hpa. */
  "blksize2",
  /** Seconds until a retransmission, RFC 2349. */
  "timeout",
  /** Microseconds until a retransmission; tftp-hpa. */
  "utimeout",
  /** Octets in the file, RFC 2349. */
  "tsize",
  /** Blocks in a window, RFC 7440. */
  "windowsize",
  /** The block number that follows 65535; tftp-hpa. */
  "rollover",
] as const;

/** The name of an option this package speaks. */
export type OptionName = typeof OPTION_NAMES[number];

/**
 * The name of an option as it is compared: without case, which is a matter of ASCII letters alone (RFC 2347). What Unicode
 * has besides, such as a Kelvin sign that is a small "k" in lower case, is not the same.
 *
 * @param name The name, as spelled.
 * @returns The name in lower case.
 *
 * @example Names that are one
 * ```ts
 * import { foldOptionName } from "@tftpkit/tftp/packet";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * assertEquals(foldOptionName("BlkSize"), "blksize");
 * assertNotEquals(foldOptionName("BL\u212aSIZE"), "blksize");
 * ```
 */
export function foldOptionName(name: string): string {
  return /[A-Z]/.test(name)
    ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : name;
}

/**
 * The value of an option, by its name in any case.
 *
 * @param options The options of a request or an OACK.
 * @param name The name.
 * @returns The value, or `undefined` when the option is not there. Where it is there twice, the last one counts, as in
 * most implementations; RFC 2347 forbids it and leaves open what it means.
 *
 * @example Ask for the block size
 * ```ts
 * import { findOption } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findOption([["BlkSize", "1428"]], "blksize"), "1428");
 * ```
 */
export function findOption(
  options: OptionList,
  name: string,
): string | undefined {
  const wanted = foldOptionName(name);
  return options.findLast(([other]) => foldOptionName(other) === wanted)?.[1];
}

/**
 * The number that an option's value stands for. Values are decimal digits and nothing else: no sign, no space, no hex
 * (RFC 2348 and 2349 say "ASCII"; peers that read more leniently have been led to negative block sizes by it).
 *
 * @param value The value, as on the wire.
 * @returns The number, exact up to 2^53, or `undefined` when it is not one to twenty digits.
 *
 * @example Digits, and nothing else
 * ```ts
 * import { parseOptionNumber } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseOptionNumber("1428"), 1428);
 * assertEquals(parseOptionNumber("-1"), undefined);
 * ```
 */
export function parseOptionNumber(value: string): number | undefined {
  return /^[0-9]{1,20}$/.test(value) ? Number(value) : undefined;
}
