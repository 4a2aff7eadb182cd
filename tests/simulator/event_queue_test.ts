import { assertEquals } from "@std/assert";
import { EventQueue, seededRandom } from "../../simulator/mod.ts";

/** Takes everything there is, up to a time. */
function drain(queue: EventQueue, until?: number): number[] {
  const times: number[] = [];
  for (let event = queue.take(until); event; event = queue.take(until)) {
    times.push(event.at);
    event.run();
  }
  return times;
}

Deno.test("events come in order of time, however they were added", () => {
  const random = seededRandom(1);
  const queue = new EventQueue();
  const times = Array.from({ length: 500 }, () => random.between(0, 100));
  for (const at of times) queue.add(at, () => {});
  assertEquals(queue.size, 500);
  assertEquals(drain(queue), times.toSorted((a, b) => a - b));
  assertEquals(queue.size, 0);
});

Deno.test("at the same time, what was added first comes first", () => {
  const queue = new EventQueue();
  const order: number[] = [];
  for (let i = 0; i < 50; i++) queue.add(7, () => order.push(i));
  drain(queue);
  assertEquals(order, Array.from({ length: 50 }, (_, i) => i));
});

Deno.test("nothing later than asked for is taken", () => {
  const queue = new EventQueue();
  for (const at of [1, 5, 6]) queue.add(at, () => {});
  assertEquals(drain(queue, 5), [1, 5]);
  assertEquals(queue.size, 1);
  assertEquals(drain(queue), [6]);
});

Deno.test("what is called off does not happen, and is not counted", () => {
  const queue = new EventQueue();
  const cancel = queue.add(1, () => {});
  queue.add(2, () => {});
  cancel();
  cancel();
  assertEquals(queue.size, 1);
  assertEquals(drain(queue), [2]);
  assertEquals(queue.size, 0);
});

Deno.test("what has happened can be called off without harm", () => {
  const queue = new EventQueue();
  const cancel = queue.add(1, () => {});
  drain(queue);
  cancel();
  assertEquals(queue.size, 0);
  queue.add(2, () => {});
  assertEquals(queue.size, 1);
});

Deno.test("an event may add others, also at once", () => {
  const queue = new EventQueue();
  queue.add(1, () => queue.add(1, () => queue.add(3, () => {})));
  assertEquals(drain(queue), [1, 1, 3]);
});
