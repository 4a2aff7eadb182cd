/**
 * A process of the lab, with all that it says.
 *
 * @module
 */

import { stop } from "../interop/_peers.ts";

/** Nothing that is waited for takes longer. */
const WAIT_MS = 60_000;

/** A process whose output is kept, and can be waited for. */
export class LabProcess implements AsyncDisposable {
  /** How it ends. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #process: Deno.ChildProcess;
  readonly #heard: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  #text = "";
  #hasEnded = false;

  constructor(path: string, args: readonly string[]) {
    this.#process = new Deno.Command(path, {
      args: [...args],
      env: { LC_ALL: "C", NO_COLOR: "1", TERM: "dumb" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr, status } = this.#process;
    this.status = status;
    this.#heard = Promise.all([this.#hear(stdout), this.#hear(stderr)]).then(
      () => {
        this.#hasEnded = true;
        this.#wake();
      },
    );
  }

  /** All that it has said, without what steers a terminal. */
  get text(): string {
    // deno-lint-ignore no-control-regex -- controls are what it looks for
    return this.#text.replace(/\x1b\[[0-9;=?]*[A-Za-z]|[\r\x08]/g, "");
  }

  /** Waits until it has said something that matches; `null` when it has ended before. */
  async until(
    regexp: RegExp,
    limitMs = WAIT_MS,
  ): Promise<RegExpExecArray | null> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, limitMs);
    try {
      for (;;) {
        const match = regexp.exec(this.text);
        if (match || this.#hasEnded) return match;
        if (isLate) throw new Error(`Waited for ${regexp} in: ${this.text}`);
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#waiting.add(resolve);
        await promise;
        this.#waiting.delete(resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close().catch(() => {});
    await stop(this.#process, this.#heard);
  }

  async #hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#text += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
