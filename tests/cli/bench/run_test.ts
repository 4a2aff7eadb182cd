import { assertEquals } from "@std/assert";
import { type Load, runClients } from "../../../cli/bench/run.ts";
import type { Sample } from "../../../cli/bench/transfer.ts";
import { emptyStatistics } from "../../../transfer/mod.ts";
import { VirtualNetwork } from "../../_virtual.ts";

const LOAD: Load = { clients: 1, transfers: 3, durationMs: null, warmup: 0 };
const FAILURE: Sample = {
  isOk: false,
  kind: "timeout",
  message: "No answer",
  status: 6,
};

function success(totalMs = 10): Sample {
  return {
    isOk: true,
    totalMs,
    firstByteMs: 1,
    statistics: emptyStatistics(),
    settings: {
      blockSize: 512,
      windowSize: 1,
      timeoutMs: null,
      transferSize: null,
      rollover: null,
    },
  };
}

/** A clock, and transfers that take ten milliseconds of it. */
function makeWorld(sample: (index: number) => Sample = () => success()) {
  const { clock } = new VirtualNetwork();
  const abortion = new AbortController();
  const done: string[] = [];
  let busy = 0;
  let mostBusy = 0;
  const doTransfer = async (client: number, index: number) => {
    done.push(`${client}/${index}`);
    mostBusy = Math.max(mostBusy, ++busy);
    await new Promise<void>((resolve) => clock.schedule(10, resolve));
    busy--;
    return sample(index);
  };
  return {
    clock,
    abortion,
    done,
    mostBusy: () => mostBusy,
    async run(load: Partial<Load>) {
      const running = runClients(
        { ...LOAD, ...load },
        clock,
        abortion.signal,
        doTransfer,
      );
      for (let i = 0; i < 20; i++) await clock.advance(10);
      return await running;
    },
  };
}

Deno.test("runClients() has one transfer of each client at a time, and no more than asked", async () => {
  const world = makeWorld();
  const { samples, elapsedMs } = await world.run({ clients: 2, transfers: 5 });
  assertEquals(samples.length, 5);
  assertEquals(elapsedMs, 30);
  assertEquals(world.mostBusy(), 2);
  assertEquals(world.done, ["0/0", "1/0", "0/1", "1/1", "0/2"]);
});

Deno.test("runClients() does not count the warm-up, nor its time", async () => {
  const world = makeWorld();
  const { samples, elapsedMs } = await world.run({ clients: 2, warmup: 2 });
  assertEquals([samples.length, elapsedMs], [3, 20]);
  // Names that follow from the number differ from those of the warm-up.
  assertEquals(world.done.slice(4), ["0/2", "1/2", "0/3"]);
});

Deno.test("runClients() begins no transfer when the time is over, and ends those that run", async () => {
  const world = makeWorld();
  const { samples, elapsedMs } = await world.run({
    transfers: null,
    durationMs: 25,
  });
  assertEquals([samples.length, elapsedMs], [3, 30]);
});

Deno.test("runClients() goes on behind a failure", async () => {
  const world = makeWorld((index) => index === 1 ? FAILURE : success());
  const { samples, coldFailure } = await world.run({});
  assertEquals(samples.map(({ isOk }) => isOk), [true, false, true]);
  assertEquals(coldFailure, null);
});

Deno.test("runClients() tries nothing more when all of the warm-up fails", async () => {
  const world = makeWorld(() => FAILURE);
  assertEquals(await world.run({ clients: 2, warmup: 1 }), {
    samples: [],
    elapsedMs: 0,
    coldFailure: FAILURE,
  });
  assertEquals(world.done.length, 2);
});

Deno.test("runClients() goes on when some of the warm-up fails", async () => {
  const world = makeWorld((index) => index === 0 ? FAILURE : success());
  const { samples } = await world.run({ warmup: 2 });
  assertEquals(samples.length, 3);
});

Deno.test("runClients() keeps what was done when it is ended early, without what was broken off", async () => {
  const world = makeWorld((index) => index < 2 ? success() : FAILURE);
  world.clock.schedule(25, () => world.abortion.abort());
  const { samples, elapsedMs } = await world.run({ transfers: 100 });
  assertEquals([samples.length, elapsedMs], [2, 20]);
  assertEquals(world.done.length, 3);
});
