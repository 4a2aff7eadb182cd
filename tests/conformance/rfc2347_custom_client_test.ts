// RFC 2347, options that are not built in, from the client's side: how it asks for them, and what it makes of each answer.

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { TftpError } from "../../packet/mod.ts";
import { withClient } from "./_client_side.ts";
import { ack, data, error, expectError, oack } from "./_packets.ts";

const BLKSIZE = { blksize: 1024, windowsize: 1 };
const ASKS = { ...BLKSIZE, customOptions: { Md5: "", lang: "de" } };
const READ = 'RRQ "file" octet blksize=1024 tsize=0 Md5= lang=de';

Deno.test("custom options of a client: they come last, and their answers are in the download", () =>
  withClient(async (side) => {
    const download = side.get(ASKS);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(oack(["MD5", "abc"], ["blksize", "1024"]));
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    const { customOptions, acknowledged } = await download.opened;
    assertEquals(customOptions, { Md5: "abc" });
    assertEquals(acknowledged, [["MD5", "abc"], ["blksize", "1024"]]);
  }));

Deno.test("custom options of a client: their answers are in the upload", () =>
  withClient(async (side) => {
    const upload = side.put("abc", ASKS);
    await side.server.expect(
      'WRQ "file" octet blksize=1024 tsize=3 Md5= lang=de',
    );
    const server = side.portFor(side.server);
    await server.send(oack(["lang", "fr"], ["md5", ""]));
    await server.expect("DATA 1 (3 octets)");
    await server.send(ack(1));
    assertEquals((await upload).customOptions, { Md5: "", lang: "fr" });
  }));

Deno.test("custom options of a client: an answer to another one gets ERROR 8, then the request goes out without options", () =>
  withClient(async (side) => {
    const download = side.get(ASKS);
    await side.server.expect(READ);
    const server = side.portFor(side.server);
    await server.send(oack(["md5", "abc"], ["sha1", "x"]));
    await expectError(server, 8);
    await side.server.expect('RRQ "file" octet');
    const other = side.portFor(side.server);
    await other.send(data(1, 3));
    await other.expect("ACK 1");
    assertEquals((await download.opened).customOptions, {});
  }));

Deno.test("custom options of a client: an answer that is not accepted gets ERROR 8", async () => {
  const accept = (answer: string) => answer === "good";
  const asks = { ...BLKSIZE, customOptions: { md5: { value: "", accept } } };
  const request = 'RRQ "file" octet blksize=1024 tsize=0 md5=';
  await withClient(async (side) => {
    const download = side.get(asks);
    await side.server.expect(request);
    const server = side.portFor(side.server);
    await server.send(oack(["md5", "good"]));
    await server.expect("ACK 0");
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals((await download.opened).customOptions, { md5: "good" });
  });
  await withClient(async (side) => {
    const download = side.get(asks);
    await side.server.expect(request);
    const server = side.portFor(side.server);
    await server.send(oack(["md5", "bad"]));
    await expectError(server, 8);
    await side.server.expect('RRQ "file" octet');
    const other = side.portFor(side.server);
    await other.send(data(1, 3));
    await other.expect("ACK 1");
    assertEquals((await download.opened).customOptions, {});
  });
  await withClient(async (side) => {
    const download = side.get({ ...asks, fallback: false });
    await side.server.expect(request);
    const server = side.portFor(side.server);
    await server.send(oack(["md5", "bad"]));
    await expectError(server, 8);
    const failure = await assertRejects(() => download.opened, TftpError);
    assertEquals([failure.code, failure.origin], [8, "local"]);
  });
});

Deno.test("custom options of a client: a check that throws ends the transfer, and is told", () =>
  withClient(async (side) => {
    const cause = new Error("/secret/path");
    const accept = () => {
      throw cause;
    };
    const download = side.get({
      ...BLKSIZE,
      customOptions: { md5: { value: "", accept } },
    });
    await side.server.expect(
      'RRQ "file" octet blksize=1024 tsize=0 md5=',
    );
    const server = side.portFor(side.server);
    await server.send(oack(["md5", "x"]));
    await expectError(server, 0);
    const failure = await assertRejects(() => download.opened, TftpError);
    assertStrictEquals(failure.cause, cause);
  }));

Deno.test("custom options of a client: a server that is silent to them, or refuses them, is asked without", async () => {
  await withClient(async (side) => {
    const download = side.get(ASKS);
    await side.server.expect(READ);
    await side.advance(3000);
    await side.server.expect(READ);
    await side.server.expect(READ);
    await side.advance(4000);
    await side.server.expect('RRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(data(1, 3));
    await server.expect("ACK 1");
    assertEquals((await download.opened).customOptions, {});
  });
  await withClient(async (side) => {
    const upload = side.put("abc", ASKS);
    await side.server.expect(
      'WRQ "file" octet blksize=1024 tsize=3 Md5= lang=de',
    );
    await side.server.send(error(8));
    await side.server.expect('WRQ "file" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.expect("DATA 1 (3 octets)");
    await server.send(ack(1));
    assertEquals((await upload).customOptions, {});
  });
});
