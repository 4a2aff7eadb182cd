import { assert, assertEquals, assertThrows } from "@std/assert";
import { Link, type LinkOptions, seededRandom } from "../../simulator/mod.ts";

function linkOf(options: LinkOptions, seed = 1): Link {
  return new Link(options, seededRandom(seed));
}

/** What becomes of many datagrams of 100 octets, one each millisecond. */
function sendMany(options: LinkOptions, count = 10_000) {
  const link = linkOf(options);
  return Array.from({ length: count }, (_, now) => link.send(100, now));
}

Deno.test("a good link delivers everything once, in order, after its delay", () => {
  const decisions = sendMany({ delayMs: 5 }, 10);
  assertEquals(
    decisions,
    Array.from({ length: 10 }, (_, now) => ({
      deliveries: [{ at: now + 5, wrongBit: -1 }],
      note: "",
    })),
  );
});

Deno.test("loss, doubles and damage come as often as was asked for", () => {
  const share = (options: LinkOptions, note: string) =>
    sendMany(options).filter((decision) => decision.note === note).length;
  for (
    const [options, note] of [
      [{ lossProbability: 0.1 }, "lost"],
      [{ duplicateProbability: 0.1 }, "doubled"],
      [{ reorderProbability: 0.1 }, "overtaken"],
      [{ corruptProbability: 0.1 }, "damaged"],
    ] as const
  ) assert(Math.abs(share(options, note) - 1000) < 150, note);
});

Deno.test("a double arrives twice, a damaged one with one bit wrong", () => {
  const [double] = sendMany({ duplicateProbability: 1 }, 1);
  assertEquals(double?.deliveries.length, 2);
  for (const { deliveries } of sendMany({ corruptProbability: 1 }, 1000)) {
    const { wrongBit } = deliveries[0]!;
    assert(wrongBit >= 0 && wrongBit < 800);
  }
  // An empty datagram has no bit to go wrong.
  const empty = linkOf({ corruptProbability: 1 }).send(0, 0);
  assertEquals(empty.deliveries[0]?.wrongBit, -1);
});

Deno.test("jitter keeps the order; only what is overtaken arrives behind what was sent later", () => {
  const isInOrder = (options: LinkOptions) => {
    const times = sendMany(options).map(({ deliveries }) => deliveries[0]!.at);
    return times.every((at, i) => i === 0 || at >= times[i - 1]!);
  };
  assert(isInOrder({ delayMs: 1, jitterMs: 50 }));
  assert(!isInOrder({ delayMs: 1, reorderProbability: 0.1 }));
});

Deno.test("a datagram longer than the link takes is lost", () => {
  const link = linkOf({ mtuBytes: 1472 });
  assertEquals(link.send(1472, 0).note, "");
  assertEquals(link.send(1473, 0).note, "too long for the link");
});

Deno.test("a slow link sends one after the other, and lets only so much wait", () => {
  const link = linkOf({ bytesPerSecond: 1000, queueBytes: 300, delayMs: 0 });
  const arrivals = Array.from({ length: 5 }, () => link.send(72, 0));
  // With the headers each takes 100 ms of the link.
  assertEquals(
    arrivals.map(({ deliveries, note }) => deliveries[0]?.at ?? note),
    [100, 200, 300, 400, "queue full"],
  );
  assertEquals(link.send(72, 400).deliveries[0]?.at, 500);
});

Deno.test("one more fault does not change what becomes of the other datagrams", () => {
  const lost = (options: LinkOptions) =>
    sendMany(options, 1000).map(({ note }) => note === "lost");
  assertEquals(
    lost({ lossProbability: 0.1 }),
    lost({ lossProbability: 0.1, duplicateProbability: 0.5, jitterMs: 3 }),
  );
});

Deno.test("a link refuses options that make no sense", () => {
  for (
    const options of [
      { lossProbability: 1.1 },
      { lossProbability: -0.1 },
      { delayMs: -1 },
      { mtuBytes: NaN },
    ]
  ) assertThrows(() => linkOf(options), RangeError, "must be from 0 to");
});
