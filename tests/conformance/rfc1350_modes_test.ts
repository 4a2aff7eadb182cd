// RFC 1350, section 1: the modes. What becomes of others is in rfc1123_test.ts.

import { assertEquals } from "@std/assert";
import { withClient } from "./_client_side.ts";
import { withServer } from "./_server_side.ts";
import { ack, data, payload, raw, read, unraw, write } from "./_packets.ts";

const TEXT = "one\ntwo\rthree\r\n";
const NETASCII = "one\r\ntwo\r\0three\r\0\r\n";

Deno.test("RFC 1350 §1: octet sends a file's bytes as they are", () =>
  withServer({ files: { text: TEXT } }, async (side) => {
    const client = await side.ask(read("text"));
    const block = await client.expect("DATA 1 (15 octets)");
    assertEquals(unraw(payload(block)), TEXT);
    await client.send(ack(1));
  }));

for (const upload of ["sink", "body"] as const) {
  Deno.test(`RFC 1350 §1: octet takes a file's bytes as they are, through a ${upload}`, () =>
    withServer({ upload }, async (side) => {
      const file = Uint8Array.from({ length: 256 }, (_, i) => i);
      const client = await side.ask(write("file"));
      await client.expect("ACK 0");
      await client.send(data(1, file));
      await client.expect("ACK 1");
      assertEquals(side.uploads.get("file"), file);
    }));
}

Deno.test("RFC 1350 §1: netascii sends a line end as CR LF, and CR as CR NUL", () =>
  withServer({ files: { text: TEXT } }, async (side) => {
    const client = await side.ask(read("text", [], "netascii"));
    const block = await client.expect("DATA 1 (19 octets)");
    assertEquals(unraw(payload(block)), NETASCII);
    await client.send(ack(1));
  }));

Deno.test("RFC 1350 §1: netascii is decoded on arrival, also where a pair straddles two blocks", () =>
  withServer({}, async (side) => {
    const client = await side.ask(write("text", [], "netascii"));
    await client.expect("ACK 0");
    await client.send(data(1, raw("a".repeat(511) + "\r")));
    await client.expect("ACK 1");
    await client.send(data(2, raw("\nb\r\0c\r")));
    await client.expect("ACK 2");
    assertEquals(
      unraw(side.uploads.get("text")!),
      "a".repeat(511) + "\nb\rc\r",
    );
  }));

Deno.test("RFC 1350 §1: blocks of netascii are cut after encoding", () =>
  withServer({ files: { text: "\n".repeat(256) } }, async (side) => {
    const client = await side.ask(read("text", [], "netascii"));
    await client.expect("DATA 1 (512 octets)");
    await client.send(ack(1));
    await client.expect("DATA 2 (0 octets)");
    await client.send(ack(2));
  }));

Deno.test("RFC 1350 §1: a client decodes the netascii that it gets", () =>
  withClient(async (side) => {
    const download = side.get(undefined, { mode: "netascii" });
    await side.server.expect('RRQ "file" netascii');
    const server = side.portFor(side.server);
    await server.send(data(1, raw(NETASCII)));
    await server.expect("ACK 1");
    assertEquals(unraw(await download.bytes), TEXT);
  }));

Deno.test("RFC 1350 §1: a client encodes the netascii that it sends", () =>
  withClient(async (side) => {
    const upload = side.put(TEXT, undefined, { mode: "netascii" });
    await side.server.expect('WRQ "file" netascii');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    const block = await server.expect("DATA 1 (19 octets)");
    assertEquals(unraw(payload(block)), NETASCII);
    await server.send(ack(1));
    await upload;
  }));
