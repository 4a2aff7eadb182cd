import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type RetransmissionContext,
  type RetransmissionOptions,
  RetransmissionTimer,
} from "../../transfer/mod.ts";
import { forAll } from "../_random.ts";
import { still } from "./_dialogue.ts";

function timerOf(
  options: RetransmissionOptions = {},
  context: Partial<RetransmissionContext> = {},
): RetransmissionTimer {
  return new RetransmissionTimer(options, {
    random: still,
    now: 0,
    ...context,
  });
}

/** What a side does to which nobody answers: the waits, until it gives up. */
function waitsInSilence(timer: RetransmissionTimer, start = 0): number[] {
  const waits: number[] = [];
  for (let now = start; !timer.isHopeless(now) && waits.length < 1000;) {
    if (waits.length > 0) timer.backOff();
    timer.arm(now);
    waits.push(timer.deadline - now);
    now = timer.deadline;
  }
  return waits;
}

Deno.test("before anything was measured, the first wait is timeoutMs", () => {
  assertEquals(timerOf().waitMs, 1000);
  assertEquals(timerOf({ timeoutMs: 250 }).waitMs, 250);
  assertEquals(timerOf().roundTripMs, -1);
});

Deno.test("each wait in silence is twice the one before, up to the cap; 31 seconds in all", () => {
  assertEquals(
    waitsInSilence(timerOf()),
    [1000, 2000, 4000, 8000, 8000, 8000],
  );
  assertEquals(waitsInSilence(timerOf({ capMs: 2000 })), [
    1000,
    2000,
    2000,
    2000,
    2000,
    2000,
  ]);
});

Deno.test("silence is borne for the same time however fast the network, jittery or patient a side is", () => {
  const sum = (waits: number[]) => waits.reduce((a, b) => a + b, 0);
  assertEquals(sum(waitsInSilence(timerOf({}, { roundTripMs: 1 }))), 31_000);
  assertEquals(sum(waitsInSilence(timerOf({}, { roundTripMs: 900 }))), 31_000);
  assertEquals(sum(waitsInSilence(timerOf({}, { random: () => 0.9 }))), 31_000);
  assertEquals(
    waitsInSilence(timerOf({}, { patience: 2 })),
    [2000, 4000, 8000, 16_000, 1000],
  );
});

Deno.test("retries and timeoutMs make the time for which silence is borne", () => {
  const sum = (waits: number[]) => waits.reduce((a, b) => a + b, 0);
  assertEquals(sum(waitsInSilence(timerOf({ retries: 0 }))), 1000);
  assertEquals(sum(waitsInSilence(timerOf({ retries: 2 }))), 7000);
  assertEquals(
    sum(waitsInSilence(timerOf({ retries: 2, timeoutMs: 10_000 }))),
    30_000,
  );
});

Deno.test("progress starts the silence anew", () => {
  const timer = timerOf();
  timer.progress(20_000);
  assertEquals(timer.silenceMs(30_000), 10_000);
  assertEquals(timer.isHopeless(50_999), false);
  assertEquals(timer.isHopeless(51_000), true);
});

Deno.test("giving up comes at the deadline, whatever fractions times have", () => {
  forAll(200, (random) => {
    const start = random.word() / 4093;
    const timer = timerOf({}, {
      now: start,
      random: () => random.word() / 2 ** 32,
      roundTripMs: random.word() / 2 ** 24,
    });
    const waits = waitsInSilence(timer, start);
    assert(waits.length < 20 && waits.every((wait) => wait > 0));
    assert(timer.isHopeless(timer.deadline));
  });
});

Deno.test("the first round trip gives SRTT and RTTVAR, the next ones move them (RFC 6298 section 2)", () => {
  const timer = timerOf();
  timer.measure(200);
  assertEquals([timer.roundTripMs, timer.waitMs], [200, 200 + 4 * 100]);
  timer.measure(200);
  assertEquals([timer.roundTripMs, timer.waitMs], [200, 200 + 4 * 75]);
  timer.measure(360);
  // RTTVAR = 3/4 * 75 + 1/4 * 160, SRTT = 7/8 * 200 + 1/8 * 360
  assertEquals([timer.roundTripMs, timer.waitMs], [220, 220 + 4 * 96.25]);
});

Deno.test("the wait never falls below its floor, nor rises above its cap", () => {
  const timer = timerOf();
  timer.measure(0.2);
  assertEquals(timer.waitMs, 50);
  timer.measure(60_000);
  assertEquals(timer.waitMs, 8000);
  const other = timerOf({ floorMs: 300, capMs: 400 });
  assertEquals(other.waitMs, 1000);
  other.measure(1);
  assertEquals(other.waitMs, 300);
});

Deno.test("a round trip from before counts from the start", () => {
  const timer = timerOf({}, { roundTripMs: 100 });
  assertEquals([timer.roundTripMs, timer.waitMs], [100, 300]);
});

