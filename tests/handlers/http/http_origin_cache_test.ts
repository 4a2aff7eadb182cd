import { assertEquals } from "@std/assert";
import {
  diskCache,
  type HttpOriginOptions,
  memoryCache,
} from "../../../handlers/mod.ts";
import { settle, VirtualClock } from "../../_virtual.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";
import { rejectionOf, Sandbox } from "../_sandbox.ts";
import { load } from "./_cache_suite.ts";
import { setUpOrigin as setUp } from "./_handler.ts";
import { makeBytes, readSource, startOrigin } from "./_origin.ts";

for (const kind of ["memory", "disk"] as const) {
  const withCache = async (
    run: (options: HttpOriginOptions) => Promise<void>,
  ) => {
    using sandbox = new Sandbox();
    const cache = kind === "memory"
      ? memoryCache()
      : diskCache({ directory: sandbox.path });
    await run({ cache });
  };

  Deno.test(`${kind} cache: every request asks, unless the origin says it is fresh`, () =>
    withCache(async (options) => {
      let version = 1;
      let control = "";
      await using origin = startOrigin((request) => {
        const etag = `"v${version}"`;
        const headers = { etag, "cache-control": control };
        return request.headers.get("if-none-match") === etag
          ? new Response(null, { status: 304, headers })
          : new Response(`version ${version}`, { headers });
      });
      let now = Date.now();
      const { read, types } = setUp(origin.url, { ...options, now: () => now });
      assertEquals(await read("x"), "version 1");
      assertEquals(await read("x"), "version 1");
      assertEquals(types(), ["fetched", "revalidated"]);
      version = 2;
      assertEquals(await read("x"), "version 2");
      control = "max-age=60";
      assertEquals(await read("x"), "version 2");
      assertEquals(types(), ["fetched", "revalidated"]);
      version = 3;
      now += 50_000;
      assertEquals(await read("x"), "version 2");
      now += 20_000;
      control = "no-store";
      assertEquals(await read("x"), "version 3");
      assertEquals(types(), ["fresh", "fetched"]);
      // What must not be stored is not, nor is what was stored before.
      assertEquals(await read("x"), "version 3");
      assertEquals(types(), ["fetched"]);
      assertEquals(await options.cache!.open(`${origin.url}/x`), null);
    }));

  Deno.test(`${kind} cache: a date is a validator, too`, () =>
    withCache(async (options) => {
      const headers = { "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" };
      await using origin = startOrigin((request) =>
        request.headers.has("if-modified-since")
          ? new Response(null, { status: 304 })
          : new Response("x", { headers })
      );
      const { read, types } = setUp(origin.url, options);
      await read("x");
      assertEquals(await read("x"), "x");
      assertEquals(types(), ["fetched", "revalidated"]);
      assertEquals(
        origin.requests[1]!.headers.get("if-modified-since"),
        headers["last-modified"],
      );
    }));

  Deno.test(`${kind} cache: what is gone at the origin is gone here`, () =>
    withCache(async (options) => {
      let status = 200;
      await using origin = startOrigin(() =>
        new Response("x", { status, headers: { etag: '"a"' } })
      );
      const { read, types } = setUp(origin.url, {
        ...options,
        staleIfErrorMs: 1e9,
      });
      await read("x");
      status = 404;
      assertEquals((await rejectionOf(() => read("x"))).code, 1);
      status = 500;
      assertEquals((await rejectionOf(() => read("x"))).code, 0);
      assertEquals(types(), ["fetched"]);
    }));

  Deno.test(`${kind} cache: nothing stale is served, unless that was asked for`, () =>
    withCache(async (options) => {
      let status = 200;
      let control = "max-age=1";
      await using origin = startOrigin(() =>
        new Response("x", {
          status,
          headers: { etag: '"a"', "cache-control": control },
        })
      );
      let now = Date.now();
      const clock = { ...options, now: () => now };
      const strict = setUp(origin.url, clock);
      const lenient = setUp(origin.url, { ...clock, staleIfErrorMs: 60_000 });
      await strict.read("x");
      now += 10_000;
      status = 503;
      assertEquals((await rejectionOf(() => strict.read("x"))).code, 0);
      assertEquals(await lenient.read("x"), "x");
      assertEquals(lenient.types(), ["stale"]);
      now += 60_000;
      assertEquals((await rejectionOf(() => lenient.read("x"))).code, 0);
      // The origin forbids it.
      status = 200;
      control = "must-revalidate";
      await lenient.read("x");
      status = 503;
      assertEquals((await rejectionOf(() => lenient.read("x"))).code, 0);
    }));

  Deno.test(`${kind} cache: what a 304 says holds, and what it leaves out stays`, () =>
    withCache(async (options) => {
      let control: string | null = "must-revalidate";
      let status = 200;
      await using origin = startOrigin(() => {
        const headers = new Headers({ etag: '"a"' });
        if (control !== null) headers.set("cache-control", control);
        return new Response(status === 304 ? null : "x", { status, headers });
      });
      const { read } = setUp(origin.url, { ...options, staleIfErrorMs: 1e9 });
      await read("x");
      status = 304;
      control = null;
      assertEquals(await read("x"), "x");
      status = 503;
      assertEquals((await rejectionOf(() => read("x"))).code, 0);
      status = 304;
      control = "no-store";
      assertEquals(await read("x"), "x");
      assertEquals(await options.cache!.open(`${origin.url}/x`), null);
    }));

  Deno.test(`${kind} cache: many at once are one fetch`, () =>
    withCache(async (options) => {
      const bytes = makeBytes(500_000);
      await using origin = startOrigin(() =>
        new Response(bytes, { headers: { etag: '"a"' } })
      );
      const { handler } = setUp(origin.url, options);
      const copies = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const response = await handler(fakeRequest("x"));
          return await readSource(response!.source);
        }),
      );
      for (const copy of copies) assertEquals(copy, bytes);
      assertEquals(origin.requests.length, 1);
    }));
}

