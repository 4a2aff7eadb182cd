import { fromFileUrl } from "@std/path";
import { PROGRAM } from "./_process.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** Why there can be no pseudo terminal here; `null` when there can. */
export function whyNoPty(): string | null {
  if (Deno.build.os !== "linux") {
    return "only util-linux has the script we know";
  }
  try {
    const { stdout } = new Deno.Command("script", { args: ["--version"] })
      .outputSync();
    const text = new TextDecoder().decode(stdout);
    return text.includes("util-linux") ? null : "script is not util-linux's";
  } catch {
    return "script is not installed";
  }
}

/** The program in a pseudo terminal, with a shell around it that tells what becomes of program and terminal. */
export class PtyProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #screen = "";
  #from = 0;
  #isOver = false;
  #look: () => void = () => {};

  /** Starts `deno run` with flags, and the program with arguments. */
  constructor(flags: readonly string[], args: readonly string[], cwd: string) {
    const words = [
      Deno.execPath(),
      ...["run", "--quiet", "--no-prompt", "--config", `${ROOT}deno.json`],
      ...[...flags, PROGRAM, ...args],
    ];
    const call = words.map((word) => `'${word}'`).join(" ");
    // Ctrl-C is a signal to all that runs there. The program keeps the number of the shell that tells it.
    const command =
      `trap : INT; stty cols 80; sh -c 'echo "number $$"; exec "$@"' sh ${call}; echo "status $?"; stty -a`;
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      cwd,
      env: { TERM: "xterm", SHELL: "/bin/sh" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Sends a signal to the program. */
  kill(signal: Deno.Signal): void {
    Deno.kill(Number(/number (\d+)/.exec(this.#screen)![1]), signal);
  }

  /** All that was shown so far. */
  get screen(): string {
    return this.#screen;
  }

  /** Types something. */
  async type(text: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(text));
  }

  /** Waits until something that matches is shown, behind what was waited for before. */
  async until(regexp: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = regexp.exec(this.#screen.slice(this.#from));
      if (match) {
        this.#from += match.index + match[0].length;
        return match;
      }
      if (this.#isOver) {
        throw new Error(`Ended without ${regexp}: ${this.#screen}`);
      }
      await new Promise<void>((resolve) => this.#look = resolve);
    }
  }

  /** Waits until program and terminal are gone. */
  async ended(): Promise<void> {
    await this.#reading;
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
    await this.#keyboard.close().catch(() => {});
  }

  async #read(): Promise<void> {
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const piece of text) {
      this.#screen += piece;
      this.#look();
    }
    this.#isOver = true;
    this.#look();
  }
}
