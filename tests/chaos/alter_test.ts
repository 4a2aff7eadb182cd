import { assertEquals, assertNotEquals } from "@std/assert";
import { alter, makePacket } from "../../chaos/alter.ts";
import { formatPacket } from "../../packet/mod.ts";
import { seededRandom } from "../../simulator/random.ts";
import { ack, bytesOf, data } from "./_values.ts";

const random = () => seededRandom(1);

Deno.test("alter() rewrites opcode and block, also relative and over the edge", () => {
  const rewrite = (opcode?: number, block?: number | string) => {
    const action = {
      action: "rewrite",
      ...opcode === undefined ? {} : { opcode },
      ...block === undefined ? {} : { block },
    } as const;
    return [...alter(ack(65535), action, random())];
  };
  assertEquals(rewrite(9), [0, 9, 255, 255]);
  assertEquals(rewrite(undefined, 7), [0, 4, 0, 7]);
  assertEquals(rewrite(undefined, "+1"), [0, 4, 0, 0]);
  assertEquals(rewrite(3, "-1"), [0, 3, 255, 254]);
});

Deno.test("alter() resizes what is behind the header", () => {
  const sizes = [0, 100, "+188", "-1", "-9999"].map((sizeBytes) =>
    alter(data(1), { action: "resize", sizeBytes }, random()).length
  );
  assertEquals(sizes, [4, 104, 704, 515, 4]);
});

Deno.test("alter() truncates a datagram, header and all", () => {
  const cut = alter(data(258), { action: "truncate", sizeBytes: 3 }, random());
  assertEquals([...cut], [0, 3, 1]);
});

Deno.test("alter() corrupts behind the header, the same octets for a seed", () => {
  for (let seed = 0; seed < 50; seed++) {
    const action = { action: "corrupt", count: 3 } as const;
    const [one, other] = [0, 1].map(() =>
      alter(data(1, 8), action, seededRandom(seed))
    );
    assertEquals(one, other);
    assertEquals(one!.subarray(0, 4), data(1).subarray(0, 4));
    assertNotEquals(one, data(1, 8));
  }
});

Deno.test("alter() leaves alone what it cannot change", () => {
  const short = new Uint8Array([0]);
  for (
    const action of [
      { action: "rewrite", opcode: 9, block: 1 },
      { action: "options", set: { blksize: "1" } },
    ] as const
  ) assertEquals(alter(short, action, random()), short);
  const empty = new Uint8Array();
  assertEquals(alter(empty, { action: "corrupt" }, random()), empty);
});

Deno.test("alter() rewrites options of an OACK by name, in any case", () => {
  const oack = bytesOf({
    type: "OACK",
    options: [["BLKSIZE", "512"], ["tsize", "7"]],
  });
  const text = (
    set: Record<string, string>,
    remove: readonly string[] = [],
  ) =>
    formatPacket(
      alter(oack, { action: "options", set, remove }, random()),
    );
  assertEquals(text({ blksize: "+8" }), "OACK BLKSIZE=520 tsize=7");
  assertEquals(text({ tsize: "x" }, ["blksize"]), "OACK tsize=x");
  assertEquals(text({ new: "1" }), "OACK BLKSIZE=512 tsize=7 new=1");
  assertEquals(text({ windowsize: "+1" }), "OACK BLKSIZE=512 tsize=7");
});

Deno.test("makePacket() makes packets, numbered from the one at hand", () => {
  const made = [
    makePacket({ type: "DATA", block: "+1", sizeBytes: 3 }, ack(7)),
    makePacket({ type: "ACK", block: "-1" }, ack(0)),
    makePacket({ type: "ERROR", code: 3, text: "Full" }, ack(0)),
    makePacket({ type: "OACK", options: { a: "b" } }, ack(0)),
    makePacket({ type: "raw", hex: "00 04 00 09" }, ack(0)),
  ];
  assertEquals(made.map(formatPacket), [
    "DATA 8 (3 octets)",
    "ACK 65535",
    'ERROR 3 "Full"',
    "OACK a=b",
    "ACK 9",
  ]);
  assertEquals(makePacket({ type: "raw", hex: "" }, ack(0)).length, 0);
});
