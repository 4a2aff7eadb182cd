import { assert, assertEquals } from "@std/assert";
import {
  DEFAULT_RECEIVE_BUFFER_BYTES,
  MAX_BLOCK_SIZE,
  MIN_BLOCK_SIZE,
  receiveBufferBlocks,
} from "../../packet/mod.ts";

Deno.test("DEFAULT_RECEIVE_BUFFER_BYTES is what Linux gives a socket", () => {
  assertEquals(DEFAULT_RECEIVE_BUFFER_BYTES, 208 * 1024);
});

// Counted on Linux: what is left of 400 datagrams sent over loopback to a socket that does not read.
const BLOCKS: readonly [blockSize: number, blocks: number][] = [
  [8, 256],
  [400, 166],
  [512, 166],
  [1024, 92],
  [1428, 92],
  [2048, 48],
  [4096, 25],
  [8192, 12],
  [16384, 12],
  [32768, 6],
  [40000, 5],
  [65464, 3],
];

for (const [blockSize, blocks] of BLOCKS) {
  Deno.test(`receiveBufferBlocks() counts ${blocks} blocks of ${blockSize} octets`, () => {
    assertEquals(receiveBufferBlocks(blockSize), blocks);
  });
}

Deno.test("receiveBufferBlocks() counts more blocks in a larger buffer", () => {
  assertEquals(
    receiveBufferBlocks(1428, 2 * DEFAULT_RECEIVE_BUFFER_BYTES),
    184,
  );
  assertEquals(receiveBufferBlocks(1428, 4 * 1024 * 1024), 1820);
});

Deno.test("receiveBufferBlocks() counts at least one block", () => {
  assertEquals(receiveBufferBlocks(65464, 65536), 1);
  assertEquals(receiveBufferBlocks(512, 1), 1);
});

Deno.test("receiveBufferBlocks() never counts more of larger blocks, nor more octets than the buffer has", () => {
  let previous = Infinity;
  for (let size = MIN_BLOCK_SIZE; size <= MAX_BLOCK_SIZE; size++) {
    const blocks = receiveBufferBlocks(size);
    assert(blocks <= previous, `more of ${size} octets than of ${size - 1}`);
    assert(blocks * (size + 4) <= DEFAULT_RECEIVE_BUFFER_BYTES);
    previous = blocks;
  }
});
