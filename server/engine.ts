// What holds a server together: its listeners, its sessions, and the way they all end.

import { type DatagramSocket, Ticker, type UdpAddress } from "../net/mod.ts";
import { ERROR_CODE, TftpError } from "../packet/mod.ts";
import { bindListeners } from "./bind.ts";
import type { ServerEvent } from "./events.ts";
import { Listener, type ListenerHost } from "./listener.ts";
import type { ServeOptions, ServerConfig } from "./options.ts";
import type { Session } from "./session.ts";

/** Listeners and sessions of one server. */
export class Engine implements ListenerHost {
  readonly config: ServerConfig;
  readonly ticker: Ticker;
  readonly listening: Promise<readonly UdpAddress[]>;
  readonly finished: Promise<void>;
  readonly #options: ServeOptions;
  readonly #active = new Set<Session>();
  readonly #activeByClient = new Map<string, number>();
  /** Sessions that still need a socket, those included that only stay for a while. */
  readonly #open = new Set<Session>();
  #listeners: Listener[] = [];
  #isRef = true;
  #lastId = 0;
  #shutdown: Promise<void> | null = null;
  #finish!: { resolve(): void; reject(error: unknown): void };
  #onIdle: (() => void) | null = null;

  constructor(config: ServerConfig, options: ServeOptions) {
    this.config = config;
    this.#options = options;
    this.ticker = new Ticker(config.clock);
    this.finished = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
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
    const { maxTransfers, maxTransfersPerClient } = this.config.limits;
    if ((this.#activeByClient.get(client) ?? 0) >= maxTransfersPerClient) {
      return `${maxTransfersPerClient} transfers with this client are under way`;
    }
    if (this.#active.size < maxTransfers) return null;
    // Half-open requests cost an attacker nothing, so they must not keep anyone out who means it.
    for (const session of this.#active) {
      if (session.isProven) continue;
      session.abandon("Made room for another client before this one answered");
      return null;
    }
    return `${maxTransfers} transfers are under way`;
  }

  register(session: Session): void {
    this.#active.add(session);
    this.#open.add(session);
    const count = this.#activeByClient.get(session.client) ?? 0;
    this.#activeByClient.set(session.client, count + 1);
  }

  release(session: Session): void {
    if (!this.#active.delete(session)) return;
    const count = this.#activeByClient.get(session.client)! - 1;
    if (count === 0) this.#activeByClient.delete(session.client);
    else this.#activeByClient.set(session.client, count);
    if (this.#active.size === 0) this.#onIdle?.();
  }

  forget(session: Session): void {
    this.#open.delete(session);
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
    return this.addresses;
  }

  async #shutDown(): Promise<void> {
    for (const listener of this.#listeners) listener.drain();
    await this.listening.catch(() => {});
    const cancel = this.config.clock.schedule(
      this.config.shutdownTimeoutMs,
      () => this.#abortAll(),
    );
    if (this.#active.size > 0) {
      await new Promise<void>((resolve) => this.#onIdle = resolve);
    }
    cancel();
    // A turn for the last packets that are on their way out.
    await Promise.resolve();
    this.#closeSockets();
    this.#finish.resolve();
  }

  #abortAll(): void {
    for (const session of [...this.#active]) {
      session.abort(
        new TftpError(
          ERROR_CODE.NotDefined,
          "The server was shut down before the transfer had ended",
          { wireText: "Server is shutting down" },
        ),
      );
    }
  }

  #closeSockets(): void {
    for (const session of [...this.#open]) session.dismiss();
    for (const { socket } of this.#listeners) socket.close();
  }
}
