/**
 * A link that loses packets: two network namespaces, a veth pair between them, and in each a rule of nft that drops some
 * of the UDP that arrives. Linux only, and only for root with the right to make namespaces.
 *
 * A namespace has no name here. It belongs to a process that waits for the end of its standard input, so it goes when it is
 * disposed of, and also when the tests are killed; the veth pair and the rules go with it.
 *
 * @module
 */

import { findProgram, type Outcome, runProgram } from "./_peers.ts";

/** What it takes to make a link. */
export interface LinkTools {
  readonly unshare: string;
  readonly nsenter: string;
  readonly ip: string;
  readonly nft: string;
}

/** The addresses of the two ends. */
const SERVER_ADDRESS = "10.80.69.1";
const CLIENT_ADDRESS = "10.80.69.2";

/**
 * Says a line when the namespace is there, waits for the end of its input, and ends whatever is left in the namespace: servers,
 * and children of theirs that wait for clients that are gone.
 */
const KEEPER = `
trap "" INT
echo
cat
here=$(readlink /proc/$$/ns/net)
for process in /proc/[0-9]*; do
  [ "$process" = "/proc/$$" ] && continue
  [ "$(readlink "$process/ns/net")" = "$here" ] && kill -9 "\${process#/proc/}"
done
`;

/** One end of a link, with the loopback and the interface of its own namespace. */
export class LinkEnd implements AsyncDisposable {
  /** Its address on the link. */
  readonly hostname: string;

  readonly #tools: LinkTools;
  /** Keeps the namespace. */
  readonly #keeper: Deno.ChildProcess;

  private constructor(
    tools: LinkTools,
    hostname: string,
    keeper: Deno.ChildProcess,
  ) {
    this.hostname = hostname;
    this.#tools = tools;
    this.#keeper = keeper;
  }

  /** Makes a namespace. */
  static async make(tools: LinkTools, hostname: string): Promise<LinkEnd> {
    const keeper = new Deno.Command(tools.unshare, {
      args: ["--net", "sh", "-c", KEEPER],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const end = new LinkEnd(tools, hostname, keeper);
    // As soon as its shell says something, the namespace is there.
    const reader = keeper.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (!done) return end;
    await end[Symbol.asyncDispose]();
    throw new Error("Cannot make a network namespace");
  }

  /** The process ID that names the namespace. */
  get pid(): number {
    return this.#keeper.pid;
  }

  /** What to start in order to start a program here: its process ID is that of the program. */
  command(
    path: string,
    args: readonly string[],
  ): { readonly path: string; readonly args: readonly string[] } {
    return {
      path: this.#tools.nsenter,
      args: [`--net=/proc/${this.pid}/ns/net`, path, ...args],
    };
  }

  /** Runs a program here to its end, or until it has had its time. */
  run(
    path: string,
    args: readonly string[],
    limitMs?: number,
  ): Promise<Outcome> {
    const command = this.command(path, args);
    return runProgram(command.path, command.args, undefined, limitMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.stdin.close().catch(() => {});
    await this.#keeper.status;
  }
}

/** Two ends that reach each other. */
export interface Link extends AsyncDisposable {
  readonly server: LinkEnd;
  readonly client: LinkEnd;
}

/** A link whose both ends drop UDP at random as it arrives. */
export class LossyLink implements Link {
  readonly server: LinkEnd;
  readonly client: LinkEnd;

  private constructor(server: LinkEnd, client: LinkEnd) {
    this.server = server;
    this.client = client;
  }

  /**
   * Makes a link.
   *
   * @param lossPerMille How many packets of 1000 each end drops.
   */
  static async make(
    tools: LinkTools,
    lossPerMille: number,
  ): Promise<LossyLink> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await LinkEnd.make(tools, SERVER_ADDRESS));
    const client = stack.use(await LinkEnd.make(tools, CLIENT_ADDRESS));
    await succeed(runProgram(tools.ip, [
      ...["link", "add", "lan0", "netns", String(server.pid), "type", "veth"],
      ...["peer", "name", "lan0", "netns", String(client.pid)],
    ]));
    for (const end of [server, client]) {
      const ip = (line: string) => succeed(end.run(tools.ip, line.split(" ")));
      await ip("link set lo up");
      await ip(`address add ${end.hostname}/24 dev lan0`);
      await ip("link set lan0 up");
      await succeed(end.run(tools.nft, [rules(lossPerMille)]));
    }
    stack.move();
    return new LossyLink(server, client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

function rules(lossPerMille: number): string {
  return `table inet wire {
    chain arriving {
      type filter hook input priority 0; policy accept;
      meta l4proto udp numgen random mod 1000 < ${lossPerMille} counter drop;
    }
  }`;
}

/** Waits for a program that must end well. */
export async function succeed(run: Promise<Outcome>): Promise<void> {
  const { code, text } = await run;
  if (code !== 0) throw new Error(`Cannot make a link: ${text}`);
}

/** What it takes to make a link, if one can be made here; otherwise `null`. */
export async function findLinkTools(): Promise<LinkTools | null> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return null;
  const [unshare, nsenter, ip, nft] = ["unshare", "nsenter", "ip", "nft"].map(
    (name) => findProgram(name),
  );
  if (!unshare || !nsenter || !ip || !nft) return null;
  const tools = { unshare, nsenter, ip, nft };
  try {
    await using _link = await LossyLink.make(tools, 1);
    return tools;
  } catch {
    return null;
  }
}
