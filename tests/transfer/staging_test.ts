import { assert, assertEquals } from "@std/assert";
import { Staging } from "../../transfer/mod.ts";

const KIB = 1024;

Deno.test("what is appended is taken in order, as one piece", () => {
  const staging = new Staging(512);
  staging.append(new Uint8Array([1, 2]));
  staging.append(new Uint8Array([]));
  staging.append(new Uint8Array([3]));
  assertEquals(staging.length, 3);
  assertEquals(staging.take(), new Uint8Array([1, 2, 3]));
  assertEquals(staging.length, 0);
});

Deno.test("nothing can be taken from nothing", () => {
  const staging = new Staging(512);
  assertEquals(staging.take(), null);
  staging.append(new Uint8Array(0));
  assertEquals(staging.take(), null);
  assertEquals(staging.isTaken, false);
});

Deno.test("what is taken stays as it is while more comes, until released", () => {
  const staging = new Staging(512);
  staging.append(new Uint8Array([1]));
  const first = staging.take();
  staging.append(new Uint8Array([2]));
  assert(staging.isTaken);
  assertEquals(staging.take(), null);
  assertEquals(first, new Uint8Array([1]));
  staging.release();
  assertEquals(staging.take(), new Uint8Array([2]));
});

Deno.test("two arrays are enough for ever", () => {
  const staging = new Staging(512);
  const buffers = new Set<ArrayBufferLike>();
  for (let i = 0; i < 10; i++) {
    staging.append(new Uint8Array([i]));
    const taken = staging.take()!;
    buffers.add(taken.buffer);
    staging.append(new Uint8Array([100 + i]));
    assertEquals(taken, new Uint8Array([i]));
    staging.release();
    const more = staging.take()!;
    buffers.add(more.buffer);
    assertEquals(more, new Uint8Array([100 + i]));
    staging.release();
  }
  assertEquals(buffers.size, 2);
});

Deno.test("small windows wait in 64 KiB, large ones in room for two", () => {
  const small = new Staging(512);
  assert(small.append(new Uint8Array(64 * KIB)));
  assertEquals(small.append(new Uint8Array(1)), false);
  assertEquals(small.length, 64 * KIB);
  const large = new Staging(40 * KIB);
  assert(large.append(new Uint8Array(80 * KIB)));
  assertEquals(large.append(new Uint8Array(1)), false);
});

Deno.test("room for a window is there to the last octet", () => {
  const staging = new Staging(512);
  staging.append(new Uint8Array(64 * KIB - 512));
  assert(staging.hasRoomForWindow);
  staging.append(new Uint8Array(1));
  assertEquals(staging.hasRoomForWindow, false);
  staging.take();
  assert(staging.hasRoomForWindow);
});

Deno.test("after dispose() what is taken stays valid", () => {
  const staging = new Staging(512);
  staging.append(new Uint8Array([7]));
  const taken = staging.take();
  staging.dispose();
  staging.release();
  assertEquals(taken, new Uint8Array([7]));
  assertEquals(staging.take(), null);
});
