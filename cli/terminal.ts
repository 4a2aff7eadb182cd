import process from "node:process";
import { type Readable, Writable } from "node:stream";
import { writeAll } from "../net/write_all.ts";

/** A terminal that somebody types into. */
export interface Terminal {
  /** What is typed. */
  readonly input: Readable;
  /** What is shown: it has `columns`, and tells `resize`. */
  readonly output: Writable;
  /**
   * Chooses who edits lines, echoes, and makes a signal of Ctrl-C.
   *
   * @param isRaw Whether the program does; otherwise the terminal does.
   */
  setRaw(isRaw: boolean): void;
  /** Lets go of the terminal; it stays as it is. */
  close(): void;
}

/**
 * The terminal of this process.
 *
 * @returns The terminal; `null` when nobody types, or nobody sees what is typed.
 */
export function processTerminal(): Terminal | null {
  const screen = [Deno.stdout, Deno.stderr].find((each) => each.isTerminal());
  if (!Deno.stdin.isTerminal() || screen === undefined) return null;
  const { stdin } = process;
  // Each write is done when it returns, in one order with what else is written to the terminal.
  const output = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(screen, chunk);
      done();
    },
  });
  Object.defineProperty(output, "columns", { get: columns });
  const onResize = () => output.emit("resize");
  const tellsSize = Deno.build.os !== "windows";
  if (tellsSize) Deno.addSignalListener("SIGWINCH", onResize);
  return {
    input: stdin,
    output,
    setRaw: (isRaw) => {
      stdin.setRawMode(isRaw);
    },
    close() {
      if (tellsSize) Deno.removeSignalListener("SIGWINCH", onResize);
      stdin.pause();
    },
  };
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}
