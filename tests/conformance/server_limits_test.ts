// What a server does not do, however much it is asked to: amplify, flood, run out of room.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { get } from "../../client.ts";
import type { Network } from "../../net/mod.ts";
import { encodePacket, TftpError } from "../../packet/mod.ts";
import { serve, TftpResponse } from "../../server.ts";
import { VirtualNetwork } from "../_virtual.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  raw,
  read,
  REQUEST_PORT,
  write,
} from "./_packets.ts";

const FILES = { file: content(100_000) };

/** Counts what one address gets. */
function countTo(network: VirtualNetwork, hostname: string) {
  const count = { packets: 0, bytes: 0 };
  network.fate = ({ to, bytes }) => {
    if (to.hostname === hostname) {
      count.packets++;
      count.bytes += bytes.length;
    }
    return [0];
  };
  return count;
}

for (
  const [name, request] of [
    ["DATA 1", read("file")],
    ["an OACK", read("file", [["blksize", "65464"], ["windowsize", "64"]])],
    ["ACK 0", write("new")],
    ["the OACK of a write", write("new", [["blksize", "65464"]])],
  ] as const
) {
  Deno.test(`server: a victim whose address was forged gets ${name} four times at most`, () =>
    withServer({ files: FILES }, async (side) => {
      const count = countTo(side.network, "192.0.2.66");
      const victim = side.client({ hostname: "192.0.2.66", port: 2000 });
      await victim.send(request, REQUEST_PORT);
      await side.advance(120_000);
      assertEquals(new Set(await victim.drain()).size, 1);
      assertEquals(count.packets, 4);
      assert(count.bytes <= 4 * 516);
      assertEquals(side.ends, ["failed"]);
      assertEquals(side.network.openSockets, 2);
    }));
}

Deno.test("server: how much a forged address gets can be set, in packets and in octets", async () => {
  for (
    const [unproven, packets] of [
      [{ maxRetransmissions: 0 }, 1],
      [{ maxRetransmissions: 1 }, 2],
      [{ maxBytes: 515 }, 1],
      [{ maxBytes: 1032, maxRetransmissions: 9 }, 3],
    ] as const
  ) {
    await withServer({ files: FILES, unproven }, async (side) => {
      const victim = await side.ask(read("file"));
      await side.advance(120_000);
      assertEquals((await victim.drain()).length, packets);
    });
  }
});

Deno.test("server: a client that has answered once is served for as long as it may be silent", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await side.advance(120_000);
    const lines = await client.drain();
    assert(lines.length > 4, `${lines.length}`);
    assertEquals(new Set(lines), new Set(["DATA 2 (512 octets)"]));
  }));

Deno.test("server: what a stranger sends does not prove the client's address", () =>
  withServer({ files: FILES }, async (side) => {
    const victim = await side.ask(read("file"));
    await victim.expect("DATA 1 (512 octets)");
    const stranger = side.client();
    await stranger.send(ack(1), victim.from);
    await stranger.expect('ERROR 5 "Unknown transfer ID"');
    await side.advance(120_000);
    assertEquals((await victim.drain()).length, 3);
  }));

for (const port of [7, 13, 17, 19, 37, 53, 123, 161, 389, 514]) {
  Deno.test(`server: nothing is sent to port ${port}, where a service might answer whatever it gets`, () =>
    withServer({ files: FILES }, async (side) => {
      const service = side.client({ port });
      for (
        const packet of [
          read("file"),
          read("missing"),
          write("new"),
          read("file", [], "mail"),
          raw("\0\x01file\0"),
          raw(`\0\x01${"n".repeat(3000)}\0octet\0`),
        ]
      ) await service.send(packet, REQUEST_PORT);
      await side.advance(60_000);
      await service.silence();
      assertEquals(side.ignored, 6);
    }));
}

