import { assert, assertEquals } from "@std/assert";
import { OriginClient } from "../../../handlers/http/_origin_client.ts";
import { isFresh, SharedRead } from "../../../handlers/http/_shared_read.ts";
import { memoryCache } from "../../../handlers/mod.ts";
import { settle, VirtualClock } from "../../_virtual.ts";
import { rejectionOf } from "../_sandbox.ts";
import { load, recordOf, store } from "./_cache_suite.ts";
import { makeBytes, readSource } from "./_origin.ts";

const URL_X = "http://h.example/x";

/** A question whose answer the test gives. */
function setUp(
  { keeps = true, isStored = false, staleIfErrorMs = 0 } = {},
) {
  const events: string[] = [];
  const answer = Promise.withResolvers<Response>();
  const state = {
    ended: 0,
    asked: 0,
    tags: "",
    signal: null as AbortSignal | null,
  };
  const client = new OriginClient({
    clock: new VirtualClock(),
    headers: new Headers(),
    redirect: "never",
    connectTimeoutMs: 5000,
    silenceTimeoutMs: 10_000,
    fetch(_url, { signal, headers }) {
      state.asked++;
      state.tags += headers.get("if-none-match");
      state.signal = signal!;
      signal!.addEventListener("abort", () => answer.reject(signal!.reason));
      return answer.promise;
    },
  });
  const cache = memoryCache();
  if (isStored) store(cache, URL_X, makeBytes(100));
  const context = {
    client,
    cache: keeps ? cache : null,
    transit: memoryCache({ maxBytes: 16_000, maxEntryBytes: 1000 }),
    staleIfErrorMs,
    now: () => 0,
    emit: ({ type }: { type: string }) => void events.push(type),
  };
  const ask = async () => {
    const stored = isStored ? await cache.open(URL_X) : null;
    return new SharedRead(context, URL_X, stored, () => state.ended++);
  };
  return { answer, state, events, ask, cache };
}

const gone = () => new AbortController();

Deno.test("all who ask get one answer", async () => {
  const { answer, state, ask } = setUp();
  const read = await ask();
  const joins = [1, 2, 3].map(() => read.join(gone().signal));
  answer.resolve(new Response(makeBytes(5000), { headers: { etag: '"a"' } }));
  for (const source of await Promise.all(joins)) {
    assertEquals(await readSource(source), makeBytes(5000));
  }
  assertEquals(state.asked, 1);
});

Deno.test("a body that must not be kept is for one", async () => {
  for (const control of ["no-store", "private"]) {
    const { answer, state, ask } = setUp();
    const read = await ask();
    const joins = [1, 2].map(() => read.join(gone().signal));
    answer.resolve(
      new Response(makeBytes(50), { headers: { "cache-control": control } }),
    );
    const [one, other] = await Promise.all(joins);
    assertEquals(other, null);
    assertEquals(await readSource(one), makeBytes(50));
    assertEquals(state.ended, 1);
  }
});

Deno.test("without a cache only what is small is shared", async () => {
  for (const size of [1000, 1001]) {
    const { answer, ask } = setUp({ keeps: false });
    const read = await ask();
    const joins = [1, 2].map(() => read.join(gone().signal));
    const headers = { "content-length": `${size}` };
    answer.resolve(new Response(makeBytes(size), { headers }));
    const [one, other] = await Promise.all(joins);
    assertEquals(other === null, size === 1001);
    await readSource(one);
    await other?.close();
  }
});

Deno.test("a body of unknown length that cannot be had in part is for one", async () => {
  for (const etag of ['"a"', 'W/"a"']) {
    const { answer, ask } = setUp();
    const read = await ask();
    const joins = [1, 2].map(() => read.join(gone().signal));
    answer.resolve(new Response(makeBytes(50), { headers: { etag } }));
    const [one, other] = await Promise.all(joins);
    assertEquals(other === null, etag !== '"a"');
    assertEquals(await readSource(one), makeBytes(50));
    await other?.close();
  }
});

Deno.test("the question is taken back when all have left, and not before", async () => {
  const { state, ask } = setUp();
  const read = await ask();
  const [one, other] = [gone(), gone()];
  const joins = [one, other].map(({ signal }) =>
    rejectionOf(() => read.join(signal))
  );
  one.abort();
  await joins[0];
  assertEquals(state.signal!.aborted, false);
  other.abort();
  await joins[1];
  await settle();
  assert(state.signal!.aborted);
  assert(state.ended > 0);
});

