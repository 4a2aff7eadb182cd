// The lines of a terminal in which transfers show how far they are. Rules:
// 1. A redraw is one write that overwrites line by line and clears what is left: no line is ever empty in between, so nothing
//    flickers.
// 2. What else is told stands above, for good; the board moves down.
// 3. The cursor is hidden while there is a board, and is there again when it closes, whatever ended it.
// 4. A terminal that was made narrower has broken the lines of the last frame into several: those are counted.

import type { Clock } from "../net/mod.ts";
import type { Output } from "./context.ts";
import { progressLines, type ProgressRow, textWidth } from "./progress.ts";

/** Milliseconds between two frames. */
const FRAME_MS = 100;

/** The rate is that of the last so many milliseconds. */
const RATE_WINDOW_MS = 3000;

/** Milliseconds that must have been seen before there is a rate. */
const MIN_RATE_MS = 500;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** What a transfer tells of itself. */
export interface ProgressHandle {
  /** How far it is. */
  update(bytes: number, size: number | null): void;
  /** Something had to be sent again. */
  repair(): void;
  /** It is over. */
  end(): void;
}

/** The board. */
export class ProgressBoard implements Disposable {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #total: number;
  readonly #rows = new Set<Row>();
  #done = 0;
  /** The last frame. */
  #lines: readonly string[] = [];
  #cancel: (() => void) | null = null;
  #isShown = false;
  #isClosed = false;

  /**
   * @param output The terminal.
   * @param clock Where time comes from.
   * @param total How many transfers there will be.
   */
  constructor(output: Output, clock: Clock, total: number) {
    this.#output = output;
    this.#clock = clock;
    this.#total = total;
  }

  /** A transfer begins. */
  begin(name: string): ProgressHandle {
    const row = new Row(name, this.#clock);
    this.#rows.add(row);
    this.#schedule();
    return {
      update: (bytes, size) => row.update(bytes, size),
      repair: () => row.repairs++,
      end: () => {
        if (this.#rows.delete(row)) this.#done++;
      },
    };
  }

  /** Writes a line above the board. */
  print(line: string): void {
    if (this.#lines.length === 0) return this.#output.write(`${line}\n`);
    this.#draw(`${line}${CLEAR_LINE}\n`);
  }

  /** Clears the board, and gives the cursor back. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel?.();
    if (!this.#isShown) return;
    this.#output.write(`${this.#home()}${CLEAR_BELOW}${SHOW_CURSOR}`);
    this.#lines = [];
  }

  #schedule(): void {
    if (this.#cancel || this.#isClosed) return;
    this.#cancel = this.#clock.schedule(FRAME_MS, () => {
      this.#cancel = null;
      this.#draw("");
      if (this.#rows.size > 0) this.#schedule();
    });
  }

  #draw(above: string): void {
    if (this.#isClosed) return;
    const home = this.#home();
    const { columns, rows } = this.#output;
    const view = {
      rows: [...this.#rows].map((row) => row.view()),
      done: this.#done,
      total: this.#total,
    };
    this.#lines = progressLines(view, { columns, rows });
    const hide = this.#isShown ? "" : HIDE_CURSOR;
    this.#isShown = true;
    const frame = this.#lines.map((line) => line + CLEAR_LINE).join("\n");
    // Back to where the last line begins: the "^C" of a terminal is overwritten there, and does not wrap.
    this.#output.write(`${hide}${home}${above}${frame}${CLEAR_BELOW}\r`);
  }

  /** From the first column of the last frame's last line to that of its first. */
  #home(): string {
    const { columns } = this.#output;
    const height = this.#lines.slice(0, -1).reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns)),
      0,
    );
    return height > 0 ? `\r\x1b[${height}A` : "\r";
  }
}

/** One transfer, and how fast it was lately. */
class Row {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #samples: { at: number; bytes: number }[] = [];
  #bytes: number | null = null;
  #size: number | null = null;
  repairs = 0;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  update(bytes: number, size: number | null): void {
    if (this.#bytes === null) this.#sample(0);
    this.#bytes = bytes;
    this.#size = size;
  }

  view(): ProgressRow {
    const now = this.#clock.now();
    if (this.#bytes !== null) this.#sample(this.#bytes);
    const [first] = this.#samples;
    const spanMs = first ? now - first.at : 0;
    return {
      name: this.#name,
      bytes: this.#bytes,
      size: this.#size,
      rate: spanMs < MIN_RATE_MS
        ? null
        : (this.#bytes! - first!.bytes) * 1000 / spanMs,
      elapsedMs: now - this.#startedAt,
      repairs: this.repairs,
    };
  }

  #sample(bytes: number): void {
    const now = this.#clock.now();
    this.#samples.push({ at: now, bytes });
    const oldest = now - RATE_WINDOW_MS;
    // The last one before the window stays, so that the window is whole.
    while ((this.#samples[1]?.at ?? Infinity) <= oldest) this.#samples.shift();
  }
}
