import { assert, assertEquals } from "@std/assert";
import { parseIpv4 } from "../../pxe/ipv4.ts";
import {
  type Lease,
  LeasePool,
  type LeasePoolOptions,
} from "../../pxe/leases.ts";
import { forAll, type Random } from "../_random.ts";

const HOUR = 3_600_000;

function poolOf(
  first: string,
  last: string,
  options: Partial<LeasePoolOptions> = {},
): LeasePool {
  const range = { first: parseIpv4(first)!, last: parseIpv4(last)! };
  return new LeasePool({
    ranges: [range],
    offerMs: 30_000,
    declineMs: 600_000,
    ...options,
  });
}

function client(n: number) {
  return { mac: `02:00:00:00:00:${n.toString(16).padStart(2, "0")}` };
}

/** Gives a client an address for an hour. */
function take(pool: LeasePool, n: number, now: number): string | undefined {
  const offer = pool.offer(client(n), now);
  return offer && pool.lease(client(n), offer.address, now, HOUR)?.address;
}

Deno.test("the least recently used address goes first when no new one is left", () => {
  const pool = poolOf("10.0.0.1", "10.0.0.3");
  const [a, b, c] = [
    take(pool, 1, 0),
    take(pool, 2, 1000),
    take(pool, 3, 2000),
  ];
  assertEquals(new Set([a, b, c]).size, 3);
  assertEquals(pool.offer(client(4), 3000), undefined);
  // The second gives its address back before the others end.
  pool.release(client(2), b!, 4000);
  assertEquals(take(pool, 4, 5000), b);
  // The first has ended, but comes back before anybody needs its address.
  assertEquals(take(pool, 1, HOUR + 1000), a);
  assertEquals(take(pool, 5, HOUR + 2500), c);
  assertEquals(take(pool, 3, HOUR + 2600), undefined);
});

Deno.test("a client whose address went to another has nothing of it", () => {
  const pool = poolOf("10.0.0.1", "10.0.0.1");
  const address = take(pool, 1, 0)!;
  assertEquals(take(pool, 2, HOUR), address);
  assertEquals(pool.find(client(1), HOUR), undefined);
  assertEquals(pool.knows(client(1)), false);
  pool.withdraw(client(1), HOUR);
  assertEquals(pool.release(client(1), address, HOUR), undefined);
  assertEquals(pool.find(client(2), HOUR)?.address, address);
});

Deno.test("a client does not get back what it declined, as long as there are others", () => {
  const pool = poolOf("10.0.0.1", "10.0.0.9");
  const address = take(pool, 1, 0)!;
  pool.decline(client(1), address, 1000);
  assertEquals(pool.knows(client(1)), false);
  const next = pool.offer(client(1), 1000 + 600_000)?.address;
  assert(next !== undefined && next !== address);
});

Deno.test("of several ranges each address is given once, and none between them", () => {
  const ends = [["10.0.0.1", "10.0.0.2"], ["10.0.0.8", "10.0.0.8"]];
  const ranges = [...ends, ["10.0.0.5", "10.0.0.6"]].map(([first, last]) => ({
    first: parseIpv4(first!)!,
    last: parseIpv4(last!)!,
  }));
  const pool = poolOf("10.0.0.1", "10.0.0.1", { ranges });
  const given = [1, 2, 3, 4, 5].map((n) => take(pool, n, 0)).sort();
  assertEquals(given, [1, 2, 5, 6, 8].map((n) => `10.0.0.${n}`));
  assertEquals(take(pool, 6, 0), undefined);
});

Deno.test("an address derived from the client is the same for a pool that forgot all", () => {
  const addresses = [1, 2, 3].map((n) =>
    [poolOf("10.0.0.1", "10.0.3.200"), poolOf("10.0.0.1", "10.0.3.200")]
      .map((pool) => take(pool, n, 0))
  );
  for (const [one, other] of addresses) assertEquals(one, other);
  assertEquals(new Set(addresses.flat()).size, 3);
});

Deno.test("offering to who has a lease takes nothing from it", () => {
  const pool = poolOf("10.0.0.1", "10.0.0.1");
  const address = take(pool, 1, 0)!;
  const offer = pool.offer(client(1), 1000);
  assertEquals(offer?.state, "leased");
  assertEquals(offer?.expiresAt, HOUR);
  // Taking another server's offer is no release.
  pool.withdraw(client(1), 2000);
  assertEquals(pool.find(client(1), 2000)?.address, address);
  // Towards its end it is held for as long as an offer is.
  assertEquals(
    pool.offer(client(1), HOUR - 1000)?.expiresAt,
    HOUR - 1000 + 30_000,
  );
});

Deno.test("a wish is granted when the address is free, and is one of the range", () => {
  const pool = poolOf("10.0.0.1", "10.0.0.9", { reserved: ["10.0.0.5"] });
  assertEquals(pool.offer(client(1), 0, "10.0.0.7")?.address, "10.0.0.7");
  for (const wish of ["10.0.0.7", "10.0.0.5", "10.0.0.10", "x", ""]) {
    const offer = pool.offer(client(2), 0, wish);
    assert(offer && offer.address !== wish);
    pool.withdraw(client(2), 0);
  }
});

