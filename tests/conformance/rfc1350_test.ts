// RFC 1350, sections 2 and 4: lock step, and who talks to whom. Modes, packets and ends of transfers have files of their
// own.

import { assertEquals, assertNotEquals } from "@std/assert";
import { withClient } from "./_client_side.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  payload,
  raw,
  read,
  REQUEST_PORT,
  unraw,
  write,
} from "./_packets.ts";

/** Waits that do not depend on how fast the virtual network is. */
const STEADY = { floorMs: 1000 };

Deno.test("RFC 1350 §2: a server sends no block before the one before it is acknowledged", () =>
  withServer({ files: { file: content(1300) } }, async (side) => {
    const client = await side.ask(read("file"));
    const blocks = [await client.expect("DATA 1 (512 octets)")];
    await client.silence();
    await client.send(ack(1));
    blocks.push(await client.expect("DATA 2 (512 octets)"));
    await client.silence();
    await client.send(ack(2));
    blocks.push(await client.expect("DATA 3 (276 octets)"));
    await client.send(ack(3));
    assertEquals(
      blocks.flatMap((block) => [...payload(block)]),
      [...content(1300)],
    );
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("RFC 1350 §2: a client sends no block before the one before it is acknowledged", () =>
  withClient(async (side) => {
    const upload = side.put(content(513));
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.silence();
    await server.send(ack(0));
    await server.expect("DATA 1 (512 octets)");
    await server.silence();
    await server.send(ack(1));
    await server.expect("DATA 2 (1 octets)");
    await server.send(ack(2));
    assertEquals((await upload).statistics.bytes, 513);
  }));

Deno.test("RFC 1350 §2: a server sends a block again when its acknowledgment does not come", () =>
  withServer(
    { files: { file: content(600) }, retransmission: STEADY },
    async (side) => {
      const client = await side.ask(read("file"));
      await client.expect("DATA 1 (512 octets)");
      await client.send(ack(1));
      const block = await client.expect("DATA 2 (88 octets)");
      await side.advance(999);
      await client.silence();
      await side.advance(1);
      assertEquals(await client.expect("DATA 2 (88 octets)"), block);
      await client.send(ack(2));
      assertEquals(side.ends, ["finished"]);
    },
  ));

Deno.test("RFC 1350 §2: a server acknowledges again when the next block does not come", () =>
  withServer({ retransmission: STEADY }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await side.advance(2000);
    await client.expect("ACK 1");
    await client.send(data(2, 0));
    await client.expect("ACK 2");
  }));

Deno.test("RFC 1350 §2: a client sends its request again when no answer comes", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    await side.advance(999);
    await side.server.silence();
    await side.advance(1);
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals(await download.bytes, content(3));
  }));

Deno.test("RFC 1350 §2: a client acknowledges again when the next block does not come", () =>
  withClient(async (side) => {
    const download = side.get({ rfc1350: true, retransmission: STEADY });
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await side.advance(2000);
    await server.expect("ACK 1");
    await server.send(data(2, 0));
    await server.expect("ACK 2");
    assertEquals((await download.bytes).length, 512);
  }));

Deno.test("RFC 1350 §2: a client sends a block again when its acknowledgment does not come", () =>
  withClient(async (side) => {
    const upload = side.put("abc", { rfc1350: true, retransmission: STEADY });
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    const block = await server.expect("DATA 1 (3 octets)");
    await side.advance(1000);
    assertEquals(await server.expect("DATA 1 (3 octets)"), block);
    await server.send(ack(1));
    assertEquals((await upload).statistics.retransmissions, 1);
  }));

Deno.test("RFC 1350 §2: a block that comes twice is stored once (server)", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await client.send(data(2, raw("end")));
    await client.expect("ACK 2");
    assertEquals(side.uploads.get("file")?.length, 515);
  }));

Deno.test("RFC 1350 §2: a block that comes twice is stored once (client)", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await server.send(data(2, 0));
    await server.expect("ACK 2");
    assertEquals(await download.bytes, content(512));
  }));

Deno.test("RFC 1350 §4: a server answers from a port of its own for each transfer, at the address it was asked at", () =>
  withServer({ files: { file: content(3) } }, async (side) => {
    const first = await side.ask(read("file"));
    await first.expect("DATA 1 (3 octets)");
    const second = await side.ask(read("file"));
    await second.expect("DATA 1 (3 octets)");
    assertEquals(first.from?.hostname, REQUEST_PORT.hostname);
    assertNotEquals(first.from?.port, REQUEST_PORT.port);
    assertNotEquals(first.from?.port, second.from?.port);
    await first.send(ack(1));
    await second.send(ack(1));
    assertEquals(side.ends, ["finished", "finished"]);
  }));

Deno.test("RFC 1350 §4: two transfers of one client run beside each other", () =>
  withServer({ files: { a: content(600), b: content(700) } }, async (side) => {
    const first = await side.ask(read("a"));
    const second = await side.ask(read("b"));
    await first.expect("DATA 1 (512 octets)");
    await second.expect("DATA 1 (512 octets)");
    await second.send(ack(1));
    await first.send(ack(1));
    await first.expect("DATA 2 (88 octets)");
    await second.expect("DATA 2 (188 octets)");
    await first.send(ack(2));
    await second.send(ack(2));
  }));

