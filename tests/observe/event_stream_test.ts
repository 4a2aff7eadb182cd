import { assertEquals, assertThrows } from "@std/assert";
import { eventStream, type EventStreamOptions } from "../../observe/mod.ts";
import type { ServerEvent } from "../../server.ts";
import { IGNORED, REQUEST } from "./_events.ts";

/** An event that can be told from others. */
function gap(block: number): ServerEvent {
  return { type: "gap", request: REQUEST, block };
}

/** What a stream has, in a few words: blocks, and how many were missed. */
async function takeAll(
  stream: ReturnType<typeof eventStream>,
): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of stream) {
    if (event.type === "missed") seen.push(`missed ${event.count}`);
    else if (event.type === "gap") seen.push(String(event.block));
  }
  return seen;
}

function filled(count: number, options: EventStreamOptions = {}) {
  const stream = eventStream(options);
  for (let block = 1; block <= count; block++) stream.onEvent(gap(block));
  return stream;
}

Deno.test("eventStream() gives events in their order", async () => {
  const stream = filled(3);
  stream.close();
  assertEquals(await takeAll(stream), ["1", "2", "3"]);
});

Deno.test("eventStream() gives an event to whoever waits already", async () => {
  const stream = eventStream();
  const first = stream.next();
  const second = stream.next();
  stream.onEvent(gap(1));
  stream.onEvent(gap(2));
  stream.onEvent(gap(3));
  assertEquals((await first).value, gap(1));
  assertEquals((await second).value, gap(2));
  assertEquals((await stream.next()).value, gap(3));
});

Deno.test("eventStream() drops the oldest when nobody takes them, and says so once", async () => {
  const stream = filled(10, { capacity: 3 });
  assertEquals((await stream.next()).value, { type: "missed", count: 7 });
  assertEquals((await stream.next()).value, gap(8));
  stream.onEvent(gap(11));
  stream.onEvent(gap(12));
  stream.close();
  assertEquals(await takeAll(stream), ["missed 1", "10", "11", "12"]);
});

Deno.test("eventStream() holds what fits exactly", async () => {
  const stream = filled(3, { capacity: 3 });
  stream.close();
  assertEquals(await takeAll(stream), ["1", "2", "3"]);
});

Deno.test("eventStream() goes round its buffer any number of times", async () => {
  const stream = eventStream({ capacity: 2 });
  for (let block = 0; block < 7; block++) {
    stream.onEvent(gap(block));
    assertEquals((await stream.next()).value, gap(block));
  }
});

Deno.test("eventStream() ends for everybody who waits when it is closed", async () => {
  const stream = eventStream();
  const waiting = [stream.next(), stream.next()];
  stream.close();
  stream.close();
  stream.onEvent(IGNORED);
  for (const result of await Promise.all([...waiting, stream.next()])) {
    assertEquals(result.done, true);
  }
});

Deno.test("eventStream() keeps nothing once a loop was left", async () => {
  const stream = filled(5);
  for await (const _ of stream) break;
  stream.onEvent(gap(6));
  assertEquals(await takeAll(stream), []);
});

Deno.test("eventStream() ends with a signal, also one that was aborted before", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const stream = eventStream({ signal });
  const waiting = stream.next();
  controller.abort();
  assertEquals((await waiting).done, true);
  assertEquals((await eventStream({ signal }).next()).done, true);
});

Deno.test("eventStream() ends when it is disposed of", async () => {
  const kept = eventStream();
  {
    using stream = kept;
    void stream;
  }
  assertEquals((await kept.next()).done, true);
});

for (const capacity of [0, -1, 1.5, NaN, Infinity]) {
  Deno.test(`eventStream() refuses a capacity of ${capacity}`, () => {
    const error = assertThrows(() => eventStream({ capacity }), RangeError);
    assertEquals(
      error.message,
      `Cannot stream events as capacity must be a whole number from 1 on: current value is ${capacity}`,
    );
  });
}
