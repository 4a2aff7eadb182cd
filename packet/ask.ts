// What a client asks for, and what it makes of the answer. Rules:
// 1. An OACK may only name options that were asked for (RFC 2347), with values that the option's RFC allows as an answer
//    to what was asked: blksize and windowsize no larger (RFC 2348, 7440), timeout the same (RFC 2349).
// 2. Anything else ends the transfer with ERROR 8; what the client does then is not decided here.
// 3. An option that the OACK does not name is as if it had not been asked for.
// 4. What may be an answer to an option that is not built in is for whoever asked to say; unless they do, anything may.

import { checkNumberTo } from "./check.ts";
import { isBuiltInOption } from "./custom_option.ts";
import { ERROR_CODE, errorCodeText } from "./error_code.ts";
import { TftpError } from "./errors.ts";
import { quoteText } from "./format.ts";
import {
  findOption,
  foldOptionName,
  MAX_BLOCK_SIZE,
  MAX_USABLE_WINDOW_SIZE,
  MIN_BLOCK_SIZE,
  type OptionName,
  parseOptionNumber,
  TIMEOUT_RANGE_SECONDS,
  UTIMEOUT_RANGE_MICROSECONDS,
} from "./option.ts";
import type { OptionList } from "./packet.ts";
import { DEFAULT_SETTINGS, type TransferSettings } from "./settings.ts";

/** What a client would like; what is left out is not asked for. */
export interface OptionWishes {
  /** Octets in a block, 8 to 65464 (RFC 2348). */
  readonly blockSize?: number;
  /** The same as a power of two, for servers of tftp-hpa (`blksize2`). */
  readonly blockSizePowerOfTwo?: number;
  /** Blocks in a window, 1 to 32767 (RFC 7440). */
  readonly windowSize?: number;
  /** Seconds until a retransmission, 1 to 255 (RFC 2349). */
  readonly timeoutSeconds?: number;
  /** The same in microseconds, 10000 to 255000000, for servers of tftp-hpa (`utimeout`). */
  readonly timeoutMicroseconds?: number;
  /** Octets in the file: 0 in a read request, which asks for it (RFC 2349). */
  readonly transferSize?: number;
  /** The block number that follows 65535, for servers of tftp-hpa. */
  readonly rollover?: 0 | 1;
}

/**
 * The options of a request, in the order that most clients use.
 *
 * @param wishes What to ask for.
 * @returns The options, ready for a request packet.
 * @throws {RangeError} When a wish is outside of what its RFC allows.
 *
 * @example Larger blocks, and the size
 * ```ts
 * import { requestOptions } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(requestOptions({ blockSize: 1428, transferSize: 0 }), [
 *   ["blksize", "1428"],
 *   ["tsize", "0"],
 * ]);
 * ```
 */
export function requestOptions(wishes: OptionWishes): OptionList {
  const options: [string, string][] = [];
  for (const [wish, name, min, max] of WISHES) {
    const value = wishes[wish];
    if (value === undefined) continue;
    checkNumberTo(`ask for ${wish}`, "it", value, min, max);
    options.push([name, String(value)]);
  }
  return options;
}

const WISHES: readonly [
  wish: keyof OptionWishes,
  name: OptionName,
  min: number,
  max: number,
][] = [
  ["blockSize", "blksize", MIN_BLOCK_SIZE, MAX_BLOCK_SIZE],
  ["blockSizePowerOfTwo", "blksize2", MIN_BLOCK_SIZE, MAX_BLOCK_SIZE],
  [
    "timeoutSeconds",
    "timeout",
    TIMEOUT_RANGE_SECONDS.min,
    TIMEOUT_RANGE_SECONDS.max,
  ],
  [
    "timeoutMicroseconds",
    "utimeout",
    UTIMEOUT_RANGE_MICROSECONDS.min,
    UTIMEOUT_RANGE_MICROSECONDS.max,
  ],
  ["transferSize", "tsize", 0, Number.MAX_SAFE_INTEGER],
  ["windowSize", "windowsize", 1, MAX_USABLE_WINDOW_SIZE],
  ["rollover", "rollover", 0, 1],
];

/**
 * Which answers are good to options that are not built in, by name as `foldOptionName` gives it: functions that say whether
 * a value may stand in the OACK.
 */
export type OptionChecks = ReadonlyMap<string, (answer: string) => boolean>;

/**
 * What an OACK means for a client (RFC 2347).
 *
 * @param asked The options of the request.
 * @param acknowledged The options of the OACK.
 * @param checks Which answers are good to options that are not built in, by name as `foldOptionName` gives it.
 * @returns What now holds.
 * @throws {TftpError} With code 8 when the OACK names an option that was not asked for, or a value that is no allowed
 * answer; the text is meant for the ERROR packet. With code 0 when a check throws.
 *
 * @example A server that lowers the block size
 * ```ts
 * import { acceptOptionAck } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const settings = acceptOptionAck([["blksize", "65464"]], [["blksize", "1468"]]);
 * assertEquals(settings.blockSize, 1468);
 * ```
 */
export function acceptOptionAck(
  asked: OptionList,
  acknowledged: OptionList,
  checks: OptionChecks = new Map(),
): TransferSettings {
  const settings = { ...DEFAULT_SETTINGS };
  for (const [spelling, text] of acknowledged) {
    const name = foldOptionName(spelling);
    const wish = findOption(asked, name);
    if (wish === undefined) {
      throw refusal(`option ${quoteText(spelling)} was not asked for`);
    }
    if (!isBuiltInOption(name)) {
      if (passes(checks.get(name), spelling, text)) continue;
      throw refusal(
        `option ${quoteText(spelling)} must not be ${quoteText(text)}`,
      );
    }
    const value = parseOptionNumber(text);
    const limit = Number(wish);
    if (value === undefined || !isAllowed(name, value, limit)) {
      throw refusal(
        `option ${quoteText(spelling)} was asked for as ${
          quoteText(wish)
        }, not ${quoteText(text)}`,
      );
    }
    if (name === "blksize" || name === "blksize2") settings.blockSize = value;
    else if (name === "windowsize") settings.windowSize = value;
    else if (name === "tsize") settings.transferSize = value;
    else if (name === "timeout") settings.timeoutMs = value * 1000;
    else if (name === "utimeout") settings.timeoutMs = value / 1000;
    else settings.rollover = value === 0 ? 0 : 1;
  }
  return settings;
}

function passes(
  check: ((answer: string) => boolean) | undefined,
  spelling: string,
  answer: string,
): boolean {
  if (check === undefined) return true;
  try {
    return check(answer);
  } catch (cause) {
    // Not code 8, after which a client would go on without options, and nobody would hear of the fault.
    throw new TftpError(
      ERROR_CODE.NotDefined,
      `Cannot accept OACK: the check of option ${
        quoteText(spelling)
      } has thrown`,
      { cause, wireText: errorCodeText(ERROR_CODE.NotDefined) },
    );
  }
}

function isAllowed(name: string, value: number, asked: number): boolean {
  switch (name) {
    case "blksize":
    case "blksize2":
      return value >= MIN_BLOCK_SIZE && value <= asked;
    case "windowsize":
      return value >= 1 && value <= asked;
    case "tsize":
      // 0 asks for the size; a size that was told comes back as it was, or lower from servers that count in 32 bits.
      return true;
    default:
      return value === asked;
  }
}

function refusal(reason: string): TftpError {
  return new TftpError(
    ERROR_CODE.OptionNegotiation,
    `Cannot accept OACK: ${reason}`,
  );
}
