import {
  type Clock,
  type Network,
  systemClock,
  udpNetwork,
} from "../net/mod.ts";
import { checkNumber } from "../packet/check.ts";
import { given } from "../packet/given.ts";
import {
  DATA_HEADER_BYTES,
  DEFAULT_BLOCK_SIZE,
  findOption,
  foldOptionName,
  MAX_BLOCK_SIZE,
  type OptionList,
  parseOptionNumber,
  receiveBufferBlocks,
  requestOptions,
  type Rollover,
} from "../packet/mod.ts";
import {
  type MachineEvent,
  type RetransmissionOptions,
  RetransmissionTimer,
} from "../transfer/mod.ts";

import {
  type CustomOptionPlan,
  type CustomOptionWish,
  planCustomOptions,
} from "./custom_options.ts";

/** How far a transfer has got. */
export interface TransferProgress {
  /** Octets so far, as they go over the wire. */
  readonly bytes: number;
  /** Octets in all, if known. */
  readonly size: number | null;
}

/** Options of `get`, `put` and `TftpClient`. */
export interface ClientOptions {
  /**
   * Block size to ask for, in octets, 8 to 65464 (RFC 2348). The default fits into one packet nearly everywhere, also
   * through tunnels. 512 is what holds without asking, so it is not asked for.
   *
   * @default {1428}
   */
  readonly blksize?: number;
  /**
   * Window to ask for, in blocks, 1 to 32767 (RFC 7440); no more is asked for than fits into a socket's receive buffer. 1
   * is what holds without asking, so it is not asked for.
   *
   * @default {16}
   */
  readonly windowsize?: number;
  /** Seconds until a retransmission to agree on with the server, 1 to 255 (RFC 2349); not asked for unless given. */
  readonly timeout?: number;
  /** The block number that follows 65535 to agree on with a server of tftp-hpa; not asked for unless given. */
  readonly rolloverOption?: 0 | 1;
  /** More options to ask for, as they go over the wire; not those that have a setting of their own here. */
  readonly options?: OptionList;
  /**
   * Options that are not built in, by name: what to ask for, or that and which answers are good (RFC 2347). They come last in
   * the request; what the server answers is in `customOptions` of the download or upload.
   *
   * @default {{}}
   */
  readonly customOptions?: Readonly<Record<string, string | CustomOptionWish>>;
  /**
   * RFC 1350 to the letter: ask for nothing, not even the size, and break off after block 65535 unless `rollover` is given.
   *
   * @default {false}
   */
  readonly rfc1350?: boolean;
  /**
   * Whether to ask once more without options when a server refuses them (ERROR 8 or 4), answers with options that were not
   * asked for or with values that are no answer, or says nothing to three requests.
   *
   * @default {true}
   */
  readonly fallback?: boolean;
  /**
   * Milliseconds until the first retransmission, as long as no round trip was measured.
   *
   * @default {1000}
   */
  readonly timeoutMs?: number;
  /**
   * Retransmissions that may go unanswered; see `RetransmissionOptions`.
   *
   * @default {5}
   */
  readonly retries?: number;
  /** The finer points of retransmission. */
  readonly retransmission?: RetransmissionOptions;
  /**
   * What follows block 65535, unless it was negotiated. With 0, downloads take what the server makes of it.
   *
   * @default {0, or "refuse" with `rfc1350`}
   */
  readonly rollover?: Rollover;
  /**
   * Whether a file that is longer or shorter than the server said is an error.
   *
   * @default {false}
   */
  readonly strict?: boolean;
  /**
   * How long to stay after the last acknowledgment of a download, in milliseconds, in case it is lost.
   *
   * @default {6000}
   */
  readonly dallyMs?: number;
  /**
   * The address to send from.
   *
   * @default {any}
   */
  readonly localHostname?: string;
  /**
   * The port to send from.
   *
   * @default {0, any free one}
   */
  readonly localPort?: number;
  /** Ends the transfer when it is aborted; what was awaited then rejects with its reason. */
  readonly signal?: AbortSignal;
  /**
   * Told how far the transfer has got, at most ten times a second, and at its end. What it throws is ignored.
   *
   * @param progress How far.
   */
  readonly onProgress?: (progress: TransferProgress) => void;
  /**
   * Told of retransmissions, gaps and packets that were ignored. What it throws is ignored.
   *
   * @param event What happened.
   */
  readonly onEvent?: (event: MachineEvent) => void;
  /**
   * Where sockets come from.
   *
   * @default {the UDP of this machine}
   */
  readonly network?: Network;
  /**
   * Where time comes from.
   *
   * @default {the clock of this machine}
   */
  readonly clock?: Clock;
  /**
   * Where randomness comes from: numbers from 0 up to, not including, 1.
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/** Options with every default filled in, and checked. */
export interface ClientConfig {
  /** The options for a request, given what its `tsize` says. */
  readonly ask: (transferSize: number | null) => OptionList;
  readonly customOptions: CustomOptionPlan;
  readonly fallback: boolean;
  readonly retransmission: RetransmissionOptions;
  readonly rollover: Rollover;
  readonly strict: boolean;
  readonly dallyMs: number;
  readonly localHostname: string | null;
  readonly localPort: number;
  readonly signal: AbortSignal | null;
  readonly onProgress: ((progress: TransferProgress) => void) | null;
  readonly onEvent: ((event: MachineEvent) => void) | null;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: () => number;
  /** Room for the largest datagram that can come, in octets. */
  readonly bufferBytes: number;
}

/**
 * Fills in the defaults, and checks what was given.
 *
 * @throws {RangeError} When a number is outside of its range.
 * @throws {TypeError} When an option is asked for twice, or a custom option is none.
 */
export function resolveClientOptions(options: ClientOptions): ClientConfig {
  const {
    blksize = 1428,
    windowsize = 16,
    timeout,
    rolloverOption,
    options: more = [],
    customOptions: wishes = {},
    rfc1350 = false,
    fallback = true,
    timeoutMs,
    retries,
    retransmission: finerPoints = {},
    rollover = rfc1350 ? "refuse" : 0,
    strict = false,
    dallyMs = 6000,
    localHostname = null,
    localPort = 0,
    signal = null,
    onProgress = null,
    onEvent = null,
    network = udpNetwork(),
    clock = systemClock,
    random = Math.random,
  } = options;
  // Checks the numbers, whether or not they will be asked for.
  requestOptions({ blockSize: blksize, windowSize: windowsize });
  if (!Number.isInteger(dallyMs) || dallyMs < 0) {
    throw new RangeError(
      `Cannot use dallyMs as it must be a whole number of milliseconds: current value is ${dallyMs}`,
    );
  }
  checkNumber("localPort", localPort, 0, 65535);
  const retransmission: RetransmissionOptions = {
    ...finerPoints,
    ...given({ timeoutMs, retries }),
  };
  // Checks its options.
  new RetransmissionTimer(retransmission, { random, now: 0 });
  const fitting = Math.min(windowsize, receiveBufferBlocks(blksize));
  const customOptions = planCustomOptions(rfc1350 ? {} : wishes);
  const ask = (transferSize: number | null): OptionList =>
    rfc1350 ? [] : [
      ...requestOptions({
        ...(blksize === DEFAULT_BLOCK_SIZE ? {} : { blockSize: blksize }),
        ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
        ...(transferSize === null ? {} : { transferSize }),
        ...(fitting === 1 ? {} : { windowSize: fitting }),
        ...(rolloverOption === undefined ? {} : { rollover: rolloverOption }),
      }),
      ...more,
      ...customOptions.asked,
    ];
  const asked = ask(0);
  checkAskedOnce(asked);
  return {
    ask,
    customOptions,
    fallback,
    retransmission,
    rollover,
    strict,
    dallyMs,
    localHostname,
    localPort,
    signal,
    onProgress,
    onEvent,
    network,
    clock,
    random,
    // One octet more than the largest block has: a datagram that was cut must not look like the last block.
    bufferBytes: DATA_HEADER_BYTES + largestBlock(asked) + 1,
  };
}

function checkAskedOnce(asked: OptionList): void {
  const names = asked.map(([name]) => foldOptionName(name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new TypeError(
    `Cannot ask for option "${twice}" twice: use its own setting, or only options`,
  );
}

/** The largest block that a server may send, given what it was asked for. */
function largestBlock(asked: OptionList): number {
  const sizes = ["blksize", "blksize2"].map((name) =>
    parseOptionNumber(findOption(asked, name) ?? "") ?? 0
  );
  return Math.min(MAX_BLOCK_SIZE, Math.max(DEFAULT_BLOCK_SIZE, ...sizes));
}
