import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  Download,
  READ_AHEAD_BYTES,
} from "../../../handlers/http/_download.ts";
import { PROOF_BYTES } from "../../../handlers/http/_joinable.ts";
import { OriginBody } from "../../../handlers/http/_origin_body.ts";
import { OriginClient } from "../../../handlers/http/_origin_client.ts";
import { memoryCache } from "../../../handlers/mod.ts";
import { settle, VirtualClock } from "../../_virtual.ts";
import { load, recordOf } from "./_cache_suite.ts";
import { rejectionOf } from "../_sandbox.ts";
import { makeBytes, readSource } from "./_origin.ts";

const URL_X = "http://h.example/x";
const CHUNK = 10_000;

/** A body that comes chunk by chunk when the test says so, and a download of it. */
async function setUp(
  {
    size = 1_000_000,
    maxEntryBytes = 2_000_000,
    isEager = true,
    known = true,
    isShort = false,
    isTagged = true,
  },
) {
  const bytes = makeBytes(size);
  const state = { pulled: 0, cancelled: false, ended: 0, idle: 0, forks: "" };
  const make = (from: number) => {
    let at = from;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        state.pulled = Math.max(state.pulled, at);
        if (at >= size) return controller.close();
        controller.enqueue(bytes.slice(at, at + CHUNK));
        at += CHUNK;
      },
      cancel: () => void (state.cancelled = true),
    }, { highWaterMark: 0 });
  };
  const clock = new VirtualClock();
  const client = new OriginClient({
    clock,
    headers: new Headers(),
    redirect: "never",
    connectTimeoutMs: 5000,
    silenceTimeoutMs: 10_000,
    fetch(_url, { headers }) {
      const range = headers.get("range")!;
      state.forks += range;
      const from = Number(/\d+/.exec(range)![0]);
      return Promise.resolve(
        new Response(make(from), {
          status: 206,
          headers: {
            etag: '"a"',
            "content-range": `bytes ${from}-${size - 1}/${size}`,
          },
        }),
      );
    },
  });
  const response = new Response(make(0), {
    headers: {
      etag: isShort || !isTagged ? 'W/"a"' : '"a"',
      ...(known ? { "content-length": `${isShort ? size + 1 : size}` } : {}),
    },
  });
  const context = { client, url: URL_X, onResume() {} };
  const body = await OriginBody.of(context, response, new AbortController());
  const cache = memoryCache({ maxBytes: 4_000_000, maxEntryBytes });
  const download = new Download(body, {
    writer: cache.create(URL_X, null)!,
    isEager,
    makeRecord: (sizeBytes) => isEager ? recordOf(URL_X, sizeBytes) : null,
    onEnd: () => state.ended++,
    onIdle: () => state.idle++,
    onStoreError() {},
  });
  return { bytes, state, cache, download, clock };
}

Deno.test("a late reader gets what is there, then the rest", async () => {
  const { bytes, state, download } = await setUp({ isEager: false });
  const early = download.join()!;
  download.run();
  const buffer = new Uint8Array(4096);
  for (let got = 0; got < 300_000;) got += (await early.read(buffer))!;
  const late = download.join()!;
  assertEquals(await readSource(late), bytes);
  await readSource(early);
  download.release();
  assertEquals(state.forks, "");
  assertEquals(state.ended, 1);
});

Deno.test("with a cache a slow reader holds up nobody, and what is whole is kept", async () => {
  const { bytes, cache, download } = await setUp({});
  const slow = download.join()!;
  const fast = download.join()!;
  download.run();
  assertEquals(await readSource(fast), bytes);
  assertEquals(await load(cache, URL_X), bytes);
  assertEquals(await readSource(slow), bytes);
  download.release();
});

Deno.test("without a cache nothing is fetched far ahead of the fastest reader", async () => {
  const { state, download } = await setUp({ isEager: false });
  const reader = download.join()!;
  download.run();
  await settle();
  assertLess(state.pulled, READ_AHEAD_BYTES + 2 * CHUNK);
  const before = state.pulled;
  for (let i = 0; i < 20; i++) await reader.read(new Uint8Array(4096));
  await settle();
  assert(state.pulled > before);
  assertLess(state.pulled, READ_AHEAD_BYTES + 20 * 4096 + 2 * CHUNK);
  await reader.close();
  download.release();
  await settle();
  assert(state.cancelled);
});

