// Inside a transfer blocks are counted 1, 2, 3, … without end; on the wire the number has 16 bits. This file alone knows
// how the one becomes the other:
//
//   rollover 0   … 65534 65535     0     1     2 …      wire = n mod 65536
//   rollover 1   … 65534 65535     1     2     3 …      wire = (n - 1) mod 65535 + 1; 0 only acknowledges a request
//   refuse       … 65534 65535                          there is no block 65536
//
// Coming back, the wire's number is taken for the nearest block that has it. That is right as long as fewer than half of
// all numbers are in flight, which `MAX_USABLE_WINDOW_SIZE` sees to.

import type { Rollover } from "../packet/mod.ts";

/** The last block before the number rolls over (RFC 1350 section 5: the field has two octets). */
export const LAST_BLOCK_BEFORE_ROLLOVER = 65535;

/**
 * The number on the wire of a block.
 *
 * @param block The block, counted without end; 0 stands for the acknowledgment of a request.
 * @param rollover What follows block 65535.
 * @returns The number, 0 to 65535.
 *
 * @example The block after 65535
 * ```ts
 * import { blockToWire } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(blockToWire(65536, 0), 0);
 * assertEquals(blockToWire(65536, 1), 1);
 * ```
 */
export function blockToWire(block: number, rollover: Rollover): number {
  if (rollover !== 1) return block & 0xffff;
  return block === 0 ? 0 : (block - 1) % LAST_BLOCK_BEFORE_ROLLOVER + 1;
}

/**
 * The block that a number on the wire stands for.
 *
 * @param wire The number, 0 to 65535.
 * @param near A block close to the one that is meant: the one that is due.
 * @param rollover What follows block 65535.
 * @returns The block, counted without end; negative when the number stands for none.
 *
 * @example A number from before and one from after the rollover
 * ```ts
 * import { blockFromWire } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(blockFromWire(65535, 65536, 0), 65535);
 * assertEquals(blockFromWire(2, 65536, 0), 65538);
 * ```
 */
export function blockFromWire(
  wire: number,
  near: number,
  rollover: Rollover,
): number {
  if (rollover !== 1) {
    const block = near + (((wire - near) << 16) >> 16);
    return rollover === "refuse" && block > LAST_BLOCK_BEFORE_ROLLOVER
      ? -1
      : block;
  }
  if (wire === 0) return near <= MAX_DISTANCE ? 0 : -1;
  const ahead = (wire - blockToWire(near, 1) + LAST_BLOCK_BEFORE_ROLLOVER) %
    LAST_BLOCK_BEFORE_ROLLOVER;
  if (ahead <= MAX_DISTANCE) return near + ahead;
  const block = near + ahead - LAST_BLOCK_BEFORE_ROLLOVER;
  // Before block 1 there is only block 0, and that is not written 65535.
  return block < 1 ? -1 : block;
}

const MAX_DISTANCE = 32767;
