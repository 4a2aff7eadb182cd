// What a server answers to whatever comes to its request port: requests as they should be and as they are seen in the
// field, and what is no request at all.

import { assertEquals } from "@std/assert";
import { formatPacket, TftpError } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  oack,
  raw,
  read,
  REQUEST_PORT,
  unraw,
  write,
} from "./_packets.ts";

const FILE = content(100_000);
const FILES = { hello: FILE, grün: FILE, "gr\xfcn.": FILE };
const DATA_1 = "DATA 1 (512 octets)";

/** Read requests, and the one packet that answers each. */
const PROBES: readonly [name: string, request: string, answer: string][] = [
  ["a plain request", "\0\x01hello\0octet\0", DATA_1],
  ["no NUL behind the mode", "\0\x01hello\0octet", DATA_1],
  ["two NULs behind the mode", "\0\x01hello\0octet\0\0", DATA_1],
  ["a padding of NULs", `\0\x01hello\0octet${"\0".repeat(500)}`, DATA_1],
  [
    "an option behind the padding",
    "\0\x01hello\0octet\0\0blksize\x001024\0",
    DATA_1,
  ],
  ["a name in UTF-8", "\0\x01gr\xc3\xbcn\0octet\0", DATA_1],
  ["a name in Latin-1", "\0\x01gr\xfcn.\0octet\0", DATA_1],
  ["a name and no mode", "\0\x01hello\0", 'ERROR 4 "Illegal TFTP operation"'],
  ["a name without NUL", "\0\x01hello", 'ERROR 4 "Illegal TFTP operation"'],
  ["an empty mode", "\0\x01hello\0\0", 'ERROR 4 "Illegal TFTP operation"'],
  ["nothing behind the opcode", "\0\x01", 'ERROR 4 "Illegal TFTP operation"'],
  ["an empty name and mode", "\0\x01\0\0", 'ERROR 4 "Illegal TFTP operation"'],
  ["an empty name", "\0\x01\0octet\0", 'ERROR 1 "File not found"'],
  [
    "a NUL in the name",
    "\0\x01hello\0.txt\0octet\0",
    'ERROR 4 "Unknown transfer mode"',
  ],
  [
    "a name of 600 octets",
    `\0\x01${"n".repeat(600)}\0octet\0`,
    'ERROR 1 "File not found"',
  ],
  ["an unknown option", "\0\x01hello\0octet\0color\0blue\0", DATA_1],
  ["an option without a value", "\0\x01hello\0octet\0blksize\0", DATA_1],
  ["an option without value or NUL", "\0\x01hello\0octet\0blksize", DATA_1],
  ["an option with an empty value", "\0\x01hello\0octet\0blksize\0\0", DATA_1],
  [
    "a value without NUL",
    "\0\x01hello\0octet\0blksize\x001024",
    "OACK blksize=1024",
  ],
  [
    "an option without a value behind a good one",
    "\0\x01hello\0octet\0blksize\x001024\0tsize\0",
    "OACK blksize=1024",
  ],
  [
    "upper case",
    "\0\x01hello\0OCTET\0BLKSIZE\x001024\0",
    "OACK BLKSIZE=1024",
  ],
  ["tsize 999", "\0\x01hello\0octet\0tsize\x00999\0", "OACK tsize=100000"],
  [
    "blksize twice",
    "\0\x01hello\0octet\0blksize\x001000\0blksize\x00600\0",
    "OACK blksize=600",
  ],
  [
    "blksize twice, in two spellings",
    "\0\x01hello\0octet\0blksize\x001000\0BLKSIZE\x00600\0",
    "OACK BLKSIZE=600",
  ],
  [
    "blksize2",
    "\0\x01hello\0octet\0blksize2\x001000\0",
    "OACK blksize2=512",
  ],
  [
    "utimeout and rollover",
    "\0\x01hello\0octet\0utimeout\x0020000\0rollover\x001\0",
    "OACK utimeout=20000 rollover=1",
  ],
  ["multicast", "\0\x01hello\0octet\0multicast\0\0", DATA_1],
  [
    "multicast before another option",
    "\0\x01hello\0octet\0multicast\0\0blksize\x001024\0",
    "OACK blksize=1024",
  ],
  ["msftwindow", "\0\x01hello\0octet\0msftwindow\x0027182\0", DATA_1],
  [
    "an option named like a property of objects",
    "\0\x01hello\0octet\0__proto__\x001\0constructor\x001\0toString\x001\0",
    DATA_1,
  ],
];

