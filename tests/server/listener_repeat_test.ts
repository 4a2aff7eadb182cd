// What a request means that comes from a transfer ID which has, or had, a transfer.

import { assertEquals, assertNotEquals } from "@std/assert";
import { encodePacket, type RequestPacket } from "../../packet/mod.ts";
import { type TftpRequest, TftpResponse } from "../../server.ts";
import {
  ack,
  data,
  error,
  raw,
  read,
  REQUEST_PORT,
  write,
} from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { Gate, takeEvents } from "./_tell.ts";

const FILES = { file: "text", other: "another text", long: "x".repeat(2000) };

Deno.test("a request that is repeated before the handler is done waits with the first", () => {
  const gate = new Gate<TftpResponse>();
  let calls = 0;
  const handler = () => {
    calls++;
    return gate.opened;
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(read("file"));
    await client.send(read("file"), REQUEST_PORT);
    await client.send(read("file"), REQUEST_PORT);
    await client.silence();
    gate.open(new TftpResponse("text"));
    await client.expect("DATA 1 (4 octets)");
    await client.silence();
    await client.send(ack(1));
    assertEquals(calls, 1);
    assertEquals(side.ends, ["finished"]);
  });
});

for (
  const [packet, answer] of [
    [read("file"), "DATA 1 (4 octets)"],
    [read("file", [["tsize", "0"]]), "OACK tsize=4"],
    [write("file"), "ACK 0"],
    [write("file", [["blksize", "100"]]), "OACK blksize=100"],
  ] as const
) {
  Deno.test(`a ${packet.type} that is repeated before its ${answer} is answered has it sent once more`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(packet);
      await client.expect(answer);
      const { from } = client;
      await client.send(packet, REQUEST_PORT);
      await client.expect(answer);
      assertEquals(client.from, from);
      await client.silence();
      await client.send(error(0, "enough"));
      assertEquals(
        side.events.filter(({ type }) => type === "request").length,
        1,
      );
    }));
}

Deno.test("a request that comes again without its options, of which none was accepted, is a repetition", () =>
  withServer({ files: FILES, rfc1350: true }, async (side) => {
    const client = await side.ask(read("file", [["blksize", "1428"]]));
    await client.expect("DATA 1 (4 octets)");
    const { from } = client;
    await client.send(read("file"), REQUEST_PORT);
    await client.expect("DATA 1 (4 octets)");
    assertEquals(client.from, from);
    await client.send(ack(1));
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("a request that comes again without options that were accepted starts over", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file", [["blksize", "1428"]]));
    await client.expect("OACK blksize=1428");
    await client.send(read("file"), REQUEST_PORT);
    await client.expect("DATA 1 (4 octets)");
    await client.send(ack(1));
    assertEquals(side.ends, ["failed", "finished"]);
  }));

Deno.test("a request that is repeated after its OACK was answered is late, and ignored", () =>
  withServer({ files: FILES }, async (side) => {
    const request = read("file", [["tsize", "0"]]);
    const client = await side.ask(request);
    await client.expect("OACK tsize=4");
    await client.send(ack(0));
    await client.expect("DATA 1 (4 octets)");
    await client.send(request, REQUEST_PORT);
    await client.silence();
    await client.send(ack(1));
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("a request that is repeated in the middle of its transfer is late, and ignored", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("long"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await client.send(read("long"), REQUEST_PORT);
    await client.silence();
    await client.send(ack(2));
    await client.expect("DATA 3 (512 octets)");
    await client.send(error(0, "enough"));
    assertEquals(takeEvents(side), [
      "request 1 read long",
      "negotiated 1",
      "failed 1 enough",
    ]);
  }));

Deno.test("a request that is repeated after a second of silence means that the client has started over", () =>
  withServer(
    { files: FILES, retransmission: { floorMs: 5000 } },
    async (side) => {
      const client = await side.ask(read("long"));
      await client.expect("DATA 1 (512 octets)");
      const first = client.from!;
      await client.send(ack(1));
      await client.expect("DATA 2 (512 octets)");
      await side.advance(999);
      await client.send(read("long"), REQUEST_PORT);
      await client.silence();
      await side.advance(1);
      await client.send(read("long"), REQUEST_PORT);
      await client.expect("DATA 1 (512 octets)");
      assertNotEquals(client.from, first);
      await client.send(error(0, "enough"));
      assertEquals(
        takeEvents(side),
        [
          "request 1 read long",
          "negotiated 1",
          "progress 1 512 of 2000 octets",
          "failed 1 The client has started over",
          "request 2 read long",
          "negotiated 2",
          "failed 2 enough",
        ],
      );
    },
  ));

Deno.test("a request that is repeated in a transfer with long round trips is late for longer", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("long"));
    await client.expect("DATA 1 (512 octets)");
    await side.advance(900);
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await side.advance(2000);
    await client.send(read("long"), REQUEST_PORT);
    await client.silence();
    assertEquals(side.ends, []);
    await client.send(error(0, "enough"));
  }));

Deno.test("a request that is repeated where no round trip was measured is late for three seconds", () =>
  withServer({ files: FILES }, async (side) => {
    const request = read("long", [["blksize", "1000"]]);
    const client = await side.ask(request);
    await client.expect("OACK blksize=1000");
    await side.advance(1000);
    await client.expect("OACK blksize=1000");
    await client.send(ack(0));
    await client.expect("DATA 1 (1000 octets)");
    await side.advance(2999);
    await client.drain();
    await client.send(request, REQUEST_PORT);
    await client.silence();
    await side.advance(1);
    await client.send(request, REQUEST_PORT);
    await client.expect("OACK blksize=1000");
    assertEquals(side.ends, ["failed"]);
    await client.send(error(0, "enough"));
  }));

