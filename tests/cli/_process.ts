import { fromFileUrl } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** The program, as Deno is told where it is. */
export const PROGRAM: string = `${ROOT}cli.ts`;

/**
 * The program as another user: it is read by the one who started it, and only then gives away what that one may. Takes the
 * user's number and the program's arguments.
 */
const OTHER_USER_SCRIPT = `
import process from "node:process";
import { denoContext } from ${
  JSON.stringify(new URL("../../cli/context.ts", import.meta.url).href)
};
import { main } from ${
  JSON.stringify(new URL("../../cli/main.ts", import.meta.url).href)
};

const [user, ...args] = Deno.args;
process.setgid(Number(user));
process.setuid(Number(user));
Deno.exitCode = await main({ ...denoContext(), args });
`;

/** How a process ended. */
export interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs the program. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: Record<"stdout" | "stderr", string> = {
    stdout: "",
    stderr: "",
  };
  readonly #ended: Promise<Ending>;
  #look: () => void = () => {};

  /** Starts `deno run` with flags, program and arguments; `through` is a command that starts the command after it. */
  constructor(
    args: readonly string[],
    { through = [], ...options }: {
      cwd?: string;
      env?: Record<string, string>;
      through?: readonly string[];
    } = {},
  ) {
    const [command, ...words] = [
      ...through,
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", ...args],
    ];
    this.#child = new Deno.Command(command!, {
      args: words,
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...options,
    }).spawn();
    this.#ended = this.#follow();
  }

  /** Waits until it has told something that matches. */
  async until(regexp: RegExp): Promise<RegExpExecArray> {
    const match = () => regexp.exec(this.#output.stderr);
    let isOver = false;
    this.#ended.then(() => {
      isOver = true;
      this.#look();
    });
    while (!match()) {
      if (isOver) {
        throw new Error(`Ended without ${regexp}: ${this.#output.stderr}`);
      }
      await new Promise<void>((resolve) => this.#look = resolve);
    }
    return match()!;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  ended(): Promise<Ending> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#ended;
  }

  async #follow(): Promise<Ending> {
    const [{ code }] = await Promise.all([
      this.#child.status,
      this.#read("stdout"),
      this.#read("stderr"),
    ]);
    return { status: code, ...this.#output };
  }

  async #read(name: "stdout" | "stderr"): Promise<void> {
    const text = this.#child[name].pipeThrough(new TextDecoderStream());
    for await (const piece of text) {
      this.#output[name] += piece;
      this.#look();
    }
  }
}

/** Runs the program to its end. */
export async function runProgram(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ending> {
  await using program = new Program(args, options);
  return await program.ended();
}

/** The arguments of `Program` that run it as nobody; `null` where the tests have no right to. */
export function asNobody(
  directory: string,
  args: readonly string[],
): string[] | null {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return null;
  const script = `${directory}/nobody.ts`;
  Deno.writeTextFileSync(script, OTHER_USER_SCRIPT);
  return ["--config", `${ROOT}deno.json`, "-A", script, "65534", ...args];
}
