// A network that misbehaves, to be given to a server. Rules:
// 1. A transfer is what has the address of a client; it begins with a request, and its scenario stays what it was.
// 2. The same request from the same address belongs to the same transfer, until the client has finished or given up. Another
//    request ends it. One for the same file from another port of the client does so as well, when the client had stopped
//    talking in the first: it asks anew.
// 3. A transfer has ended when its outcome is certain and the server is done with it, or some time after; or when the client
//    is silent for long.
// 4. All randomness follows from the seed and the number of the transfer, so that transfers do not disturb each other.

import {
  type Clock,
  formatAddress,
  type Network,
  systemClock,
  type UdpAddress,
  udpNetwork,
} from "../net/mod.ts";
import {
  encodePacket,
  OPCODE,
  peekOpcode,
  type RequestPacket,
} from "../packet/mod.ts";
import { type Random, seededRandom } from "../simulator/random.ts";
import { type ChooseOptions, Chooser } from "./choose.ts";
import { Encounter } from "./encounter.ts";
import type { ChaosEvent } from "./event.ts";
import { MAX_HOLD_MS, type PacketFate, type Parcel } from "./flow.ts";
import { packetOf } from "./match.ts";
import { ChaosSocket, type SocketHost } from "./socket.ts";

/** Options of `Chaos`. */
export interface ChaosOptions extends ChooseOptions {
  /**
   * What all randomness follows from, 0 to 2^53 - 1.
   *
   * @default {1}
   */
  readonly seed?: number;
  /**
   * After how long without a packet a client is taken to have given up, in milliseconds.
   *
   * @default {15000}
   */
  readonly quietMs?: number;
  /**
   * How long a client that is done is watched for what it still says, in milliseconds, unless the server is done with it
   * before.
   *
   * @default {1000}
   */
  readonly settleMs?: number;
  /**
   * Told of everything that was chosen, done, and found out. What it throws is ignored.
   *
   * @param event What happened.
   */
  readonly onEvent?: (event: ChaosEvent) => void;
  /**
   * Where sockets come from.
   *
   * @default {the UDP of this machine}
   */
  readonly network?: Network;
  /**
   * Where time comes from.
   *
   * @default {the clock of this machine}
   */
  readonly clock?: Clock;
}

/**
 * Misbehaves between a server and its clients, by scenario and seed: the server behind is a real one, and what leaves or
 * enters its sockets is tampered with.
 *
 * @example A client that does not mind that a block is lost
 * ```ts
 * import { Chaos, type ChaosEvent } from "@tftpkit/tftp/chaos";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { Simulation } from "@tftpkit/tftp/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * const simulation = new Simulation({ seed: 1 });
 * const host = simulation.host("192.0.2.1");
 * const events: ChaosEvent[] = [];
 * const chaos = new Chaos({ ...host, scenario: "drop-data", onEvent: (event) => void events.push(event) });
 * const server = serve(
 *   { ...host, network: chaos.network, hostname: "192.0.2.1" },
 *   () => new TftpResponse("x".repeat(5000)),
 * );
 * await simulation.run(async () => {
 *   const response = await get("tftp://192.0.2.1/file", simulation.host("192.0.2.9"));
 *   assertEquals((await response.bytes()).length, 5000);
 * });
 * await simulation.run(() => server.shutdown());
 * chaos.close();
 * const ended = events.find((event) => event.type === "ended");
 * assertEquals(ended?.report.outcome, "finished");
 * assertEquals(ended?.report.isAsExpected, true);
 * ```
 */
export class Chaos implements Disposable {
  /** What to give to `serve`. */
  readonly network: Network;
  readonly #random: Random;
  readonly #chooser: Chooser;
  readonly #inner: Network;
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #settleMs: number;
  readonly #onEvent: (event: ChaosEvent) => void;
  readonly #encounters = new Map<string, Encounter>();
  readonly #sockets = new Set<ChaosSocket>();
  readonly #timers = new Set<() => void>();
  #count = 0;

