import { assertEquals, assertStrictEquals } from "@std/assert";
import { BlockRing } from "../../transfer/_block_ring.ts";

Deno.test("a block has a packet with room for its header, and its payload behind that", () => {
  const ring = new BlockRing(4, 512);
  for (let block = 1; block <= 4; block++) ring.payload(block).fill(block);
  for (let block = 1; block <= 4; block++) {
    const packet = ring.packet(block);
    assertEquals(packet.length, 516);
    assertEquals([packet[3], packet[4], packet[515]], [0, block, block]);
  }
});

Deno.test("a block takes the place of the one that the ring's size came before", () => {
  const ring = new BlockRing(3, 8);
  assertStrictEquals(ring.packet(4), ring.packet(1));
  assertStrictEquals(ring.packet(65536), ring.packet(1));
  assertStrictEquals(ring.payload(5), ring.payload(2));
});

Deno.test("slots are made as they are needed, as many again as there are, side by side", () => {
  const ring = new BlockRing(6, 12);
  const slabs = [1, 2, 3, 4, 5, 6].map((block) => ring.packet(block).buffer);
  assertEquals(slabs.map((slab) => slab.byteLength / 16), [1, 1, 2, 2, 2, 2]);
  assertEquals(new Set(slabs).size, 4);
});

Deno.test("a view is made once", () => {
  const ring = new BlockRing(2, 512);
  assertStrictEquals(ring.packet(1), ring.packet(1));
  assertStrictEquals(ring.payload(2), ring.payload(2));
});
