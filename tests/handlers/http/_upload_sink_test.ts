import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  type FetchFunction,
  OriginClient,
} from "../../../handlers/http/_origin_client.ts";
import {
  CollectAccount,
  uploadSink,
  type UploadSinkOptions,
} from "../../../handlers/http/_upload_sink.ts";
import { systemClock } from "../../../net/mod.ts";
import { settle, VirtualClock } from "../../_virtual.ts";
import { errorOf, rejectionOf } from "../_sandbox.ts";
import { makeBytes, startBareOrigin, wireOf } from "./_origin.ts";

function setUp(
  fetch: FetchFunction,
  options: Partial<UploadSinkOptions> = {},
  clock: VirtualClock | null = null,
) {
  const client = new OriginClient({
    fetch,
    clock: clock ?? systemClock,
    headers: new Headers(),
    redirect: "never",
    connectTimeoutMs: 5000,
    silenceTimeoutMs: 10_000,
  });
  const stored = { count: 0, changes: 0 };
  const sink = uploadSink({
    client,
    url: "http://h.example/x",
    overwrite: false,
    maxSizeBytes: 1_000_000,
    announcedSize: null,
    maxCollectBytes: null,
    account: new CollectAccount(1_000_000),
    onChange: () => void stored.changes++,
    onStored: () => void stored.count++,
    ...options,
  });
  return { sink, stored };
}

/** Takes the whole body, and answers. */
function taking(status: number) {
  const seen = { bytes: new Uint8Array(), condition: "" as string | null };
  const fetch: FetchFunction = async (_url, { body, headers }) => {
    seen.condition = headers.get("if-none-match");
    seen.bytes = new Uint8Array(await new Response(body ?? null).arrayBuffer());
    return new Response(null, { status });
  };
  return { seen, fetch };
}

async function upload(
  { sink }: ReturnType<typeof setUp>,
  size = 1000,
): Promise<void> {
  const bytes = makeBytes(size);
  for (let at = 0; at < size; at += 300) {
    const part = bytes.slice(at, at + 300);
    await sink.write(part);
    // The array is used again.
    part.fill(0);
  }
  await sink.commit();
}

Deno.test("an upload goes through, streamed or collected", async () => {
  for (const maxCollectBytes of [null, 5000]) {
    for (const size of [0, 1, 1000]) {
      const { seen, fetch } = taking(201);
      const it = setUp(fetch, { maxCollectBytes });
      await upload(it, size);
      assertEquals(seen.bytes, makeBytes(size));
      assertEquals(seen.condition, "*");
      assertEquals(it.stored.count, 1);
    }
  }
});

Deno.test("what may be replaced is replaced", async () => {
  const { seen, fetch } = taking(204);
  await upload(setUp(fetch, { overwrite: true }));
  assertEquals(seen.condition, null);
});

Deno.test("an upload that the origin refuses is not acknowledged", async () => {
  const cases: [number, string][] = [
    [403, "2 Access violation"],
    [409, "6 File already exists"],
    [412, "6 File already exists"],
    [413, "3 Disk full or allocation exceeded"],
    [507, "3 Disk full or allocation exceeded"],
    [500, "0 Origin is not available"],
    [307, "0 Origin is not available"],
  ];
  for (const [status, wire] of cases) {
    const it = setUp(taking(status).fetch);
    assertEquals(wireOf(await rejectionOf(() => upload(it))), wire);
    assertEquals(it.stored.count, 0);
  }
});

Deno.test("an answer before the end ends the upload", async () => {
  const early = (status: number): FetchFunction => () =>
    Promise.resolve(new Response(null, { status }));
  for (
    const [status, wire] of [[403, "2 Access violation"], [
      201,
      "0 Origin is not available",
    ]] as const
  ) {
    const it = setUp(early(status));
    const error = await rejectionOf(async () => {
      for (let i = 0; i < 5; i++) await it.sink.write(makeBytes(100));
    });
    assertEquals(wireOf(error), wire);
    await it.sink.abort(error);
  }
});

