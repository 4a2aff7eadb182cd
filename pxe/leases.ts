// Who has which address. Rules:
// 1. An address is in force for one client at most: while its entry has not expired, nobody else is offered or leased it.
// 2. A client gets, in this order: the address fixed for its MAC address; the one it had last; the one it asks for; one
//    derived from its identity; the lowest that nobody had yet; the one that nobody has had for longest
//    (RFC 2131 section 4.3.1).
// 3. An address that is fixed for a MAC address is never given to another; a client with a fixed address gets another
//    one only as long as the fixed one is declined or still leased to somebody.
// 4. An entry that has expired stays, so that its client finds its address again, until another client needs it.
// 5. An address that a client declined is in use by somebody: it is left alone for a while (RFC 2131 section 4.3.3).
// 6. Memory is bounded by the addresses of the pool, whoever asks and however often. No call takes longer than to look
//    at each address of the ranges once, and over the life of a pool they are all looked at once.
//
// How it is done: all entries of dynamic addresses are in a heap by their end. Whatever is on top has ended first: if its
// end is past, it is free and the least recently used; if not, no address is free.

import { ExpiryHeap } from "./_expiry_heap.ts";
import { checkAddress } from "./_addresses.ts";
import { formatIpv4, parseIpv4 } from "./ipv4.ts";
import type { NumberRange } from "./network.ts";

/** Who an address is for. */
export interface LeaseClient {
  /** The hardware address as text, as `52:54:00:12:34:56`; empty where the client has none. */
  readonly mac: string;
  /** The client identifier (option 61), octets in hexadecimal with colons, where it says more than the MAC address. */
  readonly clientId?: string;
  /** The name that the client gave itself (option 12). */
  readonly hostname?: string;
}

/**
 * What an address is to its client: offered for a short time, leased, or declined, which is to say that somebody else was
 * found to use it. A lease that was released or has expired is one whose end is past.
 */
export type LeaseState = "offered" | "leased" | "declined";

/** An address, and whose it is. */
export interface Lease extends LeaseClient {
  /** The address. */
  readonly address: string;
  /** What it is to the client. */
  readonly state: LeaseState;
  /** When that ends, in milliseconds since 1970; `Infinity` for never. */
  readonly expiresAt: number;
}

/** Options of {@linkcode LeasePool}. */
export interface LeasePoolOptions {
  /** Addresses to give to whoever asks. */
  readonly ranges: readonly NumberRange[];
  /** Addresses by MAC address, for one client each. */
  readonly fixed?: ReadonlyMap<string, string>;
  /** Addresses that are never given: those of the server and of routers. */
  readonly reserved?: readonly string[];
  /** For how long an offer is held, in milliseconds. */
  readonly offerMs: number;
  /** For how long a declined address is left alone, in milliseconds. */
  readonly declineMs: number;
}

interface Entry {
  readonly number: number;
  key: string;
  client: LeaseClient;
  state: LeaseState;
  expiresAt: number;
  place: number;
}

/** The addresses of one network and who has them. Pure: the time is an argument, and saving is for others. */
export class LeasePool {
  readonly #ranges: readonly NumberRange[];
  readonly #sizeOfRanges: number;
  readonly #fixed: ReadonlyMap<string, number>;
  /** In the ranges, and yet not to be given to whoever asks. */
  readonly #withheld: ReadonlySet<number>;
  readonly #reserved: ReadonlySet<number>;
  readonly #offerMs: number;
  readonly #declineMs: number;
  readonly #byAddress = new Map<number, Entry>();
  readonly #byClient = new Map<string, Entry>();
  readonly #heap = new ExpiryHeap<Entry>();
  /** How many of the addresses of the ranges, from the lowest on, are known to have an entry or to be withheld. */
  #passed = 0;

