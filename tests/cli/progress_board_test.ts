import { assert, assertEquals, assertMatch } from "@std/assert";
import { ProgressBoard } from "../../cli/progress_board.ts";
import { VirtualClock } from "../_virtual.ts";
import { FakeOutput } from "./_context.ts";

/** What steers a terminal, to be seen. */
function visible(text: string): string {
  return text.replaceAll("\x1b", "<ESC>");
}

/** What a terminal shows: as much of one as the board needs. */
class Screen {
  readonly output = new FakeOutput(true);
  #seen = 0;
  readonly lines: string[] = [""];
  #row = 0;
  #column = 0;
  isCursorHidden = false;

  look(): string[] {
    const text = visible(this.output.text.slice(this.#seen));
    this.#seen = this.output.text.length;
    for (const [token] of text.matchAll(/<ESC>\[[?\d]*[A-Za-z]|[^]/gu)) {
      this.#take(token);
    }
    return this.lines.map((line) => line.trimEnd());
  }

  #take(token: string): void {
    const line = this.lines[this.#row] ?? "";
    const [, count, kind] = /^<ESC>\[\??(\d*)([A-Za-z])$/.exec(token) ?? [];
    if (token === "\r") this.#column = 0;
    else if (token === "\n") {
      this.#row++;
      this.#column = 0;
      this.lines[this.#row] ??= "";
    } else if (kind === "A") this.#row -= Number(count || 1);
    else if (kind === "K") this.lines[this.#row] = line.slice(0, this.#column);
    else if (kind === "J") {
      this.lines[this.#row] = line.slice(0, this.#column);
      this.lines.length = this.#row + 1;
    } else if (kind === "h" || kind === "l") {
      this.isCursorHidden = kind === "l";
    } else {
      assertEquals(kind, undefined);
      this.lines[this.#row] = line.slice(0, this.#column) + token +
        line.slice(this.#column + 1);
      this.#column++;
    }
    assert(this.#row >= 0);
  }
}

Deno.test("ProgressBoard shows transfers after a moment, and goes without a trace", async () => {
  const screen = new Screen();
  const clock = new VirtualClock();
  {
    using board = new ProgressBoard(screen.output, clock, 2);
    const a = board.begin("a");
    const b = board.begin("b");
    assertEquals(screen.look(), [""]);
    a.update(500_000, 1_000_000);
    await clock.advance(1000);
    const [first, second, third] = screen.look();
    assertMatch(
      first!,
      /^a {2}50% \[.*\] {2}500\.0 kB of 1\.0 MB {2}500\.0 kB\/s/,
    );
    assertMatch(second!, /^b {2}no answer yet, 0:01$/);
    assertEquals([third, screen.isCursorHidden], ["0 of 2 done", true]);
    a.end();
    board.print("a: done");
    assertEquals(screen.look().length, 3);
    assertEquals(screen.look()[0], "a: done");
    assertEquals(screen.look()[2], "1 of 2 done");
    b.end();
    board.print("b: done");
    assertEquals(screen.look().slice(0, 3), [
      "a: done",
      "b: done",
      "2 of 2 done",
    ]);
  }
  assertEquals(screen.look(), ["a: done", "b: done", ""]);
  assertEquals([screen.isCursorHidden, clock.pending], [false, 0]);
});

Deno.test("ProgressBoard is not seen when all is over at once", () => {
  const screen = new Screen();
  const clock = new VirtualClock();
  {
    using board = new ProgressBoard(screen.output, clock, 1);
    const row = board.begin("a");
    row.end();
    board.print("a: done");
  }
  assertEquals(screen.output.text, "a: done\n");
  assertEquals(clock.pending, 0);
});

Deno.test("ProgressBoard writes a frame at once, and clears no line before it is written anew", async () => {
  const writes: string[] = [];
  const output = new FakeOutput(true);
  output.write = (data) => void writes.push(visible(String(data)));
  const clock = new VirtualClock();
  using board = new ProgressBoard(output, clock, 2);
  board.begin("a").update(1, 2);
  board.begin("b").update(1, 2);
  await clock.advance(1000);
  assertEquals(writes.length, 10);
  for (const frame of writes) {
    assert(
      !/^<ESC>\[K|\n<ESC>\[K|\r<ESC>\[[KJ]|A<ESC>\[[KJ]/.test(frame),
      frame,
    );
  }
});

Deno.test("ProgressBoard counts lines that a narrower terminal has broken", async () => {
  const writes: string[] = [];
  const output = new FakeOutput(true);
  output.write = (data) => void writes.push(visible(String(data)));
  const clock = new VirtualClock();
  using board = new ProgressBoard(output, clock, 2);
  board.begin("a").update(1, 2);
  output.columns = 80;
  await clock.advance(100);
  output.columns = 30;
  await clock.advance(100);
  // What filled up to 79 columns stands in three lines now, above the one that the cursor is in.
  assertMatch(writes[1]!, /^\r<ESC>\[3A/);
});

Deno.test("ProgressBoard leaves the cursor where the ^C of a terminal is overwritten", async () => {
  const screen = new Screen();
  const clock = new VirtualClock();
  using board = new ProgressBoard(screen.output, clock, 2);
  board.begin("a").update(1, 2);
  await clock.advance(100);
  const before = screen.look();
  screen.output.write("^C");
  assertMatch(screen.look()[1]!, /^\^Cof 2 done/);
  await clock.advance(100);
  assertEquals(screen.look(), before);
});

Deno.test("ProgressBoard tells the rate of the last seconds, and that nothing comes", async () => {
  const screen = new Screen();
  const clock = new VirtualClock();
  using board = new ProgressBoard(screen.output, clock, 1);
  const row = board.begin("a");
  row.update(0, 10_000_000);
  for (let i = 1; i <= 50; i++) {
    await clock.advance(100);
    row.update(i * 100_000, 10_000_000);
  }
  await clock.advance(100);
  assertMatch(screen.look()[0]!, /1\.0 MB\/s {2}0:0[56] left$/);
  await clock.advance(4000);
  row.repair();
  await clock.advance(100);
  assertMatch(screen.look()[0]!, / 0 B\/s {2}1 sent again$/);
});

Deno.test("ProgressBoard does nothing more once it is closed", async () => {
  const screen = new Screen();
  const clock = new VirtualClock();
  const board = new ProgressBoard(screen.output, clock, 1);
  const row = board.begin("a");
  await clock.advance(100);
  board[Symbol.dispose]();
  board[Symbol.dispose]();
  const { text } = screen.output;
  row.update(1, 2);
  board.print("late");
  await clock.advance(1000);
  assertEquals(screen.output.text, `${text}late\n`);
});
