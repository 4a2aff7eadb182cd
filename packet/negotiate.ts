// What a server makes of the options it is asked for. Rules:
// 1. Only options that were asked for are answered, each once, spelled as asked, in the order of the request (RFC 2347).
// 2. A value that an option's RFC does not allow is not answered: the request is served as if it had not been there.
//    Refusing it with ERROR 8, as some servers do, makes boot ROMs fail for nothing.
// 3. Values are only ever lowered (blksize, windowsize), or kept (timeout, tsize of an upload, rollover).
// 4. Of two names for one thing (blksize and blksize2, timeout and utimeout) the one asked first counts.
// 5. An option that is not built in is answered with what was found for it, if anything was. Such answers never make an OACK
//    longer than 512 octets: what does not fit any more, in the order of the request, is left out.

import { checkNumber } from "./check.ts";
import {
  isBuiltInOption,
  MAX_OPTION_ACK_BYTES,
  optionSizeBytes,
} from "./custom_option.ts";
import {
  foldOptionName,
  MAX_BLOCK_SIZE,
  MAX_USABLE_WINDOW_SIZE,
  MIN_BLOCK_SIZE,
  type OptionName,
  parseOptionNumber,
  TIMEOUT_RANGE_SECONDS,
  UTIMEOUT_RANGE_MICROSECONDS,
} from "./option.ts";
import type { Operation, OptionList } from "./packet.ts";
import {
  DEFAULT_RECEIVE_BUFFER_BYTES,
  receiveBufferBlocks,
} from "./receive_buffer.ts";
import { DEFAULT_SETTINGS, type TransferSettings } from "./settings.ts";

/** What a server is willing to negotiate. */
export interface NegotiationPolicy {
  /**
   * Largest block size, in octets.
   *
   * @default {65464}
   */
  readonly maxBlockSize?: number;
  /**
   * Largest window, in blocks.
   *
   * @default {32767}
   */
  readonly maxWindowSize?: number;
  /**
   * Receive buffer that a window may fill, in octets as the Linux kernel counts them, see `receiveBufferBlocks`: a larger
   * window is lowered, because it would lose its end each time.
   *
   * @default {212992}
   */
  readonly receiveBufferBytes?: number;
  /**
   * Options that are never accepted, by name in lower case; `"all"` refuses every one, which is RFC 1350 to the letter.
   *
   * @default {[]}
   */
  readonly refuse?: readonly string[] | "all";
}

/** What is known of the transfer when its options are negotiated. */
export interface NegotiationContext {
  /** Whether the client reads or writes. */
  readonly operation: Operation;
  /**
   * Octets that will be sent in answer to a read, if known: counted as they go over the wire, so in netascii as encoded.
   *
   * @default {null}
   */
  readonly size?: number | null;
  /**
   * Answers to options that are not built in, by name as `foldOptionName` gives it. Those that were not asked for stay here.
   *
   * @default {none}
   */
  readonly customAnswers?: ReadonlyMap<string, string>;
}

/** The outcome of a negotiation. */
export interface Negotiation {
  /** The options for the OACK; when there are none, none is sent. */
  readonly accepted: OptionList;
  /** What then holds for the transfer. */
  readonly settings: TransferSettings;
}

/** While a negotiation runs: the settings so far. */
type Draft = { -readonly [K in keyof TransferSettings]: TransferSettings[K] };

type Answer = (
  value: number,
  draft: Draft,
  context: NegotiationContext & { maxBlockSize: number },
) => string | undefined;

/**
 * Answers the options of a request: which are accepted, with which values, and what then holds (RFC 2347, 2348, 2349,
 * 7440). A function of its arguments and nothing else.
 *
 * @param asked The options of the request.
 * @param policy What the server is willing to accept.
 * @param context What is known of the transfer.
 * @returns The options of the OACK, and the settings.
 * @throws {RangeError} When the policy names a block size or window outside what can be negotiated, or a buffer that is not
 * a positive whole number.
 *
 * @example A client that asks for too much
 * ```ts
 * import { negotiateOptions } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * const { accepted, settings } = negotiateOptions(
 *   [["blksize", "65464"], ["tsize", "0"], ["color", "blue"]],
 *   { maxBlockSize: 1428 },
 *   { operation: "read", size: 9000 },
 * );
 * assertEquals(accepted, [["blksize", "1428"], ["tsize", "9000"]]);
 * assertEquals(settings.blockSize, 1428);
 * ```
 */
