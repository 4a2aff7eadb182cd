import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { streamSink } from "../../net/mod.ts";
import { settle } from "../_virtual.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Whether something is still being waited for, and how it ended. */
function watch(promise: void | Promise<void>): { state: string } {
  const watched = { state: promise ? "waits" : "done" };
  promise?.then(
    () => watched.state = "done",
    (error) => watched.state = `failed: ${error.message}`,
  );
  return watched;
}

async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<string | null> {
  const { value } = await reader.read();
  return value ? new TextDecoder().decode(value) : null;
}

Deno.test("streamSink() takes one chunk ahead of its reader, and waits with the next", async () => {
  const sink = streamSink();
  assertEquals(sink.write(bytes("zero")), undefined);
  const first = watch(sink.write(bytes("one")));
  await settle();
  assertEquals(first.state, "waits");
  const reader = sink.readable.getReader();
  assertEquals(await readText(reader), "zero");
  assertEquals(await readText(reader), "one");
  await settle();
  assertEquals(first.state, "done");
  sink.write(bytes("ahead"));
  const second = watch(sink.write(bytes("two")));
  await settle();
  assertEquals(second.state, "waits");
  assertEquals(await readText(reader), "ahead");
  assertEquals(await readText(reader), "two");
  await settle();
  assertEquals(second.state, "done");
  sink.commit();
  assertEquals(await readText(reader), null);
});

Deno.test("streamSink() does not keep a reader waiting that was there first", async () => {
  const sink = streamSink();
  const reader = sink.readable.getReader();
  const text = readText(reader);
  const writing = watch(sink.write(bytes("one")));
  assertEquals(await text, "one");
  await settle();
  assertEquals(writing.state, "done");
});

Deno.test("streamSink() gives its reader bytes to keep", async () => {
  const sink = streamSink();
  const buffer = bytes("one");
  sink.write(buffer);
  buffer.fill(0);
  assertEquals(await readText(sink.readable.getReader()), "one");
});

Deno.test("streamSink() ends its stream after what was not read yet", async () => {
  const sink = streamSink();
  sink.write(bytes("one"));
  sink.commit();
  assertEquals(await new Response(sink.readable).text(), "one");
});

Deno.test("streamSink() of an empty file is an empty stream", async () => {
  const sink = streamSink();
  sink.commit();
  assertEquals(await new Response(sink.readable).text(), "");
});

Deno.test("streamSink() breaks its stream when the transfer fails", async () => {
  const sink = streamSink();
  const writing = watch(sink.write(bytes("one")));
  const reason = new Error("lost");
  sink.abort(reason);
  const error = await assertRejects(() => sink.readable.getReader().read());
  assertStrictEquals(error, reason);
  await settle();
  assertEquals(writing.state, "done");
});

Deno.test("streamSink() leaves a finished stream alone when it is aborted late", async () => {
  const sink = streamSink();
  sink.commit();
  sink.abort(new Error("late"));
  assertEquals(await new Response(sink.readable).text(), "");
});

Deno.test("a reader that cancels fails the write that waits, and the next", async () => {
  const sink = streamSink();
  sink.write(bytes("ahead"));
  const writing = watch(sink.write(bytes("one")));
  await sink.readable.cancel(new Error("enough"));
  await settle();
  assertEquals(writing.state, "failed: enough");
  assertThrows(() => sink.write(bytes("two")), Error, "enough");
  assertThrows(() => sink.commit(), Error, "enough");
  sink.abort(new Error("enough"));
});

Deno.test("a reader that cancels without a reason still makes an Error", async () => {
  const sink = streamSink();
  await sink.readable.cancel("bored");
  const error = assertThrows(() => sink.write(bytes("two")), Error);
  assertEquals(error.message, "Stream was cancelled by its reader");
  assertEquals(error.cause, "bored");
});

Deno.test("streamSink() takes and forgets all once nobody reads", async () => {
  const sink = streamSink();
  sink.write(bytes("ahead"));
  const writing = watch(sink.write(bytes("one")));
  sink.discard();
  await settle();
  assertEquals(writing.state, "done");
  assertEquals(sink.write(bytes("two")), undefined);
  sink.commit();
});

Deno.test("streamSink() forgives a cancelled stream once nobody reads", async () => {
  const sink = streamSink();
  const writing = watch(sink.write(bytes("one")));
  const cancelling = sink.readable.cancel();
  sink.discard();
  await cancelling;
  await settle();
  assert(writing.state !== "waits");
  assertEquals(sink.write(bytes("two")), undefined);
  sink.commit();
  sink.abort(new Error("late"));
});
