import { DATA_HEADER_BYTES } from "./encode.ts";

/**
 * What a Linux socket's receive buffer holds unless someone raised it (`net.core.rmem_default`), in the kernel's own
 * accounting. Deno cannot raise it, and boot ROMs have less.
 */
export const DEFAULT_RECEIVE_BUFFER_BYTES = 212_992;

/**
 * How many blocks of a size fit into a socket's receive buffer at once.
 *
 * A window that does not fit loses its end each time, and the transfer crawls from timeout to timeout. The kernel charges
 * more than the payload: up to 16 KiB the next power of two (with its headers) and 256 octets, beyond that about 1 KiB.
 *
 * @param blockSize Octets in a block.
 * @param bufferBytes Octets of receive buffer, as the kernel counts them.
 * @returns The number of blocks, at least 1.
 *
 * @example What fits into an untouched Linux socket
 * ```ts
 * import { receiveBufferBlocks } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(receiveBufferBlocks(1428), 92);
 * assertEquals(receiveBufferBlocks(65464), 3);
 * ```
 */
export function receiveBufferBlocks(
  blockSize: number,
  bufferBytes: number = DEFAULT_RECEIVE_BUFFER_BYTES,
): number {
  const datagram = blockSize + DATA_HEADER_BYTES;
  const charged = datagram < 16_384 - SKB_OVERHEAD_BYTES
    ? Math.max(
      SMALLEST_CHARGE_BYTES,
      2 ** Math.ceil(Math.log2(datagram + SKB_OVERHEAD_BYTES)) + 256,
    )
    : datagram + 1024;
  return Math.max(1, Math.floor(bufferBytes / charged));
}

/** Room beside a datagram in the buffer the kernel allocates for it: link, IP and UDP headers and `skb_shared_info`. */
const SKB_OVERHEAD_BYTES = 384;

/** What the smallest datagram is charged. */
const SMALLEST_CHARGE_BYTES = 832;
