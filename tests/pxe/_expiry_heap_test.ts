import { assert, assertEquals } from "@std/assert";
import { type Ending, ExpiryHeap } from "../../pxe/_expiry_heap.ts";
import { forAll } from "../_random.ts";

Deno.test("the first of an empty heap is nothing", () => {
  assertEquals(new ExpiryHeap().first, undefined);
});

Deno.test("the first is always one that ends first, however ends change", () => {
  forAll(50, (random) => {
    const heap = new ExpiryHeap<Ending>();
    const entries: Ending[] = [];
    for (let i = 0; i < 300; i++) {
      const expiresAt = random.chance(1, 20)
        ? Infinity
        : random.between(0, 100);
      if (entries.length === 0 || random.chance(1, 2)) {
        const entry = { expiresAt, place: -1 };
        entries.push(entry);
        heap.update(entry);
      } else {
        const entry = random.pick(entries);
        entry.expiresAt = expiresAt;
        heap.update(entry);
      }
      const least = Math.min(...entries.map((entry) => entry.expiresAt));
      assertEquals(heap.first?.expiresAt, least);
    }
    const places = new Set(entries.map((entry) => entry.place));
    assert(places.size === entries.length && !places.has(-1));
  });
});
