// RFC 2347, TFTP Option Extension, from the client's side: what it asks for, and what it makes of each answer.

import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { TftpError } from "../../packet/mod.ts";
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

const BLKSIZE = { blksize: 1024, windowsize: 1 };
const READ = 'RRQ "file" octet blksize=1024 tsize=0';

Deno.test("RFC 2347 §Packet Formats: options follow the mode, name and value each ended by NUL", () =>
  withClient(async (side) => {
    const download = side.get({ ...BLKSIZE, options: [["color", "blue"]] });
    const packet = await side.server.expect(`${READ} color=blue`);
    assertEquals(
      unraw(packet),
      "\0\x01file\0octet\0blksize\x001024\0tsize\x000\0color\0blue\0",
    );
    await side.server.send(error(1));
    await assertRejects(() => download.opened, TftpError);
  }));

Deno.test("RFC 2347 §Negotiation: a client answers the OACK to a read request with ACK 0, then takes block 1", () =>
  withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"], ["tsize", "1026"]));
    await server.expect("ACK 0");
    await server.send(data(1, 1024));
    await server.expect("ACK 1");
    await server.send(data(2, raw("ok")));
    await server.expect("ACK 2");
    assertEquals((await download.bytes).length, 1026);
    assertEquals((await download.opened).size, 1026);
    assertEquals((await download.opened).acknowledged, [
      ["blksize", "1024"],
      ["tsize", "1026"],
    ]);
  }));

Deno.test("RFC 2347 §Negotiation: a client answers the OACK to a write request with block 1", () =>
  withClient(async (side) => {
    const upload = side.put(content(1025), BLKSIZE);
    await side.server.expect('WRQ "file" octet blksize=1024 tsize=1025');
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"], ["tsize", "1025"]));
    await server.expect("DATA 1 (1024 octets)");
    await server.send(ack(1));
    await server.expect("DATA 2 (1 octets)");
    await server.send(ack(2));
    await upload;
  }));

Deno.test("RFC 2347 §Negotiation: an answer without OACK means that no option was accepted", async () => {
  await withClient(async (side) => {
    const download = side.get({ blksize: 1024, windowsize: 8, timeout: 9 });
    await side.server.expect(
      'RRQ "file" octet blksize=1024 timeout=9 tsize=0 windowsize=8',
    );
    const server = side.portFor(side.server);
    await server.send(data(1, 512));
    await server.expect("ACK 1");
    await server.send(data(2, 0));
    await server.expect("ACK 2");
    const { settings, acknowledged, size } = await download.opened;
    assertEquals([acknowledged, size], [null, null]);
    assertEquals([settings.blockSize, settings.windowSize], [512, 1]);
    assertEquals(settings.timeoutMs, null);
  });
  await withClient(async (side) => {
    const upload = side.put(content(600), { blksize: 1024, windowsize: 8 });
    await side.server.expect(
      'WRQ "file" octet blksize=1024 tsize=600 windowsize=8',
    );
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.expect("DATA 1 (512 octets)");
    await server.silence();
    await server.send(ack(1));
    await server.expect("DATA 2 (88 octets)");
    await server.send(ack(2));
    assertEquals((await upload).acknowledged, null);
  });
});

Deno.test("RFC 2347 §Negotiation: an option that the OACK leaves out is as if it had not been asked for", () =>
  withClient(async (side) => {
    const download = side.get({ blksize: 1024, windowsize: 8 });
    await side.server.expect(
      'RRQ "file" octet blksize=1024 tsize=0 windowsize=8',
    );
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"]));
    await server.expect("ACK 0");
    await server.send(data(1, 1024));
    await server.expect("ACK 1");
    await server.send(data(2, 0));
    await server.expect("ACK 2");
    assertEquals((await download.opened).settings.windowSize, 1);
  }));

Deno.test("RFC 2347 §Negotiation: names in an OACK are read in any case and order", () =>
  withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(oack(["TSIZE", "3"], ["BlkSize", "1000"]));
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals((await download.opened).settings.blockSize, 1000);
    assertEquals((await download.opened).size, 3);
  }));

Deno.test("RFC 2347 §Negotiation: an OACK without any option is taken", () =>
  withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(oack());
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals((await download.opened).settings.blockSize, 512);
  }));

