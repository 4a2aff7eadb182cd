// A flood against a real server, with a clock and a network of its own. What must hold, however hostile the traffic:
//
// a. Nothing is ever sent in answer to anything but RRQ and WRQ on the request port; a stranger to a transfer gets ERROR 5,
//    at most 16 times a transfer.
// b. Nothing is ever sent to the port of a service that would answer it.
// c. Nothing is ever sent in answer to an ERROR.
// d. An address that has not proved itself gets at most four packets a request, none longer than a block of 512 octets or
//    an OACK of what was asked, and an ACK for each DATA.
// e. No ERROR has a text that is not one of a few, and nothing from outside of the root is ever sent.
// f. When all has timed out no socket, no timer, no transfer and no temporary file is left, and there never were more
//    transfers than allowed.
// g. Honest clients download and upload all the time, get each byte right, and never have to send anything twice.
// h. Nothing is thrown, no handler has a fault, and whatever is told of an event stays on its line.

import { describeEvent, toRecord } from "../../observe/mod.ts";
import {
  type CustomOption,
  type CustomOptions,
  serve,
  serveDir,
  type ServerEvent,
  TftpResponse,
} from "../../server.ts";
import type { Sink, UdpAddress } from "../../net/mod.ts";
import { Random } from "../_random.ts";
import { Grounds } from "./_grounds.ts";
import { Hostile, type Shot } from "./_hostile.ts";
import { HONEST_FILE, HonestClient } from "./_honest.ts";
import { FuzzNetwork, Turns } from "./_network.ts";
import type { Tally } from "./_tally.ts";
import { Watch } from "./_watch.ts";

const ECHO: CustomOption<string> = {
  parse: (text) => text.length > 400 ? undefined : text,
  answer: (text) => text,
};

/** What is asked for comes back, whatever it is. */
const CUSTOM_OPTIONS: CustomOptions = {
  color: ECHO,
  multicast: ECHO,
  constructor: ECHO,
  ["__proto__"]: ECHO,
};

/** What a flood is made of. */
export interface CampaignOptions {
  readonly seed: number;
  readonly datagrams: number;
  readonly singlePort: boolean;
  /** Told now and then how many datagrams were sent. */
  readonly onProgress?: (sent: number) => void;
}

/** What came of a flood. */
export interface CampaignReport {
  readonly tally: Tally;
  readonly downloads: number;
  readonly uploads: number;
  readonly requests: number;
  readonly endings: ReadonlyMap<string, number>;
  readonly peakTransfers: number;
  readonly virtualMs: number;
  readonly elapsedMs: number;
  readonly peakHeapBytes: number;
  readonly peakRssBytes: number;
}

const SERVER: UdpAddress = {
  transport: "udp",
  hostname: "192.0.2.1",
  port: 69,
};
const HONEST_HOSTS = ["192.0.2.10", "192.0.2.11"];
const MAX_TRANSFERS = 1024;

/** Datagrams after which everything is left to time out. */
const CYCLE_DATAGRAMS = 20_000;

/** A negotiated timeout of 255 seconds is waited for six times. */
const LONGEST_SILENCE_MS = 1_600_000;