Deno.test("who leaves changes nothing for the others; the last one ends it", async () => {
  const { bytes, state, cache, download } = await setUp({ isEager: false });
  const one = download.join()!;
  const other = download.join()!;
  download.release();
  download.run();
  await one.read(new Uint8Array(10));
  await one.close();
  await one.close();
  await settle();
  assertEquals(state.cancelled, false);
  const buffer = new Uint8Array(10);
  await other.read(buffer);
  assertEquals(buffer, bytes.subarray(0, 10));
  await other.close();
  await settle();
  assert(state.cancelled);
  assertEquals(state.ended, 1);
  assertEquals(await load(cache, URL_X), null);
  assertEquals(download.join(), null);
});

Deno.test("when there is no more room, each reader goes on for itself", async () => {
  const { bytes, state, cache, download } = await setUp({
    maxEntryBytes: 105_000,
    known: false,
  });
  const first = download.join()!;
  const second = download.join()!;
  download.release();
  download.run();
  await settle();
  // Nothing is fetched while nobody reads beyond the store.
  assertLess(state.pulled, 130_000);
  assertEquals(state.ended, 1);
  assertEquals(await readSource(first), bytes);
  assertEquals(await readSource(second), bytes);
  assertEquals(state.forks, "bytes=100000-");
  assertEquals(await load(cache, URL_X), null);
});

Deno.test("what is spilled and wanted by nobody is let go", async () => {
  const { state, download } = await setUp({ maxEntryBytes: 105_000 });
  const reader = download.join()!;
  download.release();
  download.run();
  await settle();
  await reader.close();
  await settle();
  assert(state.cancelled);
});

Deno.test("when the origin fails, all readers hear of it, and nothing is kept", async () => {
  const { cache, download } = await setUp({ size: 100_000, isShort: true });
  const reader = download.join()!;
  const other = download.join()!;
  download.release();
  download.run();
  await rejectionOf(() => readSource(reader));
  await rejectionOf(() => readSource(other));
  assertEquals(await load(cache, URL_X), null);
});

Deno.test("a cache that cannot store fails nobody", async () => {
  const { bytes } = await setUp({ size: 20_000 });
  const errors: unknown[] = [];
  const response = new Response(bytes);
  const client = {} as OriginClient;
  Object.assign(client, {
    options: { silenceTimeoutMs: 1 },
    done() {},
    within: <T>(_limit: number, pending: Promise<T>) => pending,
  });
  const body = await OriginBody.of(
    { client, url: URL_X, onResume() {} },
    response,
    new AbortController(),
  );
  const writer = memoryCache().create(URL_X, null)!;
  const download = new Download(body, {
    writer: {
      get sizeBytes() {
        return writer.sizeBytes;
      },
      read: (offset, buffer) => writer.read(offset, buffer),
      write: (part) => writer.write(part),
      commit() {
        throw new Error("disk full");
      },
      close: () => writer.close(),
    },
    isEager: true,
    makeRecord: (sizeBytes) => recordOf(URL_X, sizeBytes),
    onEnd() {},
    onIdle() {},
    onStoreError: (error) => errors.push(error),
  });
  const reader = download.join()!;
  download.release();
  download.run();
  assertEquals(await readSource(reader), bytes);
  assertEquals(errors.length, 1);
  await assertRejects(() => Promise.reject(errors[0]), Error, "disk full");
});

Deno.test("with a cache nothing is fetched far ahead for a request that nobody follows up", async () => {
  const { bytes, state, cache, download } = await setUp({});
  const reader = download.join()!;
  download.release();
  download.run();
  // What a server takes for its first packet.
  await reader.read(new Uint8Array(4096));
  await settle();
  assertLess(state.pulled, READ_AHEAD_BYTES + 2 * CHUNK);
  const rest = await readSource(reader);
  assertEquals(rest, bytes.subarray(4096));
  assertEquals(await load(cache, URL_X), bytes);
});

