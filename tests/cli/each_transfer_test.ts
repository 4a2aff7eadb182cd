import { assert, assertEquals, assertRejects } from "@std/assert";
import { eachTransfer } from "../../cli/each_transfer.ts";
import { FakeContext } from "./_context.ts";

Deno.test("eachTransfer() does one after the other, and says 0 when all went well", async () => {
  const context = new FakeContext([]);
  const log: string[] = [];
  const status = await eachTransfer(context, ["a", "b"], async (name) => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    assert(context.isListening);
    return true;
  });
  assertEquals(status, 0);
  assertEquals(log, ["a begins", "a ends", "b begins", "b ends"]);
  assertEquals(context.isListening, false);
});

Deno.test("eachTransfer() goes on after a failure, and says 1", async () => {
  const tried: string[] = [];
  const status = await eachTransfer(
    new FakeContext([]),
    ["a", "b", "c"],
    (name) => Promise.resolve(tried.push(name) !== 2),
  );
  assertEquals([status, tried], [1, ["a", "b", "c"]]);
});

for (const isTerminal of [false, true]) {
  Deno.test(`eachTransfer() stops at Ctrl-C, terminal ${isTerminal}`, async () => {
    const context = new FakeContext([], { isTerminal });
    const tried: string[] = [];
    const status = await eachTransfer(context, ["a", "b"], (name, signal) => {
      tried.push(name);
      context.terminate();
      assertEquals(signal.reason.message, "interrupted");
      return Promise.resolve(false);
    });
    assertEquals([status, tried], [1, ["a"]]);
    assertEquals([context.exitStatus, context.isListening], [null, false]);
    assertEquals(context.stderr.text, isTerminal ? "\n" : "");
  });
}

Deno.test("eachTransfer() ends the process at the second Ctrl-C", async () => {
  const context = new FakeContext([]);
  await eachTransfer(context, ["a"], () => {
    context.terminate();
    assertEquals(context.exitStatus, null);
    context.terminate();
    assertEquals(context.exitStatus, 1);
    return Promise.resolve(false);
  });
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
