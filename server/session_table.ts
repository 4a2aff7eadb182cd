// Who is being served, and how much of it: the limits that keep a few from keeping out all others. Rules:
// 1. Transfers are counted from the request to their end, in all and for each client. What is one client,
//    `clientKey` says.
// 2. When all places are taken, room is made by those who have nothing to lose: first the oldest request whose client has
//    not answered yet, then the client that has been silent longest, if it has been for long. When only the places of one
//    client are taken, a request of its own that has had no answer for a while makes room: its address may be forged.
// 3. An upload that has ended stays for some seconds in case its last ACK was lost. That counts for nobody, but only so many
//    stay at once, and the oldest one goes when its port is wanted.

import { clientKey } from "../net/mod.ts";
import type { ServerLimits } from "./limits.ts";
import type { Session } from "./session.ts";

/** Uploads that may stay after their end; more, and the oldest one goes. */
const MAX_STAYING = 256;

/** Silence after which a transfer may have to make room, in milliseconds. */
const LONG_SILENCE_MS = 10_000;

/** How long a client has to answer before another request of the same address may take the place, in milliseconds. */
export const ANSWER_TIME_MS = 1000;

/** The sessions of a server. */
export class SessionTable {
  readonly #limits: Required<ServerLimits>;
  // Arrays, as a Set that is added to and deleted from all the time keeps what it had until a full collection.
  readonly #active: Session[] = [];
  readonly #activeByClient = new Map<string, Session[]>();
  readonly #staying: Session[] = [];
  #onIdle: (() => void) | null = null;

  constructor(limits: Required<ServerLimits>) {
    this.#limits = limits;
  }

  /** Transfers that have not ended. */
  get activeCount(): number {
    return this.#active.length;
  }

  /** Whether a new transfer with this client may begin; if not, why. */
  admit(client: string, now: number): string | null {
    const { maxTransfers, maxTransfersPerClient } = this.#limits;
    const own = this.#activeByClient.get(clientKey(client));
    if (
      own && own.length >= maxTransfersPerClient && !makeRoomAmong(own, now)
    ) {
      return `${maxTransfersPerClient} transfers with this client are under way`;
    }
    if (this.#active.length < maxTransfers || this.#makeRoom(now)) return null;
    return `${maxTransfers} transfers are under way`;
  }

  /** Notes a session that begins. */
  add(session: Session): void {
    this.#active.push(session);
    const key = clientKey(session.client);
    const own = this.#activeByClient.get(key);
    if (own) own.push(session);
    else this.#activeByClient.set(key, [session]);
  }

  /** A session has ended; it may stay a while. */
  release(session: Session): void {
    if (!remove(this.#active, session)) return;
    const key = clientKey(session.client);
    const own = this.#activeByClient.get(key)!;
    remove(own, session);
    if (own.length === 0) this.#activeByClient.delete(key);
    this.#staying.push(session);
    if (this.#staying.length > MAX_STAYING) this.dismissOldest();
    if (this.#active.length === 0) this.#onIdle?.();
  }

  /** A session needs nothing any more. */
  forget(session: Session): void {
    remove(this.#staying, session);
  }

  /** Ends the stay of the session that has stayed longest; whether there was one. */
  dismissOldest(): boolean {
    const oldest = this.#staying.shift();
    oldest?.dismiss();
    return oldest !== undefined;
  }

  /** Ends whatever has least to lose, because the system has nothing more to give. */
  makeRoom(now: number): void {
    if (!this.dismissOldest()) this.#makeRoom(now);
  }

  /** Ends every stay. */
  dismissAll(): void {
    while (this.dismissOldest());
  }

  /** The transfers that have not ended, as they are now. */
  active(): Session[] {
    return [...this.#active];
  }

  /** Fulfilled when no transfer is under way. */
  async idle(): Promise<void> {
    if (this.#active.length === 0) return;
    await new Promise<void>((resolve) => this.#onIdle = resolve);
  }

  #makeRoom(now: number): boolean {
    let silent: Session | null = null;
    for (const session of this.#active) {
      // Half-open requests cost an attacker nothing, so they must not keep anyone out who means it.
      if (!session.isProven) {
        session.abandon(
          "Made room for another client before this one answered",
        );
        return true;
      }
      if (!silent || session.heardAt < silent.heardAt) silent = session;
    }
    if (!silent || now - silent.heardAt < LONG_SILENCE_MS) return false;
    silent.abandon("Made room for another client as this one fell silent");
    return true;
  }
}

/** Ends the oldest of one client's requests that it had the time to answer, and has not; whether there was one. */
function makeRoomAmong(sessions: readonly Session[], now: number): boolean {
  for (const session of sessions) {
    if (session.isProven) continue;
    // Those behind it are younger.
    if (now - session.heardAt < ANSWER_TIME_MS) return false;
    session.abandon(
      "Made room for another request of this client before it answered this one",
    );
    return true;
  }
  return false;
}

/** Removes an item; whether it was there. */
function remove<T>(list: T[], item: T): boolean {
  const i = list.indexOf(item);
  if (i < 0) return false;
  list.splice(i, 1);
  return true;
}