  /**
   * Makes a network that misbehaves.
   *
   * @param options Which scenarios for whom, and what to work with.
   * @throws {TypeError} When a scenario is none, or there is none of a name.
   * @throws {RangeError} When the seed or a time is out of its range.
   */
  constructor(options: ChaosOptions = {}) {
    const {
      seed = 1,
      quietMs = 15_000,
      settleMs = 1000,
      onEvent = () => {},
      network = udpNetwork(),
      clock = systemClock,
    } = options;
    for (const [name, value] of Object.entries({ quietMs, settleMs })) {
      if (value >= 0 && value < 2 ** 31) continue;
      throw new RangeError(
        `Cannot use ${name} as it must be a number from 0 to 2^31 - 1: current value is ${value}`,
      );
    }
    this.#random = seededRandom(seed);
    this.#chooser = new Chooser(options);
    this.#inner = network;
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#settleMs = settleMs;
    this.#onEvent = onEvent;
    const wrap = (socket: Awaited<ReturnType<Network["bind"]>>) => {
      const wrapped = new ChaosSocket(socket, this.#host);
      this.#sockets.add(wrapped);
      return wrapped;
    };
    this.network = {
      bind: (address) => {
        const socket = network.bind(address);
        return socket instanceof Promise ? socket.then(wrap) : wrap(socket);
      },
    };
  }

  /** Ends everything that is under way, and closes what is still open. */
  close(): void {
    for (const encounter of [...this.#encounters.values()]) {
      this.#end(encounter);
    }
    for (const cancel of this.#timers) cancel();
    for (const socket of this.#sockets) socket.closeForGood();
    this.#timers.clear();
    this.#sockets.clear();
  }

  /** Does what `close` does. */
  [Symbol.dispose](): void {
    this.close();
  }

  readonly #host: SocketHost = {
    handleSend: async (socket, bytes, to) => {
      const encounter = this.#encounters.get(formatAddress(to));
      if (!encounter) return await socket.transmit(bytes, to);
      encounter.socket = socket;
      await this.#pass(
        encounter,
        socket,
        encounter.flow.handle(bytes, "to-client"),
      );
    },
    handleReceived: async (socket, bytes, from) => {
      const opcode = peekOpcode(bytes);
      const isRequest = opcode === OPCODE.RRQ || opcode === OPCODE.WRQ;
      if (isRequest) this.#handleRequest(socket, bytes, from);
      const encounter = this.#encounters.get(formatAddress(from));
      if (!encounter) return socket.deliver(bytes, from);
      encounter.hear(bytes, this.#clock.now());
      const seen = isRequest ? encodePacket(encounter.flow.request) : bytes;
      const fate = encounter.flow.handle(seen, "from-client");
      await this.#pass(encounter, socket, fate);
      if (encounter.watch.outcome !== null) this.#settle(encounter);
    },
    handleClose: (socket) => {
      let lingers = socket.pendingSends > 0;
      for (const encounter of [...this.#encounters.values()]) {
        if (encounter.socket !== socket) continue;
        const isDone = encounter.watch.outcome !== null;
        if (isDone || socket.isListening) this.#end(encounter);
        else lingers = true;
      }
      lingers &&= !socket.isListening;
      if (!lingers) this.#sockets.delete(socket);
      return lingers;
    },
  };

  /** Begins a transfer, unless the request belongs to one. */
  #handleRequest(socket: ChaosSocket, bytes: Uint8Array, from: UdpAddress) {
    const packet = packetOf(bytes);
    if (packet?.type !== "RRQ" && packet?.type !== "WRQ") return;
    const key = formatAddress(from);
    const earlier = this.#encounters.get(key);
    if (earlier?.isRequestedBy(bytes) && earlier.watch.outcome === null) return;
    if (earlier) this.#end(earlier, true);
    for (const other of [...this.#encounters.values()]) {
      if (other.isRestartedBy(packet, from, this.#clock.now())) {
        this.#end(other, true);
      }
    }
    socket.isListening = true;
    const encounter = this.#encounter(socket, bytes, packet, from);
    this.#encounters.set(key, encounter);
    this.#tell({ type: "chosen", transfer: encounter.transfer });
    this.#waitForQuiet(encounter, this.#quietMs);
  }

  #encounter(
    socket: ChaosSocket,
    bytes: Uint8Array,
    packet: RequestPacket,
    from: UdpAddress,
  ): Encounter {
    const { filename, scenario } = this.#chooser.choose(
      packet.filename,
      from.hostname,
    );
    return new Encounter({
      id: ++this.#count,
      now: this.#clock.now(),
      bytes,
      asked: packet.filename,
      request: { ...packet, filename },
      client: { ...from },
      scenario,
      random: this.#random.fork(),
      socket,
    });
  }

  /** Lets go on what is to go on. */
  async #pass(
    encounter: Encounter,
    socket: ChaosSocket,
    { direction, parcels, deeds, isHolding }: PacketFate,
  ): Promise<void> {
    for (const deed of deeds) {
      encounter.note(deed);
      const { transfer } = encounter;
      this.#tell({ type: "tampered", transfer, direction, deed });
    }
    for (const parcel of parcels) {
      await this.#forward(encounter, socket, parcel);
    }
    if (!isHolding) return;
    this.#later(socket, MAX_HOLD_MS, async () => {
      for (const direction of ["to-client", "from-client"] as const) {
        for (const parcel of encounter.flow.release(direction)) {
          await this.#forward(encounter, socket, parcel);
        }
      }
    });
  }