for (const kind of ["memory", "disk"] as const) {
  Deno.test(`${kind} cache: who begins to read after an upload gets it, whatever is under way`, async () => {
    using sandbox = new Sandbox();
    const cache = kind === "memory"
      ? memoryCache()
      : diskCache({ directory: sandbox.path });
    let text = "old";
    let gate = Promise.withResolvers<void>();
    const controls: string[] = [];
    const { read, handler } = setUp("http://h.example", {
      cache,
      write: true,
      overwrite: true,
      async fetch(_url, { method, body }) {
        if (method === "PUT") {
          text = await new Response(body ?? null).text();
          return new Response(null, { status: 204 });
        }
        const [now, later] = [text, gate.promise];
        const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
          async pull(controller) {
            await later;
            controller.enqueue(new TextEncoder().encode(now));
            controller.close();
          },
        }, { highWaterMark: 0 });
        const control = controls.shift() ?? "max-age=3600";
        const headers = { etag: `"${now}"`, "cache-control": control };
        return new Response(stream, { headers });
      },
    });
    const upload = async (text: string) => {
      const { sink } = (await handler(fakeUpload("x")))!;
      await sink!.write(new TextEncoder().encode(text));
      await sink!.commit();
    };

    const early = read("x");
    await settle();
    await upload("new");
    const late = read("x");
    await settle();
    gate.resolve();
    assertEquals([await early, await late], ["old", "new"]);
    assertEquals(await read("x"), "new");
    assertEquals(await load(cache, "http://h.example/x"), bytesOf("new"));

    // The same for bodies of their own: the first answer is for one, and those of the others may be kept.
    cache.delete("http://h.example/x");
    gate = Promise.withResolvers();
    controls.push("no-store");
    const reads = [read("x"), read("x")];
    for (let i = 0; i < 5; i++) await settle();
    await upload("newer");
    gate.resolve();
    assertEquals(await Promise.all(reads), ["new", "new"]);
    assertEquals(await read("x"), "newer");
  });
}

Deno.test("an upload that may have been taken makes what is stored here old", async () => {
  const clock = new VirtualClock();
  let text = "old";
  const { read, handler } = setUp("http://h.example", {
    cache: memoryCache(),
    write: true,
    overwrite: true,
    clock,
    async fetch(_url, { method, body }) {
      const headers = { "cache-control": "max-age=3600" };
      if (method !== "PUT") return new Response(text, { headers });
      text = await new Response(body ?? null).text();
      return await new Promise(() => {});
    },
  });
  assertEquals(await read("x"), "old");
  const { sink } = (await handler(fakeUpload("x")))!;
  await sink!.write(bytesOf("new"));
  const committing = rejectionOf(async () => await sink!.commit());
  await clock.advance(60_000);
  await sink!.abort(await committing);
  assertEquals(await read("x"), "new");
});

Deno.test("what was looked up before an upload was acknowledged is not used", async () => {
  const inner = memoryCache();
  const gate = Promise.withResolvers<void>();
  let text = "old";
  let isSlow = false;
  const { read, handler } = setUp("http://h.example", {
    write: true,
    overwrite: true,
    cache: {
      async open(url) {
        const entry = await inner.open(url);
        if (isSlow) await gate.promise;
        return entry;
      },
      create: (url, sizeBytes) => inner.create(url, sizeBytes),
      update: (record, former) => inner.update(record, former),
      delete: (url) => inner.delete(url),
    },
    async fetch(_url, { method, body }) {
      if (method === "PUT") text = await new Response(body ?? null).text();
      const headers = { etag: `"${text}"`, "cache-control": "max-age=3600" };
      return new Response(text, { headers });
    },
  });
  assertEquals(await read("x"), "old");
  isSlow = true;
  const early = read("x");
  const { sink } = (await handler(fakeUpload("x")))!;
  await sink!.write(bytesOf("new"));
  await sink!.commit();
  const late = read("x");
  gate.resolve();
  assertEquals([await early, await late], ["new", "new"]);
});

Deno.test("an answer that what is stored is current is over when it has come", async () => {
  const headers = { etag: '"a"' };
  const { read } = setUp("http://h.example", {
    cache: memoryCache(),
    maxRequests: 1,
    fetch: (_url, init) =>
      Promise.resolve(
        init.headers.has("if-none-match")
          ? new Response(null, { status: 304, headers })
          : new Response("x", { headers }),
      ),
  });
  for (let i = 0; i < 5; i++) assertEquals(await read("x"), "x");
});

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
