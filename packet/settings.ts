import { DEFAULT_BLOCK_SIZE } from "./option.ts";

/**
 * What follows block 65535: block 0 (what nearly everyone does), block 1 (some old servers and clients), or nothing, so
 * that a file of more than 65535 blocks fails (RFC 1350 to the letter).
 */
export type Rollover = 0 | 1 | "refuse";

/** What two sides have agreed on for a transfer. */
export interface TransferSettings {
  /** Octets in a block (RFC 2348). */
  readonly blockSize: number;
  /** Blocks sent before an acknowledgment is awaited (RFC 7440). */
  readonly windowSize: number;
  /** Milliseconds until a retransmission, if that was negotiated (RFC 2349); it is then kept to, see `RetransmissionTimer`. */
  readonly timeoutMs: number | null;
  /** Octets in the file, if that was told (RFC 2349). */
  readonly transferSize: number | null;
  /** What follows block 65535, if that was negotiated; otherwise each side's own default holds. */
  readonly rollover: 0 | 1 | null;
}

/**
 * The settings of a transfer without options: RFC 1350's.
 *
 * @example Blocks of 512 octets, one at a time
 * ```ts
 * import { DEFAULT_SETTINGS } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(DEFAULT_SETTINGS.blockSize, 512);
 * assertEquals(DEFAULT_SETTINGS.windowSize, 1);
 * ```
 */
export const DEFAULT_SETTINGS: TransferSettings = {
  blockSize: DEFAULT_BLOCK_SIZE,
  windowSize: 1,
  timeoutMs: null,
  transferSize: null,
  rollover: null,
};