for (const [name, request, answer] of PROBES) {
  Deno.test(`server: ${name} is answered with ${answer}`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(raw(request));
      await client.expect(answer);
      if (!answer.startsWith("ERROR")) await client.send(error(0));
    }));
}

/** What is no request, and must never get an answer, or two servers could be set on each other. */
const NO_REQUESTS: readonly [name: string, datagram: Uint8Array][] = [
  ["an empty datagram", raw("")],
  ["one octet", raw("\x01")],
  ["opcode 0", raw("\0\0hello\0octet\0")],
  ["opcode 7", raw("\0\x07hello\0octet\0")],
  ["an opcode with a high octet", raw("\x01\x01hello\0octet\0")],
  ["junk", raw("GET / HTTP/1.1\r\n\r\n")],
  ["DATA", raw("\0\x03\0\x01hello")],
  ["short DATA", raw("\0\x03\0")],
  ["ACK", raw("\0\x04\0\x01")],
  ["short ACK", raw("\0\x04")],
  ["ERROR", raw("\0\x05\0\x04Illegal\0")],
  ["short ERROR", raw("\0\x05")],
  ["OACK", raw("\0\x06blksize\x001024\0")],
  ["empty OACK", raw("\0\x06")],
];

for (const [name, datagram] of NO_REQUESTS) {
  for (const singlePort of [false, true]) {
    Deno.test(`server: ${name} to the request port gets no answer${singlePort ? " in single-port mode either" : ""}`, () =>
      withServer({ files: FILES, singlePort }, async (side) => {
        const client = await side.ask(datagram);
        await side.advance(60_000);
        await client.silence();
        assertEquals(side.ignored, 1);
        const [event] = side.events;
        assertEquals(
          event?.type === "ignored" && event.packet,
          formatPacket(datagram),
        );
      }));
  }
}

Deno.test("server: an ERROR that answers an ERROR would never end, so there is none", () =>
  withServer({ files: FILES }, async (side) => {
    const other = await side.ask(read("missing"));
    await other.expect('ERROR 1 "File not found"');
    for (let i = 0; i < 5; i++) {
      await other.send(error(4, "Illegal TFTP operation"), REQUEST_PORT);
    }
    await other.silence();
  }));

Deno.test("server: a request that comes twice from one port makes one transfer, and gets its first answer again", () =>
  withServer({ files: FILES }, async (side) => {
    for (
      const [request, answer] of [
        [read("hello"), DATA_1],
        [read("hello", [["tsize", "0"]]), "OACK tsize=100000"],
        [write("new"), "ACK 0"],
      ] as const
    ) {
      const before = side.network.openSockets;
      const client = await side.ask(request);
      await client.expect(answer);
      const port = client.from;
      for (let i = 0; i < 3; i++) {
        await client.send(request, REQUEST_PORT);
        await client.expect(answer);
        assertEquals(client.from, port);
      }
      assertEquals(side.network.openSockets, before + 2);
      await client.send(error(0));
      assertEquals(side.network.openSockets, before + 1);
    }
  }));

Deno.test("server: a request that comes again while its handler still thinks makes one transfer", () => {
  const ready = Promise.withResolvers<void>();
  let count = 0;
  return withServer({
    async handler() {
      count++;
      await ready.promise;
      return new TftpResponse("x");
    },
  }, async (side) => {
    const client = await side.ask(read("file"));
    for (let i = 0; i < 3; i++) await client.send(read("file"), REQUEST_PORT);
    await client.silence();
    ready.resolve();
    await client.expect("DATA 1 (1 octets)");
    await client.send(ack(1));
    assertEquals(count, 1);
  });
});

Deno.test("server: a request that was late on its way does not disturb its own transfer", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("hello"));
    await client.expect(DATA_1);
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await client.send(read("hello"), REQUEST_PORT);
    await client.silence();
    await client.send(ack(2), client.from);
    await client.expect("DATA 3 (512 octets)");
    await client.send(error(0));
  }));

Deno.test("server: a client that asks for something else from the same port has started over", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("hello", [["tsize", "0"]]));
    await client.expect("OACK tsize=100000");
    const first = client.from;
    await client.send(read("hello"), REQUEST_PORT);
    await client.expect(DATA_1);
    assertEquals(client.from?.port === first?.port, false);
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    assertEquals(side.ends, ["failed"]);
    await client.send(error(0));
  }));

Deno.test("server: a client that asks for the same again after a silence has started over", () =>
  withServer(
    { files: FILES, retransmission: { floorMs: 5000 } },
    async (side) => {
      const client = await side.ask(read("hello"));
      await client.expect(DATA_1);
      await client.send(ack(1));
      await client.expect("DATA 2 (512 octets)");
      await side.advance(3000);
      await client.send(read("hello"), REQUEST_PORT);
      await client.expect(DATA_1);
      await client.send(error(0));
    },
  ));

