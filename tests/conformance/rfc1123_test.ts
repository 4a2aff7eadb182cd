// RFC 1123, Requirements for Internet Hosts, section 4.2: what it adds to TFTP. That requests to a broadcast address are
// ignored (§4.2.3.5) takes a real network: see loopback_test.ts.

import { assertEquals } from "@std/assert";
import { get, put } from "../../client.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import { withClient } from "./_client_side.ts";
import { withServer } from "./_server_side.ts";
import { ack, content, data, read, REQUEST_PORT, write } from "./_packets.ts";

Deno.test("RFC 1123 §4.2.2.1: mode mail is not supported, nor is any other that is not known", () =>
  withServer({ files: { file: "x" } }, async (side) => {
    for (const mode of ["mail", "MAIL", "image", "octets", "octet "]) {
      for (const packet of [read("file", [], mode), write("file", [], mode)]) {
        const client = await side.ask(packet);
        await client.expect('ERROR 4 "Unknown transfer mode"');
      }
    }
    assertEquals(side.uploads.size, 0);
  }));

Deno.test("RFC 1123 §4.2.3.1: an ACK that comes again never makes a server send DATA again", () =>
  withServer({ files: { file: content(1600) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    for (let block = 1; block <= 3; block++) {
      await client.send(ack(block));
      await client.expect(
        `DATA ${block + 1} (${block < 3 ? 512 : 64} octets)`,
      );
      for (let i = 0; i < 5; i++) await client.send(ack(block));
      await client.silence();
    }
    await client.send(ack(4));
    const finished = side.events.find(({ type }) => type === "finished");
    assertEquals(
      finished?.type === "finished" && finished.transfer.statistics.packetsSent,
      4,
    );
  }));

Deno.test("RFC 1123 §4.2.3.1: an ACK that comes again never makes a client send DATA again", () =>
  withClient(async (side) => {
    const upload = side.put(content(600));
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    for (let i = 0; i < 5; i++) await server.send(ack(0));
    await server.expect("DATA 1 (512 octets)");
    await server.silence();
    for (let i = 0; i < 5; i++) await server.send(ack(1));
    await server.expect("DATA 2 (88 octets)");
    await server.silence();
    await server.send(ack(2));
    assertEquals((await upload).statistics.retransmissions, 0);
  }));

for (const operation of ["read", "write"] as const) {
  Deno.test(`RFC 1123 §4.2.3.1: where the network doubles packets, each block of a ${operation} is still sent once`, () =>
    withServer({ files: { file: content(5000) } }, async (side) => {
      const { network } = side;
      // A doubled request is another matter: its first answer is given again.
      network.fate = ({ to }) => to.port === REQUEST_PORT.port ? [1] : [1, 2];
      const target = { ...REQUEST_PORT, filename: "file" };
      const options = { network, clock: network.clock, rfc1350: true };
      const done = operation === "read"
        ? get(target, options).then((download) => download.bytes())
        : put(target, content(5000), options);
      await side.advance(1000);
      await done;
      const sent = network.transcript.filter((line) => line.includes("DATA"));
      assertEquals(sent.length, 10);
      await side.advance(10_000);
    }));
}

Deno.test("RFC 1123 §4.2.3.1: DATA that comes twice may be acknowledged twice", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    for (let i = 0; i < 3; i++) {
      await client.send(data(1, 512));
      await client.expect("ACK 1");
    }
    await client.send(data(2, 0));
    await client.expect("ACK 2");
  }));

Deno.test("RFC 1123 §4.2.3.2: a server's waits double, up to a limit", () =>
  withServer({ files: { file: content(1025) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await side.advance(50);
    await client.send(ack(1));
    // One round trip of 50 ms: SRTT + 4 RTTVAR is 150 ms.
    await client.expect("DATA 2 (512 octets)");
    for (const waitMs of [150, 300, 600, 1200, 2400, 4800, 8000, 8000]) {
      await side.advance(waitMs - 1);
      await client.silence();
      await side.advance(1);
      await client.expect("DATA 2 (512 octets)");
    }
    await client.send(ack(2));
    await client.expect("DATA 3 (1 octets)");
    await client.send(ack(3));
  }));

Deno.test("RFC 1123 §4.2.3.2: a client's waits double, up to a limit", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    for (const waitMs of [1000, 2000, 4000, 8000]) {
      await side.advance(waitMs - 1);
      await side.server.silence();
      await side.advance(1);
      await side.server.expect('RRQ "file" octet');
    }
    const server = side.portFor(side.server);
    await server.send(data(1, 0));
    await server.expect("ACK 1");
    await download.finished;
  }));

Deno.test("RFC 1123 §4.2.3.2: a slow path is measured, and nothing is sent again for being slow", () =>
  withServer({ files: { file: content(3000) } }, async (side) => {
    const { network } = side;
    network.fate = () => [400];
    const download = get({ ...REQUEST_PORT, filename: "file" }, {
      network,
      clock: network.clock,
      rfc1350: true,
    });
    const bytes = download.then((download) => download.bytes());
    await side.advance(10_000);
    assertEquals(await bytes, content(3000));
    const { statistics, roundTripMs } = await (await download).finished;
    assertEquals(statistics.retransmissions, 0);
    assertEquals(Math.round(roundTripMs), 800);
    assertEquals(
      network.transcript.filter((line) => line.includes("DATA")).length,
      6,
    );
    await side.advance(10_000);
  }));

Deno.test("RFC 1123 §4.2.3.2: on a fast path a lost block is sent again in far less than a second", () =>
  withServer({ files: { file: content(1025) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await side.advance(50);
    await client.expect("DATA 2 (512 octets)");
    await client.send(ack(2));
    await client.expect("DATA 3 (1 octets)");
    await client.send(ack(3));
  }));

Deno.test("RFC 1123 §4.2.3.4: who may read and write what can be decided for each client", () =>
  withServer({
    handler({ remote, operation }) {
      if (remote.hostname !== "192.0.2.1" || operation === "write") {
        throw new TftpError(ERROR_CODE.AccessViolation);
      }
      return new TftpResponse("secret");
    },
  }, async (side) => {
    const friend = side.client({ hostname: "192.0.2.1" });
    const other = side.client({ hostname: "192.0.2.2" });
    for (const client of [friend, other]) {
      await client.send(write("file"), REQUEST_PORT);
      await client.expect('ERROR 2 "Access violation"');
      await client.send(read("file"), REQUEST_PORT);
    }
    await other.expect('ERROR 2 "Access violation"');
    await friend.expect("DATA 1 (6 octets)");
    await friend.send(ack(1));
  }));
