import { assertEquals } from "@std/assert";
import { Ticker, type Ticking } from "../../net/mod.ts";
import { VirtualClock } from "../_virtual.ts";

/** A deadline that notes when it was kept, and then moves on by `stepMs`. */
class Alarm implements Ticking {
  readonly rings: number[] = [];
  deadline: number;
  readonly #stepMs: number;
  readonly #onTick: (now: number) => void;

  constructor(
    deadline: number,
    stepMs = Infinity,
    onTick: (now: number) => void = () => {},
  ) {
    this.deadline = deadline;
    this.#stepMs = stepMs;
    this.#onTick = onTick;
  }

  tick(now: number): void {
    this.rings.push(now);
    this.deadline = now + this.#stepMs;
    this.#onTick(now);
  }
}

function start() {
  const clock = new VirtualClock();
  return { clock, ticker: new Ticker(clock) };
}

Deno.test("a deadline is kept", async () => {
  const { clock, ticker } = start();
  const alarm = new Alarm(1000);
  ticker.add(alarm);
  await clock.advance(999);
  assertEquals(alarm.rings, []);
  await clock.advance(1);
  assertEquals(alarm.rings, [1000]);
  await clock.advance(10_000);
  assertEquals(alarm.rings, [1000]);
  assertEquals(clock.pending, 0);
});

Deno.test("a deadline that moves on by itself is kept each time", async () => {
  const { clock, ticker } = start();
  const alarm = new Alarm(100, 100);
  ticker.add(alarm);
  await clock.advance(450);
  assertEquals(alarm.rings, [100, 200, 300, 400]);
  assertEquals(clock.pending, 1);
  ticker.delete(alarm);
});

Deno.test("any number of deadlines need one timer", async () => {
  const { clock, ticker } = start();
  const alarms = Array.from({ length: 100 }, (_, i) => new Alarm(10 * i));
  for (const alarm of alarms) {
    ticker.add(alarm);
    assertEquals(clock.pending, 1);
  }
  await clock.advance(2000);
  for (const [i, alarm] of alarms.entries()) {
    assertEquals(alarm.rings.length, 1);
    const late = alarm.rings[0]! - 10 * i;
    assertEquals(late >= 0 && late <= 4, true, `${late} ms late`);
  }
});

Deno.test("deadlines are kept to four milliseconds, never early", async () => {
  const { clock, ticker } = start();
  const first = new Alarm(103);
  const second = new Alarm(100);
  ticker.add(first);
  // Less than that earlier: no new timer for it.
  ticker.add(second);
  await clock.advance(102);
  assertEquals(second.rings, []);
  await clock.advance(1);
  assertEquals([first.rings, second.rings], [[103], [103]]);
});

