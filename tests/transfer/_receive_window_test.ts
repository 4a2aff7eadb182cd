import { assertEquals } from "@std/assert";
import { ReceiveWindow } from "../../transfer/_receive_window.ts";

/** Blocks in order; those that make an ACK due, with the ACK sent at once. */
function acknowledgedOf(window: ReceiveWindow, count: number): number[] {
  const acknowledged: number[] = [];
  for (let i = 0; i < count; i++) {
    if (!window.advance()) continue;
    acknowledged.push(window.inOrder);
    window.restart();
  }
  return acknowledged;
}

Deno.test("each window is acknowledged at its end", () => {
  assertEquals(acknowledgedOf(new ReceiveWindow(1), 3), [1, 2, 3]);
  assertEquals(acknowledgedOf(new ReceiveWindow(4), 10), [4, 8]);
});

Deno.test("as long as the ACK has not gone, every block makes it due", () => {
  const window = new ReceiveWindow(2);
  assertEquals([1, 2, 3, 4].map(() => window.advance()), [
    false,
    true,
    true,
    true,
  ]);
});

Deno.test("an ACK in mid-window starts the window there", () => {
  const window = new ReceiveWindow(4);
  acknowledgedOf(window, 2);
  window.restart();
  assertEquals(acknowledgedOf(window, 8), [6, 10]);
});

Deno.test("a whole window again means that its ACK was lost", () => {
  const window = new ReceiveWindow(3);
  acknowledgedOf(window, 6);
  assertEquals([4, 5, 6].map((block) => window.repeat(block)), [
    false,
    false,
    true,
  ]);
});

Deno.test("a block from before that window means nothing", () => {
  const window = new ReceiveWindow(3);
  acknowledgedOf(window, 6);
  assertEquals([1, 2, 3].map((block) => window.repeat(block)), [
    false,
    false,
    false,
  ]);
  assertEquals(acknowledgedOf(window, 3), [9]);
});

Deno.test("a window repeated in part is acknowledged where the sender's ends", () => {
  const window = new ReceiveWindow(4);
  acknowledgedOf(window, 4);
  acknowledgedOf(window, 2);
  window.repeat(5);
  assertEquals(acknowledgedOf(window, 2), [8]);
});

Deno.test("a pass over a gap is over when blocks do not go on rising", () => {
  const window = new ReceiveWindow(8);
  window.advance();
  assertEquals([3, 4, 6, 7].map((block) => window.skipTo(block)), [
    true,
    false,
    false,
    false,
  ]);
  assertEquals([7, 8, 3].map((block) => window.skipTo(block)), [
    true,
    false,
    true,
  ]);
});

Deno.test("a pass over a gap is over when the gap is closed, or after silence", () => {
  const window = new ReceiveWindow(8);
  window.advance();
  window.skipTo(3);
  window.advance();
  assertEquals(window.skipTo(4), true);
  window.endPass();
  assertEquals(window.skipTo(5), true);
});

Deno.test("the sender's window reaches no further than a window", () => {
  const window = new ReceiveWindow(2);
  assertEquals([2, 3].map((block) => window.reaches(block)), [true, false]);
  const lockStep = new ReceiveWindow(1);
  assertEquals(lockStep.reaches(2), false);
});
