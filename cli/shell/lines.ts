// Where the lines of the shell come from: a file or a pipe, or the command line. Somebody who types has an editor, see
// editor.ts.

/** Asks somebody for a yes; `null` is neither yes nor no, but the wish to be done with all of it. */
export type Confirm = (question: string) => Promise<boolean | null>;

/** A source of lines. */
export interface LineSource {
  /** Asks somebody; `null` where there is nobody. */
  readonly confirm: Confirm | null;
  /**
   * The next line.
   *
   * @returns The line, or its words; `null` when there are no more.
   */
  read(): Promise<string | readonly string[] | null>;
  /** Lets go of everything. Once somebody waits for a line, there is none then. */
  close(): void | Promise<void>;
}

/**
 * Commands that are known beforehand.
 *
 * @param commands Lines, or words.
 * @returns The source.
 */
export function listedLines(
  commands: readonly (string | readonly string[])[],
): LineSource {
  const rest = [...commands];
  return {
    confirm: null,
    read: () => Promise.resolve(rest.shift() ?? null),
    close() {},
  };
}

/**
 * The lines of a stream; the last one may lack its end.
 *
 * @param stream The stream.
 * @returns The source.
 */
export function streamLines(stream: ReadableStream<Uint8Array>): LineSource {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let isOver = false;
  return {
    confirm: null,
    async read() {
      for (;;) {
        const end = text.indexOf("\n");
        if (end >= 0) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          return line.replace(/\r$/, "");
        }
        if (isOver) {
          const line = text;
          text = "";
          return line === "" ? null : line;
        }
        const { done, value } = await reader.read();
        isOver = done;
        text += decoder.decode(value, { stream: !done });
      }
    },
    close: () => reader.cancel().catch(() => {}),
  };
}
