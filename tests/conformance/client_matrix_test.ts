// What a client makes of servers that misbehave, each in a way that some server in the field does.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { TftpError, TransferTimeoutError } from "../../packet/mod.ts";
import type { ClientSide } from "./_client_side.ts";
import { withClient } from "./_client_side.ts";
import {
  ack,
  content,
  data,
  error,
  expectError,
  oack,
  raw,
  unraw,
} from "./_packets.ts";

const OPTIONS = { blksize: 1024, windowsize: 1 };
const READ = 'RRQ "file" octet blksize=1024 tsize=0';

/** A server's port that has answered the request with this OACK, and has got ACK 0. */
async function answer(
  side: ClientSide,
  ...options: [name: string, value: string][]
) {
  await side.server.expect(READ);
  const server = side.portFor(side.server);
  await server.send(oack(...options));
  await server.expect("ACK 0");
  return server;
}

for (
  const [name, options] of [
    ["an option that was not asked for", [["windowsize", "8"]]],
    ["a block size larger than asked", [["blksize", "1025"]]],
    ["a block size that is no number", [["blksize", "large"]]],
    ["a negative block size", [["blksize", "-1"]]],
    ["an unknown option that was not asked for", [["color", "blue"]]],
  ] as const
) {
  Deno.test(`client: an OACK with ${name} gets ERROR 8, and the request is sent again without options`, () =>
    withClient(async (side) => {
      const download = side.get(OPTIONS);
      await side.server.expect(READ);
      const server = side.portFor(side.server);
      await server.send({ type: "OACK", options });
      await expectError(server, 8);
      await side.server.expect('RRQ "file" octet');
      const other = side.portFor(side.server);
      await other.send(data(1, 3));
      await other.expect("ACK 1");
      assertEquals(await download.bytes, content(3));
      assertEquals((await download.opened).acknowledged, null);
    }));
}

Deno.test("client: DATA from another port of the same host is refused with ERROR 5, and not stored", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    const server = await answer(side, ["tsize", "516"]);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    const stranger = side.portFor(server);
    await stranger.send(data(2, raw("evil")));
    await stranger.expect('ERROR 5 "Unknown transfer ID"');
    await server.send(data(2, raw("good")));
    await server.expect("ACK 2");
    assertEquals(unraw((await download.bytes).slice(512)), "good");
  }));

Deno.test("client: strangers are not answered without end", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    const server = await answer(side);
    const stranger = side.portFor(server);
    for (let i = 0; i < 100; i++) await stranger.send(data(1, 3));
    const answers = await stranger.drain();
    assert(answers.length >= 1 && answers.length <= 16, `${answers.length}`);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals((await download.finished).statistics.strangers, 100);
  }));

Deno.test("client: a server's OACK that comes twice gets ACK 0 twice", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    const server = await answer(side, ["blksize", "1024"]);
    await server.send(oack(["blksize", "1024"]));
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    await download.finished;
  }));

Deno.test("client: a last block that comes again, because the ACK was lost, is acknowledged again", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    const server = await answer(side);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    await download.finished;
    for (let i = 0; i < 4; i++) {
      await side.advance(1000);
      await server.send(data(1, 3));
      await server.expect("ACK 1");
    }
  }));

Deno.test("client: a file of another size than announced is told of", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    const server = await answer(side, ["tsize", "5000"]);
    await server.send(data(1, 2));
    await server.expect("ACK 1");
    assertEquals(await download.bytes, content(2));
    assertEquals((await download.finished).mismatchedSize, 5000);
  }));

Deno.test("client: a file of another size than announced is an error where one is strict", () =>
  withClient(async (side) => {
    const download = side.get({ ...OPTIONS, strict: true });
    const server = await answer(side, ["tsize", "5000"]);
    await server.send(data(1, 2));
    await server.expect('ERROR 0 "Size differs from tsize"');
    await assertRejects(() => download.finished, TftpError, "5000");
    await assertRejects(() => download.bytes, TftpError, "5000");
  }));

Deno.test("client: a file of the size that was announced is none, and netascii is not counted", () =>
  withClient(async (side) => {
    const download = side.get({ ...OPTIONS, strict: true });
    const server = await answer(side, ["tsize", "2"]);
    await server.send(data(1, 2));
    await server.expect("ACK 1");
    assertEquals((await download.finished).mismatchedSize, null);
    const text = side.get({ ...OPTIONS, strict: true }, { mode: "netascii" });
    await side.server.expect('RRQ "file" netascii blksize=1024 tsize=0');
    const other = side.portFor(side.server);
    // Many servers tell the size of the file as they keep it.
    await other.send(oack(["tsize", "2"]));
    await other.expect("ACK 0");
    await other.send(data(1, raw("a\r\n")));
    await other.expect("ACK 1");
    assertEquals((await text.finished).mismatchedSize, null);
  }));