for (
  const [name, request] of [
    ["writes", write("new")],
    ["writes with options", write("new", [["blksize", "1024"]])],
    ["reads of nothing", read("missing")],
    ["reads with options", read("file", [["blksize", "1024"]])],
  ] as const
) {
  Deno.test(`server: two servers on single ports, set on each other with forged ${name}, soon fall silent`, () =>
    withServer({
      files: FILES,
      hostname: ["192.0.2.1", "192.0.2.2"],
      port: 69,
      singlePort: true,
    }, async (side) => {
      const { network } = side;
      network.fate = () => [1];
      const [a, b] = await side.server.listening;
      network.inject(a!, b!, encodePacket(request));
      network.inject(b!, a!, encodePacket(request));
      await side.advance(60_000);
      assert(network.transcript.length <= 12, network.transcript.join("\n"));
    }));
}

Deno.test("server: clients that send from port 69, or any other below 1024, are served", () =>
  withServer({ files: FILES }, async (side) => {
    for (const port of [69, 1, 1023]) {
      const client = side.client({ hostname: "192.0.2.1", port });
      await client.send(read("file"), REQUEST_PORT);
      await client.expect("DATA 1 (512 octets)");
      await client.send(error(0));
    }
  }));

for (const singlePort of [false, true]) {
  Deno.test(`server: requests may have 2048 octets, and longer ones get ERROR 4${singlePort ? ", in single-port mode too" : ""}`, () =>
    withServer({ files: FILES, singlePort }, async (side) => {
      const request = (length: number) =>
        raw(`\0\x01file\0octet\0filler\0${"x".repeat(length - 21)}\0`);
      for (const length of [512, 513, 2048]) {
        assertEquals(request(length).length, length);
        const client = await side.ask(request(length));
        await client.expect("DATA 1 (512 octets)");
        await client.send(error(0));
      }
      for (const length of [2049, 2050, 60_000]) {
        const client = await side.ask(request(length));
        await client.expect('ERROR 4 "Illegal TFTP operation"');
      }
    }));
}

Deno.test("server: errors to one address are limited, others are not affected, and time heals", () =>
  withServer({ limits: { maxErrorsPerSecond: 10 } }, async (side) => {
    const flooder = side.client({ hostname: "192.0.2.1" });
    for (let i = 0; i < 100; i++) {
      const packet = i % 2 ? read(`missing ${i}`) : raw("\0\x01x");
      await flooder.send(packet, REQUEST_PORT);
    }
    assertEquals((await flooder.drain()).length, 30);
    const other = side.client({ hostname: "192.0.2.2" });
    await other.send(read("missing"), REQUEST_PORT);
    await other.expect('ERROR 1 "File not found"');
    await side.advance(1000);
    for (let i = 0; i < 100; i++) {
      await flooder.send(raw("\0\x01x"), REQUEST_PORT);
    }
    assertEquals((await flooder.drain()).length, 10);
  }));

Deno.test("server: strangers are not answered without end", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    const stranger = side.client();
    for (let i = 0; i < 100; i++) await stranger.send(ack(1), client.from);
    const answers = await stranger.drain();
    assert(answers.length >= 1 && answers.length <= 16, `${answers.length}`);
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await client.send(error(0));
  }));

Deno.test("server: when it is full, a request without an answer makes room, oldest first, and a proven one does not", () =>
  withServer({ files: FILES, limits: { maxTransfers: 2 } }, async (side) => {
    const proven = await side.ask(read("file"));
    await proven.expect("DATA 1 (512 octets)");
    await proven.send(ack(1));
    await proven.expect("DATA 2 (512 octets)");
    const silent = await side.ask(read("file"));
    await silent.expect("DATA 1 (512 octets)");
    const third = await side.ask(read("file"));
    await third.expect("DATA 1 (512 octets)");
    assertEquals(side.ends, ["failed"]);
    await third.send(ack(1));
    await third.expect("DATA 2 (512 octets)");
    const fourth = await side.ask(read("file"));
    await fourth.silence();
    assertEquals(side.ends, ["failed", "dropped"]);
    for (const client of [proven, third]) await client.send(error(0));
    await fourth.send(read("file"), REQUEST_PORT);
    await fourth.expect("DATA 1 (512 octets)");
    await fourth.send(error(0));
  }));

