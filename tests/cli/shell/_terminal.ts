import { PassThrough, Writable } from "node:stream";
import type { Terminal } from "../../../cli/terminal.ts";
import { FakeOutput } from "../_context.ts";

/** A terminal without a screen: what is typed and shown is at hand. */
export class FakeTerminal implements Terminal {
  readonly input = new PassThrough();
  readonly screen = new FakeOutput();
  readonly output: Writable;
  isRaw = false;
  isClosed = false;

  constructor() {
    const { screen } = this;
    this.output = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        screen.write(chunk);
        done();
      },
    });
    Object.assign(this.output, { columns: 80 });
  }

  setRaw(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  close(): void {
    this.isClosed = true;
  }

  /** Types something. */
  type(text: string): void {
    this.input.write(text);
  }
}
