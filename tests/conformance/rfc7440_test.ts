// RFC 7440, TFTP Windowsize Option: the side that sends DATA. The side that receives it is in rfc7440_receiver_test.ts.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { receiveBufferBlocks, requestOptions } from "../../packet/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import type { Peer } from "../_virtual.ts";
import { withClient } from "./_client_side.ts";
import { type ServerSide, withServer } from "./_server_side.ts";
import {
  ack,
  content,
  data,
  error,
  expectError,
  oack,
  read,
} from "./_packets.ts";

const FILES = { file: content(512 * 9 + 100) };
const STEADY = { floorMs: 1000 };

/** Blocks of 512 octets, and a last one of 100. */
async function expectBlocks(
  peer: Peer,
  first: number,
  last: number,
): Promise<void> {
  for (let block = first; block <= last; block++) {
    await peer.expect(`DATA ${block} (${block < 10 ? 512 : 100} octets)`);
  }
  await peer.silence();
}

/** A download with a window of 4 that has begun. */
async function askForWindows(side: ServerSide): Promise<Peer> {
  const client = await side.ask(read("file", [["windowsize", "4"]]));
  await client.expect("OACK windowsize=4");
  await client.send(ack(0));
  await expectBlocks(client, 1, 4);
  return client;
}

for (const asked of ["1", "2", "16", "64"]) {
  Deno.test(`RFC 7440 §3: a server asked for ${asked} blocks answers ${asked}, and sends that many`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(read("file", [["windowsize", asked]]));
      await client.expect(`OACK windowsize=${asked}`);
      await client.send(ack(0));
      await expectBlocks(client, 1, Math.min(Number(asked), 10));
      await client.send(error(0));
    }));
}

for (const asked of ["0", "-4", "many", "", "4.0"]) {
  Deno.test(`RFC 7440 §3: a server asked for "${asked}" blocks leaves the option out, and sends one at a time`, () =>
    withServer({ files: FILES }, async (side) => {
      const client = await side.ask(
        read("file", [["windowsize", asked], ["tsize", "0"]]),
      );
      await client.expect("OACK tsize=4708");
      await client.send(ack(0));
      await expectBlocks(client, 1, 1);
      await client.send(error(0));
    }));
}

Deno.test("RFC 7440 §3: a server's answer is never larger than was asked, nor than it allows", () =>
  withServer({ files: FILES, windowsize: 8 }, async (side) => {
    for (const [asked, answer] of [[4, 4], [8, 8], [9, 8], [65535, 8]]) {
      const client = await side.ask(
        read("file", [["windowsize", `${asked}`]]),
      );
      await client.expect(`OACK windowsize=${answer}`);
      await client.send(error(0));
    }
  }));

Deno.test("RFC 7440 §3: a server answers no more than fits into a receive buffer", () =>
  withServer({ files: FILES, windowsize: 32767 }, async (side) => {
    for (const blksize of [512, 1428, 8192, 65464]) {
      const client = await side.ask(
        read("file", [["windowsize", "65535"], ["blksize", `${blksize}`]]),
      );
      const fitting = receiveBufferBlocks(blksize);
      assert(fitting * blksize <= 212_992);
      await client.expect(`OACK windowsize=${fitting} blksize=${blksize}`);
      await client.send(error(0));
    }
  }));

Deno.test("RFC 7440 §3: a client asks for 1 to 65535 at most, and for no more than fits", () =>
  withClient(async (side) => {
    for (const windowSize of [0, 65536, -1, 1.5]) {
      assertThrows(() => requestOptions({ windowSize }), RangeError);
    }
    const download = side.get({ blksize: 8192, windowsize: 32767 });
    await side.server.expect(
      'RRQ "file" octet blksize=8192 tsize=0 windowsize=12',
    );
    await side.server.send(error(1));
    await assertRejects(() => download.opened, TftpError);
  }));

for (const answer of ["5", "0", "65535", "x", ""]) {
  Deno.test(`RFC 7440 §3: a client that asked for 4 blocks answers "${answer}" with ERROR 8`, () =>
    withClient(async (side) => {
      const options = { blksize: 512, windowsize: 4, fallback: false };
      const download = side.get(options);
      await side.server.expect('RRQ "file" octet tsize=0 windowsize=4');
      const server = side.portFor(side.server);
      await server.send(oack(["windowsize", answer]));
      await expectError(server, 8);
      await assertRejects(() => download.opened, TftpError);
    }));
}

Deno.test("RFC 7440 §3: a client uses the window that the server answers", () =>
  withClient(async (side) => {
    const upload = side.put(FILES.file, { blksize: 512, windowsize: 8 });
    await side.server.expect('WRQ "file" octet tsize=4708 windowsize=8');
    const server = side.portFor(side.server);
    await server.send(oack(["windowsize", "3"]));
    for (const [first, last] of [[1, 3], [4, 6], [7, 9], [10, 10]] as const) {
      await expectBlocks(server, first, last);
      await server.send(ack(last));
    }
    assertEquals((await upload).settings.windowSize, 3);
  }));