Deno.test("a client that has shown that it is there makes it come as fast as it can", async () => {
  const { bytes, cache, download } = await setUp({});
  const reader = download.join()!;
  download.release();
  download.run();
  const buffer = new Uint8Array(4096);
  for (let got = 0; got <= PROOF_BYTES;) got += (await reader.read(buffer))!;
  for (let i = 0; i < 20; i++) await settle();
  assertEquals(await load(cache, URL_X), bytes);
  await reader.close();
});

Deno.test("when there is no room for all of it, that is found out as soon as a client is there", async () => {
  const { bytes, state, cache, download } = await setUp({});
  const held = cache.create("http://h.example/y", null)!;
  for (let i = 0; i < 2; i++) held.write(new Uint8Array(900_000));
  const more = cache.create("http://h.example/z", null)!;
  for (let i = 0; i < 2; i++) more.write(new Uint8Array(800_000));
  const reader = download.join()!;
  const other = download.join()!;
  download.release();
  download.run();
  assertEquals(await readSource(reader), bytes);
  assertEquals(await readSource(other), bytes);
  assertLess(Number(/\d+/.exec(state.forks)![0]), 400_000);
  assertEquals(await load(cache, URL_X), null);
  held.close();
  more.close();
});

Deno.test("a connection that nobody reads from is given up, and had again", async () => {
  for (const isProven of [false, true]) {
    const { bytes, state, clock, download } = await setUp({ isEager: false });
    const reader = download.join()!;
    download.release();
    download.run();
    const taken: number[] = [];
    const buffer = new Uint8Array(4096);
    for (let i = 0; i < (isProven ? 20 : 1); i++) {
      const count = (await reader.read(buffer))!;
      taken.push(...buffer.subarray(0, count));
    }
    await clock.advance(9000);
    assertEquals(state.cancelled, false);
    await clock.advance(2000);
    assert(state.cancelled);
    const rest = await readSource(reader);
    assertEquals(new Uint8Array([...taken, ...rest]), bytes);
    assert(state.forks !== "");
    assertEquals(state.idle, 1);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("where it cannot be had again, it is given up only if its client has never been there", async () => {
  for (const isProven of [false, true]) {
    const { bytes, state, clock, download } = await setUp({
      isEager: false,
      isTagged: false,
    });
    const reader = download.join()!;
    download.release();
    download.run();
    let got = 0;
    for (let i = 0; i < (isProven ? 20 : 1); i++) {
      got += (await reader.read(new Uint8Array(4096)))!;
    }
    await clock.advance(60_000);
    assertEquals(state.cancelled, !isProven);
    if (isProven) {
      assertEquals(await readSource(reader), bytes.subarray(got));
    } else await rejectionOf(() => readSource(reader));
    assertEquals(clock.pending, 0);
  }
});

Deno.test("what is spilled is not held for a reader that has gone", async () => {
  const { bytes, state, clock, download } = await setUp({
    maxEntryBytes: 105_000,
  });
  const reader = download.join()!;
  download.release();
  download.run();
  await settle();
  await clock.advance(11_000);
  assert(state.cancelled);
  assertEquals(await readSource(reader), bytes);
  assertEquals(clock.pending, 0);
});

Deno.test("what comes when all have just left does not go into a store that is closed", async () => {
  const chunk = Promise.withResolvers<Uint8Array>();
  const body = {
    size: null,
    next: () => chunk.promise,
    cancel: () => Promise.resolve(),
    watch: () => () => {},
  };
  const cache = memoryCache({ maxBytes: 10_000, maxEntryBytes: 9000 });
  for (let i = 0; i < 2; i++) {
    const download = new Download(body as unknown as OriginBody, {
      writer: cache.create(URL_X, null)!,
      isEager: true,
      makeRecord: () => null,
      onEnd() {},
      onIdle() {},
      onStoreError() {},
    });
    download.run();
    await settle();
    chunk.resolve(new Uint8Array(8000));
    download.release();
    await settle();
  }
  // All room is there again.
  assert(cache.create(URL_X, 8500));
});
