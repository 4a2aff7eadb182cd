/**
 * Servers at one end of a lossy link, clients at the other: ours, and those of other projects.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import type { PeerClient } from "./_clients.ts";
import { digest, TempDir } from "./_files.ts";
import { type Answer, lines, type Order } from "./_lossy_client.ts";
import {
  type Link,
  type LinkEnd,
  type LinkTools,
  LossyLink,
} from "./_lossy_link.ts";
import { type Outcome, stop } from "./_peers.ts";
import { ATFTPD, DNSMASQ, IN_TFTPD, type ServerProgram } from "./_servers.ts";

/** The servers, with the port of each. */
const PORTS = {
  "our server": 6969,
  "our server, --refuse timeout": 6970,
  "in.tftpd": 6971,
  "atftpd": 6972,
  "dnsmasq": 69,
} as const;

/** A server by its name. */
export type ServerName = keyof typeof PORTS;

const PROGRAMS: Readonly<Partial<Record<ServerName, ServerProgram>>> = {
  "in.tftpd": IN_TFTPD,
  "atftpd": ATFTPD,
  "dnsmasq": DNSMASQ,
};

/** A client, a server, and what the client asks for. */
export interface Pair {
  /** A client of another project; `null` for ours. */
  readonly client: PeerClient | null;
  readonly server: ServerName;
  readonly blksize: number;
  readonly windowsize: number;
  /** Whether curl asks for no options. */
  readonly isPlain?: boolean;
}

/** One file to transfer. */
export interface Transfer extends Pair {
  readonly action: "get" | "put";
  readonly sizeBytes: number;
  readonly limitMs: number;
}

/** What became of a transfer. */
export interface TransferResult {
  readonly durationMs: number;
  /** What went wrong; `null` when the client is content, and the copy is equal to the original. */
  readonly failure: string | null;
  /** Whether the copy is equal, whatever the client says. */
  readonly isEqual: boolean;
  /** Whether it was stopped, as its time was over. */
  readonly isTooLong: boolean;
}

/** What a pair needs that is not here; `null` when nothing is missing. */
export function missingFor({ server, client }: Pair): string | null {
  const program = PROGRAMS[server];
  if (program && program.path === null) return program.name;
  return client && client.path === null ? client.name : null;
}

const OUR_PROGRAM = [
  ...["run", "--quiet", "--allow-all", "--config"],
  fromFileUrl(new URL("../../deno.json", import.meta.url)),
];

function pathOf(program: string): string {
  return fromFileUrl(new URL(program, import.meta.url));
}

/** A server may write the end of a file after it has acknowledged it: this long. */
const MAX_WRITE_MS = 1000;

/** A link with everything that talks over it. */
export class LossyWire implements AsyncDisposable {
  /** The link. */
  readonly link: Link;
  readonly #stack: AsyncDisposableStack;
  /** What servers serve, and take. */
  readonly #root: TempDir;
  /** What clients get, and send. */
  readonly #local: TempDir;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #awaited = new Map<number, (answer: Answer) => void>();
  #count = 0;

  private constructor(link: Link, stack: AsyncDisposableStack) {
    this.link = link;
    this.#stack = stack;
    this.#root = stack.use(new TempDir());
    this.#local = stack.use(new TempDir());
    const client = start(link.client, Deno.execPath(), [
      ...OUR_PROGRAM,
      pathOf("_lossy_client.ts"),
    ], "piped");
    this.#orders = client.stdin.getWriter();
    const heard = this.#hear(client.stdout);
    stack.defer(async () => {
      await this.#orders.close();
      await client.status;
      await heard;
    });
  }

  /**
   * Makes a link, and starts all servers that are here.
   *
   * @param lossPerMille How many packets of 1000 each end drops.
   */
  static async make(
    tools: LinkTools,
    lossPerMille: number,
  ): Promise<LossyWire> {
    return await LossyWire.over(await LossyLink.make(tools, lossPerMille));
  }

