import { assert, assertEquals, assertRejects } from "@std/assert";
import { probe } from "../../probe/mod.ts";
import { VirtualNetwork } from "../_virtual.ts";
import { probeTampered, resultOf } from "./_tampered.ts";

const EVERYTHING = {
  isWritable: true,
  probe: { security: true, write: "scratch" },
};

Deno.test("a probe takes some two seconds and a hundred small packets", async () => {
  const report = await probeTampered();
  assert(report.durationMs < 2500, `${report.durationMs} ms`);
  assert(report.sent.packets < 200, `${report.sent.packets} packets`);
  assert(report.sent.bytes < 5000, `${report.sent.bytes} octets`);
  assertEquals(report.server, "192.0.2.1:69");
  assertEquals([report.file, report.sizeBytes], ["present", 5700]);
  assertEquals(report.answer, "DATA 1 of 512 octets");
  assertEquals(report.roundTripMs, 2);
});

Deno.test("a probe of a server without faults says so of every RFC", async () => {
  const { verdicts } = await probeTampered({}, EVERYTHING);
  assertEquals(
    Object.fromEntries(verdicts.map(({ group, verdict }) => [group, verdict])),
    {
      "RFC 1350": "ok",
      "RFC 1123": "ok",
      "RFC 2347": "ok",
      "RFC 2348": "ok",
      "RFC 2349": "ok",
      "RFC 7440": "ok",
      "No RFC": "ok",
      "Writes": "ok",
      "Security": "ok",
    },
  );
});

Deno.test("a server that is far away is given its time", async () => {
  const { verdicts, roundTripMs } = await probeTampered({}, {
    ...EVERYTHING,
    delayMs: 300,
  });
  assertEquals(roundTripMs, 600);
  assertEquals(verdicts.filter(({ verdict }) => verdict !== "ok"), []);
});

Deno.test("silence may be as long as one likes", async () => {
  const { file } = await probeTampered({ receive: () => true }, {
    probe: { quietMs: 60_000 },
  });
  assertEquals(file, "silent");
});

Deno.test("a server without options is told as such", async () => {
  const { verdicts } = await probeTampered({}, { server: { rfc1350: true } });
  for (const { group, verdict } of verdicts) {
    const isAboutOptions = /2348|2349|7440|No RFC/.test(group);
    if (isAboutOptions) assertEquals([group, verdict], [group, "unsupported"]);
  }
});

Deno.test("a fault is the verdict of its RFC, whatever else is well", async () => {
  const { verdicts } = await probeTampered({
    receive(packet, answer, port) {
      if (packet?.type !== "ERROR" || port !== 69) return false;
      answer({ type: "ERROR", code: 4, message: "No" });
      return true;
    },
  });
  const faulty = verdicts.filter(({ verdict }) => verdict === "fault");
  assertEquals(faulty.map(({ group }) => group), ["RFC 1350"]);
});

Deno.test("without the file, what needs none is still asked", async () => {
  const report = await probeTampered({}, { filename: "nope" });
  assertEquals(report.file, "refused");
  assertEquals(report.answer, 'ERROR 1 "File not found"');
  assertEquals(resultOf(report, "name-absent").verdict, "ok");
  assertEquals(resultOf(report, "stray-error").verdict, "ok");
  assertEquals(
    resultOf(report, "blksize-8").finding,
    "needs a file that is there",
  );
  assertEquals(resultOf(report, "blksize-8").packets, []);
});

Deno.test("a server that says nothing is asked no more", async () => {
  const report = await probeTampered({ receive: () => true });
  assertEquals([report.file, report.sent.packets], ["silent", 2]);
  assertEquals(report.roundTripMs, null);
  assert(report.results.every(({ verdict }) => verdict === "unknown"));
});

Deno.test("every transfer that was begun is ended", async () => {
  const open = new Set<number>();
  await probeTampered({
    send(packet, port) {
      if (port !== 69 && packet.type !== "ERROR") open.add(port);
      return [packet];
    },
    receive(packet, _answer, port) {
      if (packet?.type === "ERROR") open.delete(port);
      return false;
    },
  }, EVERYTHING);
  assertEquals([...open], []);
});

Deno.test("checks have ids of their own, and names that fit their column", async () => {
  const { results } = await probeTampered({}, EVERYTHING);
  const ids = results.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(results.filter(({ name }) => name.length > 22), []);
});

Deno.test("no more checks run at once than told", async () => {
  const clients = new Set<number>();
  let most = 0;
  const network = new VirtualNetwork();
  const { bind } = network;
  network.bind = (address) => {
    const socket = bind.call(network, address);
    const close = socket.close.bind(socket);
    clients.add(socket.address.port);
    most = Math.max(most, clients.size);
    socket.close = () => {
      clients.delete(socket.address.port);
      close();
    };
    return socket;
  };
  const done = probe("tftp://127.0.0.1/x", {
    network,
    clock: network.clock,
    random: () => 0,
    concurrency: 1,
  });
  await network.clock.advance(10_000);
  assertEquals((await done).file, "silent");
  assertEquals([most, clients.size], [1, 0]);
});

Deno.test("a probe that is aborted closes its sockets, and rejects with the reason", async () => {
  const network = new VirtualNetwork();
  const abortion = new AbortController();
  const reason = new Error("enough");
  const done = assertRejects(
    () =>
      probe("tftp://127.0.0.1/x", {
        network,
        clock: network.clock,
        signal: abortion.signal,
      }),
    Error,
    "enough",
  );
  await network.clock.advance(100);
  abortion.abort(reason);
  await network.clock.advance(5000);
  await done;
  assertEquals([network.openSockets, network.clock.pending], [0, 0]);
});

for (
  const [options, message] of [
    [{ waitMs: -1 }, "waitMs must be a number from 0 to 3600000"],
    [{ quietMs: 0 }, "quietMs must be a number from 1 to 3600000"],
    [{ concurrency: 1000 }, "concurrency must be a number from 1 to 100"],
  ] as const
) {
  Deno.test(`probe() refuses ${JSON.stringify(options)}`, async () => {
    await assertRejects(
      () => probe("tftp://127.0.0.1/x", options),
      RangeError,
      message,
    );
  });
}

Deno.test("probe() refuses what is no target", async () => {
  await assertRejects(() => probe("http://127.0.0.1/x"), SyntaxError);
});
