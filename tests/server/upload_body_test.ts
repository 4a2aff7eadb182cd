import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Sink } from "../../net/mod.ts";
import { makeUploadBody, type UploadBody } from "../../server/upload_body.ts";
import { settle } from "../_virtual.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A body, and the sinks it was accepted with. */
function makeBody() {
  const sinks: Sink[] = [];
  const body = makeUploadBody((sink) => sinks.push(sink));
  return { body, sinks };
}

/** Reads one chunk, when it comes; that accepts the upload. */
async function beginReading(body: UploadBody): Promise<void> {
  body.stream.getReader().read().catch(() => {});
  await settle();
}

/** How far a promise has got. */
function watch(promise: void | Promise<void>): { state: string } {
  const watched = { state: "waits" };
  Promise.resolve(promise).then(
    () => watched.state = "done",
    (error) => watched.state = `failed: ${error.message}`,
  );
  return watched;
}

Deno.test("makeUploadBody() accepts the upload when the stream is first read, and only then", async () => {
  const { body, sinks } = makeBody();
  assertEquals(sinks.length, 0);
  const { stream } = body;
  assertStrictEquals(body.stream, stream);
  const reader = stream.getReader();
  await settle();
  assertEquals(sinks.length, 0);
  const reading = reader.read();
  await settle();
  assertEquals(sinks.length, 1);
  const writing = sinks[0]!.write(bytes("a"));
  await reading;
  reader.read();
  await writing;
  assertEquals(sinks.length, 1);
});

Deno.test("makeUploadBody() streams what its sink is given", async () => {
  const { body, sinks } = makeBody();
  const text = new Response(
    body.stream as ReadableStream<Uint8Array<ArrayBuffer>>,
  ).text();
  await settle();
  await sinks[0]!.write(bytes("hello, "));
  await sinks[0]!.write(bytes("world"));
  const committing = watch(sinks[0]!.commit());
  assertEquals(await text, "hello, world");
  await settle();
  assertEquals(committing.state, "waits");
  body.finish();
  await settle();
  assertEquals(committing.state, "done");
});

Deno.test("makeUploadBody() fails to commit when the handler has thrown, before or after the last byte", async () => {
  const early = makeBody();
  await beginReading(early.body);
  early.body.fail(new Error("early"));
  await assertRejects(
    async () => await early.sinks[0]!.commit(),
    Error,
    "early",
  );

  const late = makeBody();
  await beginReading(late.body);
  const committing = watch(late.sinks[0]!.commit());
  late.body.fail(new Error("late"));
  await settle();
  assertEquals(committing.state, "failed: late");
});

Deno.test("makeUploadBody() takes and forgets what a handler that has returned did not read", async () => {
  const { body, sinks } = makeBody();
  await beginReading(body);
  assertEquals(sinks[0]!.write(bytes("read")), undefined);
  const writing = watch(sinks[0]!.write(bytes("unread")));
  await settle();
  assertEquals(writing.state, "waits");
  body.finish();
  await settle();
  assertEquals(writing.state, "done");
  await sinks[0]!.write(bytes("more"));
  await sinks[0]!.commit();
});

Deno.test("makeUploadBody() breaks the stream when the transfer fails", async () => {
  const { body, sinks } = makeBody();
  const reading = body.stream.getReader().read();
  await settle();
  await sinks[0]!.abort(new Error("lost"));
  await assertRejects(() => reading, Error, "lost");
});

Deno.test("makeUploadBody() may be finished or failed without anyone waiting", async () => {
  const finished = makeBody();
  finished.body.finish();
  const failed = makeBody();
  failed.body.fail(new Error("nobody hears"));
  await settle();
  assertEquals([...finished.sinks, ...failed.sinks], []);
});
