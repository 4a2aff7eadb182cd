import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { systemClock } from "../../net/mod.ts";

Deno.test("the time of the system clock does not run backwards", () => {
  let last = systemClock.now();
  for (let i = 0; i < 1000; i++) {
    const now = systemClock.now();
    assertGreaterOrEqual(now, last);
    last = now;
  }
});

Deno.test("the system clock calls when the time has come", async () => {
  const start = systemClock.now();
  // What is scheduled does not keep the process alive, so the test must.
  const guard = setInterval(() => {}, 1000);
  await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
  clearInterval(guard);
  // Timers count whole milliseconds.
  assertGreaterOrEqual(systemClock.now() - start, 19);
});

Deno.test("what was called off is not called", async () => {
  let isCalled = false;
  const cancel = systemClock.schedule(5, () => isCalled = true);
  cancel();
  cancel();
  await delay(30);
  assert(!isCalled);
});

Deno.test("calling off what was called does nothing", async () => {
  let calls = 0;
  const cancel = systemClock.schedule(1, () => calls++);
  await delay(20);
  cancel();
  assertEquals(calls, 1);
});

Deno.test("what is scheduled does not keep the process alive", async () => {
  const clock = new URL("../../net/clock.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", script(clock)],
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  assertEquals(decoder.decode(stdout), "end\n");
  assertEquals(code, 0);
});

function script(clock: URL): string {
  return `
    import { systemClock } from ${JSON.stringify(clock.href)};
    systemClock.schedule(60_000, () => console.log("called"));
    console.log("end");
  `;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