export function negotiateOptions(
  asked: OptionList,
  policy: NegotiationPolicy,
  context: NegotiationContext,
): Negotiation {
  const {
    maxBlockSize = MAX_BLOCK_SIZE,
    maxWindowSize = MAX_USABLE_WINDOW_SIZE,
    receiveBufferBytes = DEFAULT_RECEIVE_BUFFER_BYTES,
    refuse = [],
  } = policy;
  checkNumber("maxBlockSize", maxBlockSize, MIN_BLOCK_SIZE, MAX_BLOCK_SIZE);
  checkNumber("maxWindowSize", maxWindowSize, 1, MAX_USABLE_WINDOW_SIZE);
  checkNumber(
    "receiveBufferBytes",
    receiveBufferBytes,
    1,
    Number.MAX_SAFE_INTEGER,
  );

  const { customAnswers } = context;
  const draft: Draft = { ...DEFAULT_SETTINGS };
  const accepted: [string, string][] = [];
  let windowAsked: { index: number; value: number } | undefined;
  for (const [spelling, text] of lastOfEach(asked)) {
    const name = foldOptionName(spelling);
    if (refuse === "all" || refuse.includes(name)) continue;
    if (!isBuiltInOption(name)) {
      const answer = customAnswers?.get(name);
      if (answer !== undefined) accepted.push([spelling, answer]);
      continue;
    }
    const rival = RIVALS[name];
    if (accepted.some(([other]) => rival === foldOptionName(other))) continue;
    const value = parseOptionNumber(text);
    if (value === undefined) continue;
    if (name === "windowsize") {
      if (value < 1) continue;
      // How many blocks fit depends on the block size, which may be asked for further on.
      windowAsked = { index: accepted.length, value };
      accepted.push([spelling, text]);
      continue;
    }
    const answer = ANSWERS[name as keyof typeof ANSWERS](value, draft, {
      ...context,
      maxBlockSize,
    });
    if (answer !== undefined) accepted.push([spelling, answer]);
  }
  if (windowAsked) {
    draft.windowSize = Math.min(
      windowAsked.value,
      maxWindowSize,
      receiveBufferBlocks(draft.blockSize, receiveBufferBytes),
    );
    accepted[windowAsked.index]![1] = String(draft.windowSize);
  }
  return {
    accepted: customAnswers?.size ? withinAnOptionAck(accepted) : accepted,
    settings: draft,
  };
}

/** What of the accepted options goes into one OACK: all that is built in, and as much else as fits. */
function withinAnOptionAck(accepted: OptionList): OptionList {
  const isBuiltIn = accepted.map(([name]) => isBuiltInOption(name));
  const sizes = accepted.map(([name, value]) => optionSizeBytes(name, value));
  let room = MAX_OPTION_ACK_BYTES - 2;
  sizes.forEach((size, index) => room -= isBuiltIn[index] ? size : 0);
  return accepted.filter((_, index) => {
    if (isBuiltIn[index]) return true;
    if (sizes[index]! > room) return false;
    room -= sizes[index]!;
    return true;
  });
}

/** What each option is answered with; `undefined` leaves it out of the OACK. `windowsize` waits for the block size. */
const ANSWERS: Record<Exclude<OptionName, "windowsize">, Answer> = {
  blksize(value, draft, { maxBlockSize }) {
    if (value < MIN_BLOCK_SIZE) return undefined;
    draft.blockSize = Math.min(value, maxBlockSize);
    return String(draft.blockSize);
  },
  blksize2(value, draft, { maxBlockSize }) {
    if (value < MIN_BLOCK_SIZE) return undefined;
    draft.blockSize = 2 ** Math.floor(Math.log2(Math.min(value, maxBlockSize)));
    return String(draft.blockSize);
  },
  timeout(value, draft) {
    const { min, max } = TIMEOUT_RANGE_SECONDS;
    if (value < min || value > max) return undefined;
    draft.timeoutMs = value * 1000;
    return String(value);
  },
  utimeout(value, draft) {
    const { min, max } = UTIMEOUT_RANGE_MICROSECONDS;
    if (value < min || value > max) return undefined;
    draft.timeoutMs = value / 1000;
    return String(value);
  },
  tsize(value, draft, { operation, size = null }) {
    if (operation === "write") {
      draft.transferSize = value;
      // Above 2^53 a number is no longer exact, and no answer is better than a wrong one.
      return Number.isSafeInteger(value) ? String(value) : undefined;
    }
    draft.transferSize = size;
    // curl 7.88 takes an OACK with `tsize 0` for a failure, so the size of an empty file is left out.
    return size === null || size === 0 ? undefined : String(size);
  },
  rollover(value, draft) {
    if (value !== 0 && value !== 1) return undefined;
    draft.rollover = value;
    return String(value);
  },
};

/** Options that say the same thing: of two rivals only one is answered. */
const RIVALS: Record<string, OptionName> = {
  blksize: "blksize2",
  blksize2: "blksize",
  timeout: "utimeout",
  utimeout: "timeout",
};

/** The options of a request without those that are asked again further on: the last one counts. */
function lastOfEach(asked: OptionList): OptionList {
  const names = asked.map(([name]) => foldOptionName(name));
  const last = new Map(names.map((name, index) => [name, index]));
  return asked.filter((_, index) => last.get(names[index]!) === index);
}
