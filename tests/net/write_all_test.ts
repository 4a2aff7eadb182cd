import { writeAll } from "../../net/write_all.ts";
import { assertEquals, assertThrows } from "@std/assert";

/** Takes so many octets a call; what it took. */
function writerOf(...counts: number[]) {
  const taken: number[] = [];
  return {
    taken,
    writeSync(bytes: Uint8Array): number {
      const count = Math.min(counts.shift() ?? Infinity, bytes.length);
      taken.push(...bytes.subarray(0, count));
      return count;
    },
  };
}

Deno.test("writeAll() goes on until all is written", () => {
  for (const counts of [[], [5], [1, 1, 1], [4]]) {
    const writer = writerOf(...counts);
    writeAll(writer, Uint8Array.of(1, 2, 3, 4, 5));
    assertEquals(writer.taken, [1, 2, 3, 4, 5]);
  }
});

Deno.test("writeAll() does not ask for what is nothing", () => {
  writeAll({ writeSync: () => 0 }, new Uint8Array());
});

Deno.test("writeAll() gives up where nothing more is taken", () => {
  const writer = writerOf(2, 0);
  assertThrows(
    () => writeAll(writer, Uint8Array.of(1, 2, 3)),
    Deno.errors.WriteZero,
    "Nothing was written",
  );
  assertEquals(writer.taken, [1, 2]);
});

Deno.test("writeAll() lets through what the system says", () => {
  const writeSync = () => {
    throw new Deno.errors.BrokenPipe("gone");
  };
  assertThrows(
    () => writeAll({ writeSync }, Uint8Array.of(1)),
    Deno.errors.BrokenPipe,
  );
});
