import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  MAX_RESUMES,
  OriginBody,
} from "../../../handlers/http/_origin_body.ts";
import {
  type FetchFunction,
  OriginClient,
} from "../../../handlers/http/_origin_client.ts";
import { VirtualClock } from "../../_virtual.ts";
import { rejectionOf } from "../_sandbox.ts";
import { makeBytes, startBareOrigin, streamOf, wireOf } from "./_origin.ts";

const URL_X = "http://h.example/x?token=secret";
const BYTES = makeBytes(1000);

function makeClient(
  fetch: FetchFunction,
  clock: VirtualClock = new VirtualClock(),
): OriginClient {
  return new OriginClient({
    fetch,
    clock,
    headers: new Headers(),
    redirect: "same-origin",
    connectTimeoutMs: 5000,
    silenceTimeoutMs: 10_000,
  });
}

type Head = Record<string, string>;

/** A body whose first answer is `first`, and whose later ones are from `answers`, one after the other. */
async function open(
  first: Response,
  answers: (() => Response)[] = [],
  clock = new VirtualClock(),
) {
  const ranges: (string | null)[] = [];
  const offsets: number[] = [];
  const client = makeClient((_url, init) => {
    ranges.push(`${init.headers.get("range")} ${init.headers.get("if-range")}`);
    const answer = answers.shift();
    if (!answer) return Promise.reject(new TypeError("connection refused"));
    return Promise.try(answer);
  }, clock);
  const body = await OriginBody.of(
    { client, url: URL_X, onResume: (offset) => offsets.push(offset) },
    first,
    new AbortController(),
  );
  return { body, ranges, offsets, clock };
}

async function readAll(body: OriginBody): Promise<Uint8Array> {
  const parts: number[] = [];
  for (;;) {
    const chunk = await body.next();
    if (chunk === null) return Uint8Array.from(parts);
    parts.push(...chunk);
  }
}

function part(
  from: number,
  to: number,
  headers: Head,
  end: "close" | "error" = "close",
  status = 200,
): Response {
  const stream = streamOf(to > from ? [BYTES.slice(from, to)] : [], end);
  return new Response(stream, { status, headers });
}

const WHOLE = { "content-length": "1000", etag: '"a"' };

function rest(from: number, to = 1000, headers: Head = {}): Response {
  const range = { "content-range": `bytes ${from}-999/1000`, etag: '"a"' };
  const end = to < 1000 ? "error" : "close";
  return part(from, to, { ...range, ...headers }, end, 206);
}

Deno.test("a whole body ends well", async () => {
  const { body } = await open(part(0, 1000, WHOLE));
  assertEquals(body.size, 1000);
  assertEquals(await readAll(body), BYTES);
  const none = await open(new Response(null, { headers: WHOLE }).clone());
  await none.body.cancel();
  const empty = await open(part(0, 0, { "content-length": "0" }));
  assertEquals(await readAll(empty.body), new Uint8Array());
});

Deno.test("a body of unknown length ends where it ends", async () => {
  const { body } = await open(part(0, 1000, {}));
  assertEquals(body.size, null);
  assertEquals(await readAll(body), BYTES);
});

Deno.test("a body that is too short or too long never ends well", async () => {
  for (
    const [length, text] of [["1001", "1000 of 1001"], ["999", "more"]] as const
  ) {
    const { body } = await open(part(0, 1000, { "content-length": length }));
    const error = await rejectionOf(() => readAll(body));
    assertEquals(wireOf(error), "0 Origin is not available");
    assertStringIncludes(error.message, text);
    assertEquals(error.message.includes("secret"), false);
  }
});

Deno.test("the last announced octet is given out only when the end was seen", async () => {
  const chunks = [BYTES.slice(0, 500), BYTES.slice(500)];
  const response = new Response(streamOf(chunks, "error"), {
    headers: { "content-length": "1000" },
  });
  const { body } = await open(response);
  assertEquals((await body.next())?.length, 500);
  await rejectionOf(() => body.next());
});

Deno.test("a body that breaks off goes on where it broke off", async () => {
  const { body, ranges, offsets, clock } = await open(
    part(0, 400, WHOLE, "error"),
    [() => rest(400, 700), () => rest(700)],
  );
  const reading = readAll(body);
  await clock.advance(1000);
  assertEquals(await reading, BYTES);
  assertEquals(ranges, [`bytes=400- "a"`, `bytes=700- "a"`]);
  assertEquals(offsets, [400, 700]);
});

Deno.test("an origin without ranges sends all again, and what is known is left out", async () => {
  const { body } = await open(part(0, 400, WHOLE, "error"), [
    () => part(0, 1000, WHOLE),
  ]);
  assertEquals(await readAll(body), BYTES);
});

Deno.test("silence is broken off, and resumed", async () => {
  const silent = new Response(streamOf([BYTES.slice(0, 400)], "silence"), {
    headers: WHOLE,
  });
  const { body, clock } = await open(silent, [() => rest(400)]);
  const reading = readAll(body);
  await clock.advance(10_000);
  assertEquals(await reading, BYTES);
  assertEquals(clock.pending, 0);
});