Deno.test("what is stale does not stand in for a question that was taken back", async () => {
  const { state, events, ask } = setUp({ isStored: true, staleIfErrorMs: 1e9 });
  const read = await ask();
  const client = gone();
  const join = rejectionOf(() => read.join(client.signal));
  client.abort();
  await join;
  await settle();
  assert(state.signal!.aborted);
  assertEquals(events, []);
});

Deno.test("who had left before does not stay", async () => {
  const { ask } = setUp();
  const read = await ask();
  await rejectionOf(() => read.join(AbortSignal.abort()));
});

Deno.test("what is stored is asked about, and used when it is current", async () => {
  const { answer, state, ask } = setUp({ isStored: true });
  const read = await ask();
  const join = read.join(gone().signal);
  answer.resolve(new Response(null, { status: 304 }));
  assertEquals(await readSource(await join), makeBytes(100));
  assertEquals(state.tags, '"a"');
  assertEquals(state.ended, 1);
});

Deno.test("a 304 that nobody asked for, or for another tag, is no answer", async () => {
  const unasked = setUp();
  const read = await unasked.ask();
  unasked.answer.resolve(new Response(null, { status: 304 }));
  await rejectionOf(() => read.join(gone().signal));

  const other = setUp({ isStored: true });
  const asked = await other.ask();
  const headers = { etag: '"b"' };
  other.answer.resolve(new Response(null, { status: 304, headers }));
  await rejectionOf(() => asked.join(gone().signal));
  assertEquals(other.state.tags, '"a"null');
});

Deno.test("fresh is what the origin said, and a clock that was set back proves nothing", () => {
  const record = recordOf(URL_X, 1, { validatedAtMs: 1000, freshForMs: 500 });
  assert(isFresh(record, 1000));
  assert(isFresh(record, 1499));
  assert(!isFresh(record, 1500));
  assert(!isFresh(record, 999));
});

Deno.test("what is superseded is for those who wait for it, and changes nothing that is stored", async () => {
  const body = setUp();
  const read = await body.ask();
  const join = read.join(gone().signal);
  read.supersede();
  assertEquals(body.state.ended, 1);
  const headers = { etag: '"old"', "cache-control": "max-age=60" };
  body.answer.resolve(new Response(makeBytes(5000), { headers }));
  assertEquals(await readSource(await join), makeBytes(5000));
  assertEquals(await load(body.cache, URL_X), null);

  // Also in the middle of the body.
  const late = setUp();
  const lateRead = await late.ask();
  const lateJoin = lateRead.join(gone().signal);
  late.answer.resolve(new Response(makeBytes(5000), { headers }));
  const source = await lateJoin;
  lateRead.supersede();
  assertEquals(await readSource(source), makeBytes(5000));
  assertEquals(await load(late.cache, URL_X), null);
});

Deno.test("a superseded answer neither renews nor deletes what is stored", async () => {
  const answers = [
    new Response(null, {
      status: 304,
      headers: { "cache-control": "max-age=60" },
    }),
    new Response(null, {
      status: 304,
      headers: { "cache-control": "no-store" },
    }),
    new Response(null, { status: 404 }),
    new Response("x", { headers: { "cache-control": "no-store" } }),
  ];
  for (const response of answers) {
    const { answer, ask, cache } = setUp({ isStored: true });
    const read = await ask();
    const join = read.join(gone().signal);
    read.supersede();
    answer.resolve(response);
    await join.then((source) => source?.close(), () => {});
    const entry = (await cache.open(URL_X))!;
    assertEquals(entry.record.freshForMs, 0);
    entry.close();
  }
});

Deno.test("a 304 renews only what was asked about", async () => {
  const { answer, ask, cache } = setUp({ isStored: true });
  const read = await ask();
  const join = read.join(gone().signal);
  // Somebody has fetched something newer meanwhile.
  const writer = cache.create(URL_X, 7)!;
  writer.write(makeBytes(7));
  writer.commit(recordOf(URL_X, 7, { etag: '"b"' }));
  writer.close();
  const headers = { "cache-control": "max-age=60", etag: '"a"' };
  answer.resolve(new Response(null, { status: 304, headers }));
  assertEquals(await readSource(await join), makeBytes(100));
  const entry = (await cache.open(URL_X))!;
  assertEquals(entry.record.etag, '"b"');
  assertEquals(entry.record.freshForMs, 0);
  entry.close();
});
