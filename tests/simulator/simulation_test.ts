import { assert, assertEquals, assertRejects } from "@std/assert";
import { get, put, serve, TftpResponse } from "../../mod.ts";
import { Simulation, type SimulationOptions } from "../../simulator/mod.ts";

const SERVER = "192.0.2.1";
const CLIENT = "192.0.2.9";
const FILE = Uint8Array.from({ length: 5000 }, (_, i) => i * 31 & 0xff);

function start(options: SimulationOptions = {}) {
  const simulation = new Simulation(options);
  const uploads: Uint8Array[] = [];
  const server = serve(
    { ...simulation.host(SERVER), hostname: SERVER },
    async ({ body }) => {
      if (!body) return new TftpResponse(FILE);
      uploads.push(
        await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>)
          .bytes(),
      );
    },
  );
  const edge = simulation.host(CLIENT);
  const url = `tftp://${SERVER}/file`;
  const download = () =>
    simulation.run(async () => {
      const response = await get(url, edge);
      const bytes = await response.bytes();
      await response[Symbol.asyncDispose]();
      return bytes;
    });
  const upload = () => simulation.run(() => put(url, FILE, edge));
  const stop = async () => {
    await simulation.run(() => server.shutdown());
    assertEquals(simulation.openSocketCount, 0);
  };
  return { simulation, uploads, download, upload, stop };
}

Deno.test("the real server and client run on it, and the transcript tells each packet", async () => {
  const { simulation, download, stop } = start({ link: { delayMs: 10 } });
  assertEquals(await download(), FILE);
  await stop();
  const packets = simulation.transcript.map((line) =>
    line.replace(/^(\S+) \S+ > \S+/, "$1")
  );
  assertEquals(packets, [
    '0.000 RRQ "file" octet blksize=1428 tsize=0 windowsize=16',
    "10.000 OACK blksize=1428 tsize=5000 windowsize=16",
    "20.000 ACK 0",
    "30.000 DATA 1 (1428 octets)",
    "30.000 DATA 2 (1428 octets)",
    "30.000 DATA 3 (1428 octets)",
    "30.000 DATA 4 (716 octets)",
    "40.000 ACK 4",
  ]);
  assertEquals(simulation.datagramCount, 8);
  assertEquals(
    simulation.transcript[0]!.slice(0, 41),
    "0.000 192.0.2.9:49152 > 192.0.2.1:69 RRQ ",
  );
});

Deno.test("the same seed gives the same transcript, byte for byte; another seed another", async () => {
  const link = {
    delayMs: 3,
    jitterMs: 2,
    lossProbability: 0.2,
    duplicateProbability: 0.1,
    reorderProbability: 0.1,
  };
  const transcripts: string[] = [];
  for (const seed of [1, 1, 2]) {
    const run = start({ seed, link });
    assertEquals(await run.download(), FILE);
    await run.upload();
    assertEquals(run.uploads, [FILE]);
    await run.stop();
    transcripts.push(run.simulation.transcript.join("\n"));
  }
  assertEquals(transcripts[0], transcripts[1]);
  assert(transcripts[0] !== transcripts[2]);
  for (const note of ["lost", "doubled", "overtaken"]) {
    assert(transcripts[0]!.includes(`[${note}`), note);
  }
});

Deno.test("fate decides over single datagrams, before the link does", async () => {
  const { simulation, download, stop } = start({
    fate: ({ index }) => index === 1 ? [] : index === 3 ? [0, 5] : undefined,
  });
  assertEquals(await download(), FILE);
  await stop();
  assertEquals(
    simulation.transcript.filter((line) => line.endsWith("]")).map((line) =>
      line.slice(line.lastIndexOf("["))
    ),
    ["[lost]", "[doubled]"],
  );
});

Deno.test("time jumps: half a minute of silence takes no time to speak of", async () => {
  const simulation = new Simulation({ link: { lossProbability: 1 } });
  await assertRejects(
    () =>
      simulation.run(() => get(`tftp://${SERVER}/x`, simulation.host(CLIENT))),
    Error,
    "No answer from 192.0.2.1:69 for 31.0 s",
  );
  assertEquals(simulation.now, 31_000);
  assertEquals(simulation.openSocketCount, 0);
});

Deno.test("a host that crashes says nothing more and hears nothing more", async () => {
  const { simulation, download } = start({
    fate: ({ index, bytes }) => {
      if (index === 2) simulation.crash(SERVER);
      return bytes.length > 0 ? [1] : undefined;
    },
  });
  await assertRejects(download, Error, "fell silent");
  assert(
    simulation.transcript.slice(3).every((line) => line.includes("9:49152 >")),
  );
});

