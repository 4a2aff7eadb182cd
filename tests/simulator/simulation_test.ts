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
