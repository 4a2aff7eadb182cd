import { assertEquals, assertLess } from "@std/assert";
import {
  collectOptions,
  joinParts,
  optionBytes,
  type OptionParts,
  splitOption,
  writeParts,
} from "../../pxe/_option_area.ts";
import { forAll } from "../_random.ts";
import { octets } from "../packet/_octets.ts";

function read(...areas: Uint8Array[]): Map<number, Uint8Array> {
  const parts: OptionParts = new Map();
  for (const area of areas) collectOptions(area, parts);
  return joinParts(parts);
}

Deno.test("splitOption() makes parts of at most 255 octets, and one of an empty value (RFC 3396 section 6)", () => {
  const lengths = (length: number) =>
    splitOption(7, new Uint8Array(length)).map(({ value }) => value.length);
  assertEquals(lengths(0), [0]);
  assertEquals(lengths(1), [1]);
  assertEquals(lengths(255), [255]);
  assertEquals(lengths(256), [255, 1]);
  assertEquals(lengths(510), [255, 255]);
  assertEquals(lengths(511), [255, 255, 1]);
});

Deno.test("optionBytes() is what writeParts() writes, without the end", () => {
  for (const length of [0, 1, 254, 255, 256, 510, 511]) {
    const value = new Uint8Array(length);
    const bytes = new Uint8Array(600);
    const end = writeParts(bytes, 0, splitOption(7, value));
    assertEquals(optionBytes(value), end - 1);
  }
});

Deno.test("joinParts() gives back what splitOption() split, over any number of areas", () => {
  forAll(500, (random) => {
    const value = random.bytes(random.between(0, 1200));
    const areas = [...splitOption(9, value), { code: 3, value: octets(1) }].map(
      (part) => {
        const area = new Uint8Array(part.value.length + 3);
        writeParts(area, 0, [part]);
        return area;
      },
    );
    assertEquals(
      read(...areas),
      new Map([[9, value], [3, octets(1)]]),
    );
  });
});

Deno.test("collectOptions() ends at an option that is longer than its area, and reads on in the next", () => {
  assertEquals(
    read(octets(1, 1, 7, 2, 9, 0), octets(3, 0)),
    new Map([[1, octets(7)], [3, octets()]]),
  );
});

Deno.test("joinParts() takes time in proportion to the octets, however many parts there are", () => {
  const area = new Uint8Array(65_400);
  for (let offset = 0; offset < area.length; offset += 3) {
    area.set([12, 1, 0x61], offset);
  }
  const start = performance.now();
  assertEquals(read(area).get(12)?.length, 21_800);
  assertLess(performance.now() - start, 1000);
});