Deno.test("an origin that takes nothing, or says nothing, is given up", async () => {
  const clock = new VirtualClock();
  const deaf = setUp(() => new Promise(() => {}), {}, clock);
  const writing = rejectionOf(async () => {
    for (let i = 0; i < 5; i++) await deaf.sink.write(makeBytes(100));
  });
  await clock.advance(60_000);
  assertEquals(wireOf(await writing), "0 Origin is not available");
  await deaf.sink.abort("over");

  const mute = setUp(
    async (_url, { body }) => {
      await new Response(body ?? null).arrayBuffer();
      return await new Promise(() => {});
    },
    {},
    clock,
  );
  const committing = rejectionOf(() => upload(mute));
  await clock.advance(60_000);
  assertEquals(wireOf(await committing), "0 Origin is not available");
  await mute.sink.abort("over");
  assertEquals(clock.pending, 0);
});

Deno.test("sizes are kept to", async () => {
  const { fetch } = taking(201);
  for (const options of [{ maxSizeBytes: 999 }, { maxCollectBytes: 999 }]) {
    const it = setUp(fetch, options);
    assertEquals((await rejectionOf(() => upload(it))).code, 3);
    await it.sink.abort("over");
    const announced = { ...options, announcedSize: 1000 };
    assertEquals(errorOf(() => setUp(fetch, announced)).code, 3);
  }
  for (const announcedSize of [999, 1001]) {
    const it = setUp(fetch, { announcedSize });
    const error = await rejectionOf(() => upload(it));
    assertEquals(wireOf(error), "0 Size differs from announced");
    await it.sink.abort(error);
    assertEquals(it.stored.count, 0);
  }
});

Deno.test("what the origin does not take is not taken from the client", async () => {
  const { sink } = setUp(() => new Promise(() => {}));
  let count = 0;
  const writing = (async () => {
    for (; count < 100; count++) await sink.write(makeBytes(1000));
  })().catch(() => {});
  await settle();
  assert(count < 3);
  await sink.abort(new Error("over"));
  await writing;
});

Deno.test("an upload that breaks off has no proper end for the origin", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { sink } = setUp(fetch, { url: `http://127.0.0.1:${port}/x` });
  await sink.write(makeBytes(1000));
  const connection = await listener.accept();
  listener.close();
  await sink.abort(new Error("The client has gone"));
  const received = await new Response(connection.readable).text()
    .catch(() => "reset");
  assertFalse(received.endsWith("0\r\n\r\n"));
});

Deno.test("the request ends when the client goes before the answer comes", async () => {
  let signal: AbortSignal | null | undefined;
  const { sink, stored } = setUp(
    (_url, init) => {
      signal = init.signal;
      return new Promise((_, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason))
      );
    },
    { maxCollectBytes: 5000 },
    new VirtualClock(),
  );
  await sink.write(makeBytes(10));
  const committing = rejectionOf(async () => await sink.commit());
  await settle();
  await sink.abort(new Error("The client has gone"));
  await committing;
  assert(signal!.aborted);
  assertEquals(stored.count, 0);
});

Deno.test("a collected upload has a length", async () => {
  await using origin = startBareOrigin(() => [
    "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
  ]);
  const it = setUp(fetch, { url: `${origin.url}/x`, maxCollectBytes: 5000 });
  await upload(it, 10);
  assert(/^content-length: 10\r$/im.test(origin.heads[0]!));
});

