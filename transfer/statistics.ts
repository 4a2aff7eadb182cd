/** What happened in a transfer so far, in numbers. */
export interface TransferStatistics {
  /** Octets of the file that were sent and acknowledged, or received in order; as on the wire, so in netascii encoded. */
  bytes: number;
  /** Blocks that were acknowledged, or received in order. */
  blocks: number;
  /** Packets sent, of any kind. */
  packetsSent: number;
  /** Packets received, of any kind, from the other side of this transfer. */
  packetsReceived: number;
  /** DATA, ACK, OACK and request packets that were sent once more. */
  retransmissions: number;
  /** Times nothing came for as long as this side waits. */
  timeouts: number;
  /** DATA or ACK packets that had been received before. */
  duplicates: number;
  /** Times a block arrived before the one that was due. */
  gaps: number;
  /** Packets that had no place in the transfer. */
  unexpected: number;
  /** Packets from an address that has no part in the transfer. */
  strangers: number;
}

/**
 * Statistics of a transfer in which nothing has happened yet.
 *
 * @returns Zeros.
 *
 * @example A fresh start
 * ```ts
 * import { emptyStatistics } from "@tftpkit/tftp/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(emptyStatistics().bytes, 0);
 * ```
 */
export function emptyStatistics(): TransferStatistics {
  return {
    bytes: 0,
    blocks: 0,
    packetsSent: 0,
    packetsReceived: 0,
    retransmissions: 0,
    timeouts: 0,
    duplicates: 0,
    gaps: 0,
    unexpected: 0,
    strangers: 0,
  };
}
