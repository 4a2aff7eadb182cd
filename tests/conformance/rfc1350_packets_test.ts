// RFC 1350, section 5 and the appendix: packets, block numbers and error codes.

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { get, put } from "../../client.ts";
import { ERROR_CODE, TftpError } from "../../packet/mod.ts";
import { PLAIN, withClient } from "./_client_side.ts";
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

/** One block of a file of that size. */
function blockOf(size: number, block: number): Uint8Array {
  return content(size).slice((block - 1) * 512, block * 512);
}

/** Sizes around the borders of blocks of 512 octets. */
const SIZES = [0, 1, 511, 512, 513, 1023, 1024, 1025];

Deno.test("RFC 1350 §5: the mode is read in any mix of upper and lower case", () =>
  withServer({ files: { file: "a\n" } }, async (side) => {
    for (
      const [mode, size] of [["OCTET", 2], ["oCtEt", 2], ["NetASCII", 3]]
    ) {
      const client = await side.ask(
        raw(`\0\x01file\0${mode}\0`),
      );
      await client.expect(`DATA 1 (${size} octets)`);
      await client.send(ack(1));
    }
  }));

Deno.test("RFC 1350 §5: a client's requests are opcode, name, NUL, mode, NUL, and no more", () =>
  withClient(async (side) => {
    const download = side.get();
    const request = await side.server.expect('RRQ "file" octet');
    assertEquals(unraw(request), "\0\x01file\0octet\0");
    await side.server.send(error(1));
    await assertRejects(() => download.opened, TftpError);
    const upload = side.put("x", PLAIN, { mode: "netascii" });
    const write = await side.server.expect('WRQ "file" netascii');
    assertEquals(unraw(write), "\0\x02file\0netascii\0");
    await side.server.send(error(2));
    await assertRejects(() => upload, TftpError);
  }));

Deno.test("RFC 1350 §5: DATA, ACK and ERROR look as in figures 5-2 to 5-4", () =>
  withServer({ files: { file: "hi" } }, async (side) => {
    const reader = await side.ask(read("file"));
    assertEquals(
      unraw(await reader.expect("DATA 1 (2 octets)")),
      "\0\x03\0\x01hi",
    );
    await reader.send(ack(1));
    const writer = await side.ask(write("new"));
    assertEquals(unraw(await writer.expect("ACK 0")), "\0\x04\0\0");
    await writer.send(data(1, 0));
    assertEquals(unraw(await writer.expect("ACK 1")), "\0\x04\0\x01");
    const fool = await side.ask(read("missing"));
    const refusal = await fool.expect('ERROR 1 "File not found"');
    assertEquals(unraw(refusal), "\0\x05\0\x01File not found\0");
  }));

for (const size of SIZES) {
  Deno.test(`RFC 1350 §5: ${size} octets are sent as blocks of 512 and a shorter one, numbered from 1 (server)`, () =>
    withServer({ files: { file: content(size) } }, async (side) => {
      const client = await side.ask(read("file"));
      const count = Math.floor(size / 512) + 1;
      for (let block = 1; block <= count; block++) {
        const length = block < count ? 512 : size % 512;
        const got = await client.expect(`DATA ${block} (${length} octets)`);
        assertEquals(payload(got), blockOf(size, block));
        await client.send(ack(block));
      }
      assertEquals(side.ends, ["finished"]);
    }));

  Deno.test(`RFC 1350 §5: ${size} octets are sent as blocks of 512 and a shorter one, numbered from 1 (client)`, () =>
    withClient(async (side) => {
      const upload = side.put(content(size));
      await side.server.expect('WRQ "file" octet');
      const server = side.portFor(side.server);
      await server.send(ack(0));
      const count = Math.floor(size / 512) + 1;
      for (let block = 1; block <= count; block++) {
        const length = block < count ? 512 : size % 512;
        const got = await server.expect(`DATA ${block} (${length} octets)`);
        assertEquals(payload(got), blockOf(size, block));
        await server.send(ack(block));
      }
      assertEquals((await upload).statistics.bytes, size);
    }));

  Deno.test(`RFC 1350 §5: ${size} octets have come when a block is shorter than 512 (server)`, () =>
    withServer({}, async (side) => {
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      for (let block = 1; block <= size / 512 + 1; block++) {
        assertEquals(side.uploads.size, 0);
        await client.send(
          data(block, blockOf(size, block)),
        );
        await client.expect(`ACK ${block}`);
      }
      assertEquals(side.uploads.get("file"), content(size));
    }));

  Deno.test(`RFC 1350 §5: ${size} octets have come when a block is shorter than 512 (client)`, () =>
    withClient(async (side) => {
      const download = side.get();
      await side.server.expect('RRQ "file" octet');
      const server = side.portFor(side.server);
      for (let block = 1; block <= size / 512 + 1; block++) {
        await server.send(
          data(block, blockOf(size, block)),
        );
        await server.expect(`ACK ${block}`);
      }
      assertEquals(await download.bytes, content(size));
    }));
}

