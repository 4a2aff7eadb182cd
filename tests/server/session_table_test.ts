import { assertEquals } from "@std/assert";
import { DEFAULT_LIMITS, type ServerLimits } from "../../server/limits.ts";
import type { Session } from "../../server/session.ts";
import { SessionTable } from "../../server/session_table.ts";

/** As much of a session as the table looks at. */
function sessionOf(
  table: SessionTable,
  log: string[],
  options: {
    client?: string;
    isProven?: boolean;
    heardAt?: number;
    name?: string;
  },
): Session {
  const { client = "192.0.2.1", isProven = false, heardAt = 0 } = options;
  const { name = client } = options;
  const session = {
    client,
    isProven,
    heardAt,
    abandon() {
      log.push(`abandon ${name}`);
      table.release(this as unknown as Session);
      table.forget(this as unknown as Session);
    },
    dismiss: () => log.push(`dismiss ${name}`),
  } as unknown as Session;
  return session;
}

function setUp(limits: ServerLimits) {
  const table = new SessionTable({ ...DEFAULT_LIMITS, ...limits });
  const log: string[] = [];
  const add = (options: Parameters<typeof sessionOf>[2]) => {
    const session = sessionOf(table, log, options);
    table.add(session);
    return session;
  };
  return { table, log, add };
}

Deno.test("a client has only so many transfers, and its IPv6 neighbours are counted with it", () => {
  const { table, add } = setUp({ maxTransfersPerClient: 2 });
  for (
    const [client, other] of [
      ["192.0.2.1", "192.0.2.2"],
      ["2001:db8::1", "2001:db8:0:1::1"],
    ] as const
  ) {
    const first = add({ client });
    add({ client });
    assertEquals(
      table.admit(client, 0),
      "2 transfers with this client are under way",
    );
    assertEquals(table.admit(other, 0), null);
    table.release(first);
    assertEquals(table.admit(client, 0), null);
  }
});

Deno.test("when a client's places are taken, one that it had time to answer makes room, and no other does", () => {
  const { table, log, add } = setUp({ maxTransfersPerClient: 3 });
  add({ name: "proven", isProven: true });
  add({ name: "older", heardAt: 1000 });
  add({ name: "younger", heardAt: 1500 });
  add({ name: "another's", client: "192.0.2.2" });
  const full = "3 transfers with this client are under way";
  assertEquals(table.admit("192.0.2.1", 1999), full);
  assertEquals(table.admit("192.0.2.1", 2000), null);
  add({ name: "newcomer", heardAt: 2000 });
  assertEquals(table.admit("192.0.2.1", 2499), full);
  assertEquals(table.admit("192.0.2.1", 2500), null);
  assertEquals(log, ["abandon older", "abandon younger"]);
  assertEquals(table.activeCount, 3);
});

Deno.test("a client with one place gets the next one after its only request went unanswered", () => {
  const { table, log, add } = setUp({ maxTransfersPerClient: 1 });
  for (const now of [0, 1000, 2000]) {
    assertEquals(table.admit("192.0.2.1", now), null);
    add({ name: `${now}`, heardAt: now });
  }
  assertEquals(log, ["abandon 0", "abandon 1000"]);
  assertEquals(table.activeCount, 1);
});

Deno.test("when all places are taken, the oldest that has not answered makes room", () => {
  const { table, log, add } = setUp({ maxTransfers: 3 });
  add({ name: "proven", isProven: true });
  add({ name: "older" });
  add({ name: "younger" });
  assertEquals(table.admit("192.0.2.9", 0), null);
  assertEquals(log, ["abandon older"]);
  assertEquals(table.activeCount, 2);
});

Deno.test("when all have answered, the one that is silent longest makes room, if it is for long", () => {
  const { table, log, add } = setUp({ maxTransfers: 2 });
  add({ name: "busy", isProven: true, heardAt: 9000 });
  add({ name: "silent", isProven: true, heardAt: 1000 });
  assertEquals(table.admit("192.0.2.9", 10_999), "2 transfers are under way");
  assertEquals(log, []);
  assertEquals(table.admit("192.0.2.9", 11_000), null);
  assertEquals(log, ["abandon silent"]);
});

Deno.test("a session that has ended stays without counting; the oldest goes when there are too many", () => {
  const { table, log, add } = setUp({ maxTransfers: 1000 });
  for (let i = 0; i < 257; i++) table.release(add({ name: `upload ${i}` }));
  assertEquals(table.activeCount, 0);
  assertEquals(log, ["dismiss upload 0"]);
  assertEquals(table.dismissOldest(), true);
  assertEquals(log.at(-1), "dismiss upload 1");
  table.dismissAll();
  assertEquals(log.length, 257);
  assertEquals(table.dismissOldest(), false);
});

Deno.test("makeRoom() ends a stay, then what is not answered, then what is silent for long", () => {
  const { table, log, add } = setUp({});
  table.release(add({ name: "staying" }));
  add({ name: "proven", isProven: true, heardAt: 0 });
  add({ name: "half-open" });
  for (let i = 0; i < 3; i++) table.makeRoom(9999);
  table.makeRoom(10_000);
  assertEquals(log, ["dismiss staying", "abandon half-open", "abandon proven"]);
});

Deno.test("idle() waits for the last transfer", async () => {
  const { table, add } = setUp({});
  await table.idle();
  const session = add({});
  let isIdle = false;
  const idle = table.idle().then(() => isIdle = true);
  await Promise.resolve();
  assertEquals(isIdle, false);
  table.release(session);
  await idle;
});