Deno.test("what the origin may have taken is told, and what it has refused is not", async () => {
  for (const maxCollectBytes of [null, 5000]) {
    for (const status of [201, 500, 504]) {
      const it = setUp(taking(status).fetch, { maxCollectBytes });
      await upload(it).catch(() => {});
      assert(it.stored.changes > 0, `${status}`);
    }
    for (const status of [307, 403, 412]) {
      const it = setUp(taking(status).fetch, { maxCollectBytes });
      const error = await rejectionOf(() => upload(it));
      await it.sink.abort(error);
      assertEquals(it.stored.changes, 0, `${status}`);
    }
    const lost = setUp(async (_url, { body }) => {
      await new Response(body ?? null).arrayBuffer();
      throw new TypeError("connection reset");
    }, { maxCollectBytes });
    await rejectionOf(() => upload(lost));
    assert(lost.stored.changes > 0);
  }
});

Deno.test("an upload whose answer does not come may have been taken", async () => {
  const clock = new VirtualClock();
  for (const maxCollectBytes of [null, 5000]) {
    const answer = Promise.withResolvers<Response>();
    const it = setUp(
      async (_url, { body }) => {
        await new Response(body ?? null).arrayBuffer();
        return await answer.promise;
      },
      { maxCollectBytes },
      clock,
    );
    const committing = rejectionOf(() => upload(it));
    await clock.advance(60_000);
    const error = await committing;
    const before = it.stored.changes;
    assert(before > 0);
    // It may still come: then something has changed again.
    answer.resolve(new Response(null, { status: 201 }));
    await settle();
    assert(it.stored.changes > before);
    await it.sink.abort(error);
    assertEquals(it.stored.count, 0);
  }
  // Whether it is told by the request, or by who leaves.
  const broken = setUp(() => Promise.reject(new TypeError("reset")));
  await rejectionOf(async () => {
    for (let i = 0; i < 3; i++) await broken.sink.write(makeBytes(10));
  });
  await settle();
  assert(broken.stored.changes > 0);
  const left = setUp(() => new Promise(() => {}), {}, clock);
  await left.sink.write(makeBytes(10));
  assertEquals(left.stored.changes, 0);
  await left.sink.abort("The client has gone");
  assert(left.stored.changes > 0);
  // Before anything was sent nothing can have changed.
  const unsent = setUp(() => Promise.reject(), { maxCollectBytes: 5000 });
  await unsent.sink.write(makeBytes(10));
  await unsent.sink.abort("over");
  assertEquals(unsent.stored.changes, 0);
});

Deno.test("collected uploads share what memory there is, and give it back", async () => {
  const account = new CollectAccount(100_000);
  const options = { account, maxCollectBytes: 90_000 };
  const collect = () => setUp(taking(201).fetch, options);
  const one = collect();
  await one.sink.write(makeBytes(60_000));
  const other = collect();
  await other.sink.write(makeBytes(1000));
  const error = await rejectionOf(async () =>
    await other.sink.write(makeBytes(60_000))
  );
  assertEquals(wireOf(error), "3 Disk full or allocation exceeded");
  await other.sink.abort(error);
  await rejectionOf(async () => await other.sink.write(makeBytes(1)));
  assert(account.usedBytes >= 60_000);
  await one.sink.commit();
  assertEquals(account.usedBytes, 0);
  // Ends of all kinds.
  for (const status of [201, 403, 500]) {
    const it = setUp(taking(status).fetch, options);
    await upload(it, 5000).catch((error) => it.sink.abort(error));
    assertEquals(account.usedBytes, 0);
  }
  const left = collect();
  await left.sink.write(makeBytes(5000));
  await left.sink.abort("The client has gone");
  await left.sink.abort("The client has gone");
  assertEquals(account.usedBytes, 0);
});

Deno.test("an upload of many small blocks costs no more memory than its octets", async () => {
  const account = new CollectAccount(1_000_000);
  const { seen, fetch } = taking(201);
  const { sink } = setUp(fetch, { account, maxCollectBytes: 200_000 });
  const bytes = makeBytes(150_000);
  for (let at = 0; at < bytes.length; at += 8) {
    await sink.write(bytes.subarray(at, at + 8));
  }
  assert(account.usedBytes < 150_000 + 65_536);
  await sink.commit();
  assertEquals(seen.bytes, bytes);
});
