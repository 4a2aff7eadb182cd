// RFC 2348, TFTP Blocksize Option. Its sections have no numbers: they are named here.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { requestOptions, TftpError } from "../../packet/mod.ts";
import { withClient } from "./_client_side.ts";
import { withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  expectError,
  oack,
  payload,
  read,
  write,
} from "./_packets.ts";

const FILES = { file: content(66_000) };

for (
  const [asked, answer] of [
    ["8", 8],
    ["512", 512],
    ["1428", 1428],
    ["65464", 65464],
    ["0001024", 1024],
    ["65465", 65464],
    ["4294967296", 65464],
  ] as const
) {
  Deno.test(`RFC 2348 §Specification: a server asked for ${asked} answers ${answer}, and sends that many octets of data`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(read("file", [["blksize", asked]]));
      await client.expect(`OACK blksize=${answer}`);
      await client.send(ack(0));
      const block = await client.expect(`DATA 1 (${answer} octets)`);
      assertEquals(block.length, answer + 4);
      assertEquals(payload(block), FILES.file.slice(0, answer));
      await client.send(error(0));
    }));
}

for (const asked of ["7", "0", "-1", "abc", "", "1024 ", "+512", "1e3"]) {
  Deno.test(`RFC 2348 §Specification: a server asked for "${asked}" leaves the option out and sends blocks of 512`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(
        read("file", [["blksize", asked], ["tsize", "0"]]),
      );
      await client.expect("OACK tsize=66000");
      await client.send(ack(0));
      await client.expect("DATA 1 (512 octets)");
      await client.send(error(0));
    }));
}

Deno.test("RFC 2348 §Specification: a server's answer is never larger than was asked, nor than it allows", () =>
  withServer({ files: FILES, blksize: 1468 }, async (side) => {
    for (const [asked, answer] of [[1000, 1000], [1468, 1468], [9000, 1468]]) {
      const client = await side.ask(read("file", [["blksize", `${asked}`]]));
      await client.expect(`OACK blksize=${answer}`);
      await client.send(error(0));
    }
  }));

Deno.test("RFC 2348 §Specification: blocks of a write have the size of the OACK", () =>
  withServer({ blksize: 1000 }, async (side) => {
    const client = await side.ask(write("file", [["blksize", "4096"]]));
    await client.expect("OACK blksize=1000");
    await client.send(data(1, 1000));
    await client.expect("ACK 1");
    await client.send(data(2, content(1999).slice(1000)));
    await client.expect("ACK 2");
    assertEquals(side.uploads.get("file"), content(1999));
  }));

for (const size of [0, 1023, 1024, 1025, 2048]) {
  Deno.test(`RFC 2348 §Specification: a block shorter than negotiated ends a file: ${size} octets in blocks of 1024`, async () => {
    const count = Math.floor(size / 1024) + 1;
    const length = (block: number) => block < count ? 1024 : size % 1024;
    await withServer({ files: { file: content(size) } }, async (side) => {
      const client = await side.ask(read("file", [["blksize", "1024"]]));
      await client.expect("OACK blksize=1024");
      await client.send(ack(0));
      for (let block = 1; block <= count; block++) {
        await client.expect(`DATA ${block} (${length(block)} octets)`);
        await client.send(ack(block));
      }
      assertEquals(side.ends, ["finished"]);
    });
    await withClient(async (side) => {
      const download = side.get({ blksize: 1024, windowsize: 1 });
      await side.server.expect('RRQ "file" octet blksize=1024 tsize=0');
      const server = side.portFor(side.server);
      await server.send(oack(["blksize", "1024"]));
      await server.expect("ACK 0");
      for (let block = 1; block <= count; block++) {
        const start = (block - 1) * 1024;
        await server.send(
          data(block, content(size).slice(start, start + 1024)),
        );
        await server.expect(`ACK ${block}`);
      }
      assertEquals(await download.bytes, content(size));
    });
  });
}

Deno.test("RFC 2348 §Specification: a client uses the size that the server answers", async () => {
  await withClient(async (side) => {
    const download = side.get({ blksize: 65464, windowsize: 1 });
    await side.server.expect('RRQ "file" octet blksize=65464 tsize=0');
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "8"]));
    await server.expect("ACK 0");
    await server.send(data(1, 8));
    await server.expect("ACK 1");
    await server.send(data(2, content(11).slice(8)));
    await server.expect("ACK 2");
    assertEquals(await download.bytes, content(11));
  });
  await withClient(async (side) => {
    const upload = side.put(content(11), { blksize: 1024, windowsize: 1 });
    await side.server.expect('WRQ "file" octet blksize=1024 tsize=11');
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "8"]));
    await server.expect("DATA 1 (8 octets)");
    await server.send(ack(1));
    await server.expect("DATA 2 (3 octets)");
    await server.send(ack(2));
    await upload;
  });
});

for (const answer of ["1025", "7", "0", "big", ""]) {
  Deno.test(`RFC 2348 §Specification: a client that asked for 1024 answers "${answer}" with ERROR 8`, async () => {
    const options = { blksize: 1024, windowsize: 1, fallback: false };
    await withClient(async (side) => {
      const download = side.get(options);
      await side.server.expect('RRQ "file" octet blksize=1024 tsize=0');
      const server = side.portFor(side.server);
      await server.send(oack(["blksize", answer]));
      await expectError(server, 8);
      await assertRejects(() => download.opened, TftpError);
    });
    await withClient(async (side) => {
      const upload = side.put("abc", options);
      await side.server.expect('WRQ "file" octet blksize=1024 tsize=3');
      const server = side.portFor(side.server);
      await server.send(oack(["blksize", answer]));
      await expectError(server, 8);
      await assertRejects(() => upload, TftpError);
    });
  });
}

Deno.test("RFC 2348 §Specification: a client does not ask for what the RFC does not allow", () => {
  for (const blockSize of [7, 65465, 0, -1, 512.5]) {
    assertThrows(() => requestOptions({ blockSize }), RangeError);
  }
});

Deno.test("RFC 2348 §Specification: more data than was negotiated gets ERROR 4 (server)", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("file", [["blksize", "1024"]]));
    await client.expect("OACK blksize=1024");
    await client.send(data(1, 1025));
    await expectError(client, 4);
    assertEquals(side.aborted, ["file"]);
  }));

Deno.test("RFC 2348 §Specification: more data than was negotiated gets ERROR 4 (client)", () =>
  withClient(async (side) => {
    for (const [block, size] of [[1, 1025], [2, 1025], [1, 65000]] as const) {
      const download = side.get({ blksize: 1024, windowsize: 1 });
      await side.server.expect('RRQ "file" octet blksize=1024 tsize=0');
      const server = side.portFor(side.server);
      await server.send(oack(["blksize", "1024"]));
      await server.expect("ACK 0");
      if (block === 2) {
        await server.send(data(1, 1024));
        await server.expect("ACK 1");
      }
      await server.send(data(block, size));
      await expectError(server, 4);
      await assertRejects(() => download.finished, TftpError);
    }
  }));

Deno.test("RFC 2348 §Specification: more than 512 octets without an OACK get ERROR 4", () =>
  withClient(async (side) => {
    const download = side.get({ blksize: 1024, windowsize: 1 });
    await side.server.expect('RRQ "file" octet blksize=1024 tsize=0');
    const server = side.portFor(side.server);
    await server.send(data(1, 700));
    await expectError(server, 4);
    await assertRejects(() => download.finished, TftpError);
  }));
