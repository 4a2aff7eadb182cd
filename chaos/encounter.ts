import {
  type DatagramSocket,
  receiveEach,
  type UdpAddress,
} from "../net/mod.ts";
import type { RequestPacket } from "../packet/mod.ts";
import type { Random } from "../simulator/random.ts";
import type { ChaosOutcome, ChaosReport, ChaosTransfer } from "./event.ts";
import { Flow } from "./flow.ts";
import type { ChaosScenario } from "./scenario.ts";
import type { ChaosSocket } from "./socket.ts";
import { Watch } from "./watch.ts";

/** How many deeds are kept. */
const MAX_DEEDS = 100;

/** After how much silence another request for the same file means that the client asks anew, in milliseconds. */
const RESTART_SILENCE_MS = 500;

/** What an encounter begins with. */
export interface EncounterOptions {
  readonly id: number;
  readonly now: number;
  /** The request as it came. */
  readonly bytes: Uint8Array;
  /** The name as asked. */
  readonly asked: string;
  /** The request as the server gets it. */
  readonly request: RequestPacket;
  readonly client: UdpAddress;
  readonly scenario: ChaosScenario;
  readonly random: Random;
  readonly socket: ChaosSocket;
}

/** A client and its scenario, from the request to the verdict. */
export class Encounter {
  readonly transfer: ChaosTransfer;
  readonly flow: Flow;
  readonly watch: Watch;
  /** The socket that the server talks to the client on. */
  socket: ChaosSocket;
  heardAt: number;
  isEnded = false;
  isSettling = false;
  isQuiet = false;
  readonly #options: EncounterOptions;
  readonly #deeds: string[] = [];
  #deedCount = 0;
  #stranger: Promise<DatagramSocket> | null = null;

  constructor(options: EncounterOptions) {
    const { id, now, request, client, scenario, random, socket } = options;
    this.#options = options;
    this.transfer = {
      id,
      client,
      operation: request.type === "RRQ" ? "read" : "write",
      filename: request.filename,
      scenario: scenario.name,
      expect: scenario.expect ?? "any",
    };
    this.flow = new Flow(request, scenario, random);
    this.watch = new Watch(request);
    this.socket = socket;
    this.heardAt = now;
  }

  /** Whether a request is the one that this has begun with. */
  isRequestedBy(bytes: Uint8Array): boolean {
    const own = this.#options.bytes;
    return own.length === bytes.length &&
      own.every((octet, index) => octet === bytes[index]);
  }

  /** Whether a request from another port means that the client has given this one up. */
  isRestartedBy(
    { type, filename }: RequestPacket,
    from: UdpAddress,
    now: number,
  ): boolean {
    const { request, asked, client } = this.#options;
    return client.hostname === from.hostname && client.port !== from.port &&
      request.type === type && asked === filename &&
      this.watch.outcome !== "finished" &&
      (this.watch.outcome !== null ||
        now - this.heardAt >= RESTART_SILENCE_MS);
  }

  /** The client has sent something. */
  hear(bytes: Uint8Array, now: number): void {
    this.heardAt = now;
    this.watch.hear(bytes, this.flow.lastBlockAfter(bytes));
  }

  /** Something was done. */
  note(deed: string): void {
    this.#deedCount++;
    if (this.#deeds.length < MAX_DEEDS) this.#deeds.push(deed);
  }

  /** The other port: opened once, and listened to. */
  openStranger(
    bind: () => DatagramSocket | Promise<DatagramSocket>,
  ): Promise<DatagramSocket> {
    this.#stranger ??= (async () => {
      const socket = await bind();
      if (this.isEnded) socket.close();
      else {
        socket.unref();
        receiveEach(socket, new Uint8Array(65536), (bytes, from) => {
          if (from.port !== this.transfer.client.port) return;
          this.watch.hearStranger(bytes.slice());
        }).catch(() => {});
      }
      return socket;
    })();
    return this.#stranger;
  }

  /** Ends it, and says how. */
  end(isRetry: boolean): ChaosReport {
    this.isEnded = true;
    this.#stranger?.then((socket) => socket.close(), () => {});
    const { watch } = this;
    const outcome = this.#outcome(isRetry);
    return {
      outcome,
      error: watch.error,
      isDeceived: watch.isDeceived,
      toStranger: watch.toStranger,
      repeats: watch.repeats,
      isAsExpected: this.#isAsExpected(outcome),
      deeds: this.#deeds,
      deedCount: this.#deedCount,
      durationMs: this.heardAt - this.#options.now,
    };
  }

  #outcome(isRetry: boolean): ChaosOutcome {
    const { outcome, finalOutcome } = this.watch;
    if (isRetry && outcome !== "finished") return "retried";
    if (outcome !== null || this.isQuiet) return finalOutcome;
    return finalOutcome === "finished-early" ? finalOutcome : "under-way";
  }

  #isAsExpected(outcome: ChaosOutcome): boolean | null {
    const { expect } = this.transfer;
    if (this.#deedCount === 0 || outcome === "under-way") return null;
    if (this.watch.isDeceived) return false;
    if (expect === "any") return null;
    const hasFinished = outcome === "finished" || outcome === "finished-early";
    return expect === "finish" ? outcome === "finished" : !hasFinished;
  }
}
