import { assert, assertEquals, assertThrows } from "@std/assert";
import { firstSeed, forAll, Random } from "./_random.ts";

Deno.test("Random gives the same for the same seed", () => {
  assertEquals(new Random(7).bytes(64), new Random(7).bytes(64));
  assert(new Random(7).word() !== new Random(8).word());
});

Deno.test("Random.between() reaches both ends and goes no further", () => {
  const random = new Random(1);
  const seen = new Set(random.list(200, () => random.between(3, 6)));
  assertEquals([...seen].sort(), [3, 4, 5, 6]);
});

Deno.test("Random.split() loses and adds nothing", () => {
  const random = new Random(2);
  const bytes = random.bytes(50);
  for (let i = 0; i < 50; i++) {
    const parts = random.split(bytes);
    assertEquals(parts.flatMap((part) => [...part]), [...bytes]);
  }
});

Deno.test("forAll() names the seed of the round that fails", () => {
  let round = 0;
  const error = assertThrows(() =>
    forAll(5, () => {
      if (round++ === 3) throw new Error("three");
    }), Error);
  const seed = (firstSeed() + 3) >>> 0;
  assertEquals(
    error.message,
    `Property fails in round 3: repeat with TFTPKIT_SEED=${seed}: three`,
  );
  assertEquals((error.cause as Error).message, "three");
});
