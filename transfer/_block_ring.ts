// Where the packets of a window are built and wait to be acknowledged: a ring of slots, one a block. Rules:
// 1. A slot is made when it is first used, with as many others as there are: a small file in a large window costs little.
// 2. Slots that are made together lie side by side in one array. With an array each, a hundred transfers would find none of
//    them in the processor's cache, neither the bytes nor what the runtime keeps about them.
// 3. Views of slots are made once, not once a packet.

import { DATA_HEADER_BYTES } from "../packet/mod.ts";

/** A ring of DATA packets. */
export class BlockRing {
  readonly #size: number;
  readonly #slotBytes: number;
  readonly #packets: Uint8Array[] = [];
  readonly #payloads: Uint8Array[] = [];

  /**
   * @param size Blocks that it holds.
   * @param blockSize Octets in each, without the header.
   */
  constructor(size: number, blockSize: number) {
    this.#size = size;
    this.#slotBytes = DATA_HEADER_BYTES + blockSize;
  }

  /** Blocks that it holds. */
  get size(): number {
    return this.#size;
  }

  /** The packet of a block, header and payload: the slot of the block `size` before it. */
  packet(block: number): Uint8Array {
    return this.#packets[this.#indexOf(block)]!;
  }

  /** What of the packet is behind the header. */
  payload(block: number): Uint8Array {
    return this.#payloads[this.#indexOf(block)]!;
  }

  #indexOf(block: number): number {
    const index = (block - 1) % this.#size;
    while (index >= this.#packets.length) this.#makeSlots();
    return index;
  }

  #makeSlots(): void {
    const { length } = this.#packets;
    const count = Math.min(Math.max(length, 1), this.#size - length);
    const slab = new Uint8Array(count * this.#slotBytes);
    for (let i = 0; i < count; i++) {
      const start = i * this.#slotBytes;
      const packet = slab.subarray(start, start + this.#slotBytes);
      this.#packets.push(packet);
      this.#payloads.push(packet.subarray(DATA_HEADER_BYTES));
    }
  }
}
