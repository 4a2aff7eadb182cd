/**
 * A link that takes its time, and loses packets as a seed says: two network namespaces, and between them a program that holds
 * every frame back.
 *
 * @module
 */

import { compileC, type CProgram } from "../_c_program.ts";
import { type Link, LinkEnd, type LinkTools, succeed } from "./_lossy_link.ts";

/** The addresses of the two ends. */
const SERVER_ADDRESS = "10.81.69.1";
const CLIENT_ADDRESS = "10.81.69.2";

/** What a link is like. */
export interface SlowLinkOptions {
  /** How long a packet and its answer are on their way, in milliseconds. */
  readonly roundTripMs: number;
  /** How many of 1000 packets are lost, in each direction. */
  readonly lossPerMille: number;
  /** Decides which are lost. */
  readonly seed: number;
}

/** Makes the program that is the wire; `null` where there is no compiler. */
export function compileWire(): Promise<CProgram | null> {
  return compileC(new URL("_slow_wire.c", import.meta.url));
}

/** A link with a delay. */
export class SlowLink implements Link {
  readonly server: LinkEnd;
  readonly client: LinkEnd;
  readonly #wire: Deno.ChildProcess;

  private constructor(
    server: LinkEnd,
    client: LinkEnd,
    wire: Deno.ChildProcess,
  ) {
    this.server = server;
    this.client = client;
    this.#wire = wire;
  }

  /**
   * Makes a link.
   *
   * @param program What `compileWire()` has made.
   */
  static async make(
    tools: LinkTools,
    program: CProgram,
    { roundTripMs, lossPerMille, seed }: SlowLinkOptions,
  ): Promise<SlowLink> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await LinkEnd.make(tools, SERVER_ADDRESS));
    const client = stack.use(await LinkEnd.make(tools, CLIENT_ADDRESS));
    const wire = new Deno.Command(program.path, {
      args: [
        ...[`/proc/${server.pid}/ns/net`, `/proc/${client.pid}/ns/net`],
        ...[Math.round(roundTripMs * 500), lossPerMille, seed].map(String),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const link = new SlowLink(server, client, wire);
    const reader = wire.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (done) throw new Error("Cannot make a slow link: its wire has ended");
    for (const end of [server, client]) {
      const ip = (line: string) => succeed(end.run(tools.ip, line.split(" ")));
      await ip("link set lo up");
      await ip(`address add ${end.hostname}/24 dev lan0`);
      await ip("link set lan0 up");
    }
    stack.move();
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire.stdin.close().catch(() => {});
    await this.#wire.status;
    await this.client[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
