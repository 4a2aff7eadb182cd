import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  bytesSource,
  fillFrom,
  type Source,
  streamSource,
} from "../../net/mod.ts";
import { checkReadCount } from "../../net/source.ts";

const TEXT = "The quick brown fox";
const BYTES = new TextEncoder().encode(TEXT);

function text(buffer: Uint8Array, length = buffer.length): string {
  return new TextDecoder().decode(buffer.subarray(0, length));
}

/** Gives its bytes in pieces of these lengths: at once, or from the piece with the number `slowFrom` on as promises. */
function inPieces(lengths: readonly number[], slowFrom = Infinity): Source {
  let offset = 0;
  let reads = 0;
  return {
    size: null,
    read(buffer) {
      const isSlow = reads >= slowFrom;
      const count = lengths[reads++] ?? null;
      if (count !== null) {
        buffer.set(BYTES.subarray(offset, offset += count));
      }
      return isSlow ? Promise.resolve(count) : count;
    },
    close() {},
  };
}

Deno.test("bytesSource() gives its bytes at once, then null for ever", () => {
  const source = bytesSource(BYTES);
  const buffer = new Uint8Array(10);
  assertEquals(source.read(buffer), 10);
  assertEquals(text(buffer), "The quick ");
  assertEquals(source.read(buffer), 9);
  assertEquals(text(buffer, 9), "brown fox");
  assertEquals([source.read(buffer), source.read(buffer)], [null, null]);
});

Deno.test("bytesSource() of nothing is at its end", () => {
  const source = bytesSource(new Uint8Array());
  assertEquals(source.size, 0);
  assertEquals(source.read(new Uint8Array(4)), null);
});

for (
  const [name, pieces, expected] of [
    ["one read", [8], 8],
    ["small reads", [3, 1, 4], 8],
    ["empty reads in between", [0, 3, 0, 0, 5], 8],
    ["reads that end early", [3, 2], 5],
    ["no read at all", [], 0],
  ] as const
) {
  Deno.test(`fillFrom() fills a buffer from ${name}`, async () => {
    const buffer = new Uint8Array(8);
    assertEquals(fillFrom(inPieces(pieces), buffer), expected);
    assertEquals(text(buffer, expected), TEXT.slice(0, expected));

    for (let slowFrom = 0; slowFrom <= pieces.length; slowFrom++) {
      const slow = new Uint8Array(8);
      assertEquals(await fillFrom(inPieces(pieces, slowFrom), slow), expected);
      assertEquals(text(slow, expected), TEXT.slice(0, expected));
    }
  });
}

Deno.test("fillFrom() makes a promise only of a source that does", () => {
  const buffer = new Uint8Array(8);
  assertEquals(fillFrom(inPieces([3, 5], 2), buffer), 8);
  assert(fillFrom(inPieces([3, 5], 1), buffer) instanceof Promise);
});

Deno.test("fillFrom() never offers a source more room than is left", () => {
  const rooms: number[] = [];
  const source: Source = {
    size: null,
    read: (buffer) => {
      rooms.push(buffer.length);
      return 3;
    },
    close() {},
  };
  assertThrows(() => fillFrom(source, new Uint8Array(8)), RangeError);
  assertEquals(rooms, [8, 5, 2]);
});

for (const count of [9, -1, 1.5, NaN, Infinity]) {
  Deno.test(`fillFrom() does not believe a read of ${count} octets into 8`, async () => {
    const liar: Source = { size: null, read: () => count, close() {} };
    assertThrows(
      () => fillFrom(liar, new Uint8Array(8)),
      RangeError,
      String(count),
    );
    const slow: Source = { ...liar, read: () => Promise.resolve(count) };
    await assertRejects(
      async () => await fillFrom(slow, new Uint8Array(8)),
      RangeError,
      String(count),
    );
  });
}

for (
  const [kind, zero] of [["sync", 0], ["async", Promise.resolve(0)]] as const
) {
  Deno.test(`fillFrom() gives up on a ${kind} source of empty reads only`, async () => {
    let reads = 0;
    const source: Source = {
      size: null,
      read: () => (reads++, zero),
      close() {},
    };
    await assertRejects(
      async () => await fillFrom(source, new Uint8Array(8)),
      RangeError,
      "gave 0 octets 1000 times: return null at the end",
    );
    assertEquals(reads, 1000);
  });
}

Deno.test("checkReadCount() forgets empty reads when something came", () => {
  assertEquals(checkReadCount(0, 8, 0), 1);
  assertEquals(checkReadCount(0, 8, 998), 999);
  assertEquals(checkReadCount(1, 8, 999), 0);
  assertThrows(() => checkReadCount(0, 8, 999), RangeError);
});

Deno.test("streamSource() gives the chunks of a stream, large ones in parts", async () => {
  const source = streamSource(
    ReadableStream.from([
      BYTES.slice(0, 2),
      new Uint8Array(),
      BYTES.slice(2),
    ]),
  );
  const buffer = new Uint8Array(10);
  assertEquals(await source.read(buffer), 2);
  assertEquals(text(buffer, 2), "Th");
  assertEquals(await source.read(buffer), 10);
  assertEquals(text(buffer), "e quick br");
  // What is at hand comes without a promise.
  assertEquals(source.read(buffer), 7);
  assertEquals(text(buffer, 7), "own fox");
  assertEquals(await source.read(buffer), null);
  assertEquals(source.read(buffer), null);
  await source.close();
});

Deno.test("streamSource() cancels its stream when it is closed early", async () => {
  let cancels = 0;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(BYTES.slice()),
    cancel: () => void cancels++,
  });
  const source = streamSource(stream);
  await source.read(new Uint8Array(4));
  await source.close();
  assertEquals(cancels, 1);
  assert(!stream.locked);
});

Deno.test("streamSource() does not cancel a stream that has ended", async () => {
  let cancels = 0;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.close(),
    cancel: () => void cancels++,
  });
  const source = streamSource(stream);
  assertEquals(await source.read(new Uint8Array(4)), null);
  await source.close();
  assertEquals(cancels, 0);
  assert(!stream.locked);
});

Deno.test("streamSource() closes without a word when cancelling fails", async () => {
  const source = streamSource(
    new ReadableStream({ cancel: () => Promise.reject(new Error("no")) }),
  );
  await source.close();
});

Deno.test("streamSource() passes on what its stream throws", async () => {
  const source = streamSource(
    new ReadableStream({ pull: () => Promise.reject(new Error("disk gone")) }),
  );
  await assertRejects(
    async () => await source.read(new Uint8Array(4)),
    Error,
    "disk gone",
  );
  await source.close();
});

Deno.test("streamSource() says how to send a stream of text", async () => {
  const stream = ReadableStream.from(["text"]) as unknown as ReadableStream<
    Uint8Array
  >;
  const source = streamSource(stream);
  await assertRejects(
    async () => await source.read(new Uint8Array(4)),
    TypeError,
    "use TextEncoderStream for text",
  );
  await source.close();
});
