import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { get, put } from "../../../client.ts";
import {
  httpOrigin,
  type HttpOriginOptions,
  memoryCache,
  NoAnswerError,
} from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import { serve } from "../../../server.ts";
import { settle, VirtualClock } from "../../_virtual.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";
import { rejectionOf } from "../_sandbox.ts";
import { setUpOrigin as setUp } from "./_handler.ts";
import {
  makeBytes,
  readSource,
  startBareOrigin,
  startOrigin,
  wireOf,
} from "./_origin.ts";

/** Downloads over TFTP; an error as a text. */
async function download(url: string, options: HttpOriginOptions = {}) {
  await using server = serve(
    { hostname: "127.0.0.1", port: 0 },
    httpOrigin(url, options),
  );
  try {
    await using response = await get(
      `tftp://127.0.0.1:${server.addr.port}/file`,
      { blksize: 1000 },
    );
    return await response.bytes();
  } catch (error) {
    return error instanceof TftpError
      ? `${error.code} ${error.wireText}`
      : error;
  }
}

const HEAD = "HTTP/1.1 200 OK\r\n";

Deno.test("a whole body reaches a TFTP client, announced or in chunks", async () => {
  const bytes = makeBytes(10_000);
  await using known = startBareOrigin(() => [
    `${HEAD}Content-Length: 10000\r\n\r\n`,
    bytes,
  ]);
  assertEquals(await download(known.url), bytes);
  await using chunked = startBareOrigin(() => [
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n2710\r\n`,
    bytes,
    "\r\n0\r\n\r\n",
  ]);
  assertEquals(await download(chunked.url), bytes);
});

Deno.test("a body that breaks off is never a whole file for a TFTP client", async () => {
  // Also where it breaks off at the end of a block.
  for (const size of [0, 999, 1000, 2999]) {
    const bytes = makeBytes(size);
    await using known = startBareOrigin(() => [
      `${HEAD}Content-Length: 3000\r\n\r\n`,
      bytes,
    ]);
    await using chunked = startBareOrigin(() => [
      `${HEAD}Transfer-Encoding: chunked\r\n\r\nbb8\r\n`,
      bytes,
    ]);
    await using endless = startBareOrigin(() => [`${HEAD}\r\n`, bytes]);
    for (const { url } of [known, chunked, endless]) {
      for (const cache of [null, memoryCache()]) {
        assertEquals(
          await download(url, { cache }),
          "0 Origin is not available",
        );
      }
    }
  }
});

Deno.test("a body that breaks off is resumed, and kept whole", async () => {
  const bytes = makeBytes(300_000);
  await using origin = startBareOrigin((head) => {
    const from = Number(/range: bytes=(\d+)-/i.exec(head)?.[1] ?? 0);
    const length = 300_000 - from;
    const part = bytes.subarray(from, from + 120_000);
    return [
      from === 0 ? HEAD : `HTTP/1.1 206 Partial Content\r\n`,
      `Content-Range: bytes ${from}-299999/300000\r\nETag: "a"\r\n`,
      `Content-Length: ${length}\r\n\r\n`,
      part,
    ];
  });
  const cache = memoryCache();
  assertEquals(await download(origin.url, { cache }), bytes);
  assert(origin.heads.length > 1);
  const entry = await cache.open(`${origin.url}/file`);
  assertEquals(entry?.record.sizeBytes, 300_000);
  entry?.close();
});

Deno.test("what the origin answers is told with a code, and no more", async () => {
  await using origin = startOrigin((request) => {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "dir") return Response.redirect(`${request.url}/`, 301);
    if (name === "dir/") return new Response("<a href=x>x</a>");
    if (name === "zip") {
      return new Response("x", { headers: { "content-encoding": "zstd" } });
    }
    return new Response("secret page", { status: Number(name) });
  });
  const { read } = setUp(origin.url);
  const cases: [string, string][] = [
    ["404", "1 File not found"],
    ["410", "1 File not found"],
    ["dir", "1 File not found"],
    ["401", "2 Access violation"],
    ["403", "2 Access violation"],
    ["500", "0 Origin is not available"],
    ["503", "0 Origin is not available"],
    ["206", "0 Origin is not available"],
    ["zip", "0 Origin is not available"],
    ["../x", "2 Access violation"],
  ];
  for (const [name, wire] of cases) {
    assertEquals(wireOf(await rejectionOf(() => read(name))), wire, name);
  }
});

Deno.test("an origin that is not there is told as such, and its secrets are not", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const { read } = setUp(
    `http://user:password@127.0.0.1:${port}/a?token=t0k3n`,
  );
  const error = await rejectionOf(() => read("x"));
  assertEquals(wireOf(error), "0 Origin is not available");
  assertEquals(/password|t0k3n/.test(error.message), false);
});

Deno.test("headers, user name and query go to the origin", async () => {
  await using origin = startOrigin((request) =>
    new Response([
      new URL(request.url).search,
      request.headers.get("authorization"),
      request.headers.get("x-site"),
      request.headers.get("accept-encoding"),
    ].join(" "))
  );
  const url = origin.url.replace("//", "//u:p@") + "/?t=1";
  const { read } = setUp(url, { headers: { "x-site": "lab" } });
  assertEquals(await read("x"), `?t=1 Basic ${btoa("u:p")} lab identity`);
});

Deno.test("what must not be shared is fetched for each", async () => {
  await using origin = startOrigin(() =>
    new Response("x", { headers: { "cache-control": "no-store" } })
  );
  const { read } = setUp(origin.url, { cache: memoryCache() });
  const texts = await Promise.all([1, 2, 3].map(() => read("x")));
  assertEquals(texts, ["x", "x", "x"]);
  assertEquals(origin.requests.length, 3);
});

Deno.test("a slow client does not make us hold a large body", async () => {
  let sent = 0;
  const chunk = new Uint8Array(65_536);
  await using origin = startOrigin(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += chunk.length;
          if (sent > 256 * 1024 * 1024) controller.close();
          else controller.enqueue(chunk);
        },
      }),
      { headers: { "cache-control": "no-store" } },
    )
  );
  const { handler } = setUp(origin.url);
  const response = await handler(fakeRequest("x"));
  await response!.source!.read(new Uint8Array(512));
  // The system's buffers fill; then the origin has to wait, and turns of the event loop change nothing.
  let before = -1;
  for (let calm = 0; calm < 50; before = sent) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    calm = sent === before ? calm + 1 : 0;
  }
  assert(sent < 64 * 1024 * 1024, `${sent} octets were taken`);
  await response!.source!.close();
});

