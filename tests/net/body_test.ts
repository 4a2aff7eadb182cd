import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Source, toSource, type TransferBody } from "../../net/mod.ts";

async function readAll(source: Source): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(3);
  let text = "";
  for (;;) {
    const count = await source.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  await source.close();
  return text + decoder.decode();
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream();
}

const bytes = new TextEncoder().encode("naïve");
const BODIES: readonly [string, () => TransferBody, number | null][] = [
  ["a text", () => "naïve", 6],
  ["bytes", () => bytes, 6],
  ["an array buffer", () => bytes.slice().buffer, 6],
  ["a blob", () => new Blob(["naïve"]), 6],
  ["a stream", () => streamOf("naïve"), null],
];

for (const [name, make, size] of BODIES) {
  Deno.test(`toSource() makes a source of ${name}`, async () => {
    const source = toSource(make());
    assertEquals(source.size, size);
    assertEquals(await readAll(source), "naïve");
  });
}

for (const [name, make] of BODIES.slice(0, 4)) {
  Deno.test(`toSource() does not believe a wrong size of ${name}`, async () => {
    const source = toSource(make(), 99);
    assertEquals(source.size, 6);
    await source.close();
  });
}

Deno.test("toSource() takes the size of a stream as told", async () => {
  const source = toSource(streamOf("naïve"), 6);
  assertEquals(source.size, 6);
  assertEquals(await readAll(source), "naïve");
});

Deno.test("toSource() uses only the part of a buffer that a view shows", async () => {
  const view = new TextEncoder().encode("before-naïve-after").subarray(7, 13);
  const source = toSource(view);
  assertEquals(source.size, 6);
  assertEquals(await readAll(source), "naïve");
});

Deno.test("toSource() makes an empty source of an empty text", async () => {
  const source = toSource("");
  assertEquals(source.size, 0);
  assertEquals(await readAll(source), "");
});

Deno.test("toSource() leaves a source as it is", () => {
  const source: Source = { size: 3, read: () => null, close() {} };
  assertStrictEquals(toSource(source), source);
});

for (const size of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
  Deno.test(`toSource() throws when the size is ${size}`, () => {
    assertThrows(
      () => toSource("", size),
      RangeError,
      `Cannot use size as it must be a whole number of octets: current value is ${size}`,
    );
  });
}

Deno.test("toSource() refuses what cannot be sent, also what looks like a source but for its size", () => {
  const file = { read: () => null, close() {} };
  for (const body of [undefined, null, 5, {}, file, { ...file, read: 5 }]) {
    assertThrows(
      () => toSource(body as unknown as TransferBody),
      TypeError,
      "Cannot send body as it must be bytes, a text, a stream or a source",
    );
  }
});
