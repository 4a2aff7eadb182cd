// What comes to the request port: which of it is answered, and who else may use the socket. What a repeated request means
// has a file of its own.

import { assertEquals } from "@std/assert";
import { encodePacket, type Packet } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import {
  ack,
  data,
  error,
  oack,
  raw,
  read,
  REQUEST_PORT,
  write,
} from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { type Peer, settle } from "../_virtual.ts";
import { Gate } from "./_tell.ts";

const FILES = { file: "text", long: "x".repeat(2000) };

// Rule 1: only requests are answered.

const NO_REQUESTS: readonly (Packet | Uint8Array)[] = [
  error(0, "you there?"),
  error(5, "Unknown transfer ID"),
  ack(0),
  ack(1),
  data(1, 512),
  oack(["blksize", "512"]),
  raw("\x00\x09what?"),
  raw("\x01\x01file\0octet\0"),
  raw("\x00"),
  raw(""),
];

for (const packet of NO_REQUESTS) {
  const line = packet instanceof Uint8Array
    ? JSON.stringify(String.fromCharCode(...packet))
    : packet.type + ("code" in packet ? ` ${packet.code}` : "");
  for (const singlePort of [false, true]) {
    const where = singlePort ? " of a single-port server" : "";
    Deno.test(`${line} to the request port${where} is ignored`, () =>
      withServer({ files: FILES, singlePort }, async (side) => {
        const client = await side.ask(packet);
        await client.silence();
        assertEquals(side.events.map(({ type }) => type), ["ignored"]);
      }));
  }
}

for (
  const bytes of [
    "\x00\x01",
    "\x00\x01file",
    "\x00\x01file\0",
    `\x00\x01${"x".repeat(2048)}\0octet\0`,
  ]
) {
  const shown = JSON.stringify(bytes.slice(0, 20));
  Deno.test(`a request that is none, ${shown}, is told and refused`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(raw(bytes));
      await client.expect('ERROR 4 "Illegal TFTP operation"');
      assertEquals(side.events.map(({ type }) => type), ["ignored"]);
    }));
}

Deno.test("a request of 2048 octets is served", () =>
  withServer({ files: FILES }, async (side) => {
    const filler = "x".repeat(2048 - "..file.octet..0.".length);
    const request = encodePacket(read("file", [[filler, "0"]]));
    assertEquals(request.length, 2048);
    const client = await side.ask(request);
    await client.expect("DATA 1 (4 octets)");
    await client.send(ack(1));
  }));

for (const port of [7, 19, 53, 123]) {
  Deno.test(`nothing that comes from port ${port} is answered, for what is there answers anything`, () =>
    withServer({ files: FILES }, async (side) => {
      const service = side.client({ port });
      await service.send(read("file"), REQUEST_PORT);
      await service.send(read("missing"), REQUEST_PORT);
      await service.send(raw("\x00\x01file"), REQUEST_PORT);
      await service.silence();
      assertEquals(side.events.map(({ type }) => type), [
        "ignored",
        "ignored",
        "ignored",
      ]);
    }));
}

Deno.test("a request in the name of the server's own socket gets no answer", () =>
  withServer({ files: FILES, singlePort: true }, async (side) => {
    const own = side.server.addr;
    for (const packet of [read("file"), write("new"), read("missing")]) {
      side.network.inject(own, own, encodePacket(packet));
      await settle();
    }
    assertEquals(side.ends, []);
    assertEquals(side.ignored, 3);
    assertEquals(side.network.transcript.length, 3);
  }));

Deno.test("port 69 is served, as there are clients that send from it", () =>
  withServer({ files: FILES, hostname: "127.0.0.2" }, async (side) => {
    const client = side.client({ hostname: "127.0.0.3", port: 69 });
    await client.send(read("file"), side.server.addr);
    await client.expect("DATA 1 (4 octets)");
    await client.send(ack(1));
  }));

Deno.test("errors are told to one address so many a second, and no more", () =>
  withServer({ limits: { maxErrorsPerSecond: 2 } }, async (side) => {
    const answers = async (client: Peer, attempts: number) => {
      for (let i = 0; i < attempts; i++) {
        await client.send(read("missing"), REQUEST_PORT);
      }
      return (await client.drain()).length;
    };
    const flooding = side.client();
    assertEquals(await answers(flooding, 10), 6);
    await side.advance(1000);
    assertEquals(await answers(flooding, 10), 2);
    // Another port of the same host has no account of its own, another host has.
    assertEquals(await answers(side.client(), 10), 0);
    const other = side.client({ hostname: "127.0.0.9" });
    assertEquals(await answers(other, 10), 6);
    // Those that were not told are refused all the same.
    assertEquals(side.ends.length, 40);
  }));

