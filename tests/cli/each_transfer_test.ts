import { assert, assertEquals, assertRejects } from "@std/assert";
import { eachTransfer } from "../../cli/each_transfer.ts";
import { settle } from "../_virtual.ts";
import { FakeContext } from "./_context.ts";

Deno.test("eachTransfer() does one after the other, and says 0 when all went well", async () => {
  const context = new FakeContext([]);
  const log: string[] = [];
  const status = await eachTransfer(context, ["a", "b"], async (name) => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    assert(context.isListening);
    return 0;
  });
  assertEquals(status, 0);
  assertEquals(log, ["a begins", "a ends", "b begins", "b ends"]);
  assertEquals(context.isListening, false);
});

Deno.test("eachTransfer() does as many at once as it may, and begins them in order", async () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const running = eachTransfer(
    new FakeContext([]),
    ["a", "b", "c", "d"],
    async (name) => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return 0;
    },
    { parallel: 2 },
  );
  await settle();
  assertEquals(begun, ["a", "b"]);
  ends.get("b")!();
  await settle();
  assertEquals(begun, ["a", "b", "c"]);
  ends.get("c")!();
  await settle();
  assertEquals(begun, ["a", "b", "c", "d"]);
  ends.get("a")!();
  ends.get("d")!();
  assertEquals(await running, 0);
});

for (
  const [statuses, expected] of [
    [[0, 8, 0], 8],
    [[8, 0, 8], 8],
    [[8, 9, 0], 1],
  ] as const
) {
  Deno.test(`eachTransfer() goes on after a failure, and says ${expected} for ${statuses}`, async () => {
    const tried: number[] = [];
    const status = await eachTransfer(new FakeContext([]), statuses, (one) => {
      tried.push(one);
      return Promise.resolve(one);
    });
    assertEquals([status, tried], [expected, [...statuses]]);
  });
}

for (const isTerminal of [false, true]) {
  Deno.test(`eachTransfer() stops at Ctrl-C, terminal ${isTerminal}`, async () => {
    const context = new FakeContext([], { isTerminal });
    const tried: string[] = [];
    const skipped: string[] = [];
    const status = await eachTransfer(context, ["a", "b"], (name, signal) => {
      tried.push(name);
      context.terminate();
      assertEquals(signal.reason.message, "interrupted");
      return Promise.resolve(9);
    }, { onSkip: (name) => skipped.push(name) });
    assertEquals([status, tried, skipped], [130, ["a"], ["b"]]);
    assertEquals([context.exitStatus, context.isListening], [null, false]);
    assertEquals(context.stderr.text, isTerminal ? "\n" : "");
  });
}

Deno.test("eachTransfer() ends the process at the second Ctrl-C", async () => {
  const context = new FakeContext([], { isTerminal: true });
  const log: string[] = [];
  await eachTransfer(context, ["a"], () => {
    context.terminate();
    assertEquals([context.exitStatus, log], [null, ["interrupt"]]);
    context.terminate();
    assertEquals([context.exitStatus, log], [130, ["interrupt", "exit"]]);
    return Promise.resolve(130);
  }, {
    onInterrupt: () => log.push("interrupt"),
    onExit: () => log.push("exit"),
  });
  assertEquals(context.stderr.text, "");
});

Deno.test("eachTransfer() listens no more when something is thrown", async () => {
  const context = new FakeContext([]);
  await assertRejects(
    () => eachTransfer(context, ["a"], () => Promise.reject(new Error("no"))),
    Error,
    "no",
  );
  assertEquals(context.isListening, false);
});