  async #forward(
    encounter: Encounter,
    socket: ChaosSocket,
    parcel: Parcel,
  ): Promise<void> {
    const { bytes, direction, delayMs, isStranger } = parcel;
    if (delayMs > 0) {
      const now = { ...parcel, delayMs: 0 };
      return this.#later(
        socket,
        delayMs,
        () => this.#forward(encounter, socket, now),
      );
    }
    const { client } = encounter.transfer;
    if (direction === "from-client") return socket.deliver(bytes, client);
    const { watch, flow } = encounter;
    watch.sent(bytes, isStranger, flow.lastBlock);
    if (isStranger) await this.#sendStrange(encounter, socket, bytes);
    else await socket.transmit(bytes, client);
    if (watch.outcome !== null) this.#settle(encounter);
  }

  /** Sends from another port, and listens to what the client says there. */
  async #sendStrange(
    encounter: Encounter,
    { address: { hostname } }: ChaosSocket,
    bytes: Uint8Array,
  ): Promise<void> {
    if (encounter.isEnded) return;
    const stranger = await encounter.openStranger(() =>
      this.#inner.bind({ hostname, port: 0 })
    );
    if (!stranger.isClosed) {
      await stranger.send(bytes, encounter.transfer.client);
    }
  }

  /** Does something later, for which the socket stays open. */
  #later(
    socket: ChaosSocket,
    delayMs: number,
    act: () => Promise<void>,
  ): void {
    socket.pendingSends++;
    this.#schedule(delayMs, () => {
      // What does not go out is lost, as anything can be.
      act().catch(() => {}).then(() => {
        socket.pendingSends--;
        this.#closeIfDone(socket);
      });
    });
  }

  /** The outcome is certain: soon this has ended. */
  #settle(encounter: Encounter): void {
    if (encounter.isSettling || encounter.isEnded) return;
    encounter.isSettling = true;
    this.#schedule(this.#settleMs, () => this.#end(encounter));
  }

  #waitForQuiet(encounter: Encounter, delayMs: number): void {
    this.#schedule(delayMs, () => {
      if (encounter.isEnded) return;
      const leftMs = encounter.heardAt + this.#quietMs - this.#clock.now();
      if (leftMs > 0) return this.#waitForQuiet(encounter, leftMs);
      encounter.isQuiet = true;
      this.#end(encounter);
    });
  }

  #end(encounter: Encounter, isRetry = false): void {
    if (encounter.isEnded) return;
    const { transfer, socket } = encounter;
    const key = formatAddress(transfer.client);
    if (this.#encounters.get(key) === encounter) this.#encounters.delete(key);
    const report = encounter.end(isRetry);
    this.#tell({ type: "ended", transfer, report });
    this.#closeIfDone(socket);
  }

  /** Closes a socket that the server has closed, when nobody else needs it. */
  #closeIfDone(socket: ChaosSocket): void {
    const isNeeded = !socket.isClosed || socket.pendingSends > 0 ||
      this.#encounters.values().some((it) => it.socket === socket);
    if (isNeeded) return;
    this.#sockets.delete(socket);
    socket.closeForGood();
  }

  #schedule(delayMs: number, act: () => void): void {
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      act();
    });
    this.#timers.add(cancel);
  }

  #tell(event: ChaosEvent): void {
    try {
      this.#onEvent(event);
    } catch {
      // Who listens badly does not disturb the misbehaving.
    }
  }
}