Deno.test("RFC 2347 §Negotiation: an option that was not asked for gets ERROR 8; then the request goes out without options", () =>
  withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    const asked = side.server.from;
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"], ["windowsize", "4"]));
    await expectError(server, 8);
    await side.server.expect('RRQ "file" octet');
    assertNotEquals(side.server.from, asked);
    const other = side.portFor(side.server);
    await other.send(data(1, 3));
    await other.expect("ACK 1");
    assertEquals(await download.bytes, content(3));
  }));

Deno.test("RFC 2347 §Negotiation: an OACK to a request without options gets ERROR 8, and that is the end", () =>
  withClient(async (side) => {
    for (const answer of [oack(["blksize", "1024"]), oack()]) {
      const download = side.get();
      await side.server.expect('RRQ "file" octet');
      const server = side.portFor(side.server);
      await server.send(answer);
      await expectError(server, 8);
      const failure = await assertRejects(() => download.opened, TftpError);
      assertEquals([failure.code, failure.origin], [8, "local"]);
    }
  }));

for (const code of [8, 4]) {
  Deno.test(`RFC 2347 §Negotiation: a request with options that gets ERROR ${code} is sent once more without them`, async () => {
    await withClient(async (side) => {
      const download = side.get(BLKSIZE);
      await side.server.expect(READ);
      await side.server.send(error(code));
      await side.server.expect('RRQ "file" octet');
      const server = side.portFor(side.server);
      await server.send(data(1, 3));
      await server.expect("ACK 1");
      await download.finished;
    });
    await withClient(async (side) => {
      const upload = side.put("abc", BLKSIZE);
      await side.server.expect('WRQ "file" octet blksize=1024 tsize=3');
      await side.server.send(error(code));
      await side.server.expect('WRQ "file" octet');
      const server = side.portFor(side.server);
      await server.send(ack(0));
      await server.expect("DATA 1 (3 octets)");
      await server.send(ack(1));
      await upload;
    });
  });
}

Deno.test("RFC 2347 §Negotiation: a request without options that gets ERROR 8 or 4 is not sent again", () =>
  withClient(async (side) => {
    for (const code of [8, 4]) {
      const download = side.get(BLKSIZE);
      await side.server.expect(READ);
      await side.server.send(error(code));
      await side.server.expect('RRQ "file" octet');
      await side.server.send(error(code, "Still no"));
      await assertRejects(() => download.opened, TftpError, "Still no");
    }
  }));

Deno.test("RFC 2347 §Negotiation: any other ERROR is final, and so is each where fallback is off", () =>
  withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    await side.server.send(error(1));
    await assertRejects(() => download.opened, TftpError);
    const strict = side.get({ ...BLKSIZE, fallback: false });
    await side.server.expect(READ);
    await side.server.send(error(8));
    await assertRejects(() => strict.opened, TftpError);
  }));

Deno.test("RFC 2347 §Negotiation: an OACK that comes again gets ACK 0 again", () =>
  withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    for (let i = 0; i < 3; i++) {
      await server.send(oack(["blksize", "1024"]));
      await server.expect("ACK 0");
    }
    await server.send(data(1, 1024));
    await server.expect("ACK 1");
    await server.send(oack(["blksize", "1024"]));
    await server.silence();
    await server.send(data(2, 0));
    await server.expect("ACK 2");
    await download.finished;
  }));

Deno.test("RFC 2347 §Negotiation: an OACK that comes again brings no second block 1", () =>
  withClient(async (side) => {
    const upload = side.put("abc", BLKSIZE);
    await side.server.expect('WRQ "file" octet blksize=1024 tsize=3');
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"]));
    await server.expect("DATA 1 (3 octets)");
    await server.send(oack(["blksize", "1024"]));
    await server.silence();
    await server.send(ack(1));
    await upload;
  }));

Deno.test("RFC 2347 §Negotiation: ACK 0 to an OACK is sent again when block 1 does not come", () =>
  withClient(async (side) => {
    const download = side.get({
      ...BLKSIZE,
      retransmission: { floorMs: 1000 },
    });
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"]));
    await server.expect("ACK 0");
    await side.advance(2000);
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    await download.finished;
  }));

Deno.test("RFC 2347 §Negotiation: a server that is silent to options is asked without them, and a late OACK is ignored", async () => {
  await withClient(async (side) => {
    const download = side.get(BLKSIZE);
    await side.server.expect(READ);
    await side.advance(3000);
    await side.server.expect(READ);
    await side.server.expect(READ);
    await side.advance(4000);
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(oack(["blksize", "1024"]));
    await server.silence();
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals(await download.bytes, content(3));
  });
});