  constructor(options: LeasePoolOptions) {
    const { ranges, fixed = new Map(), reserved = [] } = options;
    const numberOf = (text: string) => checkAddress(text, "fix address");
    this.#ranges = ranges;
    this.#sizeOfRanges = ranges.reduce((sum, each) => sum + sizeOf(each), 0);
    this.#fixed = new Map(
      [...fixed].map(([mac, address]) => [mac, numberOf(address)]),
    );
    this.#reserved = new Set(reserved.map(numberOf));
    this.#withheld = new Set([...this.#fixed.values(), ...this.#reserved]);
    this.#offerMs = options.offerMs;
    this.#declineMs = options.declineMs;
  }

  /** All that is in force at a time: offers, leases, and declined addresses. */
  *inForce(now: number): Generator<Lease> {
    for (const entry of this.#byAddress.values()) {
      if (entry.expiresAt > now) yield asLease(entry);
    }
  }

  /** All that is known, also of leases that have ended: what a restart should not forget. */
  *all(): Generator<Lease> {
    for (const entry of this.#byAddress.values()) {
      if (entry.state !== "offered") yield asLease(entry);
    }
  }

  /** What a client has: an offer or a lease that is in force. */
  find(client: LeaseClient, now: number): Lease | undefined {
    const entry = this.#byClient.get(this.#keyOf(client));
    return entry && entry.state !== "declined" && entry.expiresAt > now
      ? asLease(entry)
      : undefined;
  }

  /**
   * Whether a client was leased an address here, be it in the past, or has one of its own: what RFC 2131 calls a record of
   * the client. An offer is none, as the client may have taken that of another server.
   */
  knows(client: LeaseClient): boolean {
    return this.#byClient.get(this.#keyOf(client))?.state === "leased" ||
      this.#fixed.has(client.mac);
  }

  /** Whether an address is for this pool to give, to whomever. */
  owns(address: string): boolean {
    const number = parseIpv4(address);
    return number !== undefined && this.#isOurs(number);
  }

  /** The address that is fixed for a client, whoever has it now. */
  fixedOf(client: LeaseClient): string | undefined {
    const number = this.#fixed.get(client.mac);
    return number === undefined ? undefined : formatIpv4(number);
  }

  /**
   * Finds an address for a client and holds it for a short time. What the client has already it keeps, for no shorter time
   * than it had.
   *
   * @param client The client.
   * @param now The time.
   * @param wished The address it would like to have.
   * @returns The offer, or the lease the client has; `undefined` when no address is free.
   */
  offer(client: LeaseClient, now: number, wished?: string): Lease | undefined {
    const number = this.#choose(client, now, wished);
    if (number === undefined) return undefined;
    const entry = this.#byAddress.get(number);
    const key = this.#keyOf(client);
    const until = now + this.#offerMs;
    if (
      entry?.key === key && entry.state === "leased" && entry.expiresAt > now
    ) {
      if (entry.expiresAt < until) this.#end(entry, until);
      return asLease(entry);
    }
    return asLease(this.#set(number, client, "offered", until));
  }

  /**
   * Leases an address to a client.
   *
   * @param client The client.
   * @param address The address.
   * @param now The time.
   * @param durationMs For how long; `Infinity` for ever.
   * @returns The lease; `undefined` when the client cannot have the address.
   */
  lease(
    client: LeaseClient,
    address: string,
    now: number,
    durationMs: number,
  ): Lease | undefined {
    const number = parseIpv4(address);
    if (number === undefined || !this.#mayHave(client, number, now)) {
      return undefined;
    }
    return asLease(this.#set(number, client, "leased", now + durationMs));
  }

  /** Takes back what was offered to a client that wants nothing of it. Leases stay. */
  withdraw(client: LeaseClient, now: number): void {
    const entry = this.#byClient.get(this.#keyOf(client));
    if (entry?.state === "offered" && entry.expiresAt > now) {
      this.#end(entry, now);
    }
  }

  /**
   * Ends a lease (RFC 2131 section 4.3.4).
   *
   * @returns What it was, with its new end; `undefined` when the client has no such lease.
   */
  release(
    client: LeaseClient,
    address: string,
    now: number,
  ): Lease | undefined {
    const entry = this.#own(client, address, now);
    if (entry === undefined) return undefined;
    this.#end(entry, now);
    return asLease(entry);
  }

  /**
   * Leaves an address alone, as its client found somebody else with it (RFC 2131 section 4.3.3).
   *
   * @returns The address, declined; `undefined` when the client has no such address.
   */
  decline(
    client: LeaseClient,
    address: string,
    now: number,
  ): Lease | undefined {
    const entry = this.#own(client, address, now);
    if (entry === undefined) return undefined;
    entry.state = "declined";
    this.#end(entry, now + this.#declineMs);
    // It is nobody's now: the client is to get another one.
    if (this.#byClient.get(entry.key) === entry) {
      this.#byClient.delete(entry.key);
    }
    return asLease(entry);
  }

  /**
   * Takes over what was known before a restart. The later of two for one address wins.
   *
   * @returns Whether the address is one of the pool's; others are not kept.
   */
  restore(lease: Lease): boolean {
    const number = parseIpv4(lease.address);
    if (number === undefined || !this.#isOurs(number)) return false;
    const { client, state, expiresAt } = asEntry(lease);
    const other = this.#byClient.get(this.#keyOf(client));
    const entry = this.#set(number, client, state, expiresAt);
    if (state === "declined") this.#byClient.delete(entry.key);
    // Of several addresses of a client, the one it had last is its own.
    if (other && (state === "declined" || other.expiresAt > expiresAt)) {
      this.#byClient.set(entry.key, other);
    }
    return true;
  }

  /** The entry in force of an address, if it is this client's. */
  #own(client: LeaseClient, address: string, now: number): Entry | undefined {
    const entry = this.#byAddress.get(parseIpv4(address) ?? -1);
    return entry && entry.key === this.#keyOf(client) &&
        entry.state !== "declined" && entry.expiresAt > now
      ? entry
      : undefined;
  }

  #choose(
    client: LeaseClient,
    now: number,
    wished: string | undefined,
  ): number | undefined {
    const fixed = this.#fixed.get(client.mac);
    const last = this.#byClient.get(this.#keyOf(client))?.number;
    for (const number of [fixed, last, parseIpv4(wished ?? "")]) {
      if (number !== undefined && this.#mayHave(client, number, now)) {
        return number;
      }
    }
    if (this.#sizeOfRanges === 0) return undefined;
    const derived = this.#nth(
      hash(this.#keyOf(client)) % this.#sizeOfRanges,
    );
    if (this.#isFresh(derived)) return derived;
    return this.#lowestFresh() ?? this.#leastRecentlyUsed(now);
  }

  /** Rules 1, 3 and 5. */
  #mayHave(client: LeaseClient, number: number, now: number): boolean {
    const entry = this.#byAddress.get(number);
    const isFree = entry === undefined || entry.expiresAt <= now ||
      entry.state !== "declined" && entry.key === this.#keyOf(client);
    if (!isFree) return false;
    const fixed = this.#fixed.get(client.mac);
    if (number === fixed) return true;
    if (fixed !== undefined && this.#mayHave(client, fixed, now)) return false;
    return !this.#withheld.has(number) && this.#isInRanges(number);
  }

  #isFresh(number: number): boolean {
    return !this.#byAddress.has(number) && !this.#withheld.has(number);
  }

  #lowestFresh(): number | undefined {
    for (; this.#passed < this.#sizeOfRanges; this.#passed++) {
      const number = this.#nth(this.#passed);
      if (this.#isFresh(number)) return number;
    }
    return undefined;
  }

  #leastRecentlyUsed(now: number): number | undefined {
    const entry = this.#heap.first;
    return entry && entry.expiresAt <= now ? entry.number : undefined;
  }

  #set(
    number: number,
    client: LeaseClient,
    state: LeaseState,
    expiresAt: number,
  ): Entry {
    const key = this.#keyOf(client);
    let entry = this.#byAddress.get(number);
    if (entry === undefined) {
      entry = { number, key, client, state, expiresAt, place: -1 };
      this.#byAddress.set(number, entry);
    } else {
      if (entry.key !== key && this.#byClient.get(entry.key) === entry) {
        this.#byClient.delete(entry.key);
      }
      entry.key = key;
      entry.client = client;
      entry.state = state;
    }
    this.#byClient.set(key, entry);
    this.#end(entry, expiresAt);
    return entry;
  }

  #end(entry: Entry, expiresAt: number): void {
    entry.expiresAt = expiresAt;
    if (!this.#withheld.has(entry.number)) this.#heap.update(entry);
  }

  /** A client with a fixed address is known by its MAC address, whatever boot stage it is in. */
  #keyOf({ mac, clientId }: LeaseClient): string {
    return clientId === undefined || this.#fixed.has(mac)
      ? `mac ${mac}`
      : `id ${clientId}`;
  }

  #isOurs(number: number): boolean {
    return !this.#reserved.has(number) &&
      (this.#withheld.has(number) || this.#isInRanges(number));
  }

  #isInRanges(number: number): boolean {
    return this.#ranges.some(({ first, last }) =>
      number >= first && number <= last
    );
  }

  /** The address at a place of the ranges, one after the other. */
  #nth(index: number): number {
    let rest = index;
    for (const range of this.#ranges) {
      if (rest < sizeOf(range)) return range.first + rest;
      rest -= sizeOf(range);
    }
    throw new RangeError(`Cannot find address as there are only ${index}`);
  }
}

function sizeOf({ first, last }: NumberRange): number {
  return last - first + 1;
}

/** FNV-1a: the same address for the same client, also for a server that forgot everything. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  }
  return state >>> 0;
}

function asLease(
  { number, client, state, expiresAt }: Pick<
    Entry,
    "number" | "client" | "state" | "expiresAt"
  >,
): Lease {
  return { ...client, address: formatIpv4(number), state, expiresAt };
}

function asEntry(
  { mac, clientId, hostname, state, expiresAt }: Lease,
): Pick<Entry, "client" | "state" | "expiresAt"> {
  const client = {
    mac,
    ...(clientId === undefined ? {} : { clientId }),
    ...(hostname === undefined ? {} : { hostname }),
  };
  return { client, state, expiresAt };
}