Deno.test("RFC 1350 §4: a client uses a new port for each transfer", () =>
  withClient(async (side) => {
    const ports = [];
    for (let i = 0; i < 2; i++) {
      const download = side.get();
      await side.server.expect('RRQ "file" octet');
      ports.push(side.server.from?.port);
      const server = side.portFor(side.server);
      await server.send(data(1, 0));
      await server.expect("ACK 1");
      await download.bytes;
    }
    assertNotEquals(ports[0], ports[1]);
  }));

Deno.test("RFC 1350 §4: a client goes on with the port that the answer came from", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await side.server.silence();
    assertEquals((await download.opened).remote.port, server.address.port);
    await server.send(data(2, 0));
    await server.expect("ACK 2");
  }));

Deno.test("RFC 1350 §4: a write request is answered with ACK 0, a read request with DATA 1", () =>
  withServer({ files: { file: "x" } }, async (side) => {
    const reader = await side.ask(read("file"));
    await reader.expect("DATA 1 (1 octets)");
    await reader.send(ack(1));
    const writer = await side.ask(write("file"));
    await writer.expect("ACK 0");
    await writer.send(data(1, 0));
    await writer.expect("ACK 1");
  }));

Deno.test("RFC 1350 §4: a packet from a stranger gets ERROR 5 and does not disturb the transfer (server of a read)", () =>
  withServer({ files: { file: content(600) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    const strangers = [
      side.client(),
      side.client({ hostname: "192.0.2.9", port: client.address.port }),
    ];
    for (const stranger of strangers) {
      await stranger.send(ack(1), client.from);
      await stranger.expect('ERROR 5 "Unknown transfer ID"');
    }
    await client.silence();
    await client.send(ack(1));
    await client.expect("DATA 2 (88 octets)");
    await client.send(ack(2));
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("RFC 1350 §4: a packet from a stranger gets ERROR 5 and does not disturb the transfer (server of a write)", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    const stranger = side.client();
    await stranger.send(data(1, raw("evil")), client.from);
    await stranger.expect('ERROR 5 "Unknown transfer ID"');
    await client.silence();
    await client.send(data(1, raw("good")));
    await client.expect("ACK 1");
    assertEquals(unraw(side.uploads.get("file")!), "good");
  }));

Deno.test("RFC 1350 §4: a packet from a stranger gets ERROR 5 and does not disturb the transfer (client that reads)", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    const stranger = side.portFor(server);
    await stranger.send(data(2, raw("evil")));
    await stranger.expect('ERROR 5 "Unknown transfer ID"');
    await server.silence();
    await server.send(data(2, raw("good")));
    await server.expect("ACK 2");
    assertEquals(unraw((await download.bytes).slice(512)), "good");
    assertEquals((await download.finished).statistics.strangers, 1);
  }));

Deno.test("RFC 1350 §4: a packet from a stranger gets ERROR 5 and does not disturb the transfer (client that writes)", () =>
  withClient(async (side) => {
    const upload = side.put("abc");
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.expect("DATA 1 (3 octets)");
    const stranger = side.portFor(server);
    await stranger.send(ack(1));
    await stranger.expect('ERROR 5 "Unknown transfer ID"');
    await server.send(ack(1));
    await upload;
  }));

Deno.test("RFC 1350 §4: a stranger's ERROR is neither obeyed nor answered, on either side", async () => {
  await withServer({ files: { file: "x" } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (1 octets)");
    const stranger = side.client();
    await stranger.send(error(0, "Stop"), client.from);
    await stranger.silence();
    await client.send(ack(1));
    assertEquals(side.ends, ["finished"]);
  });
  await withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await side.portFor(server).send(error(0, "Stop"));
    await server.send(data(2, 0));
    await server.expect("ACK 2");
    await download.finished;
  });
});

Deno.test("RFC 1350 §4: an answer from another host than was asked is refused, and the right one is taken", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const stranger = side.port({ hostname: "192.0.2.66" });
    await stranger.send(data(1, raw("evil")), side.server.from);
    await stranger.expect('ERROR 5 "Unknown transfer ID"');
    const server = side.portFor(side.server);
    await server.send(data(1, raw("good")));
    await server.expect("ACK 1");
    assertEquals(unraw(await download.bytes), "good");
  }));

Deno.test("RFC 1350 §4: when a request was duplicated, the second answer gets ERROR 5 and the first transfer goes on", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const first = side.portFor(side.server);
    const second = side.portFor(side.server);
    await first.send(data(1, 512));
    await second.send(data(1, 512));
    await first.expect("ACK 1");
    await second.expect('ERROR 5 "Unknown transfer ID"');
    await first.send(data(2, 0));
    await first.expect("ACK 2");
    assertEquals(await download.bytes, content(512));
  }));