Deno.test("server: a finished transfer's port may be used again at once", () =>
  withServer({}, async (side) => {
    const client = side.client();
    for (let i = 0; i < 3; i++) {
      await client.send(write("file"), REQUEST_PORT);
      await client.expect("ACK 0");
      await client.send(data(1, 3));
      await client.expect("ACK 1");
    }
    assertEquals(side.ends, ["finished", "finished", "finished"]);
  }));

Deno.test("server: an ACK of a block that was never sent is ignored", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("hello"));
    await client.expect(DATA_1);
    for (const block of [0, 2, 9, 32768, 65535]) await client.send(ack(block));
    await client.silence();
    await client.send(ack(1));
    await client.expect("DATA 2 (512 octets)");
    await client.send(error(0));
  }));

Deno.test("server: an ACK with padding behind it is an ACK", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("hello"));
    await client.expect(DATA_1);
    await client.send(raw(`\0\x04\0\x01${"\0".repeat(14)}`));
    await client.expect("DATA 2 (512 octets)");
    await client.send(error(0));
  }));

Deno.test("server: junk from the client in mid-transfer changes nothing", () =>
  withServer({ files: FILES }, async (side) => {
    const reader = await side.ask(read("hello"));
    await reader.expect(DATA_1);
    const writer = await side.ask(write("new"));
    await writer.expect("ACK 0");
    for (const client of [reader, writer]) {
      for (const [name, datagram] of NO_REQUESTS) {
        if (!/DATA|ACK|ERROR/.test(name)) await client.send(datagram);
      }
      await client.send(read("hello"), client.from);
      await client.silence();
    }
    await reader.send(data(1, 3));
    await reader.send(oack(["blksize", "1024"]));
    await writer.send(ack(0));
    await writer.send(oack(["blksize", "1024"]));
    await reader.silence();
    await writer.silence();
    await reader.send(ack(1));
    await reader.expect("DATA 2 (512 octets)");
    await reader.send(error(0));
    await writer.send(data(1, raw("end")));
    await writer.expect("ACK 1");
    assertEquals(unraw(side.uploads.get("new")!), "end");
  }));

Deno.test("server: a PXE client that only wants the size may leave with ERROR, and that is no failure", () =>
  withServer({ files: FILES }, async (side) => {
    for (const code of [0, 8]) {
      const client = await side.ask(
        read("hello", [["tsize", "0"], ["blksize", "1456"]]),
      );
      await client.expect("OACK tsize=100000 blksize=1456");
      await client.send(error(code, "TFTP Aborted"));
      await client.send(read("hello", [["blksize", "1456"]]), REQUEST_PORT);
      await client.expect("OACK blksize=1456");
      await client.send(ack(0));
      await client.expect("DATA 1 (1456 octets)");
      await client.send(error(0));
    }
    assertEquals(side.ends, ["probed", "failed", "probed", "failed"]);
  }));

Deno.test("server: what an exception says never goes to the client", () =>
  withServer({
    handler({ operation }) {
      if (operation === "read") throw new Error("/etc/secret is missing");
      throw new TftpError(2, "Cannot write /etc/secret", { wireText: "No" });
    },
  }, async (side) => {
    const reader = await side.ask(read("file"));
    await reader.expect('ERROR 0 "Internal error"');
    const writer = await side.ask(write("file"));
    await writer.expect('ERROR 2 "No"');
    assertEquals(side.faults.splice(0).length, 1);
  }));

Deno.test("server: a client that rolls over to 1, and one that rolls over to 0, are both followed", () =>
  withServer({ upload: "body" }, async (side) => {
    for (const afterLast of [0, 1]) {
      const client = await side.ask(write("new", [["blksize", "8"]]));
      await client.expect("OACK blksize=8");
      const bytes = content(8);
      for (let block = 1; block <= 65535; block++) {
        side.network.inject(
          client.address,
          client.from!,
          Uint8Array.of(0, 3, block >> 8, block, ...bytes),
        );
        if (block % 1000 === 0) await client.drain();
      }
      await client.drain();
      await client.send(data(afterLast, bytes));
      await client.expect(`ACK ${afterLast}`);
      await client.send(data(afterLast + 1, raw("end")));
      await client.expect(`ACK ${afterLast + 1}`);
      assertEquals(side.uploads.get("new")?.length, 65536 * 8 + 3);
      assertEquals(side.uploads.delete("new"), true);
    }
  }));
