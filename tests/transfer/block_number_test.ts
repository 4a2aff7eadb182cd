import { assertEquals } from "@std/assert";
import { MAX_USABLE_WINDOW_SIZE } from "../../packet/mod.ts";
import { blockFromWire, blockToWire } from "../../transfer/mod.ts";

Deno.test("blockToWire() counts up to 65535 under every rule", () => {
  for (const rollover of [0, 1, "refuse"] as const) {
    for (const block of [0, 1, 2, 32_767, 32_768, 65_534, 65_535]) {
      assertEquals(blockToWire(block, rollover), block);
    }
  }
});

Deno.test("blockToWire() goes on with 0, or with 1 and never 0 again", () => {
  const around = [65_535, 65_536, 65_537, 131_070, 131_071, 131_072];
  assertEquals(
    around.map((block) => blockToWire(block, 0)),
    [65_535, 0, 1, 65_534, 65_535, 0],
  );
  assertEquals(
    around.map((block) => blockToWire(block, 1)),
    [65_535, 1, 2, 65_535, 1, 2],
  );
});

Deno.test("blockFromWire() gives back every block within a window of the one that is due", () => {
  const span = MAX_USABLE_WINDOW_SIZE;
  const distances = [-span, -span + 1, -100, -1, 0, 1, 100, span - 1, span];
  for (const rollover of [0, 1] as const) {
    for (const turn of [0, 1, 2, 3, 1000, 70_000]) {
      for (
        const offset of [1, 2, 100, 32_767, 32_768, 32_769, 65_534, 65_535]
      ) {
        const near = turn * (65_536 - rollover) + offset;
        for (const block of distances.map((distance) => near + distance)) {
          if (block < 1) continue;
          const wire = blockToWire(block, rollover);
          assertEquals(
            blockFromWire(wire, near, rollover),
            block,
            `block ${block} near ${near}, rollover ${rollover}`,
          );
        }
      }
    }
  }
});

Deno.test("blockFromWire() knows no block before 0", () => {
  for (const rollover of [0, 1, "refuse"] as const) {
    for (const near of [1, 2, 100]) {
      for (const wire of [65_535, 65_534, 50_000, 32_768 + near]) {
        const block = blockFromWire(wire, near, rollover);
        assertEquals(block < 0, true, `${wire} near ${near}: ${block}`);
      }
    }
  }
});

Deno.test("blockFromWire() takes 0 for the acknowledgment of a request, at first", () => {
  for (const rollover of [0, 1, "refuse"] as const) {
    assertEquals(blockFromWire(0, 1, rollover), 0);
    assertEquals(blockFromWire(0, 100, rollover), 0);
  }
  assertEquals(blockFromWire(0, 65_530, 0), 65_536);
  assertEquals(blockFromWire(0, 65_530, 1), -1);
  assertEquals(blockFromWire(0, 65_530, "refuse"), -1);
});

Deno.test("blockFromWire() knows no block after 65535 where that is refused", () => {
  assertEquals(blockFromWire(65_535, 65_535, "refuse"), 65_535);
  assertEquals(blockFromWire(65_535, 65_536, "refuse"), 65_535);
  assertEquals(blockFromWire(1, 65_535, "refuse"), -1);
  assertEquals(blockFromWire(0, 65_536, "refuse"), -1);
});