Deno.test("errors are counted for a whole /64 of IPv6, as one machine has it all", () =>
  withServer({ limits: { maxErrorsPerSecond: 1 } }, async (side) => {
    let answers = 0;
    for (const end of ["1", "2", "ffff:1"]) {
      const client = side.client({ hostname: `2001:db8::${end}` });
      for (let i = 0; i < 2; i++) {
        await client.send(read("missing"), REQUEST_PORT);
      }
      answers += (await client.drain()).length;
    }
    assertEquals(answers, 3);
  }));

Deno.test("what goes wrong before a request is begun is reported, and the next one is served", () =>
  withServer({ files: FILES }, async (side) => {
    const { clock } = side.network;
    const { now } = clock;
    clock.now = () => {
      clock.now = now;
      throw new Error("The clock has stopped");
    };
    const client = await side.ask(read("file"));
    await client.silence();
    assertEquals(side.faults.splice(0).map(String), [
      "Error: The clock has stopped",
    ]);
    const next = await side.ask(read("file"));
    await next.expect("DATA 1 (4 octets)");
    await next.send(ack(1));
    // The first was not lost, it only waited.
    await client.expect("DATA 1 (4 octets)");
    await client.send(ack(1));
  }));

Deno.test("nobody is told of ignored datagrams when nobody watches", () =>
  withServer({ files: FILES, onEvent: undefined! }, async (side) => {
    await (await side.ask(ack(7))).silence();
    assertEquals(side.events, []);
  }));

// Rule 3: everything on one port.

Deno.test("a single-port server serves several clients at once from its one socket", () =>
  withServer({ files: FILES, singlePort: true }, async (side) => {
    const reader = await side.ask(read("long"));
    const writer = await side.ask(write("upload"));
    // The same port of another host is another client.
    const { port } = reader.address;
    const other = side.client({ hostname: "127.0.0.2", port });
    await other.send(read("file"), REQUEST_PORT);

    await reader.expect("DATA 1 (512 octets)");
    await writer.expect("ACK 0");
    await other.expect("DATA 1 (4 octets)");
    for (const client of [reader, writer, other]) {
      assertEquals(client.from, REQUEST_PORT);
    }
    await writer.send(data(1, 512));
    await reader.send(ack(1));
    await writer.expect("ACK 1");
    await reader.expect("DATA 2 (512 octets)");
    await other.send(ack(1));
    await writer.send(data(2, 1));
    await writer.expect("ACK 2");
    for (const block of [2, 3]) {
      await reader.send(ack(block));
      await reader.expect(
        `DATA ${block + 1} (${block === 2 ? 512 : 464} octets)`,
      );
    }
    await reader.send(ack(4));
    assertEquals(side.ends, ["finished", "finished", "finished"]);
    assertEquals(side.uploads.get("upload")!.length, 513);
    assertEquals(side.network.openSockets, 4);
  }));

Deno.test("a single-port server has nothing to say to who has no transfer", () =>
  withServer({ files: FILES, singlePort: true }, async (side) => {
    const client = await side.ask(read("long"));
    await client.expect("DATA 1 (512 octets)");
    const stranger = await side.ask(ack(1));
    await stranger.silence();
    await client.silence();
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await client.send(error(0, "enough"));
    assertEquals(side.ignored, 1);
  }));

Deno.test("a single-port server takes an ACK while the handler is still at work for nothing", () => {
  const gate = new Gate<TftpResponse>();
  return withServer(
    { handler: () => gate.opened, singlePort: true },
    async (side) => {
      const client = await side.ask(read("file"));
      await client.send(ack(0), REQUEST_PORT);
      await client.silence();
      gate.open(new TftpResponse("text"));
      await client.expect("DATA 1 (4 octets)");
      await client.send(ack(1));
    },
  );
});

Deno.test("a single-port server takes blocks as large as they can be", () =>
  withServer({ singlePort: true }, async (side) => {
    const client = await side.ask(write("file", [["blksize", "65464"]]));
    await client.expect("OACK blksize=65464");
    await client.send(data(1, 65464));
    await client.expect("ACK 1");
    await client.send(data(2, 0));
    await client.expect("ACK 2");
    assertEquals(side.uploads.get("file")!.length, 65464);
  }));