Deno.test("relink() lays cables anew: what was lost before arrives now", async () => {
  const { simulation, download, stop } = start({
    link: { lossProbability: 1 },
  });
  const done = download();
  await simulation.advance(2000);
  simulation.relink({});
  assertEquals(await done, FILE);
  await stop();
});

Deno.test("a damaged datagram arrives with one bit wrong, and the sender keeps its own right", async () => {
  const simulation = new Simulation({ link: { corruptProbability: 1 } });
  const a = await simulation.host(SERVER).network.bind({
    hostname: "0.0.0.0",
    port: 69,
  });
  const b = await simulation.host(CLIENT).network.bind({
    hostname: CLIENT,
    port: 0,
  });
  const sent = new Uint8Array(100);
  await b.send(sent, a.address);
  const [received] = await simulation.run(() => a.receive(new Uint8Array(200)));
  const bits = received.reduce(
    (sum, octet) => sum + octet.toString(2).replaceAll("0", "").length,
    0,
  );
  assertEquals(bits, 1);
  assertEquals(sent, new Uint8Array(100));
});

Deno.test("run() tells when nothing can happen any more, and when time is over", async () => {
  const simulation = new Simulation();
  const never = () => new Promise<void>(() => {});
  await assertRejects(
    () => simulation.run(never),
    Error,
    "nothing is going to happen any more",
  );
  const { clock } = simulation.host(CLIENT);
  const tick = () => void clock.schedule(10, tick);
  tick();
  await assertRejects(
    () => simulation.run(never, 1000),
    Error,
    "within 1000 ms of simulated time",
  );
  assertEquals(simulation.now, 1000);
});

Deno.test("a host has one address, its ports are taken once, and free ones are found", async () => {
  const simulation = new Simulation();
  const { network } = simulation.host(SERVER);
  const first = await network.bind({ hostname: "::", port: 0 });
  const second = await network.bind({ hostname: SERVER, port: 0 });
  assertEquals([first.address.port, second.address.port], [49152, 49153]);
  await assertRejects(
    async () => await network.bind({ hostname: SERVER, port: 49152 }),
    Error,
    "in use",
  );
  await assertRejects(
    async () => await network.bind({ hostname: "192.0.2.77", port: 0 }),
    Error,
    "the host is 192.0.2.1",
  );
});

Deno.test("a transcript can be left unwritten", async () => {
  const { simulation, download, stop } = start({ hasTranscript: false });
  assertEquals(await download(), FILE);
  await stop();
  assertEquals(simulation.transcript, []);
});

Deno.test("cables can differ from host to host, and from one direction to the other", async () => {
  const simulation = new Simulation({
    link: (from, to) =>
      from === CLIENT
        ? { delayMs: 5 }
        : to === CLIENT
        ? { delayMs: 7 }
        : { lossProbability: 1 },
  });
  const [near, far, third] = ["192.0.2.9", SERVER, "192.0.2.66"].map((host) =>
    simulation.host(host).network.bind({ hostname: host, port: 69 })
  );
  const buffer = new Uint8Array(10);
  const talk = async () => {
    const [here, there, elsewhere] = await Promise.all([near, far, third]);
    await here!.send(new Uint8Array(1), there!.address);
    await there!.receive(buffer);
    await there!.send(new Uint8Array(1), here!.address);
    await here!.receive(buffer);
    await elsewhere!.send(new Uint8Array(1), there!.address);
  };
  await simulation.run(talk);
  assertEquals(simulation.now, 12);
  assertEquals(simulation.transcript.at(-1)?.endsWith("[lost]"), true);
});

Deno.test("a socket whose owner takes their time loses what its buffer cannot hold, and says so", async () => {
  const seen: string[] = [];
  const simulation = new Simulation({
    receiveMs: 100,
    receiveBufferBytes: 1000,
    onDatagram: ({ bytes, now }, note) => seen.push(`${now} ${bytes} ${note}`),
  });
  const from = await simulation.host(CLIENT).network.bind({
    hostname: CLIENT,
    port: 0,
  });
  const to = await simulation.host(SERVER).network.bind({
    hostname: SERVER,
    port: 69,
  });
  const received: string[] = [];
  const receive = async () => {
    for (;;) {
      const [bytes] = await to.receive(new Uint8Array(10));
      received.push(`${simulation.now} ${bytes}`);
    }
  };
  receive().catch(() => {});
  for (let i = 0; i < 3; i++) await from.send(new Uint8Array([i]), to.address);
  await simulation.advance(1000);
  // The first is taken at once, the second waits, the third finds no room.
  assertEquals(received, ["0.1 0", "100.1 1"]);
  assertEquals(seen, ["0 0 ", "0 1 ", "0 2 ", "0.1 2 receive buffer full"]);
  from.close();
  to.close();
  assertEquals(simulation.pendingEventCount, 0);
});