Deno.test("when the client goes before the answer comes, the request ends", async () => {
  const seen = Promise.withResolvers<AbortSignal>();
  const { handler } = setUp("http://h.example", {
    fetch: (_url, { signal }) => {
      seen.resolve(signal!);
      return new Promise((_, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason))
      );
    },
  });
  const client = new AbortController();
  const answer = rejectionOf(async () =>
    await handler(fakeRequest("x", { signal: client.signal }))
  );
  const signal = await seen.promise;
  client.abort();
  await answer;
  assert(signal.aborted);
});

Deno.test("an upload over TFTP is a PUT, and is acknowledged when it is stored", async () => {
  const files = new Map<string, Uint8Array>([["/old.cfg", new Uint8Array()]]);
  await using origin = startOrigin(async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "HEAD") {
      return new Response(null, { status: files.has(pathname) ? 200 : 404 });
    }
    assertEquals(request.headers.get("if-none-match"), "*");
    files.set(pathname, await request.bytes());
    return new Response(null, { status: 201 });
  });
  await using server = serve(
    { hostname: "127.0.0.1", port: 0 },
    httpOrigin(origin.url, { write: true }),
  );
  const bytes = makeBytes(100_000);
  const base = `tftp://127.0.0.1:${server.addr.port}`;
  await put(`${base}/new.cfg`, bytes);
  assertEquals(files.get("/new.cfg"), bytes);
  const { code } = await assertRejects(
    () => put(`${base}/old.cfg`, bytes),
    TftpError,
  );
  assertEquals(code, 6);
});

Deno.test("an upload makes what is stored here old", async () => {
  let text = "old";
  await using origin = startOrigin(async (request) => {
    if (request.method === "PUT") text = await request.text();
    return new Response(text, { headers: { "cache-control": "max-age=60" } });
  });
  const { read, handler, types } = setUp(origin.url, {
    cache: memoryCache(),
    write: true,
    overwrite: true,
  });
  assertEquals(await read("x"), "old");
  const { sink } = (await handler(fakeUpload("x")))!;
  await sink!.write(new TextEncoder().encode("new"));
  await sink!.commit();
  assertEquals(await read("x"), "new");
  assertEquals(types(), ["fetched", "uploaded", "fetched"]);
});

Deno.test("uploads are refused unless they are allowed", async () => {
  const { handler } = setUp("http://h.example", {
    fetch: () => Promise.reject(new Error("Nobody should ask")),
  });
  const error = await rejectionOf(async () => await handler(fakeUpload("x")));
  assertEquals(wireOf(error), "2 Access violation");
});

