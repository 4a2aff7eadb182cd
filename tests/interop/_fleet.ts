/**
 * A fleet: a client, a balancer of nft, two of our servers behind it, and the origin that they share, each server in a network
 * namespace of its own. Linux only, and only for root with the right to make namespaces.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { LinkEnd, type LinkTools } from "./_lossy_link.ts";
import { type Outcome, runProgram, stop } from "./_peers.ts";

/** Where clients find the fleet. */
export const FLEET_ADDRESS = "10.80.69.1";
const CLIENT_ADDRESS = "10.80.69.2";
const ORIGIN_PORT = 8069;

/** A program that says lines. */
class Member implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();

  constructor(end: LinkEnd, args: readonly string[]) {
    const path = (name: string) => fromFileUrl(new URL(name, import.meta.url));
    const command = end.command(Deno.execPath(), [
      ...["run", "-A", "-q", "--no-check", "--config", path("../../deno.json")],
      path("_fleet_member.ts"),
      ...args,
    ]);
    this.#process = new Deno.Command(command.path, {
      args: [...command.args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  /** Settled when it is ready; fails when it ends instead. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#process, this.#reading);
  }

  async #read(): Promise<void> {
    let text = "";
    const decoded = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of decoded) {
      const lines = (text + part).split("\n");
      text = lines.pop()!;
      this.lines.push(...lines);
      if (lines.includes("ready")) this.#ready.resolve();
    }
    this.#ready.reject(new Error("Cannot start a member of the fleet"));
    this.#ready.promise.catch(() => {});
  }
}

/** The whole fleet. */
export class Fleet implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #tools: LinkTools;
  #client!: LinkEnd;
  #balancer!: LinkEnd;
  readonly #servers: Member[] = [];

  private constructor(tools: LinkTools) {
    this.#tools = tools;
  }

  /** Makes it. */
  static async make(tools: LinkTools, directory: string): Promise<Fleet> {
    const fleet = new Fleet(tools);
    try {
      await fleet.#makeNetwork();
      await fleet.#start(directory);
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Downloads that each server has finished. */
  get counts(): number[] {
    return this.#servers.map(({ lines }) => lines.length - 1);
  }

  /** Runs a program where the client is. */
  run(path: string, args: readonly string[]): Promise<Outcome> {
    return this.#client.run(path, args);
  }

  /** Spreads requests over some of the servers. */
  async balance(indexes: readonly number[]): Promise<void> {
    const rules = balancingRules(indexes.map(serverAddress));
    await succeed(this.#balancer.run(this.#tools.nft, [rules]));
  }

  /** Ends a server without a word. */
  async kill(index: number): Promise<void> {
    await this.#servers[index]![Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #makeNetwork(): Promise<void> {
    const make = async (hostname: string) =>
      this.#stack.use(await LinkEnd.make(this.#tools, hostname));
    this.#balancer = await make(FLEET_ADDRESS);
    this.#client = await make(CLIENT_ADDRESS);
    await this.#join(this.#client, FLEET_ADDRESS, "client");
    await succeed(
      this.#balancer.run("/bin/sh", [
        "-c",
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
      ]),
    );
    await this.balance([0, 1]);
  }

  async #start(directory: string): Promise<void> {
    const start = (end: LinkEnd, ...args: string[]) =>
      this.#stack.use(new Member(end, args));
    const origin = start(
      this.#balancer,
      "origin",
      String(ORIGIN_PORT),
      directory,
    );
    for (const index of [0, 1]) {
      const address = serverAddress(index);
      const end = this.#stack.use(await LinkEnd.make(this.#tools, address));
      const gateway = address.replace(/\d+$/, "1");
      await this.#join(end, gateway, `server${index}`);
      const url = `http://${gateway}:${ORIGIN_PORT}/`;
      this.#servers.push(start(end, "server", address, url));
    }
    await Promise.all([origin, ...this.#servers].map(({ ready }) => ready));
  }

  /** Joins an end with the balancer, which is its way to everything else. */
  async #join(end: LinkEnd, gateway: string, name: string): Promise<void> {
    const { ip } = this.#tools;
    const [here, there] = [String(this.#balancer.pid), String(end.pid)];
    await succeed(runProgram(ip, [
      ...["link", "add", name, "netns", here, "type", "veth"],
      ...["peer", "name", "lan0", "netns", there],
    ]));
    const run = (on: LinkEnd, line: string) =>
      succeed(on.run(ip, line.split(" ")));
    await run(this.#balancer, `address add ${gateway}/24 dev ${name}`);
    await run(this.#balancer, `link set ${name} up`);
    await run(end, "link set lo up");
    await run(end, `address add ${end.hostname}/24 dev lan0`);
    await run(end, "link set lan0 up");
    await run(end, `route add default via ${gateway}`);
  }
}

/** A client keeps its server as long as the kernel remembers it: nearly every request comes from a port of its own. */
function balancingRules(servers: readonly string[]): string {
  const places = servers.map((server, place) => `${place} : ${server}`);
  return `table ip fleet { }
    delete table ip fleet
    table ip fleet {
      chain arriving {
        type nat hook prerouting priority dstnat; policy accept;
        ip daddr ${FLEET_ADDRESS} udp dport 69 \
          dnat to jhash ip saddr . udp sport mod ${servers.length} \
          map { ${places.join(", ")} }
      }
    }`;
}

function serverAddress(index: number): string {
  return `10.80.${71 + index}.2`;
}

async function succeed(run: Promise<Outcome>): Promise<void> {
  const { code, text } = await run;
  if (code !== 0) throw new Error(`Cannot make a fleet: ${text}`);
}

/** Whether the kernel can balance, which takes more than making a link does. */
export async function canBalance(tools: LinkTools): Promise<boolean> {
  await using end = await LinkEnd.make(tools, FLEET_ADDRESS);
  const { code } = await end.run(tools.nft, [
    balancingRules(["192.0.2.1", "192.0.2.2"]),
  ]);
  return code === 0;
}
