import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Chaos } from "../../chaos/chaos.ts";
import type { ChaosEvent } from "../../chaos/event.ts";
import { get, put } from "../../client.ts";
import { serve, type ServeOptions, TftpResponse } from "../../server.ts";
import { Simulation } from "../../simulator/mod.ts";
import { Peer, VirtualNetwork } from "../_virtual.ts";
import { FILE, meet, PLAIN } from "./_chaos.ts";
import { ack, bytesOf, RRQ } from "./_values.ts";

/** A server that misbehaves, and a client played by the test. */
async function withPeer(
  scenario: string,
  play: (
    side: {
      client: Peer;
      network: VirtualNetwork;
      events: ChaosEvent[];
      names: string[];
      chaos: Chaos;
      ask: (filename?: string) => Promise<void>;
    },
  ) => Promise<void>,
  options: ServeOptions = {},
): Promise<void> {
  const network = new VirtualNetwork();
  const { clock } = network;
  const events: ChaosEvent[] = [];
  const names: string[] = [];
  const chaos = new Chaos({
    network,
    clock,
    scenario,
    onEvent: (event) => {
      events.push(event);
      throw new Error("Whoever listens badly");
    },
  });
  const server = serve(
    { hostname: "10.0.0.1", network: chaos.network, clock, ...options },
    ({ filename }) => {
      names.push(filename);
      return new TftpResponse(FILE);
    },
  );
  const client = new Peer(network, { hostname: "10.0.0.9" });
  const ask = (filename = "file") =>
    client.send({ ...RRQ, filename }, server.addr);
  await play({ client, network, events, names, chaos, ask });
  const closed = server.shutdown();
  await clock.advance(60_000);
  await closed;
  chaos.close();
  client.close();
  await clock.advance(60_000);
  assertEquals([network.openSockets, clock.pending], [0, 0]);
}

function outcomes(events: readonly ChaosEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "ended" ? [event.report.outcome] : []
  );
}

Deno.test("Chaos sends a burst to a client that acknowledges nothing", async () => {
  await withPeer("burst-data", async ({ client, ask }) => {
    await ask();
    await client.expect("DATA 1 (512 octets)");
    await client.expect("DATA 2 (512 octets)");
    await client.expect("DATA 3 (512 octets)");
    await client.expect("DATA 4 (264 octets)");
    await client.silence();
  });
});

Deno.test("Chaos takes a scenario from the name, which the server never sees", async () => {
  await withPeer("calm", async ({ client, events, names, ask }) => {
    await ask("/read-denied/kernel");
    await client.expect('ERROR 2 "Access violation"');
    await ask("drop-request/kernel");
    await client.silence();
    await ask("drop-request/kernel");
    await client.expect("DATA 1 (512 octets)");
    assertEquals(names, ["kernel"]);
    const [first] = events;
    assertEquals(first?.type, "chosen");
    assertEquals(first?.transfer.filename, "/kernel");
    assertEquals(first?.transfer.scenario, "read-denied");
  });
});

Deno.test("Chaos stays silent where the server has closed its socket", async () => {
  await withPeer("stop-data", async ({ client, network, events, ask }) => {
    await ask();
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await client.send(ack(2));
    await network.clock.advance(5000);
    // Two of the server's, one of them lingering, and the client's.
    assertEquals(network.openSockets, 3);
    await client.send(ack(2));
    await network.clock.advance(14_999);
    assertEquals([network.openSockets, outcomes(events)], [3, []]);
    await network.clock.advance(1);
    assertEquals([network.openSockets, outcomes(events)], [2, ["gave-up"]]);
    await client.silence();
  });
});

Deno.test("Chaos sees a client ask again from another port", async () => {
  await withPeer("stop-data", async ({ client, network, events, ask }) => {
    await ask();
    await client.expect("DATA 1 (512 octets)");
    await network.clock.advance(900);
    const other = new Peer(network, { hostname: "10.0.0.9" });
    await other.send(bytesOf(RRQ), { ...client.from!, port: 69 });
    assertEquals(outcomes(events), ["retried"]);
    await network.clock.advance(30_000);
    assertEquals(outcomes(events), ["retried", "gave-up"]);
    await client.drain();
    await other.drain();
    other.close();
  });
});

Deno.test("Chaos ends what is under way when it is closed", async () => {
  await withPeer("calm", async ({ client, chaos, events, ask }) => {
    await ask();
    await client.expect("DATA 1 (512 octets)");
    chaos.close();
    assertEquals(outcomes(events), ["under-way"]);
    chaos.close();
  });
});

for (const scenario of ["drop-data", "stranger-data", "late-data", "storm"]) {
  Deno.test(`Chaos does ${scenario} on a single port, too`, async () => {
    const { result, reports, left } = await meet(scenario, {
      server: { singlePort: true },
    });
    assertEquals([result, left], ["ok", [0, 0]]);
    assertEquals(reports.map(({ outcome }) => outcome), ["finished"]);
  });
}

Deno.test("Chaos follows from its seed, packet by packet", async () => {
  const wire = async (seed: number) =>
    (await meet("storm", { chaos: { seed } })).wire;
  assertEquals(await wire(9), await wire(9));
  assertNotEquals(await wire(9), await wire(10));
});

Deno.test("Chaos lets a client meet one scenario after the other", async () => {
  const simulation = new Simulation({ seed: 1 });
  const host = simulation.host("192.0.2.1");
  const events: ChaosEvent[] = [];
  const each = ["drop-data", "duplicate-all", "read-wrong-port", "jitter"];
  const chaos = new Chaos({
    ...host,
    each,
    onEvent: (event) => void events.push(event),
  });
  const server = serve(
    { ...host, network: chaos.network, hostname: "192.0.2.1" },
    async ({ body }) => {
      if (body) await new Response(body).bytes();
      else return new TftpResponse(FILE);
    },
  );
  const client = { ...PLAIN, ...simulation.host("192.0.2.9") };
  await simulation.run(async () => {
    for (let i = 0; i < 3; i++) {
      const response = await get("tftp://192.0.2.1/file", client);
      assertEquals(await response.bytes(), FILE);
    }
    await put("tftp://192.0.2.1/file", FILE, client);
  });
  await simulation.run(() => server.shutdown());
  chaos.close();
  const chosen = events.filter(({ type }) => type === "chosen");
  assertEquals(chosen.map(({ transfer }) => transfer.scenario), each);
  assertEquals(outcomes(events), Array(4).fill("finished"));
});

Deno.test("Chaos tells which way a packet went that was lost", async () => {
  for (
    const [scenario, direction] of [
      ["drop-client-ack", "from-client"],
      ["drop-data", "to-client"],
    ] as const
  ) {
    const { events } = await meet(scenario);
    const told = events.filter(({ type }) => type === "tampered");
    assertEquals(
      told.map((event) => event.type === "tampered" && event.direction),
      [direction],
    );
  }
});

Deno.test("Chaos refuses options that make no sense", () => {
  const network = new VirtualNetwork();
  assertThrows(
    () => new Chaos({ network, seed: -1 }),
    RangeError,
    "Cannot use seed as it must be a whole number from 0 to 2^53 - 1: current value is -1",
  );
  assertThrows(
    () => new Chaos({ network, quietMs: -1 }),
    RangeError,
    "Cannot use quietMs as it must be a number from 0 to 2^31 - 1: current value is -1",
  );
});
