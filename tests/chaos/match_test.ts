import { assertEquals } from "@std/assert";
import { blockSizeOf, Matcher, packetOf, typeOf } from "../../chaos/match.ts";
import type { ChaosCondition } from "../../chaos/scenario.ts";
import { seededRandom } from "../../simulator/random.ts";
import { ack, bytesOf, data, error, RRQ, scenarioOf } from "./_values.ts";

const DROP = [{ action: "drop" }] as const;
const CONTEXT = { operation: "read", hasOptions: false, lastBlock: 4 } as const;

/** Which of some packets a condition fits. */
function fits(
  when: ChaosCondition,
  packets: readonly Uint8Array[],
  direction: "to-client" | "from-client" = "to-client",
  seed = 1,
): number[] {
  const matcher = new Matcher(
    scenarioOf({ when, then: DROP }),
    seededRandom(seed),
  );
  return packets.flatMap((bytes, index) =>
    matcher.match(bytes, direction, CONTEXT).length > 0 ? [index] : []
  );
}

const PACKETS = [data(1), data(2), data(2), data(3), data(4), ack(2)];

const CASES: readonly [when: ChaosCondition, indexes: number[]][] = [
  [{}, [0, 1, 2, 3, 4, 5]],
  [{ packet: "DATA" }, [0, 1, 2, 3, 4]],
  [{ packet: ["ACK", "OACK"] }, [5]],
  [{ packet: "RRQ" }, []],
  [{ block: 2 }, [1, 2, 5]],
  [{ block: [2, 3] }, [1, 2, 3, 5]],
  [{ block: "last" }, [4]],
  [{ block: 2, nth: 2 }, [2]],
  [{ nth: [2, 3] }, [1, 2]],
  [{ transmission: 2 }, [2]],
  [{ operation: "write" }, []],
  [{ hasOptions: true }, []],
  [{ direction: "from-client" }, []],
  [{ direction: "both", packet: "ACK" }, [5]],
  [{ probability: 0 }, []],
  [{ probability: 1, block: 3 }, [3]],
];

for (const [when, indexes] of CASES) {
  Deno.test(`Matcher fits ${JSON.stringify(when)}`, () => {
    assertEquals(fits(when, PACKETS), indexes);
  });
}

Deno.test("Matcher takes requests to come from the client", () => {
  const request = [bytesOf(RRQ)];
  assertEquals(fits({ packet: "RRQ" }, request, "from-client"), [0]);
  assertEquals(fits({}, request, "from-client"), []);
});

Deno.test("Matcher draws the same from the same seed", () => {
  const packets = Array.from({ length: 200 }, (_, i) => data(i));
  const drawn = (seed: number) =>
    fits({ probability: 0.3 }, packets, "to-client", seed);
  assertEquals(drawn(7), drawn(7));
  assertEquals(drawn(7).length > 30 && drawn(7).length < 90, true);
});

Deno.test("typeOf() and packetOf() know what is no packet", () => {
  const junk = new Uint8Array([0, 9, 0, 1]);
  assertEquals([typeOf(junk), packetOf(junk)], [null, null]);
  assertEquals(typeOf(error(1, "")), "ERROR");
});

Deno.test("blockSizeOf() is 512 where nothing else was settled", () => {
  assertEquals(blockSizeOf([]), 512);
  assertEquals(blockSizeOf([["BlkSize", "1428"]]), 1428);
  assertEquals(blockSizeOf([["blksize", "abc"]]), 512);
});
