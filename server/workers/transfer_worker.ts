// What runs in a worker: sessions, as in the main thread, without a listener. Rules:
// 1. Nothing is decided here that concerns other transfers: the main thread admits, counts, and refuses.
// 2. A refusal goes out from the request port, which the main thread has; so it is told, and not sent here.
// 3. A request waits for the handler of its generation, where that is still being made.

import { type TftpHandler, withFilename } from "../../handlers/mod.ts";
import {
  type Clock,
  type DatagramSocket,
  type Network,
  systemClock,
  Ticker,
  type Ticking,
  type UdpAddress,
} from "../../net/mod.ts";
import type { ServerEvent } from "../events.ts";
import { LoopPoll } from "../loop_poll.ts";
import { resolveOptions, type ServerConfig } from "../options.ts";
import { isNewRequest } from "../repeated_request.ts";
import { Session } from "../session.ts";
import type { SessionHost } from "../session_host.ts";
import { SessionTable } from "../session_table.ts";
import { needsTurns, Turns } from "../turns.ts";
import { packError, packFault, unpackError } from "./carried_error.ts";
import { loadHandler } from "./load_handler.ts";
import type {
  CarriedEvent,
  FromWorker,
  Standing,
  ToWorker,
} from "./messages.ts";
import { Outbox } from "./outbox.ts";

/** How often it is looked whether clients have answered, in milliseconds. */
const STANDING_INTERVAL_MS = 50;

/** How old what is told of a client's silence may be, in milliseconds. */
const SILENCE_INTERVAL_MS = 1000;

/** Events that the main thread needs itself. */
const NEEDED: ReadonlySet<ServerEvent["type"]> = new Set([
  ...["finished", "probed", "failed"] as const,
  ...["refused", "dropped"] as const,
]);

type Start = Extract<ToWorker, { type: "start" }>;
type Open = Extract<ToWorker, { type: "open" }>;

/** What surrounds it. */
export interface TransferWorkerOptions {
  /** Posts messages to the main thread. */
  readonly post: (messages: readonly FromWorker[]) => void;
  /**
   * Loads a module.
   *
   * @default {import}
   */
  readonly load?: (module: string) => Promise<unknown>;
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

/** A session, and what was told of its client last. */
interface Served {
  readonly session: Session;
  standing: Standing;
  heardAt: number;
}

/** Serves requests that the main thread hands over. */
export class TransferWorker implements Ticking {
  readonly #options: TransferWorkerOptions;
  readonly #clock: Clock;
  readonly #ticker: Ticker;
  readonly #outbox: Outbox<FromWorker>;
  readonly #served = new Map<number, Served>();
  readonly #portsInUse = new Set<number>();
  readonly #handlers = new Map<number, Promise<TftpHandler>>();
  #start!: Start;
  #config!: ServerConfig;
  #table!: SessionTable;
  /** When to look at clients next, in milliseconds. */
  deadline = Infinity;

  constructor(options: TransferWorkerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#ticker = new Ticker(this.#clock);
    this.#outbox = new Outbox(options.post, this.#clock);
  }

  /** Takes what the main thread says. */
  handle(messages: readonly ToWorker[]): void {
    for (const message of messages) this.#handle(message);
  }

  /** Tells which clients have answered, and who was heard. */
  tick(now: number): void {
    this.deadline = now + STANDING_INTERVAL_MS;
    for (const [id, served] of this.#served) {
      const { isProven, isHalfOpen, heardAt } = served.session;
      const standing = isProven ? "proven" : isHalfOpen ? "answered" : "asked";
      const isNews = standing !== served.standing ||
        heardAt - served.heardAt >= SILENCE_INTERVAL_MS;
      if (!isNews) continue;
      served.standing = standing;
      served.heardAt = heardAt;
      const silenceMs = now - heardAt;
      this.#outbox.add({ type: "standing", id, standing, silenceMs });
    }
  }

  #handle(message: ToWorker): void {
    switch (message.type) {
      case "start":
        return this.#begin(message);
      case "prepare":
        return this.#prepare(message);
      case "open":
        return this.#open(message);
      case "repeat":
        return this.#repeat(message);
    }
    const session = this.#served.get(message.id)?.session;
    switch (message.type) {
      case "abandon":
        return session?.abandon(message.reason);
      case "abort":
        return session?.abort(unpackError(message.error));
      case "dismiss":
        return session?.dismiss();
    }
  }