Deno.test("client: an empty file, announced as such, is a good download", () =>
  withClient(async (side) => {
    const download = side.get({ ...OPTIONS, strict: true });
    const server = await answer(side, ["tsize", "0"]);
    await server.send(data(1, 0));
    await server.expect("ACK 1");
    assertEquals(await download.bytes, new Uint8Array());
    assertEquals((await download.opened).size, 0);
    assertEquals((await download.finished).mismatchedSize, null);
  }));

Deno.test("client: more data in a block than agreed on is answered with ERROR 4", () =>
  withClient(async (side) => {
    const plain = side.get({ rfc1350: true });
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 700));
    await expectError(server, 4);
    await assertRejects(() => plain.finished, TftpError);
    await assertRejects(() => plain.bytes, TftpError);
  }));

Deno.test("client: an ERROR in mid-file fails the download, and leaves no half a file", () =>
  withClient(async (side) => {
    const done: string[] = [];
    const download = side.get({
      ...OPTIONS,
      sink: {
        write: () => void done.push("write"),
        commit: () => void done.push("commit"),
        abort: () => void done.push("abort"),
      },
    });
    const server = await answer(side, ["blksize", "1024"]);
    await server.send(data(1, 1024));
    await server.expect("ACK 1");
    await server.send(error(0, "Disk broke"));
    await assertRejects(() => download.finished, TftpError, "Disk broke");
    assertEquals(done, ["abort"]);
    await server.silence();
  }));

Deno.test("client: an ERROR as answer fails the request, and no packet follows it", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(error(1, "No such file"));
    const failure = await assertRejects(() => download.opened, TftpError);
    assertEquals(
      [failure.code, failure.message, failure.origin],
      [1, "No such file", "remote"],
    );
    await side.advance(60_000);
    await server.silence();
    await side.server.silence();
  }));

Deno.test("client: a server that falls silent in mid-file fails the download", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    const server = await answer(side, ["blksize", "1024"]);
    await server.send(data(1, 1024));
    await side.advance(60_000);
    assertEquals(new Set(await server.drain()), new Set(["ACK 1"]));
    await assertRejects(
      () => download.finished,
      TransferTimeoutError,
      "1024 octets",
    );
  }));

Deno.test("client: nobody at all is asked for half a minute, the last times without options", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    await side.advance(60_000);
    assertEquals(await side.server.drain(), [
      READ,
      READ,
      READ,
      'RRQ "file" octet',
      'RRQ "file" octet',
      'RRQ "file" octet',
    ]);
    await assertRejects(
      () => download.opened,
      TransferTimeoutError,
      "No answer from 127.0.0.1:69 for 31",
    );
  }));

Deno.test("client: without fallback every request has its options", () =>
  withClient(async (side) => {
    const download = side.get({ ...OPTIONS, fallback: false, retries: 4 });
    await side.advance(60_000);
    assertEquals(new Set(await side.server.drain()), new Set([READ]));
    await assertRejects(() => download.opened, TransferTimeoutError);
  }));

Deno.test("client: junk as answer is no answer", () =>
  withClient(async (side) => {
    const download = side.get(OPTIONS);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    for (const junk of ["", "\x01", "\0\0", "\0\x07a\0b\0", "\0\x03\0", "hi"]) {
      await server.send(raw(junk));
    }
    await server.silence();
    const other = side.portFor(side.server);
    await other.send(data(1, 3));
    await other.expect("ACK 1");
    assertEquals((await download.opened).remote.port, other.address.port);
  }));

Deno.test("client: a request from the server in mid-transfer, and other nonsense, changes nothing", () =>
  withClient(async (side) => {
    const upload = side.put(content(600), { rfc1350: true });
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.expect("DATA 1 (512 octets)");
    await server.send({
      type: "RRQ",
      filename: "a",
      mode: "octet",
      options: [],
    });
    await server.send(data(1, 3));
    await server.send(ack(2));
    await server.send(raw("\0\x04\0"));
    await server.silence();
    await server.send(ack(1));
    await server.expect("DATA 2 (88 octets)");
    await server.send(ack(2));
    assertEquals((await upload).statistics.unexpected, 4);
  }));

Deno.test("client: a server that rolls over to 1, and one that rolls over to 0, are both followed", async () => {
  for (const afterLast of [0, 1]) {
    await withClient(async (side) => {
      const download = side.get({ blksize: 8, windowsize: 1 });
      await side.server.expect('RRQ "file" octet blksize=8 tsize=0');
      const server = side.portFor(side.server);
      await server.send(oack(["blksize", "8"]));
      await server.expect("ACK 0");
      const bytes = content(8);
      side.network.transcript.length = 0;
      for (let block = 1; block <= 65535; block++) {
        side.network.inject(
          server.address,
          server.from!,
          Uint8Array.of(0, 3, block >> 8, block, ...bytes),
        );
        // The socket has one reader: let it take each block before the next.
        if (block % 1000 === 0) await server.drain();
      }
      await server.drain();
      await server.send(data(afterLast, bytes));
      await server.expect(`ACK ${afterLast}`);
      await server.send(data(afterLast + 1, raw("end")));
      await server.expect(`ACK ${afterLast + 1}`);
      assertEquals((await download.bytes).length, 65536 * 8 + 3);
    });
  }
});
