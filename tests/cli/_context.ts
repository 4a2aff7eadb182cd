import { type Clock, systemClock } from "../../net/mod.ts";
import type { CliContext, Output } from "../../cli/context.ts";
import { main } from "../../cli/main.ts";
import type { Terminal } from "../../cli/terminal.ts";

/** An output that keeps what is written, and can be waited for. */
export class FakeOutput implements Output {
  readonly isTerminal: boolean;
  columns = 80;
  rows = 24;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  /** All that was written, as text. */
  get text(): string {
    const decoder = new TextDecoder();
    return this.#pieces.map((piece) => decoder.decode(piece, { stream: true }))
      .join("");
  }

  /** The lines of it. */
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  /** All that was written. */
  async bytes(): Promise<Uint8Array> {
    return await new Blob(this.#pieces).bytes();
  }

  write(data: string | Uint8Array): void {
    this.#pieces.push(
      typeof data === "string"
        ? new TextEncoder().encode(data)
        : Uint8Array.from(data),
    );
    for (const look of this.#waiting) look();
  }

  /** Waits until something that matches was written. */
  async until(regexp: RegExp): Promise<RegExpExecArray> {
    const match = () => regexp.exec(this.text);
    if (match()) return match()!;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (match()) resolve();
    };
    this.#waiting.add(look);
    await promise;
    this.#waiting.delete(look);
    return match()!;
  }
}

/** A process that is none: what the program does to it can be looked at. */
export class FakeContext implements CliContext {
  readonly args: readonly string[];
  readonly stdout = new FakeOutput();
  /** The environment. */
  readonly variables = new Map<string, string>();
  readonly stderr: FakeOutput;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly noColor: boolean;
  readonly programName = "tftpkit";
  readonly #terminal: Terminal | null;
  readonly clock: Clock;
  /** What was asked for so far. */
  readonly asked: Deno.PermissionDescriptor[] = [];
  /** The status that the process was ended with at once, if it was. */
  exitStatus: number | null = null;
  readonly #isGranted: (descriptor: Deno.PermissionDescriptor) => boolean;
  readonly #handlers = new Set<() => void>();

  readonly #reloaders = new Set<() => void>();

  constructor(args: readonly string[], options: FakeContextOptions = {}) {
    const { stdin = [], isGranted = () => true } = options;
    this.args = args;
    this.stdin = ReadableStream.from(stdin);
    this.stderr = new FakeOutput(options.isTerminal);
    this.#terminal = options.terminal ?? null;
    this.clock = options.clock ?? systemClock;
    this.noColor = options.noColor ?? false;
    this.#isGranted = isGranted;
  }

  /** Whether anybody would hear Ctrl-C, or SIGHUP. */
  get isListening(): boolean {
    return this.#handlers.size + this.#reloaders.size > 0;
  }

  readonly openTerminal = () => this.#terminal;
  /** A moment in 2026, and on from there. */
  time(): number {
    return Date.UTC(2026, 0, 2, 3, 4, 5) + this.clock.now();
  }

  readonly env = (name: string) => this.variables.get(name);

  isGranted(descriptor: Deno.PermissionDescriptor): Promise<boolean> {
    this.asked.push(descriptor);
    return Promise.resolve(this.#isGranted(descriptor));
  }

  /** Interfaces that the machine has. */
  interfaces: readonly Deno.NetworkInterfaceInfo[] = [];

  networkInterfaces(): readonly Deno.NetworkInterfaceInfo[] {
    return this.interfaces;
  }

  onTerminate(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  onReload(handler: () => void): () => void {
    this.#reloaders.add(handler);
    return () => this.#reloaders.delete(handler);
  }

  exit(status: number): void {
    this.exitStatus = status;
  }

  /** SIGHUP. */
  reload(): void {
    for (const handler of this.#reloaders) handler();
  }

  /** Ctrl-C. */
  terminate(): void {
    for (const handler of this.#handlers) handler();
  }
}

/** What can be different about a process. */
export interface FakeContextOptions {
  readonly stdin?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  readonly isTerminal?: boolean;
  /** The terminal that somebody types into. */
  readonly terminal?: Terminal;
  readonly noColor?: boolean;
  readonly clock?: Clock;
  readonly isGranted?: (descriptor: Deno.PermissionDescriptor) => boolean;
}

/** How a run of the program ended. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
export async function run(
  args: readonly string[],
  options: FakeContextOptions = {},
): Promise<Outcome> {
  const context = new FakeContext(args, options);
  const status = await main(context);
  return { status, stdout: context.stdout.text, stderr: context.stderr.text };
}