Deno.test("deadlines that follow closely do not make the ticker spin", async () => {
  const { clock, ticker } = start();
  const eager = new Alarm(0, 0);
  ticker.add(eager);
  await clock.advance(40);
  assertEquals(eager.rings, [4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  ticker.delete(eager);
});

Deno.test("a deadline that was put off needs no mention", async () => {
  const { clock, ticker } = start();
  const alarm = new Alarm(100);
  ticker.add(alarm);
  await clock.advance(90);
  alarm.deadline = 1000;
  await clock.advance(909);
  assertEquals(alarm.rings, []);
  await clock.advance(1);
  assertEquals(alarm.rings, [1000]);
});

Deno.test("a deadline that was brought forward is kept once it is mentioned", async () => {
  const { clock, ticker } = start();
  const alarm = new Alarm(1000);
  ticker.add(alarm);
  alarm.deadline = 50;
  ticker.touch(alarm.deadline);
  assertEquals(clock.pending, 1);
  await clock.advance(50);
  assertEquals(alarm.rings, [50]);
});

Deno.test("a deadline of never needs no timer", async () => {
  const { clock, ticker } = start();
  const alarm = new Alarm(Infinity);
  ticker.add(alarm);
  assertEquals(clock.pending, 0);
  alarm.deadline = 20;
  ticker.touch(20);
  await clock.advance(20);
  assertEquals(alarm.rings, [20]);
});

Deno.test("what is no longer watched is not called", async () => {
  const { clock, ticker } = start();
  const gone = new Alarm(100);
  const stays = new Alarm(200);
  ticker.add(gone);
  ticker.add(stays);
  ticker.delete(gone);
  await clock.advance(300);
  assertEquals([gone.rings, stays.rings], [[], [200]]);
});

Deno.test("no timer stays behind when nothing is watched", () => {
  const { clock, ticker } = start();
  const alarms = [new Alarm(100), new Alarm(200)];
  for (const alarm of alarms) ticker.add(alarm);
  for (const alarm of alarms) ticker.delete(alarm);
  assertEquals(clock.pending, 0);
  ticker.delete(alarms[0]!);
});

Deno.test("a ticker that had nothing to do starts anew", async () => {
  const { clock, ticker } = start();
  const first = new Alarm(100);
  ticker.add(first);
  ticker.delete(first);
  const second = new Alarm(100);
  ticker.add(second);
  await clock.advance(100);
  assertEquals([first.rings, second.rings], [[], [100]]);
});

Deno.test("a task may leave while it is called", async () => {
  const { clock, ticker } = start();
  const once: Alarm = new Alarm(100, 100, () => ticker.delete(once));
  const other = new Alarm(100, 100);
  ticker.add(once);
  ticker.add(other);
  await clock.advance(300);
  assertEquals([once.rings, other.rings], [[100], [100, 200, 300]]);
  ticker.delete(other);
  assertEquals(clock.pending, 0);
});

Deno.test("the last task may leave while it is called", async () => {
  const { clock, ticker } = start();
  const once: Alarm = new Alarm(100, 100, () => ticker.delete(once));
  ticker.add(once);
  await clock.advance(300);
  assertEquals(once.rings, [100]);
  assertEquals(clock.pending, 0);
});

Deno.test("a task that leaves while it is called leaves no timer behind, whatever its deadline", async () => {
  const { clock, ticker } = start();
  const other = new Alarm(Infinity);
  const alarm: Alarm = new Alarm(100, 1000, () => ticker.delete(alarm));
  ticker.add(alarm);
  ticker.add(other);
  await clock.advance(100);
  assertEquals([alarm.rings, clock.pending], [[100], 0]);
});

Deno.test("a task that is added twice is called once, and gone when it is deleted", async () => {
  const { clock, ticker } = start();
  const alarm = new Alarm(100);
  ticker.add(alarm);
  ticker.add(alarm);
  await clock.advance(100);
  assertEquals(alarm.rings, [100]);
  alarm.deadline = 200;
  ticker.touch(200);
  ticker.delete(alarm);
  ticker.delete(alarm);
  await clock.advance(1000);
  assertEquals([alarm.rings, clock.pending], [[100], 0]);
});

Deno.test("a task may make another leave that was about to be called", async () => {
  const { clock, ticker } = start();
  const victim = new Alarm(100);
  const first: Alarm = new Alarm(100, Infinity, () => ticker.delete(victim));
  ticker.add(first);
  ticker.add(victim);
  await clock.advance(300);
  assertEquals([first.rings, victim.rings], [[100], []]);
});

Deno.test("a task that leaves may put another in its place", async () => {
  const { clock, ticker } = start();
  const heir = new Alarm(150);
  const first: Alarm = new Alarm(100, Infinity, () => {
    ticker.delete(first);
    ticker.add(heir);
  });
  ticker.add(first);
  await clock.advance(100);
  assertEquals(clock.pending, 1);
  await clock.advance(50);
  assertEquals([first.rings, heir.rings], [[100], [150]]);
});

Deno.test("a deadline that another task brings forward is kept without a timer more", async () => {
  const { clock, ticker } = start();
  const late = new Alarm(1000);
  const first: Alarm = new Alarm(100, Infinity, () => {
    late.deadline = 110;
    ticker.touch(late.deadline);
  });
  ticker.add(late);
  ticker.add(first);
  await clock.advance(100);
  assertEquals(clock.pending, 1);
  await clock.advance(10);
  assertEquals(late.rings, [110]);
});

Deno.test("a deadline that a later task brings forward, of one that was looked at before, is kept", async () => {
  const { clock, ticker } = start();
  const first = new Alarm(5000);
  const second = new Alarm(100, Infinity, () => {
    first.deadline = 300;
    ticker.touch(300);
  });
  ticker.add(first);
  ticker.add(second);
  await clock.advance(1000);
  assertEquals([first.rings, second.rings], [[300], [100]]);
});

Deno.test("a timer that fires early is set again", async () => {
  const { clock } = start();
  // As real ones do, which count whole milliseconds.
  const ticker = new Ticker({
    now: () => clock.now(),
    schedule: (delayMs, callback) => clock.schedule(delayMs - 0.6, callback),
  });
  const alarm = new Alarm(100);
  ticker.add(alarm);
  await clock.advance(200);
  assertEquals(alarm.rings.length, 1);
  assertEquals(alarm.rings[0]! >= 100 && alarm.rings[0]! <= 104, true);
});