  /**
   * Starts all servers that are here at one end of a link.
   *
   * @param link Goes away with the wire.
   */
  static async over(link: Link): Promise<LossyWire> {
    const stack = new AsyncDisposableStack();
    const wire = new LossyWire(stack.use(link), stack);
    try {
      await wire.#startServers();
      return wire;
    } catch (error) {
      await wire[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Transfers a file, and compares the copy. */
  async transfer(transfer: Transfer): Promise<TransferResult> {
    const { server, client, sizeBytes, action, limitMs } = transfer;
    const copy = String(++this.#count);
    const original = `original-${sizeBytes}`;
    const [from, to] = action === "get"
      ? [this.#root, this.#local]
      : [this.#local, this.#root];
    const wanted = digest(provide(from, original, sizeBytes));
    const names = action === "get"
      ? { remote: original, local: to.at(copy) }
      : { remote: copy, local: from.at(original) };
    const { durationMs, isContent, text } = client
      ? await this.#transferByPeer(client, transfer, names)
      : await this.#order({
        action,
        ...names,
        port: PORTS[server],
        options: {
          blksize: transfer.blksize,
          windowsize: transfer.windowsize,
        },
        limitMs,
      });
    const isEqual = await becomesEqual(to.at(copy), wanted);
    return {
      durationMs,
      failure: isEqual && isContent
        ? null
        : `${isEqual ? "" : "the copy is not equal; "}${text}`,
      isEqual,
      isTooLong: durationMs >= limitMs,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #startServers(): Promise<void> {
    const { server } = this.link;
    const root = this.#root.path;
    for (const [name, port] of Object.entries(PORTS)) {
      const program = PROGRAMS[name as ServerName];
      if (program?.path === null) continue;
      const [path, args] = program
        ? [program.path, program.args(server.hostname, port, root)]
        : [Deno.execPath(), [
          ...OUR_PROGRAM,
          ...[pathOf("../../cli.ts"), "serve", "--overwrite", "--quiet"],
          ...["--host", server.hostname, "--port", String(port)],
          ...name.includes("timeout") ? ["--refuse", "timeout"] : [],
          root,
        ]];
      const process = start(server, path, args, "null");
      this.#stack.defer(() => stop(process, process.stdout.cancel()));
    }
    await Promise.all(
      Object.entries(PORTS).map(async ([name, port]) => {
        if (PROGRAMS[name as ServerName]?.path === null) return;
        const { isContent, text } = await this.#order({
          ...{ action: "probe", port, options: {}, remote: "", local: "" },
          limitMs: 0,
        });
        if (!isContent) throw new Error(`Cannot start ${name}: ${text}`);
      }),
    );
  }

  async #transferByPeer(
    client: PeerClient,
    transfer: Transfer,
    names: { readonly remote: string; readonly local: string },
  ): Promise<Omit<Answer, "id">> {
    const { server, action, limitMs, blksize, windowsize, isPlain } = transfer;
    let durationMs = 0;
    const run = async (
      path: string,
      args: readonly string[],
    ): Promise<Outcome> => {
      const startedAt = performance.now();
      const outcome = await this.link.client.run(path, args, limitMs);
      durationMs = performance.now() - startedAt;
      return outcome;
    };
    const { code, text } = await client[action](client.path!, {
      ...names,
      hostname: this.link.server.hostname,
      port: PORTS[server],
      run,
      isPlain: isPlain ?? false,
      // What holds without asking is not asked for.
      ...blksize === 512 ? {} : { blksize },
      ...windowsize === 1 ? {} : { windowsize },
    });
    return {
      durationMs,
      isContent: code === 0,
      text: `code ${code}, ${text.trim()}`,
    };
  }

  #order(order: Omit<Order, "id" | "hostname">): Promise<Answer> {
    const id = ++this.#count;
    const { hostname } = this.link.server;
    const line = JSON.stringify({ id, hostname, ...order }) + "\n";
    this.#orders.write(new TextEncoder().encode(line)).catch(() => {});
    return new Promise((resolve) => this.#awaited.set(id, resolve));
  }

  async #hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const line of lines(stream)) {
      const answer: Answer = JSON.parse(line);
      this.#awaited.get(answer.id)?.(answer);
      this.#awaited.delete(answer.id);
    }
    for (const [id, resolve] of this.#awaited) {
      resolve({
        ...{ id, durationMs: 0, isContent: false },
        text: "our client has ended",
      });
    }
  }
}

function start(
  end: LinkEnd,
  path: string,
  args: readonly string[],
  stdin: "piped" | "null",
): Deno.ChildProcess {
  const command = end.command(path, args);
  return new Deno.Command(command.path, {
    args: [...command.args],
    env: { LC_ALL: "C", NO_COLOR: "1" },
    stdin,
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Makes a file, unless it is there. */
function provide(folder: TempDir, name: string, sizeBytes: number): string {
  try {
    Deno.statSync(folder.at(name));
    return folder.at(name);
  } catch {
    return folder.make(name, sizeBytes);
  }
}

async function becomesEqual(path: string, wanted: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= MAX_WRITE_MS; waitedMs += 50) {
    try {
      if (digest(path) === wanted) return true;
    } catch {
      // It is not there.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
