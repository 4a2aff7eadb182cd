import { fromFileUrl } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** `tftpkit serve` as a process of its own, which can be killed and looked at. */
export class ServerProcess implements AsyncDisposable {
  /** Where it listens. */
  readonly port: number;
  /** What it told before it listened. */
  readonly greeting: string;
  /** What went wrong, as its log has it: how often each line came, without numbers. */
  readonly complaints = new Map<string, number>();
  readonly #child: Deno.ChildProcess;
  readonly #isOver: Promise<unknown>;

  private constructor(
    child: Deno.ChildProcess,
    greeting: string,
    port: number,
    log: AsyncIterator<string>,
  ) {
    this.#child = child;
    this.greeting = greeting;
    this.port = port;
    this.#isOver = Promise.all([child.status, this.#follow(log)]);
  }

  /** Starts it for a directory, and waits until it listens. */
  static async start(
    root: string,
    args: readonly string[] = [],
    host = "127.0.0.1",
  ): Promise<ServerProcess> {
    const permissions = [
      "--allow-net",
      `--allow-read=${root}`,
      `--allow-write=${root}`,
    ];
    const serve = ["serve", "--host", host, "--port", "0", ...args, root];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, "cli.ts"]
        .concat(serve),
      cwd: ROOT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = child.stderr.pipeThrough(new TextDecoderStream())
      [Symbol.asyncIterator]();
    let greeting = "";
    for (;;) {
      const { value, done } = await log.next();
      if (done) {
        await child.status;
        throw new Error(`The server has ended at once: ${greeting}`);
      }
      greeting += value;
      const match = /^Serving .* on [^ ]+:(\d+) \(UDP\).*\n/m.exec(greeting);
      if (match) {
        return new ServerProcess(child, greeting, Number(match[1]), log);
      }
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Ends it as a power switch would, and at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It is dead already.
    }
  }

  /** Asks it to end, as Ctrl-C does. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Fulfilled when it is no more. */
  async ended(): Promise<void> {
    await this.#isOver;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended();
  }

  async #follow(log: AsyncIterator<string>): Promise<void> {
    let rest = "";
    for (;;) {
      const { value, done } = await log.next();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const [, complaint] = / (?:WARN|ERROR) +(.*)/.exec(line) ?? [];
        if (complaint !== undefined) this.#note(complaint);
      }
    }
  }

  #note(complaint: string): void {
    const kind = complaint.replace(/\d+/g, "N");
    this.complaints.set(kind, (this.complaints.get(kind) ?? 0) + 1);
  }
}