/** Floods a server, and looks whether all that must hold holds. */
export async function runCampaign(
  options: CampaignOptions,
): Promise<CampaignReport> {
  using grounds = new Grounds({ isInMemory: true });
  using turns = new Turns();
  return await new Campaign(options, grounds, turns).run();
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #grounds: Grounds;
  readonly #turns: Turns;
  readonly #watch: Watch;
  readonly #network: FuzzNetwork;
  readonly #hostile: Hostile;
  readonly #random: Random;
  readonly #clients: HonestClient[];
  readonly #faults: unknown[] = [];
  readonly #open = new Set<number>();
  readonly #endings = new Map<string, number>();
  #events = 0;
  #requests = 0;
  #peakTransfers = 0;
  #peakHeapBytes = 0;
  #peakRssBytes = 0;
  /** Calls into the file system that are under way: the only thing here that takes real time. */
  #storing = 0;
  #stored: Promise<void> = Promise.resolve();
  #sent = 0;
  #burst: Shot[] = [];

  constructor(options: CampaignOptions, grounds: Grounds, turns: Turns) {
    this.#options = options;
    this.#grounds = grounds;
    this.#turns = turns;
    const { seed, singlePort } = options;
    this.#random = new Random(seed);
    const fork = () => new Random(this.#random.word());
    this.#watch = new Watch({
      server: SERVER,
      singlePort,
      secret: grounds.secret,
      honest: HONEST_HOSTS,
    });
    const noise = fork();
    this.#network = new FuzzNetwork(
      this.#watch,
      () => noise.word() / 2 ** 32,
    );
    const watch = this.#watch;
    this.#hostile = new Hostile(fork(), {
      server: SERVER,
      honest: HONEST_HOSTS,
      singlePort,
      livePorts: watch.livePorts,
      clientPorts: watch.clientPorts,
      peerOf: (port) => watch.peerOf(port),
      isProven: (port) => watch.isProven(port),
    });
    const content = fork().bytes(20_000);
    Deno.writeFileSync(`${grounds.root}/${HONEST_FILE}`, content);
    this.#clients = HONEST_HOSTS.map((hostname, index) =>
      new HonestClient(`honest-${index}`, {
        server: SERVER,
        network: this.#network.host(hostname),
        clock: this.#network.clock,
        random: fork(),
        content,
        root: grounds.root,
      })
    );
  }

  async run(): Promise<CampaignReport> {
    const start = performance.now();
    const { clock } = this.#network;
    const noise = new Random(this.#random.word());
    const server = serve({
      hostname: SERVER.hostname,
      port: SERVER.port,
      network: this.#network.host(SERVER.hostname),
      clock,
      random: () => noise.word() / 2 ** 32,
      singlePort: this.#options.singlePort,
      limits: { maxTransfers: MAX_TRANSFERS },
      customOptions: CUSTOM_OPTIONS,
      onEvent: (event) => this.#noteEvent(event),
      onError: (error) => this.#faults.push(error),
    }, (request) => this.#serve(request));
    try {
      while (this.#sent < this.#options.datagrams) {
        await this.#flood();
        await this.#letTimeOut();
        this.#options.onProgress?.(this.#sent);
      }
    } finally {
      for (const client of this.#clients) client.stop();
      const stopped = server.shutdown();
      await this.#advance(20_000);
      await stopped;
    }
    this.#check(
      this.#network.openSockets === 0,
      "A socket survives the server",
    );
    return {
      tally: this.#watch.tally,
      downloads: sum(this.#clients.map(({ downloads }) => downloads)),
      uploads: sum(this.#clients.map(({ uploads }) => uploads)),
      requests: this.#requests,
      endings: this.#endings,
      peakTransfers: this.#peakTransfers,
      virtualMs: clock.now(),
      elapsedMs: performance.now() - start,
      peakHeapBytes: this.#peakHeapBytes,
      peakRssBytes: this.#peakRssBytes,
    };
  }

  /** Datagrams for one cycle: nearly all as fast as they come, the rest so slowly that the server's timers run. */
  async #flood(): Promise<void> {
    for (const client of this.#clients) client.start();
    const end = Math.min(
      this.#sent + CYCLE_DATAGRAMS,
      this.#options.datagrams,
    );
    const calm = end - Math.floor((end - this.#sent) / 50);
    while (this.#sent < end) {
      const isCalm = this.#sent >= calm;
      const batch = isCalm ? 1 : this.#random.between(1, 40);
      for (let i = 0; i < batch; i++) this.#shoot();
      await this.#advance(isCalm ? this.#random.between(0, 8) : batch / 20);
      if (this.#sent % 64 < batch) this.#checkRunning();
    }
  }

  #shoot(): void {
    const { tally } = this.#watch;
    // Bursts are not faster than the wire: a server that loses all its places within one round trip loses its clients.
    while (this.#burst.length === 0) {
      this.#burst = [...this.#hostile.next()].reverse();
    }
    const { from, to, bytes, kind } = this.#burst.pop()!;
    this.#sent++;
    tally.countShot(kind, bytes);
    this.#network.inject(from, to, bytes);
    if (this.#random.chance(1, 16)) this.#hostile.record(bytes);
  }

  /** Honest clients end what they have begun, and then nothing happens until nothing can happen any more. */
  async #letTimeOut(): Promise<void> {
    const memory = Deno.memoryUsage();
    this.#peakHeapBytes = Math.max(this.#peakHeapBytes, memory.heapUsed);
    this.#peakRssBytes = Math.max(this.#peakRssBytes, memory.rss);
    for (const client of this.#clients) client.stop();
    const patience = this.#network.clock.now() + 60_000;
    while (
      this.#clients.some(({ isBusy }) => isBusy) &&
      this.#network.clock.now() < patience
    ) await this.#advance(1);
    await this.#advance(LONGEST_SILENCE_MS);
    this.#checkRunning();
    const { openSockets, clock } = this.#network;
    this.#check(openSockets === 1, `${openSockets - 1} sockets are left`);
    this.#check(clock.pending === 0, `${clock.pending} timers are left`);
    this.#check(this.#open.size === 0, `${this.#open.size} requests are left`);
    for (const client of this.#clients) {
      this.#check(!client.isBusy, "An honest client got stuck");
    }
    for (const complaint of this.#grounds.complaints()) {
      this.#check(false, complaint);
    }
    this.#grounds.sweep();
    this.#watch.forget();
    this.#hostile.forget();
  }

  async #advance(ms: number): Promise<void> {
    const settle = () => this.#settle();
    await settle();
    await this.#network.clock.advance(ms, settle);
  }

  /** Time stands still while files are stored, so that a seed gives the same run each time. */
  async #settle(): Promise<void> {
    do await this.#turns.next(); while (this.#storing > 0);
    this.#watch.settled();
  }

  async #serve(
    request: Parameters<typeof serveDir>[0],
  ): Promise<TftpResponse> {
    const root = this.#grounds.root;
    const response = await serveDir(request, { root, write: true });
    const { sink } = response;
    if (!sink) return response;
    return TftpResponse.upload({
      write: (bytes) => sink.write(bytes),
      commit: () => this.#store(sink),
      abort: (reason) => sink.abort(reason),
    });
  }

  /** One after the other, as which of two is faster depends on no seed. */
  #store(sink: Sink): Promise<void> {
    this.#storing++;
    const stored = this.#stored.then(() => sink.commit());
    this.#stored = stored.catch(() => {}).then(() => void this.#storing--);
    return stored;
  }

  #noteEvent(event: ServerEvent): void {
    const { type } = event;
    if (type === "request") {
      this.#requests++;
      this.#open.add(event.request.id);
      return;
    }
    if (this.#events++ % 32 === 0) checkTelling(event, this.#faults);
    if (ENDS.has(type) && "request" in event) {
      this.#open.delete(event.request.id);
      this.#endings.set(type, (this.#endings.get(type) ?? 0) + 1);
    }
    this.#peakTransfers = Math.max(this.#peakTransfers, this.#open.size);
  }

  #checkRunning(): void {
    const { violations } = this.#watch;
    this.#check(violations.length === 0, violations.join("\n"));
    for (const fault of this.#faults) throw this.#failure("A fault", fault);
    for (const { failure } of this.#clients) {
      if (failure) {
        throw this.#failure("An honest client was disturbed", failure);
      }
    }
    this.#check(
      this.#open.size <= MAX_TRANSFERS + 1,
      `${this.#open.size} transfers are open`,
    );
  }

  #check(holds: boolean, complaint: string): void {
    if (!holds) throw this.#failure(complaint);
  }

  #failure(complaint: string, cause?: unknown): Error {
    const { seed, datagrams, singlePort } = this.#options;
    const repeat = `deno task fuzz --seed ${seed} --datagrams ${datagrams} --${
      singlePort ? "single-port" : "own-ports"
    }`;
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    return new Error(
      `After ${this.#sent} datagrams: ${complaint}${reason}\nRepeat with: ${repeat}`,
      { cause },
    );
  }
}

const ENDS = new Set(["finished", "failed", "refused", "probed", "dropped"]);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What is told of an event must stay on its line, and do nothing to a terminal. */
function checkTelling(event: ServerEvent, faults: unknown[]): void {
  const { text } = describeEvent(event);
  if (UNSEEN_REGEXP.test(text)) faults.push(new Error(`Told as ${text}`));
  const line = JSON.stringify(toRecord(event, new Date(0)));
  if (/[\n\r]/.test(line)) faults.push(new Error(`Recorded as ${line}`));
}

const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