Deno.test("RFC 7440 §4: a server sends a window, waits, and sends the next when the last block is acknowledged", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await askForWindows(side);
    await client.send(ack(4));
    await expectBlocks(client, 5, 8);
    await client.send(ack(8));
    await expectBlocks(client, 9, 10);
    await client.send(ack(10));
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("RFC 7440 §4: no window is sent before the OACK is acknowledged", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file", [["windowsize", "4"]]));
    await client.expect("OACK windowsize=4");
    await side.advance(20_000);
    const lines = await client.drain();
    assertEquals(new Set(lines), new Set(["OACK windowsize=4"]));
    await client.send(error(0), client.from);
  }));

Deno.test("RFC 7440 §4: an ACK in mid-window starts the next window behind the block that it names", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await askForWindows(side);
    await client.send(ack(2));
    await expectBlocks(client, 3, 6);
    await client.send(ack(3));
    await expectBlocks(client, 4, 7);
    await client.send(ack(7));
    await expectBlocks(client, 8, 10);
    await client.send(ack(10));
    assertEquals(side.ends, ["finished"]);
  }));

Deno.test("RFC 7440 §4: in silence a server sends the window again, from the first block that is not acknowledged", () =>
  withServer(
    { files: FILES, retransmission: STEADY },
    async (side) => {
      const client = await askForWindows(side);
      await side.advance(1000);
      await expectBlocks(client, 1, 4);
      await client.send(ack(4));
      await expectBlocks(client, 5, 8);
      await side.advance(2000);
      await expectBlocks(client, 5, 8);
      await client.send(ack(6));
      await expectBlocks(client, 7, 10);
      await client.send(ack(10));
      assertEquals(side.ends, ["finished"]);
    },
  ));

Deno.test("RFC 7440 §4: an ACK that is older than the window is ignored", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await askForWindows(side);
    await client.send(ack(4));
    await expectBlocks(client, 5, 8);
    for (const block of [0, 1, 2, 3]) await client.send(ack(block));
    await client.silence();
    await client.send(ack(8));
    await expectBlocks(client, 9, 10);
    await client.send(ack(10));
  }));

Deno.test("RFC 7440 §4: an ACK of a block that was never sent is ignored", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await askForWindows(side);
    for (const block of [5, 9, 10, 32767, 65535]) await client.send(ack(block));
    await client.silence();
    await client.send(ack(4));
    await expectBlocks(client, 5, 8);
    await client.send(error(0));
  }));

Deno.test("RFC 7440 §4: a receiver's repeated ACK that reports the loss of a whole window's begin restarts it once, and no more", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await askForWindows(side);
    await client.send(ack(4));
    await expectBlocks(client, 5, 8);
    // Block 5 was lost: 6 makes the receiver acknowledge 4 again; so do others that acknowledge each stray block.
    await side.advance(10);
    await client.send(ack(4));
    await expectBlocks(client, 5, 8);
    for (let i = 0; i < 10; i++) await client.send(ack(4));
    await client.silence();
    await client.send(ack(8));
    await expectBlocks(client, 9, 10);
    await client.send(ack(10));
  }));

Deno.test("RFC 7440 §4: with a window of 1 a transfer is in lock step", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await side.ask(read("file", [["windowsize", "1"]]));
    await client.expect("OACK windowsize=1");
    await client.send(ack(0));
    for (let block = 1; block <= 10; block++) {
      await expectBlocks(client, block, block);
      await client.send(ack(block));
    }
  }));

Deno.test("RFC 7440 §4: a client that sends goes on behind the block that was acknowledged", () =>
  withClient(async (side) => {
    const upload = side.put(FILES.file, { blksize: 512, windowsize: 4 });
    await side.server.expect('WRQ "file" octet tsize=4708 windowsize=4');
    const server = side.portFor(side.server);
    await server.send(oack(["windowsize", "4"]));
    await expectBlocks(server, 1, 4);
    await server.send(ack(1));
    await expectBlocks(server, 2, 5);
    await server.send(ack(1));
    await server.send(ack(0));
    await server.silence();
    await server.send(ack(5));
    await expectBlocks(server, 6, 9);
    await server.send(ack(9));
    await expectBlocks(server, 10, 10);
    await server.send(ack(10));
    assertEquals((await upload).statistics.gaps, 1);
  }));

Deno.test("RFC 7440 §6: repeated windows come at doubling intervals, and end", () =>
  withServer({ files: FILES, retransmission: STEADY }, async (side) => {
    const client = await askForWindows(side);
    for (const waitMs of [1000, 2000, 4000, 8000, 8000]) {
      await side.advance(waitMs - 1);
      await client.silence();
      await side.advance(1);
      await expectBlocks(client, 1, 4);
    }
    await side.advance(60_000);
    await client.silence();
    assertEquals(side.ends, ["failed"]);
  }));

Deno.test("RFC 7440 §6: DATA that was lost is sent again once, however often the receiver complains", () =>
  withServer({ files: FILES }, async (side) => {
    const client = await askForWindows(side);
    for (let i = 0; i < 5; i++) await client.send(ack(2));
    await expectBlocks(client, 3, 6);
    await client.send(data(9, 1));
    await client.send(ack(6));
    await expectBlocks(client, 7, 10);
    await client.send(ack(10));
  }));