Deno.test("RFC 1350 §5: ACK 0 is the answer to a write request, and no answer to a read request", () =>
  withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.silence();
    await server.send(data(1, 0));
    await server.expect("ACK 1");
    await download.finished;
  }));

Deno.test("RFC 1350 §5: DATA is no answer to a write request, and the first block is no other than 1", () =>
  withClient(async (side) => {
    const upload = side.put("abc");
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 3));
    await server.send(ack(1));
    await server.silence();
    await server.send(ack(0));
    await server.expect("DATA 1 (3 octets)");
    await server.send(ack(1));
    await upload;
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const other = side.portFor(side.server);
    await other.send(data(2, 3));
    await other.silence();
    await other.send(data(1, 3));
    await other.expect("ACK 1");
    await download.finished;
  }));

Deno.test("RFC 1350 §5: any request, DATA or ACK may be answered with ERROR", async () => {
  await withServer({ files: { file: content(600) } }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(error(3, "No room"));
    assertEquals(side.ends, ["failed"]);
  });
  await withClient(async (side) => {
    const download = side.get();
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await server.send(error(0, "Bad disk"));
    const failure = await assertRejects(() => download.finished, TftpError);
    assertEquals(
      [failure.code, failure.message, failure.origin],
      [0, "Bad disk", "remote"],
    );
  });
});

Deno.test("RFC 1350 §5: block numbers have 16 bits; the block after 65535 is 0 in both directions", () =>
  withServer({
    upload: "body",
    files: { file: content(8 * 65536 + 3) },
    windowsize: 32767,
  }, async (side) => {
    const { network } = side;
    const options = {
      network,
      clock: network.clock,
      blksize: 8,
      windowsize: 255,
    };
    const target = { ...REQUEST_PORT, filename: "file" };
    const download = await get(target, options);
    assertEquals(await download.bytes(), content(8 * 65536 + 3));
    await put(target, content(8 * 65536 + 3), options);
    assertEquals(side.uploads.get("file"), content(8 * 65536 + 3));
    const wraps = network.transcript.filter((line) =>
      line.endsWith("DATA 0 (8 octets)")
    );
    assertEquals(wraps.length, 2);
    assertEquals(network.clock.now(), 0);
    await side.advance(10_000);
  }));

Deno.test("RFC 1350 appendix: an error that a handler throws goes out with its code and text", () =>
  withServer({
    handler({ filename }) {
      throw new TftpError(Number(filename));
    },
  }, async (side) => {
    for (
      const [code, text] of [
        [0, "Not defined"],
        [1, "File not found"],
        [2, "Access violation"],
        [3, "Disk full or allocation exceeded"],
        [4, "Illegal TFTP operation"],
        [5, "Unknown transfer ID"],
        [6, "File already exists"],
        [7, "No such user"],
      ]
    ) {
      const client = await side.ask(read(`${code}`));
      await client.expect(`ERROR ${code} "${text}"`);
    }
  }));

Deno.test("RFC 1350 appendix: whatever else a handler throws goes out as code 0, and says nothing", () =>
  withServer({
    handler({ filename }) {
      throw new Error(`Cannot open /secret/${filename}`);
    },
  }, async (side) => {
    const client = await side.ask(read("file"));
    await client.expect('ERROR 0 "Internal error"');
    assertEquals(side.faults.length, 1);
    side.faults.length = 0;
  }));

Deno.test("RFC 1350 appendix: a client tells the server's code and text", () =>
  withClient(async (side) => {
    for (let code = 0; code <= 7; code++) {
      const download = side.get();
      await side.server.expect('RRQ "file" octet');
      await side.server.send(error(code, `Reason ${code}`));
      const failure = await assertRejects(() => download.opened, TftpError);
      assertEquals(
        [failure.code, failure.message, failure.origin],
        [code, `Reason ${code}`, "remote"],
      );
    }
  }));

Deno.test("RFC 1350 appendix: a file that is not there is error 1, an upload that nobody takes error 2", () =>
  withServer({ handler: () => {} }, async (side) => {
    const reader = await side.ask(read("file"));
    await reader.expect('ERROR 1 "File not found"');
    const writer = await side.ask(write("file"));
    await writer.expect('ERROR 2 "Access violation"');
    assertEquals(side.ends, ["refused", "refused"]);
    const { error } = side.events.findLast(({ type }) =>
      type === "refused"
    ) as { error: unknown };
    assertInstanceOf(error, TftpError);
    assertEquals(error.code, ERROR_CODE.AccessViolation);
  }));
