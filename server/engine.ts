// What holds a server together: its listeners, its sessions, and the way they all end.

import {
  type DatagramSocket,
  isSameAddress,
  type Network,
  Ticker,
  type UdpAddress,
} from "../net/mod.ts";
import { ERROR_CODE, TftpError } from "../packet/mod.ts";
import { bindListeners } from "./bind.ts";
import type { ServerEvent } from "./events.ts";
import { Listener, type ListenerHost } from "./listener.ts";
import type { ServeOptions, ServerConfig } from "./options.ts";
import { LoopPoll } from "./loop_poll.ts";
import type { Session } from "./session.ts";
import { ANSWER_TIME_MS, SessionTable } from "./session_table.ts";
import { needsTurns, Turns } from "./turns.ts";
import { checkModuleAccess } from "./workers/module_access.ts";
import { WorkerPool } from "./workers/pool.ts";
import { transferOptions } from "./workers/transfer_options.ts";

/** Listeners and sessions of one server. */
export class Engine implements ListenerHost {
  readonly config: ServerConfig;
  readonly ticker: Ticker;
  readonly portsInUse: Set<number> = new Set();
  readonly listening: Promise<readonly UdpAddress[]>;
  readonly finished: Promise<void>;
  readonly workers: WorkerPool | null;
  readonly #options: ServeOptions;
  readonly #sessions: SessionTable;
  readonly #poll: LoopPoll;
  #listeners: Listener[] = [];
  #isRef = true;
  #lastId = 0;
  #shutdown: Promise<void> | null = null;
  #finish!: { resolve(): void; reject(error: unknown): void };

  constructor(config: ServerConfig, options: ServeOptions) {
    this.#options = options;
    this.#poll = new LoopPoll(config);
    this.config = needsTurns(options)
      ? { ...config, network: this.#turnsOf(config.network) }
      : config;
    this.ticker = new Ticker(config.clock);
    this.#sessions = new SessionTable(config.limits);
    this.finished = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    this.workers = this.#makeWorkers();
    const sockets = bindListeners(config);
    this.listening = sockets instanceof Promise
      ? sockets.then((sockets) => this.#listen(sockets))
      : Promise.resolve(this.#listen(sockets));
    this.listening.catch((error) => this.#finish.reject(error));
  }

  /** Where the server listens; empty as long as it does not. */
  get addresses(): readonly UdpAddress[] {
    return this.#listeners.map((listener) => listener.socket.address);
  }

  get isWatched(): boolean {
    return this.#options.onEvent !== undefined;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  emit(event: ServerEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // Whoever watches must not be able to stop a transfer.
    }
  }

  reportFault(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // As above.
    }
  }

  admit(client: string): string | null {
    return this.#sessions.admit(client, this.config.clock.now());
  }

  register(session: Session): void {
    this.#sessions.add(session);
  }

  release(session: Session): void {
    this.#sessions.release(session);
  }

  forget(session: Session): void {
    this.#sessions.forget(session);
  }

  yieldPort(): boolean {
    return this.#sessions.dismissOldest();
  }

  makeRoom(): void {
    this.#sessions.makeRoom(this.config.clock.now());
  }

  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    for (const { socket } of this.#listeners) {
      if (isRef) socket.ref();
      else socket.unref();
    }
  }

  /** Ends the server: at once for new requests, in its own time, up to a limit, for transfers. */
  shutdown(): Promise<void> {
    return this.#shutdown ??= this.#shutDown();
  }

  #turnsOf(network: Network): Network {
    return new Turns(this.#poll).of(network);
  }

  #makeWorkers(): WorkerPool | null {
    const { workers, clock } = this.config;
    if (workers === null) return null;
    checkModuleAccess(workers.module);
    const transfers = transferOptions(this.#options);
    return new WorkerPool({ workers, transfers }, {
      clock,
      isWatched: this.isWatched,
      reportFault: (error) => this.reportFault(error),
      onRestart: ({ packet, remote, local }) =>
        this.#listeners
          .find(({ socket }) => isSameAddress(socket.address, local))
          ?.begin(packet, remote),
      onDead: (error) => {
        // Where the main thread has a handler of its own, that one goes on.
        if (this.config.hasHandler) return;
        this.#finish.reject(error);
        this.shutdown();
      },
    });
  }

  #listen(sockets: readonly DatagramSocket[]): readonly UdpAddress[] {
    this.#listeners = sockets.map((socket) => new Listener(socket, this));
    for (const listener of this.#listeners) {
      listener.run().catch((error) => {
        this.#finish.reject(error);
        this.shutdown();
      });
    }
    if (!this.#isRef) this.setRef(false);
    if (this.#shutdown) {
      this.#closeSockets();
      return this.addresses;
    }
    try {
      this.#options.onListen?.(this.addresses);
    } catch (error) {
      this.#closeSockets();
      throw error;
    }
    this.workers?.start();
    return this.addresses;
  }

  async #shutDown(): Promise<void> {
    for (const listener of this.#listeners) listener.drain();
    await this.listening.catch(() => {});
    const cancel = this.config.clock.schedule(
      this.config.shutdownTimeoutMs,
      () => this.#abort(this.#sessions.active()),
    );
    const cancelFirst = this.config.clock.schedule(
      ANSWER_TIME_MS,
      // Who has not answered by now will not: the address may be forged, and is not worth waiting for.
      () => this.#abort(this.#sessions.active().filter((it) => it.isHalfOpen)),
    );
    await this.#sessions.idle();
    cancel();
    cancelFirst();
    // A turn for the last packets that are on their way out.
    await Promise.resolve();
    this.#closeSockets();
    this.#poll.close();
    this.workers?.close();
    this.#finish.resolve();
  }

  #abort(sessions: readonly Session[]): void {
    const error = new TftpError(
      ERROR_CODE.NotDefined,
      "The server was shut down before the transfer had ended",
      { wireText: "Server is shutting down" },
    );
    for (const session of sessions) {
      session.abort(error);
      // One whose file is being made safe cannot be broken off, only left.
      if (!session.isEnded) session.dismiss();
    }
  }

  #closeSockets(): void {
    this.#sessions.dismissAll();
    for (const { socket } of this.#listeners) socket.close();
  }
}