Deno.test("the doubled wait stays until a clean measurement was made (Karn)", () => {
  const timer = timerOf({}, { roundTripMs: 100 });
  timer.backOff();
  timer.progress(10);
  timer.arm(10);
  assertEquals(timer.deadline, 610);
  timer.measure(100);
  assertEquals(timer.waitMs, 100 + 4 * 37.5);
});

Deno.test("jitter prolongs a wait by no more than its fraction", () => {
  assertEquals(timerOf({}, { random: () => 0.5 }).waitMs, 1050);
  assertEquals(timerOf({ jitter: 0 }, { random: () => 0.5 }).waitMs, 1000);
  assertEquals(timerOf({ jitter: 1 }, { random: () => 0.5 }).waitMs, 1500);
});

Deno.test("a negotiated timeout is that wait each time, without jitter, backoff or measurement", () => {
  const timer = timerOf({}, {
    negotiatedMs: 3000,
    random: () => 0.99,
    roundTripMs: 2,
  });
  timer.measure(5);
  assertEquals(waitsInSilence(timer), [...Array(10).fill(3000), 1000]);
});

Deno.test("a negotiated timeout below a second doubles up to one when all retries were in vain, and is kept again after an answer", () => {
  const timer = timerOf({ retries: 3 }, { negotiatedMs: 300 });
  const waits = Array.from({ length: 6 }, () => {
    timer.backOff();
    return timer.waitMs;
  });
  assertEquals(waits, [300, 300, 600, 1000, 1000, 1000]);
  timer.progress(1);
  timer.backOff();
  assertEquals(timer.waitMs, 300);
});

Deno.test("a negotiated timeout makes nobody less patient than without it, nor patient for ever", () => {
  const silence = (negotiatedMs: number) =>
    waitsInSilence(timerOf({}, { negotiatedMs })).reduce((a, b) => a + b);
  assertEquals(silence(50), 31_000);
  assertEquals(silence(10_000), 60_000);
  assertEquals(silence(100_000), 300_000);
  assertEquals(silence(255_000), 510_000);
});

Deno.test("nothing is due before arm() and after disarm()", () => {
  const timer = timerOf();
  assertEquals(timer.isExpired(1e9), false);
  timer.arm(5);
  assertEquals([timer.isExpired(1004), timer.isExpired(1005)], [false, true]);
  timer.disarm();
  assertEquals(timer.isExpired(1e9), false);
});

Deno.test("options that make no sense are refused by name", () => {
  const wrong: [RetransmissionOptions, string][] = [
    [{ timeoutMs: 0 }, "Cannot use timeoutMs as it must be at least 1"],
    [{ timeoutMs: NaN }, "Cannot use timeoutMs"],
    [{ retries: -1 }, "Cannot use retries as it must be 0 or more"],
    [{ retries: Infinity }, "Cannot use retries"],
    [{ floorMs: 0 }, "Cannot use floorMs as it must be at least 1"],
    [{ capMs: 49 }, "Cannot use capMs as it must be at least floorMs, 50"],
    [{ jitter: 1.5 }, "Cannot use jitter as it must be from 0 to 1"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => timerOf(options), RangeError, message);
  }
});

Deno.test("a doubled wait comes down again, halved, when the transfer moves on twice without a timeout in between", () => {
  const timer = timerOf({}, { roundTripMs: 10 });
  assertEquals(timer.waitMs, 50);
  for (let i = 0; i < 4; i++) timer.backOff();
  assertEquals(timer.waitMs, 800);
  const waits = Array.from({ length: 6 }, (_, i) => {
    timer.progress(i);
    return timer.waitMs;
  });
  assertEquals(waits, [800, 400, 200, 100, 50, 50]);
});

Deno.test("Karn: when each step forward needs a timeout, the wait stays doubled", () => {
  const timer = timerOf({}, { roundTripMs: 10 });
  const waits = Array.from({ length: 3 }, (_, i) => {
    timer.backOff();
    timer.progress(i);
    return timer.waitMs;
  });
  assertEquals(waits, [100, 200, 400]);
});

Deno.test("what was new starts the silence anew, and says nothing about the wait", () => {
  const timer = timerOf({}, { roundTripMs: 10 });
  timer.backOff();
  timer.progress(0);
  timer.restartSilence(1000);
  assertEquals(timer.waitMs, 100);
  assertEquals(timer.silenceMs(1500), 500);
});

Deno.test("time that this process has slept through is not held against the other side", () => {
  const timer = timerOf();
  timer.arm(0);
  timer.wake(3_600_000);
  assert(!timer.isHopeless(3_600_000));
  assertEquals(timer.silenceMs(3_600_000), 1000);
  timer.arm(3_600_000);
  timer.wake(3_602_000);
  assert(!timer.isHopeless(3_602_000));
});

Deno.test("a timer that is a little late has not slept", () => {
  const timer = timerOf();
  timer.arm(0);
  timer.wake(1500);
  assertEquals(timer.silenceMs(1500), 1500);
});