Deno.test("what was known before a restart is known again", () => {
  const before = poolOf("10.0.0.1", "10.0.0.4");
  const addresses = [1, 2, 3].map((n) => take(before, n, 0));
  before.release(client(2), addresses[1]!, 1000);
  before.decline(client(3), addresses[2]!, 1000);
  const offered = before.offer(client(4), 1000)!;

  const after = poolOf("10.0.0.1", "10.0.0.4");
  for (const lease of before.all()) assert(after.restore(lease));
  assertEquals(after.find(client(1), 2000)?.address, addresses[0]);
  assertEquals(after.find(client(2), 2000), undefined);
  assertEquals(take(after, 2, 2000), addresses[1]);
  assertEquals(after.find(client(3), 2000), undefined);
  assert(![addresses[2], undefined].includes(take(after, 3, 2000)));
  // An offer is not kept: its address is free.
  assert([...before.all()].every(({ address }) => address !== offered.address));
});

Deno.test("an address that is no longer of the pool is not restored", () => {
  const lease: Lease = {
    ...client(1),
    address: "10.0.0.9",
    state: "leased",
    expiresAt: HOUR,
  };
  assertEquals(poolOf("10.0.0.1", "10.0.0.4").restore(lease), false);
  const reserved = ["10.0.0.9"];
  assertEquals(
    poolOf("10.0.0.1", "10.0.0.9", { reserved }).restore(lease),
    false,
  );
});

Deno.test("an address that was given before it was fixed for another stays with its client until the end", () => {
  const fixed = new Map([[client(2).mac, "10.0.0.3"]]);
  const pool = poolOf("10.0.0.1", "10.0.0.4", { fixed });
  pool.restore({
    ...client(1),
    address: "10.0.0.3",
    state: "leased",
    expiresAt: HOUR,
  });
  assert(take(pool, 2, 0) !== "10.0.0.3");
  // It cannot be renewed by its old client, though it is in force.
  assertEquals(pool.lease(client(1), "10.0.0.3", 1000, HOUR), undefined);
  assertEquals(take(pool, 2, HOUR), "10.0.0.3");
});

Deno.test("of two addresses that a client had, it finds the later one again", () => {
  const leases: Lease[] = [
    { ...client(1), address: "10.0.0.3", state: "leased", expiresAt: 2 * HOUR },
    { ...client(1), address: "10.0.0.2", state: "leased", expiresAt: HOUR },
  ];
  for (const order of [leases, leases.toReversed()]) {
    const pool = poolOf("10.0.0.1", "10.0.0.9");
    for (const lease of order) pool.restore(lease);
    assertEquals(take(pool, 1, 5 * HOUR), "10.0.0.3");
  }
});

Deno.test("a range of millions of addresses costs what is used of it", () => {
  const pool = poolOf("10.0.0.1", "10.255.255.254");
  for (let n = 0; n < 200; n++) assert(take(pool, n, 0));
  assertEquals([...pool.inForce(1)].length, 200);
});

interface Known {
  readonly address: string;
  readonly until: number;
}

/** Random clients do random things, and a simple book is kept beside: no address in force is ever given to another. */
function neverTwice(random: Random): void {
  const fixed = new Map([
    [client(1).mac, "10.0.0.2"],
    [client(2).mac, "10.0.9.9"],
  ]);
  const pool = poolOf("10.0.0.1", "10.0.0.6", { fixed });
  const holders = new Map<string, { n: number; until: number }>();
  const leased = new Map<number, Known>();
  let now = 0;
  for (let step = 0; step < 200; step++) {
    now += random.between(0, HOUR / 4);
    const n = random.between(1, 10);
    const wish = `10.0.0.${random.between(0, 7)}`;
    const has = leased.get(n)?.address ?? wish;
    const action = random.between(0, 5);
    const lease = action === 0
      ? pool.offer(client(n), now, wish)
      : action <= 2
      ? pool.lease(
        client(n),
        pool.offer(client(n), now)?.address ?? wish,
        now,
        random.between(1, 4) * HOUR,
      )
      : action === 3
      ? pool.lease(client(n), has, now, HOUR)
      : undefined;
    if (action === 4) pool.release(client(n), has, now);
    if (action === 5) pool.decline(client(n), has, now);
    if (action >= 4) {
      const holder = holders.get(has);
      if (holder?.n === n) holders.delete(has);
    }
    if (lease === undefined) continue;
    const holder = holders.get(lease.address);
    const isTaken = holder && holder.n !== n && holder.until > now;
    assert(!isTaken, `${lease.address} is of ${holder?.n}, and given to ${n}`);
    assert(lease.expiresAt > now);
    holders.set(lease.address, { n, until: lease.expiresAt });
    leased.set(n, { address: lease.address, until: lease.expiresAt });
  }
  const inForce = [...pool.inForce(now)].map(({ address }) => address);
  assertEquals(new Set(inForce).size, inForce.length);
}

Deno.test("no address is ever given to two", () => forAll(300, neverTwice));
