import { assertEquals, assertMatch } from "@std/assert";
import { complete } from "../../../cli/shell/complete.ts";
import { editedLines, type EditorOptions } from "../../../cli/shell/editor.ts";
import { FakeTerminal } from "./_terminal.ts";

function edit(options: Partial<EditorOptions> = {}) {
  const terminal = new FakeTerminal();
  const lines = editedLines(terminal, {
    complete: (line) => complete(line, () => []),
    ...options,
  });
  return { terminal, lines, [Symbol.dispose]: () => void lines.close() };
}

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LEFT = "\x1b[D";

const TYPED: readonly [typed: string, line: string][] = [
  ["status\r", "status"],
  ["stx\x7fatus\r", "status"],
  [`sttus${LEFT.repeat(3)}a\r`, "status"],
  ["b\x01a\x05c\r", "abc"],
  ["b\x1b[Ha\x1b[Fc\r", "abc"],
  ["x y\x01\x0b\r", ""],
  ["x y\x15z\r", "z"],
  ["x yy\x17z\r", "x z"],
  ["ab\x01\x04\r", "b"],
  ["a\x0cb\r", "ab"],
  ["get 世界\x7fx é\r", "get 世x é"],
  ["\x1b[200~pasted text\x1b[201~\r", "pasted text"],
];

for (const [typed, line] of TYPED) {
  Deno.test(`editedLines() makes ${JSON.stringify(line)} of ${JSON.stringify(typed)}`, async () => {
    using editing = edit();
    const reading = editing.lines.read();
    assertEquals(editing.terminal.isRaw, true);
    editing.terminal.type(typed);
    assertEquals(await reading, line);
    assertEquals(editing.terminal.isRaw, false);
  });
}

Deno.test("editedLines() completes at Tab", async () => {
  using editing = edit();
  const reading = editing.lines.read();
  editing.terminal.type("sta\t");
  await editing.terminal.screen.until(/tus/);
  editing.terminal.type("\r");
  assertEquals(await reading, "status ");
});

Deno.test("editedLines() survives a completion that fails", async () => {
  using editing = edit({ complete: () => Promise.reject(new Error("no")) });
  const reading = editing.lines.read();
  editing.terminal.type("sta\t");
  editing.terminal.type("\r");
  assertEquals(await reading, "sta");
});

Deno.test("editedLines() remembers lines, and those from before", async () => {
  using editing = edit({ history: ["oldest", "older"] });
  const read = async (typed: string) => {
    const reading = editing.lines.read();
    editing.terminal.type(typed);
    return await reading;
  };
  assertEquals(await read("new\r"), "new");
  assertEquals(await read(`${UP}\r`), "new");
  assertEquals(await read(`${UP}${UP}${UP}${DOWN}\r`), "older");
});

Deno.test("editedLines() keeps lines that are pasted at once, and what stands behind them", async () => {
  using editing = edit();
  const reading = editing.lines.read();
  editing.terminal.type("one\rtwo\rthr");
  assertEquals(await reading, "one");
  assertEquals(await editing.lines.read(), "two");
  // What comes of "one" begins on a line of its own, and "two" is shown again above what comes of it.
  assertMatch(editing.terminal.screen.text, /thr\ntftp> two\n$/);
  const last = editing.lines.read();
  editing.terminal.type("ee\r");
  assertEquals(await last, "three");
});

Deno.test("editedLines() gives up a line at Ctrl-C", async () => {
  using editing = edit();
  const reading = editing.lines.read();
  editing.terminal.type("get everything\x03");
  await editing.terminal.screen.until(/\^C/);
  editing.terminal.type("status\r");
  assertEquals(await reading, "status");
});

Deno.test("editedLines() ends at Ctrl-D, and leaves the terminal as it was", async () => {
  const { terminal, lines } = edit();
  const reading = lines.read();
  terminal.type("\x04");
  assertEquals(await reading, null);
  assertEquals(await lines.read(), null);
  assertEquals(await lines.confirm?.("Really? "), null);
  await lines.close();
  assertEquals([terminal.isRaw, terminal.isClosed], [false, true]);
});

Deno.test("editedLines() ends the line of a question that Ctrl-D answers", async () => {
  const { terminal, lines } = edit();
  const asking = lines.confirm!("Replace it? ");
  terminal.type("\x04");
  assertEquals([await asking, await lines.read()], [null, null]);
  assertMatch(terminal.screen.text, /Replace it\? .*\n$/);
  await lines.close();
});

Deno.test("editedLines() ends for whoever waits when it is closed", async () => {
  const { terminal, lines } = edit();
  const reading = lines.read();
  lines.close();
  assertEquals([await reading, terminal.isRaw], [null, false]);
});

for (
  const [typed, isYes] of [
    ["y\r", true],
    ["Yes\r", true],
    ["\r", false],
    ["n\r", false],
    ["yellow\r", false],
    ["\x03", null],
    ["y\x03", null],
  ] as const
) {
  Deno.test(`editedLines() takes ${JSON.stringify(typed)} for ${isYes}, and forgets it`, async () => {
    using editing = edit({ history: ["before"] });
    const asking = editing.lines.confirm!("Replace it? ");
    editing.terminal.type(typed);
    assertEquals(await asking, isYes);
    assertMatch(editing.terminal.screen.text, /Replace it\? /);
    const reading = editing.lines.read();
    editing.terminal.type(`${UP}\r`);
    assertEquals(await reading, "before");
  });
}

Deno.test("editedLines() takes nothing for an answer that was pasted with the command", async () => {
  using editing = edit();
  const reading = editing.lines.read();
  editing.terminal.type("get a\ry\rye");
  assertEquals(await reading, "get a");
  const asking = editing.lines.confirm!("Replace it? ");
  editing.terminal.type("s\r");
  assertEquals(await asking, false);
  assertEquals(await editing.lines.read(), "y");
  const last = editing.lines.read();
  editing.terminal.type("t\r");
  assertEquals(await last, "yet");
});
