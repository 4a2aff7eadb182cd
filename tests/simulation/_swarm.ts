/**
 * One run of the swarm: the server and the clients that a plan names, on a simulated network. First with faults, and all
 * that must never happen is looked for at every step; then without, and everything must come to its end in bounded time
 * and leave nothing behind.
 *
 * @module
 */

import { serve, type ServerEvent, type TftpServer } from "../../mod.ts";
import {
  type Fate,
  type Flight,
  type LinkOptions,
  seededRandom,
  Simulation,
} from "../../simulator/mod.ts";
import { type Complain, PlannedError } from "./_bodies.ts";
import { describe, SwarmClient } from "./_client.ts";
import { type ClientPlan, drawPlan, type Plan, PROBES } from "./_plan.ts";
import { forge, STRANGER } from "./_stranger.ts";
import { SERVER, Wire } from "./_wire.ts";

/** How a run went. */
export interface Report {
  readonly plan: Plan;
  /** What must not be, in the order in which it was seen; should be empty. */
  readonly violations: readonly string[];
  readonly transcript: readonly string[];
  /** A number that depends on every datagram. */
  readonly digest: number;
  readonly datagrams: number;
  readonly virtualMs: number;
  readonly transfers: number;
  /** How the transfers ended, in words. */
  readonly outcomes: readonly string[];
}

/** Options of {@linkcode runSwarm}. */
export interface RunOptions {
  /** Whether to write the transcript, which takes time. */
  readonly hasTranscript?: boolean;
}

/** A cable without faults. */
const CALM: LinkOptions = { delayMs: 0.2 };

/** Runs what a seed says. */
export async function runSwarm(
  seed: number,
  options: RunOptions = {},
): Promise<Report> {
  return await new Swarm(drawPlan(seed), options).run();
}

class Swarm {
  readonly #plan: Plan;
  readonly #simulation: Simulation;
  readonly #clients: SwarmClient[] = [];
  readonly #byHost = new Map<string, SwarmClient>();
  readonly #byName = new Map<string, SwarmClient>();
  readonly #violations: string[] = [];
  readonly #wire: Wire;
  readonly #open = new Set<object>();
  readonly #requests = new Map<number, string>();
  readonly #cancellations: (() => void)[] = [];
  #server!: TftpServer;
  #isCalm = false;

