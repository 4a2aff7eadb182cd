import { assertEquals, assertRejects } from "@std/assert";
import { ok } from "../../probe/_finding.ts";
import { resultOf, Runner } from "../../probe/_runner.ts";
import type { Check } from "../../probe/check.ts";
import { readRequest } from "../../probe/check.ts";
import { Peer, settle, VirtualNetwork } from "../_virtual.ts";

const CHECK: Check = {
  id: "it",
  name: "it",
  group: "RFC 1",
  section: "1",
  asks: "it",
  run: () => Promise.resolve(ok("it")),
};

function start(signal: AbortSignal = new AbortController().signal) {
  const network = new VirtualNetwork();
  const { clock } = network;
  const server = new Peer(network, { port: 69 });
  const runner = new Runner(
    { network, clock, server: server.address, quietMs: 500, signal },
    {
      filename: "x",
      fileSizeBytes: null,
      absentName: "absent",
      writeName: "",
      quietMs: 500,
      waitMs: 500,
    },
  );
  const stop = () => {
    server.close();
    assertEquals([network.openSockets, clock.pending], [0, 0]);
  };
  return { network, clock, server, runner, stop };
}

Deno.test("the first request is patient, and learns size and round trip", async () => {
  const { clock, server, runner, stop } = start();
  const done = runner.first();
  await server.expect('RRQ "x" octet');
  await clock.advance(700);
  await server.send({ type: "DATA", block: 1, data: new Uint8Array(512) });
  await server.expect('RRQ "x" octet tsize=0');
  await server.send({ type: "OACK", options: [["tsize", "7000"]] });
  assertEquals(await done, {
    file: "present",
    answer: "DATA 1 of 512 octets",
    roundTripMs: 700,
  });
  assertEquals(runner.fileSizeBytes, 7000);
  // Both conversations are ended.
  await server.expect('ERROR 0 "Probe is done"');
  await server.expect('ERROR 0 "Probe is done"');
  stop();
});

Deno.test("a size that cannot be is not believed", async () => {
  const { server, runner, stop } = start();
  const done = runner.first();
  await server.expect('RRQ "x" octet');
  await server.send({ type: "DATA", block: 1, data: new Uint8Array(512) });
  await server.expect('RRQ "x" octet tsize=0');
  await server.send({ type: "OACK", options: [["tsize", "3"]] });
  await done;
  assertEquals(runner.fileSizeBytes, null);
  await server.drain();
  stop();
});

Deno.test("what a check begins is ended, counted and told", async () => {
  const { server, runner, stop } = start();
  const done = runner.run({
    ...CHECK,
    async run({ open }) {
      const answer = await (await open()).ask(readRequest("x"));
      return ok(answer?.packet?.type ?? "nothing");
    },
  }, 1000);
  await server.expect('RRQ "x" octet');
  await server.send({ type: "ACK", block: 0 });
  const { finding, packets } = await done;
  assertEquals([finding, packets.length], ["ACK", 3]);
  assertEquals(runner.traffic(), {
    sent: { packets: 2, bytes: 10 + 18 },
    received: { packets: 1, bytes: 4 },
  });
  await server.expect('ERROR 0 "Probe is done"');
  stop();
});

Deno.test("a check that has no time left has no finding", async () => {
  const { clock, server, runner, stop } = start();
  const done = runner.run({
    ...CHECK,
    run: async ({ open }) => ok(String(await (await open()).next(5000))),
  }, 100);
  await clock.advance(100);
  const { verdict, finding } = await done;
  assertEquals([verdict, finding], ["unknown", "not finished in time"]);
  await server.silence();
  stop();
});

Deno.test("an abortion ends a check, and closes its sockets", async () => {
  const abortion = new AbortController();
  const { runner, stop } = start(abortion.signal);
  const done = assertRejects(
    () =>
      runner.run({
        ...CHECK,
        run: async ({ open }) => ok(String(await (await open()).next(5000))),
      }, 10_000),
    Error,
    "enough",
  );
  await settle();
  abortion.abort(new Error("enough"));
  await done;
  stop();
});

Deno.test("resultOf() puts check and finding together", () => {
  assertEquals(resultOf(CHECK, ok("well", { n: 1 }), []), {
    ...{ id: "it", name: "it", group: "RFC 1", section: "1", asks: "it" },
    ...{ verdict: "ok", finding: "well", values: { n: 1 }, packets: [] },
  });
});
