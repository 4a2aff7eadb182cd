import { assertEquals, assertRejects } from "@std/assert";
import { openHistory } from "../../../cli/shell/history.ts";
import { Sandbox } from "../../handlers/_sandbox.ts";

Deno.test("openHistory() keeps lines at once, for their owner alone", async () => {
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/history`;
  const history = await openHistory(path);
  assertEquals(history.lines, []);
  for (const line of ["a", "a", "", "  ", "b", "x\x1b[A", "a"]) {
    await history.add(line);
  }
  assertEquals(sandbox.read("history"), "a\nb\na\n");
  assertEquals((await openHistory(path)).lines, ["a", "b", "a"]);
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  }
});

Deno.test("openHistory() cuts a file that has become long", async () => {
  const lines = Array.from({ length: 2001 }, (_, i) => `get ${i}`);
  using sandbox = new Sandbox({ history: lines.join("\n") + "\n" });
  const history = await openHistory(`${sandbox.path}/history`);
  assertEquals(history.lines, lines.slice(-1000));
  assertEquals(sandbox.read("history").split("\n").length, 1001);
});

Deno.test("openHistory() tells what is no file", async () => {
  using sandbox = new Sandbox();
  await assertRejects(() => openHistory(sandbox.path));
});