  constructor(plan: Plan, { hasTranscript = false }: RunOptions) {
    this.#plan = plan;
    this.#wire = new Wire(
      (host) => this.#byHost.get(host)?.expected,
      this.#complain,
    );
    this.#simulation = new Simulation({
      seed: plan.seed,
      hasTranscript,
      link: (from, to) => this.#linkBetween(from, to),
      fate: (flight) => this.#fateOf(flight),
      onDatagram: (flight, note) => this.#wire.see(flight, note),
      receiveBufferBytes: plan.receiveBufferBytes,
      receiveMs: plan.receiveMs,
    });
    for (const client of plan.clients) this.#add(client);
  }

  async run(): Promise<Report> {
    this.#serve();
    this.#scheduleFaults();
    const simulation = this.#simulation;
    try {
      await simulation.run(
        () => Promise.all(this.#clients.map((client) => client.run())),
        this.#plan.calmMs + this.#patienceMs(),
      );
      this.#calmDown();
      if (this.#isServing) await this.#probe();
      await simulation.run(() => this.#server.shutdown(), 30_000);
      await simulation.run(() => this.#server.finished, 1000);
    } catch (error) {
      this.#complain(`A run does not end: ${describe(error)}`);
    }
    for (const cancel of this.#cancellations) cancel();
    await simulation.advance(120_000);
    this.#checkEnd();
    return {
      plan: this.#plan,
      violations: this.#violations,
      transcript: simulation.transcript,
      digest: this.#wire.digest,
      datagrams: simulation.datagramCount,
      virtualMs: simulation.now,
      transfers: this.#clients.length,
      outcomes: this.#clients.map((client) => client.outcome),
    };
  }

  readonly #complain: Complain = (what) => {
    if (this.#violations.length < 20) this.#violations.push(what);
  };

  /** Whether the server still takes requests. */
  get #isServing(): boolean {
    const { shutdownMs, crashMs } = this.#plan.server;
    const now = this.#simulation.now;
    return (shutdownMs === null || shutdownMs > now) &&
      (crashMs === null || crashMs > now);
  }

  #serve(): void {
    const { server } = this.#plan;
    const { hasPortRange, shutdownMs: _, crashMs: __, ...options } = server;
    this.#server = serve({
      ...this.#simulation.host(SERVER),
      ...options,
      hostname: SERVER,
      ...(hasPortRange && !server.singlePort
        ? { portRange: { first: 2000, last: 2063 } }
        : {}),
      onEvent: (event) => this.#noteEvent(event),
      onError: (error) => {
        if (!(error instanceof PlannedError)) {
          this.#complain(`The server has a fault: ${describe(error)}`);
        }
      },
    }, (request) => this.#byName.get(request.filename)?.handle(request));
  }

  /** What the server tells must be true, and each request must end once. */
  #noteEvent(event: ServerEvent): void {
    if (!("request" in event)) return;
    const { type, request } = event;
    const client = this.#byName.get(request.filename);
    const { id, remote } = request;
    switch (type) {
      case "request":
        this.#requests.set(id, "");
        break;
      case "negotiated":
        this.#wire.noteNegotiated(remote, event.settings);
        break;
      case "retransmission":
        if (client) client.retransmissions++;
        break;
      case "finished":
      case "probed":
      case "failed":
      case "refused":
      case "dropped": {
        const before = this.#requests.get(id);
        if (before !== "") this.#complain(`${id} is ${type} and ${before}`);
        this.#requests.set(id, type);
        if (type === "finished") client?.checkFinished(event.transfer);
      }
    }
  }

  #scheduleFaults(): void {
    const { server, clients, strangersMs, calmMs } = this.#plan;
    if (server.shutdownMs !== null) {
      this.#at(server.shutdownMs, () => this.#server.shutdown());
    }
    if (server.crashMs !== null) {
      this.#at(server.crashMs, () => this.#simulation.crash(SERVER));
    }
    clients.forEach(({ crashMs, blackout }, index) => {
      const { host } = this.#clients[index]!;
      if (crashMs !== null) {
        this.#at(crashMs, () => this.#simulation.crash(host));
      }
      if (blackout) {
        this.#at(blackout.fromMs, () => this.#relink());
        this.#at(blackout.toMs, () => this.#relink());
      }
    });
    const random = seededRandom(this.#plan.seed + 1);
    const { ports, quietPorts } = this.#wire;
    for (const atMs of strangersMs) {
      this.#at(atMs, () => {
        this.#wire.isForged = true;
        forge(random, this.#simulation, ports, quietPorts);
        this.#wire.isForged = false;
      });
    }
    this.#at(calmMs, () => this.#calmDown());
  }

  #at(ms: number, run: () => void): void {
    const { clock } = this.#simulation.host("192.0.2.250");
    this.#cancellations.push(clock.schedule(ms, run));
  }

  #calmDown(): void {
    this.#isCalm = true;
    this.#relink();
  }

  #relink(): void {
    this.#simulation.relink((from, to) => this.#linkBetween(from, to));
  }

  #fateOf({ from, to, bytes }: Flight): ReturnType<Fate> {
    if (this.#isCalm) return;
    const client = this.#byHost.get(from.hostname) ??
      this.#byHost.get(to.hostname);
    if (!client || from.hostname === STRANGER || to.hostname === STRANGER) {
      return;
    }
    const address = client.host === from.hostname ? from : to;
    return client.mishaps.fateOf(bytes, this.#wire.lastBlockOf(address));
  }

  #linkBetween(from: string, to: string): LinkOptions {
    const client = this.#byHost.get(from) ?? this.#byHost.get(to);
    const isStrange = from === STRANGER || to === STRANGER;
    if (this.#isCalm || !client || isStrange) return CALM;
    const { blackout, link } = client.plan;
    const { now } = this.#simulation;
    return blackout && now >= blackout.fromMs && now < blackout.toMs
      ? { lossProbability: 1 }
      : link;
  }

  /** How long everything may take once all faults are over, in milliseconds. */
  #patienceMs(): number {
    return 600_000 + Math.max(...this.#clients.map(({ pausesMs }) => pausesMs));
  }

  /** Whatever has happened, the server must be as good as new. */
  async #probe(): Promise<void> {
    for (const plan of PROBES) {
      const client = this.#add(plan);
      await this.#simulation.run(() => client.run(), 60_000);
    }
  }

  #add(plan: ClientPlan): SwarmClient {
    const client = new SwarmClient(this.#clients.length, plan, {
      plan: this.#plan,
      simulation: this.#simulation,
      open: this.#open,
      complain: this.#complain,
    });
    this.#clients.push(client);
    this.#byHost.set(client.host, client);
    this.#byName.set(client.name, client);
    return client;
  }

  #checkEnd(): void {
    const { openSocketCount, pendingEventCount } = this.#simulation;
    if (openSocketCount > 0) this.#complain(`${openSocketCount} sockets left`);
    if (pendingEventCount > 0) {
      this.#complain(`${pendingEventCount} timers or datagrams left`);
    }
    if (this.#open.size > 0) {
      this.#complain(`${this.#open.size} sources or sinks left open`);
    }
    for (const [id, end] of this.#requests) {
      if (end === "") this.#complain(`Request ${id} has no end`);
    }
    for (const client of this.#clients) {
      client.checkEnd(this.#wire.countOf(client.host));
    }
  }
}
