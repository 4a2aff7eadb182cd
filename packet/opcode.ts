/**
 * Opcodes: the first two octets of every TFTP packet.
 *
 * RRQ to ERROR are RFC 1350 section 5, OACK is RFC 2347.
 *
 * @example The opcode of an acknowledgment
 * ```ts
 * import { OPCODE } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(OPCODE.ACK, 4);
 * ```
 */
export const OPCODE = {
  /** Read request, RFC 1350 section 5. */
  RRQ: 1,
  /** Write request, RFC 1350 section 5. */
  WRQ: 2,
  /** One block of the file, RFC 1350 section 5. */
  DATA: 3,
  /** Acknowledgment of a block, RFC 1350 section 5. */
  ACK: 4,
  /** The end of a transfer that failed, RFC 1350 section 5. */
  ERROR: 5,
  /** Acknowledgment of options, RFC 2347. */
  OACK: 6,
} as const;

/** One of the values of {@linkcode OPCODE}. */
export type Opcode = typeof OPCODE[keyof typeof OPCODE];