Deno.test("who listens cannot break anything", async () => {
  await using origin = startOrigin(() => new Response("x"));
  const { read } = setUp(origin.url, {
    onEvent() {
      throw new Error("mine");
    },
  });
  assertEquals(await read("x"), "x");
});

Deno.test("options are checked", () => {
  const url = "http://h.example";
  for (
    const options of [
      { connectTimeoutMs: -1 },
      { silenceTimeoutMs: NaN },
      { staleIfErrorMs: -1 },
      { maxSharedBytes: 0 },
      { maxSizeBytes: -1 },
      { maxCollectBytes: -1 },
      { maxCollectTotalBytes: NaN },
      { maxRequests: 0 },
      { redirect: "all" as "any" },
    ]
  ) assertThrows(() => httpOrigin(url, options), RangeError);
  assertThrows(() => httpOrigin("h.example"), TypeError);
});

Deno.test("requests that nobody follows up take little from the origin, and others ask again when there are too many", async () => {
  let sent = 0;
  const size = 4 * 1024 * 1024;
  const { handler } = setUp("http://h.example", {
    cache: memoryCache(),
    maxRequests: 3,
    fetch() {
      let left = size;
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (left === 0) return controller.close();
          const chunk = new Uint8Array(65_536);
          left -= chunk.length;
          sent += chunk.length;
          controller.enqueue(chunk);
        },
      }, { highWaterMark: 0 });
      const headers = { etag: '"a"', "content-length": `${size}` };
      return Promise.resolve(new Response(stream, { headers }));
    },
  });
  const sources = [];
  for (const name of "abc") {
    const { source } = (await handler(fakeRequest(name)))!;
    await source!.read(new Uint8Array(4096));
    sources.push(source!);
  }
  for (let i = 0; i < 20; i++) await settle();
  assert(sent <= 3 * 384 * 1024, `${sent} octets were taken`);
  const refusal = await rejectionOf(async () =>
    await handler(fakeRequest("d"))
  );
  assertInstanceOf(refusal, NoAnswerError);
  // Who asks for what is under way is one more reader of it.
  await (await handler(fakeRequest("a")))!.source!.close();
  await sources[0]!.close();
  const { source } = (await handler(fakeRequest("d")))!;
  assertEquals((await readSource(source)).length, size);
  const again = (await handler(fakeRequest("e")))!.source!;
  for (const each of [again, ...sources]) await each.close();
});

Deno.test("whatever the origin answers, its request is over at some time", async () => {
  const { handler, read } = setUp("http://h.example", {
    maxRequests: 1,
    write: true,
    fetch(url, { method }) {
      const status = Number(url.slice(-3));
      if (method === "PUT") return Promise.resolve(new Response(null));
      const isEmpty = method === "HEAD" || status === 304;
      return Promise.resolve(new Response(isEmpty ? null : "x", { status }));
    },
  });
  for (const status of [200, 304, 404, 500, 503, 200]) {
    const error = await read(`${status}`).then(() => null, (it) => it);
    assert(!(error instanceof NoAnswerError), `${status}`);
    await Promise.try(() => handler(fakeUpload(`${status}`))).then(
      (response) => response!.sink!.abort("over"),
      (error) => assert(!(error instanceof NoAnswerError), `${status}`),
    );
  }
});

Deno.test("a body that cannot be shared is not held for a client that has gone", async () => {
  const clock = new VirtualClock();
  let open = 0;
  const { handler } = setUp("http://h.example", {
    clock,
    maxRequests: 1,
    fetch() {
      open++;
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull: (controller) => controller.enqueue(new Uint8Array(1000)),
        cancel: () => void open--,
      }, { highWaterMark: 0 });
      const headers = { "cache-control": "no-store" };
      return Promise.resolve(new Response(stream, { headers }));
    },
  });
  for (const size of [0, 1000]) {
    const { source } = (await handler(fakeRequest("x")))!;
    if (size > 0) await source!.read(new Uint8Array(size));
    const refusal = await rejectionOf(async () =>
      await handler(fakeRequest("y"))
    );
    assertInstanceOf(refusal, NoAnswerError);
    await clock.advance(11_000);
    assertEquals(open, 0);
    await (await handler(fakeRequest("y")))!.source!.close();
    if (size > 0) {
      await rejectionOf(async () => await source!.read(new Uint8Array(1000)));
    }
    await source!.close();
    assertEquals(clock.pending, 0);
  }
});
