/**
 * What every cache keeps to.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type {
  CacheEntry,
  CacheRecord,
  HttpCache,
} from "../../../handlers/mod.ts";
import { makeBytes } from "./_origin.ts";

export function recordOf(
  url: string,
  sizeBytes: number,
  more: Partial<CacheRecord> = {},
): CacheRecord {
  return {
    url,
    sizeBytes,
    etag: '"a"',
    lastModified: null,
    validatedAtMs: 1000,
    freshForMs: 0,
    mustRevalidate: false,
    ...more,
  };
}

/** Stores a body; whether there was room. */
export function store(
  cache: HttpCache,
  url: string,
  bytes: Uint8Array,
  announced: number | null = bytes.length,
): boolean {
  const writer = cache.create(url, announced);
  if (writer === null) return false;
  let isStored = true;
  for (let at = 0; at < bytes.length && isStored; at += 50_000) {
    isStored = writer.write(bytes.slice(at, at + 50_000));
  }
  if (isStored) writer.commit(recordOf(url, bytes.length));
  writer.close();
  return isStored;
}

export function readEntry(entry: CacheEntry): Uint8Array {
  const bytes = new Uint8Array(entry.sizeBytes);
  for (let at = 0; at < bytes.length;) {
    const count = entry.read(at, bytes.subarray(at, at + 33_333));
    assert(count > 0);
    at += count;
  }
  return bytes;
}

/** What is stored, or `null`. */
export async function load(
  cache: HttpCache,
  url: string,
): Promise<Uint8Array | null> {
  const entry = await cache.open(url);
  if (entry === null) return null;
  try {
    return readEntry(entry);
  } finally {
    entry.close();
  }
}

/** Declares the tests for a kind of cache. */
export function testCache(
  kind: string,
  withCache: (
    limits: { maxBytes: number; maxEntryBytes: number },
    run: (cache: HttpCache) => Promise<void>,
  ) => Promise<void>,
): void {
  const test = (
    name: string,
    run: (cache: HttpCache) => Promise<void>,
    limits = { maxBytes: 1_000_000, maxEntryBytes: 400_000 },
  ) => Deno.test(`${kind}: ${name}`, () => withCache(limits, run));

  for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
    for (const announced of [true, false]) {
      test(`keeps ${size} octets, ${announced ? "" : "not "}announced`, async (cache) => {
        const bytes = makeBytes(size);
        assert(store(cache, "http://h/a", bytes, announced ? size : null));
        assertEquals(await load(cache, "http://h/a"), bytes);
        assertEquals(await load(cache, "http://h/b"), null);
      });
    }
  }

  test("gives what is there while more comes, and nothing of it afterwards", async (cache) => {
    const bytes = makeBytes(100_000);
    const writer = cache.create("http://h/a", null)!;
    writer.write(bytes.slice(0, 70_000));
    const buffer = new Uint8Array(100_000);
    assertEquals(writer.read(0, buffer), 70_000);
    assertEquals(buffer.subarray(0, 70_000), bytes.subarray(0, 70_000));
    assertEquals(writer.read(70_000, buffer), 0);
    assertEquals(await load(cache, "http://h/a"), null);
    writer.close();
    assertEquals(await load(cache, "http://h/a"), null);
  });

  test("what is open stays as it was when it is replaced, deleted or pushed out", async (cache) => {
    const bytes = makeBytes(300_000);
    store(cache, "http://h/a", bytes);
    const entry = (await cache.open("http://h/a"))!;
    store(cache, "http://h/a", makeBytes(10));
    cache.delete("http://h/a");
    for (const name of "bcdef") {
      store(cache, `http://h/${name}`, makeBytes(300_000));
    }
    assertEquals(readEntry(entry), bytes);
    entry.close();
    assertEquals(await load(cache, "http://h/a"), null);
  });

  test("is bounded", async (cache) => {
    assertEquals(store(cache, "http://h/big", makeBytes(400_001)), false);
    assertEquals(store(cache, "http://h/big", makeBytes(400_001), null), false);
    for (const name of "abc") {
      assert(store(cache, `http://h/${name}`, makeBytes(400_000)));
    }
    assertEquals(await load(cache, "http://h/a"), null);
    assert(await load(cache, "http://h/b"));
    assert(await load(cache, "http://h/c"));
  });

  test("a new record is not for another body that has the URL by now", async (cache) => {
    store(cache, "http://h/a", makeBytes(10));
    const former = { ...recordOf("http://h/a", 10), etag: '"old"' };
    cache.update({ ...former, freshForMs: 3_600_000 }, former);
    const entry = (await cache.open("http://h/a"))!;
    assertEquals(entry.record.etag, '"a"');
    assertEquals(entry.record.freshForMs, 0);
    entry.close();
  });

  test("many small bodies are bounded, too", async (cache) => {
    let count = 0;
    for (let i = 0; i < 1200; i++) store(cache, `http://h/${i}`, makeBytes(0));
    for (let i = 0; i < 1200; i++) {
      if (await load(cache, `http://h/${i}`)) count++;
    }
    assert(count > 50 && count < 1000, `${count} are kept`);
  });

  test("takes room for what has come, and for all of it when that is wanted", (cache) => {
    const writers = "abcde".split("").map((name) =>
      cache.create(`http://h/${name}`, 400_000)!
    );
    for (const writer of writers) assert(writer.write(makeBytes(10)));
    assertEquals(
      writers.map((writer) => writer.reserve!(400_000)),
      [true, true, false, false, false],
    );
    assertEquals(writers[0]!.reserve!(400_001), false);
    assertEquals(cache.create("http://h/f", 400_000), null);
    for (const writer of writers) writer.close();
    const writer = cache.create("http://h/f", 400_000)!;
    assert(writer.reserve!(400_000));
    writer.close();
    return Promise.resolve();
  });

  test("takes a new record for the same octets", async (cache) => {
    store(cache, "http://h/a", makeBytes(10));
    const former = recordOf("http://h/a", 10);
    cache.update({ ...former, validatedAtMs: 77 }, former);
    cache.update(recordOf("http://h/b", 10), recordOf("http://h/b", 10));
    const entry = (await cache.open("http://h/a"))!;
    assertEquals(entry.record.validatedAtMs, 77);
    entry.close();
    assertEquals(await load(cache, "http://h/b"), null);
  });
}
