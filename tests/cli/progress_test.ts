import { assert, assertEquals } from "@std/assert";
import {
  progressLines,
  type ProgressRow,
  textWidth,
} from "../../cli/progress.ts";
import { forAll } from "../_random.ts";

const ROW: ProgressRow = {
  name: "boot.img",
  bytes: 12_300_000,
  size: 29_000_000,
  rate: 4_500_000,
  elapsedMs: 3000,
  repairs: 3,
};

function line(row: Partial<ProgressRow>, columns: number): string {
  const view = { rows: [{ ...ROW, ...row }], done: 0, total: 1 };
  const lines = progressLines(view, { columns, rows: 24 });
  assertEquals(lines.length, 1);
  return lines[0]!;
}

const WIDTHS: readonly [columns: number, text: string][] = [
  [
    120,
    "boot.img  42% [================>                       ]  12.3 MB of 29.0 MB  4.5 MB/s  0:04 left  3 sent again",
  ],
  [
    100,
    "boot.img  42% [===========>                ]  12.3 MB of 29.0 MB  4.5 MB/s  0:04 left  3 sent again",
  ],
  [
    80,
    "boot.img  42% [===========>                ]  4.5 MB/s  0:04 left  3 sent again",
  ],
  [60, "boot.img  42%  4.5 MB/s  0:04 left  3 sent again"],
  [50, "boot.img  42%  4.5 MB/s  0:04 left  3 sent again"],
  [40, "boot.img  42%  4.5 MB/s  0:04 left"],
  [28, "boot.img  42%  0:04 left"],
  [16, "boot.img  42%"],
  [10, "boot.img~"],
  [1, "~"],
];

for (const [columns, text] of WIDTHS) {
  Deno.test(`progressLines() fits into ${columns} columns`, () => {
    assertEquals(line({}, columns), text);
  });
}

Deno.test("progressLines() says when nobody has answered yet", () => {
  assertEquals(
    line({ bytes: null, size: null, rate: null, repairs: 1 }, 80),
    "boot.img  no answer yet, 0:03  1 sent again",
  );
});

Deno.test("progressLines() shows no end of a file whose size is not known", () => {
  assertEquals(
    line({ size: null, repairs: 0, elapsedMs: 3_723_000 }, 80),
    "boot.img  12.3 MB  4.5 MB/s  1:02:03",
  );
});

const EDGES: readonly [row: Partial<ProgressRow>, start: string][] = [
  [{ bytes: 0, size: 0 }, "boot.img 100% [=="],
  [{ bytes: 28_999_999 }, "boot.img  99% ["],
  [{ bytes: 29_000_000 }, "boot.img 100% [=="],
  // A server that has announced less than it sends.
  [{ bytes: 30_000_000 }, "boot.img 100% [=="],
  [{ bytes: 0, rate: 0 }, "boot.img   0% [>"],
];

for (const [row, start] of EDGES) {
  Deno.test(`progressLines() begins with ${start} for ${JSON.stringify(row)}`, () => {
    const shown = line(row, 120);
    assertEquals(shown.slice(0, start.length), start);
    assert(!/NaN|Infinity|undefined/.test(shown), shown);
  });
}

Deno.test("progressLines() cuts long names, by columns and not by characters", () => {
  assertEquals(textWidth("a字é"), 4);
  assertEquals(textWidth("e\u0301"), 1);
  const name = "固件".repeat(30);
  const shown = line({ name }, 80);
  assert(/^~件?(固件)+ /.test(shown), shown);
  assert(textWidth(shown) < 80);
});

Deno.test("progressLines() shows no more lines than there are, and counts the rest", () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => ({ ...ROW, name: `f${i}` }),
  );
  const view = { rows, done: 7, total: 50 };
  const lines = progressLines(view, { columns: 80, rows: 10 });
  assertEquals(lines.length, 9);
  assertEquals(lines.at(-1), "7 of 50 done, 22 more under way");
  const roomy = progressLines(view, { columns: 80, rows: 100 });
  assertEquals([roomy.length, roomy.at(-1)], [31, "7 of 50 done"]);
  assertEquals(progressLines(view, { columns: 80, rows: 1 }).length, 1);
});

Deno.test("progressLines() fits whatever there is to show", () => {
  forAll(3000, (random) => {
    const below = (count: number) => random.between(0, count - 1);
    const rows = Array.from({ length: below(6) }, () => ({
      name: "x字".repeat(below(20)) + "y",
      bytes: below(4) ? below(2 ** 31) : null,
      size: below(4) ? below(2 ** 31) : null,
      rate: below(4) ? below(10 ** below(10)) : null,
      elapsedMs: below(10 ** 8),
      repairs: below(3) * below(10_000),
    }));
    const size = { columns: 1 + below(200), rows: 1 + below(12) };
    const lines = progressLines({ rows, done: 1, total: 1 + below(9) }, size);
    assert(lines.length <= Math.max(1, size.rows - 1));
    const limit = Math.max(1, size.columns - 1);
    for (const text of lines) {
      assert(textWidth(text) <= limit, `"${text}" in ${limit} columns`);
    }
  });
});