Deno.test("server: one address gets no more than its share of transfers", () =>
  withServer(
    { files: FILES, limits: { maxTransfersPerClient: 2 } },
    async (side) => {
      const clients = [];
      for (let i = 0; i < 2; i++) {
        const client = await side.ask(read("file"));
        await client.expect("DATA 1 (512 octets)");
        clients.push(client);
      }
      const third = await side.ask(read("file"));
      await third.silence();
      const other = side.client({ hostname: "192.0.2.1" });
      await other.send(read("file"), REQUEST_PORT);
      await other.expect("DATA 1 (512 octets)");
      for (const client of [...clients, other]) await client.send(error(0));
    },
  ));

Deno.test("server: with block numbers that may not roll over, a file that is too large is refused at once", () =>
  withServer({
    files: { fits: content(8 * 65535 - 1), large: content(8 * 65535) },
    rollover: "refuse",
  }, async (side) => {
    const options = [["blksize", "8"]] as const;
    const large = await side.ask(read("large", options));
    await large.expect('ERROR 0 "File too large for this block size"');
    const fits = await side.ask(read("fits", options));
    await fits.expect("OACK blksize=8");
    await fits.send(error(0));
    const plain = await side.ask(read("large"));
    await plain.expect("DATA 1 (512 octets)");
    await plain.send(error(0));
  }));

Deno.test("server: a shutdown lets transfers finish, and takes no new ones", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(write("new"));
    await client.expect("ACK 0");
    const stopped = side.server.shutdown();
    await side.advance(0);
    const late = await side.ask(read("file"));
    await late.silence();
    await client.send(data(1, 3));
    await client.expect("ACK 1");
    await stopped;
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("server: a shutdown ends transfers that take too long, with an ERROR", () =>
  withServer({ files: FILES, shutdownTimeoutMs: 3000 }, async (side) => {
    const client = await side.ask(write("new"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    const stopped = side.server.shutdown();
    await side.advance(3000);
    const last = (await client.drain()).at(-1);
    assertEquals(last, 'ERROR 0 "Server is shutting down"');
    await stopped;
    assertEquals(side.aborted, ["new"]);
  }));

/** Sockets each of which fails with these errors before it receives anything; Windows does so. */
function grumbling(network: VirtualNetwork, errors: () => Error[]): Network {
  return {
    bind(address) {
      const socket = network.bind(address);
      const left = errors();
      const receive = socket.receive.bind(socket);
      socket.receive = (buffer) => {
        const error = left.shift();
        return error ? Promise.reject(error) : receive(buffer);
      };
      return socket;
    },
  };
}

const unreachable = () => new Deno.errors.ConnectionReset("os error 10054");
const tooLong = () =>
  Object.assign(new Error("os error 10040"), { code: "EMSGSIZE" });

Deno.test("server: an ICMP answer told on the request port, or a datagram that was too long, ends nothing", async () => {
  const network = new VirtualNetwork();
  const grumble = grumbling(network, () => [unreachable(), tooLong()]);
  const { clock } = network;
  const server = serve({
    hostname: "127.0.0.1",
    port: REQUEST_PORT.port,
    clock,
    network: {
      bind: (address) =>
        (address.port === REQUEST_PORT.port ? grumble : network).bind(address),
    },
  }, () => new TftpResponse("still here"));
  const target = { ...REQUEST_PORT, filename: "file" };
  {
    await using download = await get(target, { network, clock });
    assertEquals(await download.text(), "still here");
  }
  await server.shutdown();
  assertEquals(network.openSockets, 0);
});

Deno.test("client: an ICMP answer, where the system tells of it, ends the transfer at once", async () => {
  const network = new VirtualNetwork();
  const options = {
    network: grumbling(network, () => [unreachable()]),
    clock: network.clock,
  };
  await assertRejects(
    () => get({ ...REQUEST_PORT, filename: "file" }, options),
    TftpError,
    "nothing listens on its port",
  );
  assertEquals(network.openSockets, 0);
  assertEquals(network.clock.now(), 0);
});
