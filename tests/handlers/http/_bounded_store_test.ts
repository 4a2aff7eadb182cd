import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  BoundedStore,
  checkLimits,
  type Stored,
} from "../../../handlers/http/_bounded_store.ts";

interface Item extends Stored {
  readonly name: string;
}

function makeStore(maxBytes: number) {
  const freed: string[] = [];
  const store = new BoundedStore<Item>(maxBytes, ({ name }) => {
    freed.push(name);
  });
  const put = (name: string, bytes: number): boolean => {
    const item: Item = { name, sizeBytes: 0, users: 1, isListed: false };
    if (!store.reserve(item, bytes)) return false;
    store.list(name, item);
    store.release(item);
    return true;
  };
  return { store, freed, put };
}

Deno.test("the longest unused goes first", () => {
  const { store, freed, put } = makeStore(10);
  put("a", 4);
  put("b", 4);
  store.release(store.acquire("a")!);
  assert(put("c", 4));
  assertEquals(freed, ["b"]);
  assertEquals(store.usedBytes, 8);
});

Deno.test("what is in use stays, and nothing is freed for an attempt in vain", () => {
  const { store, freed, put } = makeStore(10);
  put("a", 4);
  put("b", 4);
  const used = store.acquire("b")!;
  assertFalse(put("c", 7));
  assertEquals(freed, []);
  store.release(used);
  assert(put("c", 7));
  assertEquals(freed, ["a", "b"]);
});

Deno.test("what was replaced counts as long as it is read", () => {
  const { store, freed, put } = makeStore(10);
  put("a", 4);
  const old = store.acquire("a")!;
  put("a", 4);
  assertEquals(store.usedBytes, 8);
  assertFalse(put("b", 7));
  store.release(old);
  assertEquals(freed, ["a"]);
  assertEquals(store.usedBytes, 4);
  assertEquals(store.peek("a")!.isListed, true);
});

Deno.test("a limit is a whole number above 0", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => checkLimits(value, 1), RangeError, "maxBytes");
    assertThrows(() => checkLimits(9, value), RangeError, "maxEntryBytes");
  }
});

Deno.test("an entry is not larger than all may be", () => {
  checkLimits(9, 9);
  assertThrows(
    () => checkLimits(9, 10),
    RangeError,
    "maxEntryBytes as it must be maxBytes at most (9): current value is 10",
  );
});

Deno.test("what grows takes what it has not", () => {
  const { store, freed, put } = makeStore(10);
  put("a", 4);
  const item: Item = { name: "b", sizeBytes: 0, users: 1, isListed: false };
  assert(store.grow(item, 6));
  assert(store.grow(item, 2));
  assertEquals([item.sizeBytes, store.usedBytes, freed], [6, 10, []]);
  assert(store.grow(item, 7));
  assertEquals([item.sizeBytes, store.usedBytes, freed], [7, 7, ["a"]]);
  assertFalse(store.grow(item, 11));
  assertEquals(item.sizeBytes, 7);
});

Deno.test("whether there would be room is told without freeing anything", () => {
  const { store, freed, put } = makeStore(10);
  put("a", 4);
  put("b", 4);
  assert(store.hasRoom(10));
  assertFalse(store.hasRoom(11));
  store.acquire("a");
  assert(store.hasRoom(6));
  assertFalse(store.hasRoom(7));
  assertEquals(freed, []);
});
