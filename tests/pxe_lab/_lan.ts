/**
 * A local network of its own for a virtual machine and the servers it boots from: a switch and each host are network
 * namespaces, which go when they are disposed of, and when the tests are killed. Nothing leads out of it.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import {
  findNetworkTools,
  LinkEnd,
  type LinkTools,
} from "../interop/_lossy_link.ts";
import type { Outcome } from "../interop/_peers.ts";
import { LabProcess } from "./_process.ts";

/** The network: hosts have addresses in it, and no route to anywhere else. */
export const LAN = "10.99.0.0/24";

const BRIDGE = "br0";
const SERVER_START_MS = 15_000;

/** A host of the network. */
export type Host = LinkEnd;

/** A network of its own. */
export class Lan implements AsyncDisposable {
  readonly #tools: LinkTools;
  readonly #switch: LinkEnd;
  readonly #stack: AsyncDisposableStack;
  #ports = 0;

  private constructor(
    tools: LinkTools,
    center: LinkEnd,
    stack: AsyncDisposableStack,
  ) {
    this.#tools = tools;
    this.#switch = center;
    this.#stack = stack;
  }

  /** Makes a network without hosts. */
  static async make(tools: LinkTools): Promise<Lan> {
    await using stack = new AsyncDisposableStack();
    const center = stack.use(await LinkEnd.make(tools, ""));
    const lan = new Lan(tools, center, stack.move());
    try {
      await lan.#ip(`link add ${BRIDGE} type bridge forward_delay 0`);
      await lan.#ip(`link set ${BRIDGE} up`);
      await lan.#ip(`link set lo up`);
      return lan;
    } catch (error) {
      await lan[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Adds a host with an address, or with none yet. */
  async addHost(address: string | null): Promise<Host> {
    const host = this.#stack.use(
      await LinkEnd.make(this.#tools, address ?? ""),
    );
    await this.ip(host, "link set lo up");
    await this.attach(host, "lan0", address);
    return host;
  }

  /** Gives a host, which can be one of another network, an interface in this one. */
  async attach(
    host: Host,
    name: string,
    address: string | null,
  ): Promise<void> {
    const port = `port${++this.#ports}`;
    await this.#ip(
      `link add ${port} type veth peer name ${name} netns ${host.pid}`,
    );
    await this.#ip(`link set ${port} master ${BRIDGE} up`);
    if (address !== null) {
      await this.ip(host, `address add ${address}/24 brd + dev ${name}`);
    }
    await this.ip(host, `link set ${name} up`);
  }

  /** Runs `ip` on a host. */
  async ip(host: Host, line: string): Promise<void> {
    await succeed(host.run(this.#tools.ip, words(line)));
  }

  /** Adds a socket for a virtual machine: the name of a TAP interface. */
  async addTap(): Promise<string> {
    const name = `tap${++this.#ports}`;
    await this.#ip(`tuntap add dev ${name} mode tap`);
    await this.#ip(`link set ${name} master ${BRIDGE} up`);
    return name;
  }

  /** Has the switch lose packets at random, in both directions; 0 for none. */
  async lose(perMille: number): Promise<void> {
    const run = (text: string) =>
      succeed(this.#switch.run(this.#tools.nft, [text]));
    await run("add table bridge lab; delete table bridge lab");
    if (perMille === 0) return;
    await run(`table bridge lab {
      chain lossy {
        type filter hook forward priority 0; policy accept;
        numgen random mod 1000 < ${perMille} drop;
      }
    }`);
  }

  /** Answers iPXE's question for an IPv6 router, for which it waits otherwise. */
  async addRouter(): Promise<void> {
    const path = fromFileUrl(new URL("_router.ts", import.meta.url));
    const router = await this.startIn(
      this.#switch,
      Deno.execPath(),
      ["run", "--quiet", "--allow-all", "--no-config", path, BRIDGE],
    );
    this.#stack.use(router);
  }

  /** Starts a program where machines are plugged in. */
  startAtSwitch(path: string, args: readonly string[]): LabProcess {
    const command = this.#switch.command(path, args);
    return new LabProcess(command.path, command.args);
  }

  /** Starts a program on a host, and waits for the line that says that it is ready, if it is known. */
  async startIn(
    host: Host,
    path: string,
    args: readonly string[],
    ready?: RegExp,
  ): Promise<LabProcess> {
    const command = host.command(path, args);
    const process = new LabProcess(command.path, command.args);
    if (!ready) return process;
    try {
      if (await process.until(ready, SERVER_START_MS)) return process;
    } catch {
      // It is not ready in time.
    }
    await process[Symbol.asyncDispose]();
    throw new Error(`Cannot start ${path}: ${process.text}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #ip(line: string): Promise<void> {
    await succeed(this.#switch.run(this.#tools.ip, words(line)));
  }
}

function words(line: string): string[] {
  return line.split(" ");
}

async function succeed(run: Promise<Outcome>): Promise<void> {
  const { code, text } = await run;
  if (code !== 0) throw new Error(`Cannot make a network: ${text}`);
}

/** What it takes to make a network, if one can be made here. */
export async function findLanTools(): Promise<LinkTools | null> {
  const tools = findNetworkTools();
  if (!tools) return null;
  try {
    await using lan = await Lan.make(tools);
    await lan.addTap();
    await lan.lose(1);
    return tools;
  } catch {
    return null;
  }
}