Deno.test("an origin that has something else now is not asked for the rest", async () => {
  const others: (() => Response)[] = [
    () => part(0, 1000, { ...WHOLE, etag: '"b"' }),
    () => part(0, 1000, { "content-length": "1000" }),
    () => part(0, 999, { ...WHOLE, "content-length": "999" }),
    () => rest(400, 1000, { etag: '"b"' }),
    () => rest(400, 1000, { "content-range": "bytes 399-999/1000" }),
    () => rest(400, 1000, { "content-range": "bytes 400-1000/1001" }),
    () => rest(400, 1000, { "content-range": "" }),
    () => rest(400, 1000, { "content-encoding": "gzip" }),
    () => new Response(null, { status: 404 }),
    () => new Response(null, { status: 416 }),
  ];
  for (const other of others) {
    const { body } = await open(part(0, 400, WHOLE, "error"), [other]);
    const error = await rejectionOf(() => readAll(body));
    assertEquals(wireOf(error), "0 Origin is not available");
  }
});

Deno.test("without a strong tag nothing is resumed", async () => {
  for (const etag of ["", 'W/"a"']) {
    const { body, ranges } = await open(
      part(0, 400, { ...WHOLE, etag }, "error"),
      [() => rest(400)],
    );
    await rejectionOf(() => readAll(body));
    assertEquals(ranges, []);
  }
});

Deno.test("resuming is bounded", async () => {
  const answers = Array.from(
    { length: 10 },
    () => () => new Response(null, { status: 503 }),
  );
  const { body, ranges, clock } = await open(
    part(0, 400, WHOLE, "error"),
    answers,
  );
  const reading = rejectionOf(() => readAll(body));
  await clock.advance(60_000);
  await reading;
  assertEquals(ranges.length, MAX_RESUMES);
});

Deno.test("a body can be had once more from some place on", async () => {
  const { body, ranges } = await open(part(0, 1000, WHOLE), [
    () => rest(600),
  ]);
  assertEquals(await readAll(body.fork(600)), BYTES.subarray(600));
  assertEquals(ranges, [`bytes=600- "a"`]);
  await body.cancel();
});

Deno.test("without a strong tag it cannot be had from some place on", async () => {
  const { body, ranges } = await open(part(0, 1000, {}), [
    () => part(0, 1000, {}),
    () => part(0, 1000, {}),
  ]);
  await rejectionOf(() => body.fork(600).next());
  assertEquals(ranges, []);
  assertEquals(await readAll(body.fork(0)), BYTES);
  await body.cancel();
});

Deno.test("a part that is shorter than was asked for is not the end", async () => {
  const { body, clock } = await open(part(0, 400, { etag: '"a"' }, "error"), [
    () =>
      part(
        400,
        600,
        { "content-range": "bytes 400-599/1000", "content-length": "200" },
        "close",
        206,
      ),
    () => rest(600),
  ]);
  assertEquals(body.size, null);
  const reading = readAll(body);
  await clock.advance(1000);
  assertEquals(await reading, BYTES);
});

Deno.test("a body in another encoding, or without an end, is refused", async () => {
  await rejectionOf(() =>
    open(part(0, 9, { "content-encoding": "gzip", "content-length": "9" }))
  );
  await rejectionOf(() => open(part(0, 9, { "content-length": "9, 9" })));
  await using origin = startBareOrigin(() => ["HTTP/1.1 200 OK\r\n\r\nabc"]);
  const response = await fetch(origin.url);
  const error = await rejectionOf(() => open(response));
  assertStringIncludes(error.message, "broken connection");
});

Deno.test("an answer that ends before what is known already is not the same body", async () => {
  // Without a length, and with the same tag: a chunked answer that was cut short on its way, and ended well all the same.
  for (const length of [600, 999]) {
    const headers = { etag: '"a"' };
    const { body } = await open(part(0, 1000, headers, "error"), [
      () => part(0, length, headers),
    ]);
    const error = await rejectionOf(() => readAll(body));
    assertEquals(wireOf(error), "0 Origin is not available");
  }
  const headers = { etag: '"a"' };
  const { body } = await open(part(0, 1000, headers, "error"), [
    () => part(0, 1000, headers),
  ]);
  assertEquals(await readAll(body), BYTES);
});

Deno.test("a body is under way until it has ended, or is let go", async () => {
  let count = 0;
  const client = makeClient(() => Promise.reject(new Error("refused")));
  const done = client.done.bind(client);
  client.done = (controller) => {
    count++;
    done(controller);
  };
  const context = { client, url: URL_X, onResume() {} };
  for (const headers of [WHOLE, { etag: '"a"' }]) {
    count = 0;
    const answer = part(0, 1000, headers);
    const body = await OriginBody.of(context, answer, new AbortController());
    assertEquals(await readAll(body), BYTES);
    assertEquals(count, 1);
  }
});
