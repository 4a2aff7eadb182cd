import { assertEquals } from "@std/assert";
import { get, put } from "../../client.ts";
import type { Clock, Network, UdpAddress } from "../../net/mod.ts";
import type { Random } from "../_random.ts";

/** Files that honest clients read; nobody else knows of them. */
export const HONEST_FILE = "honest.bin";

/** What an honest client needs. */
export interface HonestOptions {
  readonly server: UdpAddress;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  /** What `HONEST_FILE` holds. */
  readonly content: Uint8Array;
  /** The directory that is served. */
  readonly root: string;
}

/** A client that means well, and must not be disturbed: it downloads and uploads without a pause, until it is told to stop. */
export class HonestClient {
  downloads = 0;
  uploads = 0;
  /** What went wrong. */
  failure: unknown = null;
  readonly #options: HonestOptions;
  readonly #name: string;
  #isStopping = false;
  #running: Promise<void> | null = null;
  #uploadCount = 0;

  constructor(name: string, options: HonestOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Whether it is in the middle of a transfer. */
  get isBusy(): boolean {
    return this.#running !== null;
  }

  /** Begins, or goes on. */
  start(): void {
    this.#isStopping = false;
    this.#running ??= this.#run().catch((error) => {
      this.failure ??= error;
    }).finally(() => this.#running = null);
  }

  /** Ends after the transfer that is under way. */
  stop(): void {
    this.#isStopping = true;
  }

  async #run(): Promise<void> {
    const { random } = this.#options;
    while (!this.#isStopping) {
      if (random.chance(1, 2)) await this.#download();
      else await this.#upload();
    }
  }

  #transferOptions() {
    const { network, clock, random } = this.#options;
    const options = random.pick([
      {},
      { blksize: 1428 },
      { blksize: 512, windowsize: 4 },
      { blksize: 8192, windowsize: 16 },
    ]);
    return { network, clock, random: () => 0.5, ...options };
  }

  async #download(): Promise<void> {
    const { server, content } = this.#options;
    const target = { ...server, filename: HONEST_FILE };
    await using download = await get(target, this.#transferOptions());
    assertEquals(await download.bytes(), content);
    this.#check((await download.finished).statistics);
    this.downloads++;
  }

  async #upload(): Promise<void> {
    const { server, root, random } = this.#options;
    const filename = `${this.#name}-${this.#uploadCount++}`;
    const bytes = random.bytes(random.between(0, 4000));
    const target = { ...server, filename };
    const upload = await put(target, bytes, this.#transferOptions());
    this.#check(upload.statistics);
    assertEquals(Deno.readFileSync(`${root}/${filename}`), bytes);
    Deno.removeSync(`${root}/${filename}`);
    this.uploads++;
  }

  /** On a network that loses nothing, whatever was sent twice was sent because of somebody else. */
  #check({ retransmissions, timeouts }: Record<string, number>): void {
    assertEquals({ retransmissions, timeouts }, {
      retransmissions: 0,
      timeouts: 0,
    });
  }
}