Deno.test("a late request after an upload on a single port does not answer its last block", () =>
  withServer({ singlePort: true }, async (side) => {
    const client = await side.ask(write("file"));
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await client.send(data(2, 3));
    await client.expect("ACK 2");
    await side.advance(500);
    await client.send(write("file"), REQUEST_PORT);
    await client.silence();
    // The last ACK was lost.
    await client.send(data(2, 3));
    await client.expect("ACK 2");
    await side.advance(1000);
    await client.send(write("file"), REQUEST_PORT);
    await client.expect("ACK 0");
    await client.send(error(0, "enough"));
  }));

for (
  const [what, packet] of [
    ["another file", read("other")],
    ["another mode", read("file", [], "netascii")],
    ["the other direction", write("file")],
  ] as const
) {
  Deno.test(`a request for ${what} from the same port means that the client has started over`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(read("file"));
      await client.expect("DATA 1 (4 octets)");
      await client.send(packet, REQUEST_PORT);
      assertEquals((await client.drain()).length, 1);
      assertEquals(side.ends, ["failed"]);
      assertEquals(
        side.events.filter(({ type }) => type === "negotiated").length,
        2,
      );
    }));
}

Deno.test("a request for other options from the same port means that the client has started over", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file", [["blksize", "8"]]));
    await client.expect("OACK blksize=8");
    await client.send(read("file", [["blksize", "9"]]), REQUEST_PORT);
    await client.expect("OACK blksize=9");
    assertEquals(side.ends, ["failed"]);
  }));

Deno.test("a request with options that comes after the plain one was late, and is no new one", () =>
  withServer({ singlePort: true }, async (side) => {
    const client = await side.ask(write("file", [["blksize", "16384"]]));
    await client.expect("OACK blksize=16384");
    await client.send(write("file"), REQUEST_PORT);
    await client.expect("ACK 0");
    await client.send(write("file", [["blksize", "16384"]]), REQUEST_PORT);
    await client.expect("ACK 0");
    await client.send(data(1, 512));
    await client.expect("ACK 1");
    await client.send(data(2, 5));
    await client.expect("ACK 2");
    assertEquals(side.uploads.get("file")?.length, 517);
  }));

Deno.test("a request for another file while the handler is at work leaves that one's response behind", () => {
  const gate = new Gate<TftpResponse>();
  const handler = ({ filename }: TftpRequest) =>
    filename === "slow" ? gate.opened : new TftpResponse("quick");
  return withServer({ handler }, async (side) => {
    const client = await side.ask(read("slow"));
    await client.send(read("quick"), REQUEST_PORT);
    await client.expect("DATA 1 (5 octets)");
    gate.open(new TftpResponse("slow after all"));
    await client.silence();
    await client.send(ack(1));
    assertEquals(
      takeEvents(side),
      [
        "request 1 read slow",
        "failed 1 The client has started over",
        "request 2 read quick",
        "negotiated 2",
        "finished 2 5 octets",
      ],
    );
  });
});

Deno.test("however close one request follows another, the client has one transfer", () => {
  const handler = async ({ filename, operation, body }: TftpRequest) => {
    if (operation === "read") return new TftpResponse(filename);
    await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).bytes();
  };
  const runs: [turns: number, first: RequestPacket][] = [];
  // Junk in between lets some turns of the loop pass.
  for (let turns = 0; turns < 16; turns++) {
    for (const first of [read("first"), write("first")]) {
      runs.push([turns, first]);
    }
  }
  return withServer({ handler }, async (side) => {
    for (const [turns, first] of runs) {
      const client = side.client();
      const datagrams = [
        encodePacket(first),
        ...Array<Uint8Array>(turns).fill(raw("?")),
        encodePacket(read("it")),
      ];
      for (const bytes of datagrams) {
        side.network.inject(client.address, REQUEST_PORT, bytes);
      }
      const lines = await client.drain();
      assertEquals(lines.at(-1), "DATA 1 (2 octets)", `after ${turns} turns`);
      await side.advance(900);
      // Whoever still sends something again is alive.
      assertEquals(await client.drain(), [], `after ${turns} turns`);
      await side.advance(100);
      assertEquals(
        await client.drain(),
        ["DATA 1 (2 octets)"],
        `after ${turns} turns`,
      );
      await side.advance(100_000);
      await client.drain();
    }
    assertEquals(side.network.openSockets, 1 + runs.length);
    assertEquals(side.ends.length, 2 * runs.length);
  });
});

Deno.test("the same request from the same port after the end is a new one", () =>
  withServer({ files: FILES }, async (side) => {
    const client = side.client();
    for (let i = 0; i < 2; i++) {
      await client.send(read("file"), REQUEST_PORT);
      await client.expect("DATA 1 (4 octets)");
      await client.send(ack(1));
    }
    await client.send(write("file"), REQUEST_PORT);
    for (let i = 0; i < 2; i++) {
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.expect("ACK 1");
      // The first one still stays for its last acknowledgment.
      if (i === 0) await client.send(write("file"), REQUEST_PORT);
    }
    assertEquals(side.ends, ["finished", "finished", "finished", "finished"]);
  }));

Deno.test("the same request after a refusal is asked anew", () => {
  let calls = 0;
  const handler = () => {
    if (++calls > 1) return new TftpResponse("now it is there");
  };
  return withServer({ handler }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect('ERROR 1 "File not found"');
    await client.send(read("file"), REQUEST_PORT);
    await client.expect("DATA 1 (15 octets)");
    await client.send(ack(1));
  });
});