  #begin(start: Start): void {
    const { network } = this.#options;
    this.#start = start;
    const config = resolveOptions({
      ...start.options,
      clock: this.#clock,
      ...(network ? { network } : {}),
    }, () => {});
    this.#config = needsTurns(this.#options)
      ? { ...config, network: inTurn(config) }
      : config;
    this.#table = new SessionTable(this.#config.limits);
    this.#prepare(start);
  }

  #prepare(
    { generation, data }: {
      readonly generation: number;
      readonly data: unknown;
    },
  ): void {
    const { load = (module: string) => import(module) } = this.#options;
    const making = loadHandler(() => load(this.#start.module), data);
    this.#handlers.set(generation, making);
    making.then(
      () =>
        this.#outbox.addUrgent({ type: "prepared", generation, fault: null }),
      (error) => {
        const fault = packFault(error);
        this.#outbox.addUrgent({ type: "prepared", generation, fault });
      },
    );
  }

  #open(open: Open): void {
    const { id, packet, remote, local, generation } = open;
    // Requests come in order: those before it are not asked for any more.
    for (const older of this.#handlers.keys()) {
      if (older < generation) this.#handlers.delete(older);
    }
    const host = this.#hostFor(open);
    const session = new Session(host, requestPort(local), packet, remote, {
      // The main thread sends it.
      onRefuse() {},
      onClose: () => {
        this.#served.delete(id);
        if (this.#served.size === 0) this.#stopLooking();
        this.#outbox.add({ type: "closed", id });
      },
    });
    const { heardAt } = session;
    this.#served.set(id, { session, standing: "asked", heardAt });
    if (this.#served.size === 1) this.#startLooking();
    this.#table.add(session);
    session.run().catch((error) => host.reportFault(error));
  }

  #startLooking(): void {
    this.deadline = this.#clock.now() + STANDING_INTERVAL_MS;
    this.#ticker.add(this);
  }

  #stopLooking(): void {
    this.#ticker.delete(this);
  }

  #repeat(
    { id, packet, remote, local }: Extract<ToWorker, { type: "repeat" }>,
  ): void {
    const session = this.#served.get(id)?.session;
    if (session && !isNewRequest(session, packet, this.#config)) return;
    this.#outbox.addUrgent({ type: "restart", packet, remote, local });
  }

  /** What a session here has instead of a server. */
  #hostFor({ id, generation, packet, filename }: Open): SessionHost {
    const { isWatched } = this.#start;
    const making = this.#handlers.get(generation)!;
    const handler: TftpHandler = async (request) => {
      const answer = await making;
      return answer(
        filename === packet.filename
          ? request
          : withFilename(request, filename),
      );
    };
    return {
      config: { ...this.#config, handler },
      ticker: this.#ticker,
      isWatched,
      workers: null,
      portsInUse: this.#portsInUse,
      nextId: () => id,
      emit: (event) => {
        if (isWatched || NEEDED.has(event.type)) this.#tell(id, event);
      },
      reportFault: (error) =>
        this.#outbox.addUrgent({ type: "fault", fault: packFault(error) }),
      yieldPort: () => this.#table.dismissOldest(),
      makeRoom: () => this.#table.makeRoom(this.#clock.now()),
      release: (session) => this.#table.release(session),
      forget: (session) => this.#table.forget(session),
    };
  }

  #tell(id: number, event: ServerEvent): void {
    const message = { type: "event", id, event: packEvent(event) } as const;
    // The client waits for the ERROR.
    if (event.type === "refused") this.#outbox.addUrgent(message);
    else this.#outbox.add(message);
  }
}

/** It ends with the thread. */
function inTurn({ network, clock }: ServerConfig): Network {
  return new Turns(new LoopPoll({ network, clock })).of(network);
}

function packEvent(event: ServerEvent): CarriedEvent {
  const { request: _, ...rest } = event as Exclude<
    ServerEvent,
    { type: "ignored" }
  >;
  const carried = "error" in rest
    ? { ...rest, error: packError(rest.error) }
    : rest;
  return carried as CarriedEvent;
}

/** The port that requests come to, as far as a transfer needs it: another thread has it. */
function requestPort(address: UdpAddress): DatagramSocket {
  const refuse = () =>
    Promise.reject(new TypeError("Cannot use a socket of another thread"));
  return {
    address,
    isClosed: false,
    send: refuse,
    receive: refuse,
    close() {},
    ref() {},
    unref() {},
  };
}
