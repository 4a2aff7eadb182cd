// Lines that somebody types into a terminal, with node:readline: it edits, remembers and completes. Rules:
// 1. The terminal is raw while a line is awaited, and only then: while a command runs, Ctrl-C is a signal, and what the
//    command writes meets a terminal as it should be.
// 2. Lines that come while nobody waits, such as all but the first of several that are pasted, are kept in order.
// 3. Ctrl-C gives up the line, Ctrl-D on an empty one ends. The answer to a question is no part of the history, and what was
//    pasted together with the command is no answer.
// 4. The terminal is left as it was found, however the shell ends.

import { createInterface } from "node:readline";
import type { Terminal } from "../terminal.ts";
import type { Completion } from "./complete.ts";
import type { LineSource } from "./lines.ts";
import { pasteFilter } from "./paste.ts";

const PROMPT = "tftp> ";

/** How many lines are remembered. */
export const MAX_HISTORY = 1000;

/** What an editor needs besides a terminal. */
export interface EditorOptions {
  /** Completes a line up to the cursor. */
  readonly complete: (line: string) => Promise<Completion>;
  /**
   * Lines from before, the latest last.
   *
   * @default {[]}
   */
  readonly history?: readonly string[];
}

/**
 * Reads lines from a terminal.
 *
 * @param terminal The terminal.
 * @param options What else it needs.
 * @returns The source.
 */
export function editedLines(
  terminal: Terminal,
  options: EditorOptions,
): LineSource {
  const { complete, history = [] } = options;
  const { input, output } = terminal;
  const keys = input.pipe(pasteFilter());
  const editor = createInterface({
    input: keys,
    output,
    terminal: true,
    prompt: PROMPT,
    history: history.toReversed(),
    historySize: MAX_HISTORY,
    removeHistoryDuplicates: true,
    completer: (
      line: string,
      done: (error: null, completion: Completion) => void,
    ) => {
      complete(line).catch((): Completion => [[], line])
        .then((completion) => done(null, completion));
    },
  });
  const early: string[] = [];
  let waiting: ((line: string | null) => void) | null = null;
  let isAsking = false;
  let isClosed = false;

  function settle(line: string | null): void {
    const resolve = waiting;
    waiting = null;
    if (!isClosed) {
      editor.pause();
      terminal.setRaw(false);
    }
    resolve?.(line);
  }
  function wait(prompt: string): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    waiting = resolve;
    terminal.setRaw(true);
    editor.setPrompt(prompt);
    editor.resume();
    // What was pasted behind the last line end stands there already.
    editor.prompt(editor.line !== "");
    return promise;
  }
  editor.on("line", (line) => {
    if (waiting) settle(line);
    else early.push(line);
  });
  editor.on("history", (lines) => {
    if (isAsking) lines.shift();
  });
  editor.on("SIGINT", () => {
    editor.write(null, { ctrl: true, name: "e" });
    output.write("^C\r\n");
    setLine(editor, "");
    if (isAsking) settle(null);
    else editor.prompt();
  });
  editor.on("close", () => {
    isClosed = true;
    terminal.setRaw(false);
    settle(null);
  });

  return {
    async confirm(question) {
      if (isClosed) return null;
      const draft = editor.line;
      setLine(editor, "");
      isAsking = true;
      try {
        const answer = await wait(question);
        // Ctrl-D leaves the cursor behind the question; Ctrl-C has ended the line.
        if (isClosed) output.write("\n");
        return answer === null ? null : /^\s*y(es)?\s*$/i.test(answer);
      } finally {
        isAsking = false;
        setLine(editor, draft);
      }
    },
    async read() {
      const next = early.shift();
      if (next !== undefined) {
        // It was shown when it was pasted; here it stands above what comes of it.
        output.write(`${PROMPT}${next}\n`);
        return next;
      }
      if (isClosed) return null;
      const line = await wait(PROMPT);
      // What was pasted behind the line, or the prompt of a shell that is left, stands there without an end.
      if (line === null || editor.line !== "") output.write("\n");
      return line;
    },
    close() {
      if (!isClosed) editor.close();
      input.unpipe(keys);
      terminal.close();
    },
  };
}

/** Puts a line in the place of what was typed, without a trace of it on the screen. */
function setLine(
  editor: { line: string; cursor: number },
  line: string,
): void {
  editor.line = line;
  editor.cursor = line.length;
}
