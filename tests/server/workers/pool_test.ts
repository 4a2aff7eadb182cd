import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NoAnswerError, TftpResponse } from "../../../handlers/mod.ts";
import type { FromWorker, ToWorker } from "../../../server/workers/messages.ts";
import { type Thread, WorkerPool } from "../../../server/workers/pool.ts";
import { settle, VirtualClock } from "../../_virtual.ts";

const ADDRESS = { transport: "udp", hostname: "127.0.0.1", port: 69 } as const;

/** A thread that does nothing but what the test says. */
class FakeThread implements Thread {
  readonly heard: ToWorker[] = [];
  isOver = false;
  onmessage: Thread["onmessage"] = null;
  onerror: Thread["onerror"] = null;

  postMessage(messages: readonly ToWorker[]): void {
    this.heard.push(...structuredClone(messages));
  }

  terminate(): void {
    this.isOver = true;
  }

  say(...messages: FromWorker[]): void {
    this.onmessage?.(new MessageEvent("message", { data: messages }));
  }

  ready(generation = 0): void {
    this.say({ type: "prepared", generation, fault: null });
  }

  fail(generation = 0): void {
    const fault = { name: "Error", message: "no handler", stack: undefined };
    this.say({ type: "prepared", generation, fault });
  }

  break(): void {
    const event = new ErrorEvent("error", {
      message: "boom",
      cancelable: true,
    });
    this.onerror?.(event);
    assertEquals(event.defaultPrevented, true);
  }

  get words(): string[] {
    return this.heard.map((message) =>
      message.type === "open" ? `open ${message.id}` : message.type
    );
  }
}

function make(count = 2) {
  const threads: FakeThread[] = [];
  const told: string[] = [];
  const clock = new VirtualClock();
  const pool = new WorkerPool({
    workers: { module: "data:,", count, data: "data" },
    transfers: { portRange: { first: 100, last: 104 } },
    startThread() {
      threads.push(new FakeThread());
      return threads.at(-1)!;
    },
  }, {
    clock,
    isWatched: false,
    reportFault: (error) => void told.push((error as Error).message),
    onRestart: ({ packet }) => void told.push(`restart ${packet.filename}`),
    onDead: () => void told.push("dead"),
  });
  pool.start();
  const open = (id: number) =>
    pool.open({
      info: {
        id,
        operation: "read",
        filename: "file",
        mode: "octet",
        options: [],
        remote: ADDRESS,
        local: ADDRESS,
      },
      filename: "file",
      response: new TftpResponse(""),
    }, {
      onTold: ({ type }) => void told.push(`${id} ${type}`),
      onEnd: ({ type }) => void told.push(`${id} ends: ${type}`),
      onRefuse: ({ code }) => void told.push(`${id} refused ${code}`),
      onDrop: () => void told.push(`${id} dropped`),
      onClose: () => void told.push(`${id} closed`),
    });
  return { pool, threads, told, clock, open };
}

Deno.test("each worker is told what to serve, and has a part of the ports", async () => {
  const { threads } = make();
  await settle();
  const ranges = threads.map(({ heard: [start] }) =>
    start?.type === "start" ? start.options.portRange : null
  );
  assertEquals(ranges, [{ first: 100, last: 101 }, { first: 102, last: 104 }]);
});

Deno.test("a request goes to the worker with the fewest transfers, of those that are ready", async () => {
  const { pool, threads: [a, b], open } = make();
  assertEquals(pool.isReady, false);
  b!.ready();
  assertEquals(pool.isReady, true);
  open(1);
  open(2);
  a!.ready();
  open(3);
  open(4);
  b!.say({ type: "closed", id: 1 }, { type: "closed", id: 2 });
  open(5);
  await settle();
  assertEquals(a!.words, ["start", "open 3", "open 4"]);
  assertEquals(b!.words, ["start", "open 1", "open 2", "open 5"]);
});

Deno.test("before any is ready, a request waits at one of them", async () => {
  const { threads: [a], open } = make();
  open(1);
  await settle();
  assertEquals(a!.words, ["start", "open 1"]);
});

Deno.test("a worker that breaks ends its transfers and no others, and is replaced a second later", async () => {
  const { threads, told, clock, open } = make();
  const [a, b] = threads;
  a!.ready();
  b!.ready();
  open(1);
  open(2);
  a!.break();
  assertEquals(told.slice(1), ["1 ends: failed", "1 closed"]);
  assertEquals(
    told[0],
    "A worker broke, with 1 transfers, and is started again: boom",
  );
  // What it may still say counts no more.
  a!.ready();
  await clock.advance(999);
  assertEquals([a!.isOver, b!.isOver, threads.length], [true, false, 2]);
  await clock.advance(1);
  assertEquals(threads.length, 3);
  open(3);
  await settle();
  assertEquals(b!.words, ["start", "open 2", "open 3"]);
});

Deno.test("workers that have no handler are not tried again; without any, there is no answer", async () => {
  const { threads: [a, b], told, clock, open } = make();
  a!.fail();
  assertEquals(told, ["Cannot start a worker: no handler"]);
  b!.break();
  assertEquals(told.slice(1), ["Cannot start a worker: boom", "dead"]);
  assertThrows(() => open(1), NoAnswerError);
  await clock.advance(10_000);
  assertEquals(clock.pending, 0);
});

Deno.test("other data counts when all workers have taken it", async () => {
  const { pool, threads, open } = make();
  const [a, b] = threads;
  for (const thread of threads) thread.ready();
  const reloaded = pool.reload("more");
  await settle();
  a!.ready(1);
  open(1);
  b!.ready(1);
  await reloaded;
  open(2);
  await settle();
  const generations = threads.map(({ heard }) =>
    heard.flatMap((message) =>
      message.type === "open" ? [message.generation] : []
    )
  );
  assertEquals(generations, [[0], [1]]);
});

Deno.test("other data counts for none when one worker does not take it, or the server ends", async () => {
  const { pool, threads: [a, b], open } = make();
  a!.ready();
  b!.ready();
  const rejected = assertRejects(() => pool.reload("bad"), Error, "no handler");
  await settle();
  a!.ready(1);
  b!.fail(1);
  await rejected;
  open(1);
  await settle();
  assertEquals(a!.heard.at(-1)?.type, "open");
  assertEquals((a!.heard.at(-1) as { generation: number }).generation, 0);
  const ended = assertRejects(() => pool.reload("late"), Error, "shut down");
  await settle();
  pool.close();
  await ended;
  assertEquals([a!.isOver, b!.isOver], [true, true]);
});

Deno.test("a worker that is started while data is taken up, takes it too", async () => {
  const { pool, threads, clock } = make(1);
  threads[0]!.ready();
  threads[0]!.break();
  const reloaded = pool.reload("more");
  await reloaded;
  await clock.advance(1000);
  const start = threads[1]!.heard[0];
  assertEquals(start?.type === "start" && start.data, "more");
});

Deno.test("a client that starts over, and what a handler throws, is passed on", () => {
  const { threads: [a], told } = make();
  const packet = {
    type: "RRQ",
    filename: "file",
    mode: "octet",
    options: [],
  } as const;
  a!.say({ type: "restart", packet, remote: ADDRESS, local: ADDRESS });
  const fault = { name: "Error", message: "bad handler", stack: undefined };
  a!.say({ type: "fault", fault });
  assertEquals(told, ["restart file", "bad handler"]);
});
