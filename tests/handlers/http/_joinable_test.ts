import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  bodySource,
  directBody,
  storedBody,
} from "../../../handlers/http/_joinable.ts";
import type { OriginBody } from "../../../handlers/http/_origin_body.ts";
import { type CacheEntry, memoryCache } from "../../../handlers/mod.ts";
import { store } from "./_cache_suite.ts";
import { makeBytes, readSource } from "./_origin.ts";

/** A body of some chunks. */
function fakeBody(...lengths: number[]) {
  const state = { cancelled: 0, asked: 0, watches: 0, unproven: "" };
  const body = {
    size: null,
    next() {
      state.asked++;
      const length = lengths.shift();
      return Promise.resolve(length === undefined ? null : makeBytes(length));
    },
    watch(isUnproven: boolean) {
      state.watches++;
      state.unproven += isUnproven ? "u" : "p";
      let isOver = false;
      return () => {
        if (!isOver) state.watches--;
        isOver = true;
      };
    },
    cancel() {
      state.cancelled++;
      return Promise.resolve();
    },
  };
  return { body: body as unknown as OriginBody, state };
}

Deno.test("a body is for the first one who wants it", async () => {
  const { body, state } = fakeBody(10);
  const direct = directBody(body);
  const source = direct.join()!;
  assertEquals(direct.join(), null);
  direct.release();
  assertEquals(state.cancelled, 0);
  assertEquals(await readSource(source), makeBytes(10));
});

Deno.test("a body that nobody wants is let go", () => {
  const { body, state } = fakeBody(10);
  directBody(body).release();
  assertEquals(state.cancelled, 1);
});

Deno.test("a source asks for no more than its reader does", async () => {
  const { body, state } = fakeBody(10, 10);
  const source = bodySource(body, new Uint8Array(3));
  const buffer = new Uint8Array(8);
  assertEquals(source.read(buffer), 3);
  assertEquals(state.asked, 0);
  assertEquals(await source.read(buffer), 8);
  assertEquals(source.read(buffer), 2);
  assertEquals(state.asked, 1);
  await source.close();
});

Deno.test("a body is watched while nobody reads, and no longer", async () => {
  const { body, state } = fakeBody(60_000, 60_000);
  const source = bodySource(body);
  assertEquals(state.watches, 1);
  const pending = source.read(new Uint8Array(60_000));
  assertEquals(state.watches, 0);
  await pending;
  assertEquals(state.watches, 1);
  await source.read(new Uint8Array(50_000));
  await source.read(new Uint8Array(50_000));
  assertEquals(state.watches, 1);
  // Who has got so far is there.
  assertEquals(state.unproven, "uupp");
  await source.close();
  assertEquals(state.watches, 0);

  const late = fakeBody(10);
  await bodySource(late.body, new Uint8Array(), 100_000).close();
  assertEquals(late.state.unproven, "p");

  const left = fakeBody(10);
  const gone = bodySource(left.body);
  const reading = gone.read(new Uint8Array(10));
  await gone.close();
  await reading;
  assertEquals(left.state.watches, 0);
});

async function openStored(): Promise<CacheEntry> {
  const cache = memoryCache();
  store(cache, "http://h/a", makeBytes(1000));
  return (await cache.open("http://h/a"))!;
}

Deno.test("what is stored is for all, and closed by the last one", async () => {
  const entry = await openStored();
  let closed = 0;
  const watched = {
    record: entry.record,
    sizeBytes: entry.sizeBytes,
    read: entry.read,
    close: () => void closed++,
  };
  const stored = storedBody(watched, () => {});
  const one = stored.join()!;
  const other = stored.join()!;
  stored.release();
  assertEquals(await readSource(one, 300), makeBytes(1000));
  await one.close();
  assertEquals(closed, 0);
  assertEquals(await readSource(other, 2000), makeBytes(1000));
  assertEquals(closed, 1);
  assertEquals(stored.join(), null);
});

Deno.test("what is found to be damaged is told, and not to the client", async () => {
  const entry = await openStored();
  const damages: unknown[] = [];
  const stored = storedBody(
    { ...entry, sizeBytes: 1000, read: () => 0 },
    (it) => {
      damages.push(it);
    },
  );
  const source = stored.join()!;
  const error = assertThrows(() => source.read(new Uint8Array(10)));
  assert(error instanceof Error && "wireText" in error);
  assertEquals(error.wireText, "Origin is not available");
  assertEquals(damages.length, 1);
});
