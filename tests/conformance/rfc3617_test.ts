// RFC 3617, URI Scheme for TFTP: what a URL makes a client ask for, and of whom.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { get, parseTftpUrl } from "../../client.ts";
import { PLAIN, withClient } from "./_client_side.ts";
import { ack, content, data, raw, unraw } from "./_packets.ts";

Deno.test("RFC 3617 §2: a URL names host and file, and the mode is octet", () => {
  assertEquals(parseTftpUrl("tftp://example.com/myconfigurationfile"), {
    hostname: "example.com",
    port: 69,
    filename: "myconfigurationfile",
    mode: "octet",
  });
});

Deno.test("RFC 3617 §2: mode=netascii and mode=octet are the modes, in any case", () => {
  const modeOf = (url: string) => parseTftpUrl(url).mode;
  assertEquals(modeOf("tftp://h/file;mode=netascii"), "netascii");
  assertEquals(modeOf("tftp://h/file;mode=octet"), "octet");
  assertEquals(modeOf("tftp://h/file;MODE=NetAscii"), "netascii");
  assertThrows(() => modeOf("tftp://h/file;mode=mail"), SyntaxError);
  assertThrows(() => modeOf("tftp://h/file;mode="), SyntaxError);
});

Deno.test("RFC 3617 §2: only the mode is taken off the name; other semicolons belong to it", () => {
  const nameOf = (url: string) => parseTftpUrl(url).filename;
  assertEquals(nameOf("tftp://h/a;b"), "a;b");
  assertEquals(nameOf("tftp://h/a;b;mode=octet"), "a;b");
  assertEquals(nameOf("tftp://h/a;type=i"), "a;type=i");
  assertEquals(nameOf("tftp://h/a%3Bmode=octet"), "a;mode=octet");
});

Deno.test("RFC 3617 §2: hosts are names, IPv4 addresses and IPv6 addresses in brackets", () => {
  const hostOf = (url: string) => parseTftpUrl(url).hostname;
  assertEquals(hostOf("tftp://boot.example.com/f"), "boot.example.com");
  assertEquals(hostOf("tftp://192.0.2.1/f"), "192.0.2.1");
  assertEquals(hostOf("tftp://[2001:db8::7]/f"), "2001:db8::7");
  assertEquals(hostOf("tftp://[fe80::1%25eth0]/f"), "fe80::1%eth0");
});

Deno.test("RFC 3617 §2: the port is 69 unless the URL names one", () => {
  const portOf = (url: string) => parseTftpUrl(url).port;
  assertEquals(portOf("tftp://h/f"), 69);
  assertEquals(portOf("tftp://h:6969/f"), 6969);
  assertEquals(portOf("tftp://[::1]:6969/f"), 6969);
  assertEquals(portOf("tftp://h:/f"), 69);
  for (const port of ["0", "65536", "99999"]) {
    assertThrows(() => portOf(`tftp://h:${port}/f`), RangeError);
  }
  assertThrows(() => portOf("tftp://h:tftp/f"), SyntaxError);
});

Deno.test("RFC 3617 §2: the slash behind the host separates and is no part of the name; a second one is", () => {
  const nameOf = (url: string) => parseTftpUrl(url).filename;
  assertEquals(nameOf("tftp://h/dir/file"), "dir/file");
  assertEquals(nameOf("tftp://h//dir/file"), "/dir/file");
  assertEquals(nameOf("tftp://h///file"), "//file");
  assertEquals(nameOf("tftp://h/../file"), "../file");
  assertEquals(nameOf("tftp://h/file?a#b"), "file?a#b");
});

Deno.test("RFC 3617 §2: a URL without host or name, or of another scheme, is refused", () => {
  for (
    const url of [
      "tftp://h",
      "tftp://h/",
      "tftp:///file",
      "tftp://h/;mode=octet",
      "tftp:h/file",
      "http://h/file",
      "h/file",
      "",
    ]
  ) assertThrows(() => parseTftpUrl(url), SyntaxError, undefined, url);
});

Deno.test("RFC 3617 §2.1: names are unescaped once, as UTF-8", () => {
  const nameOf = (url: string) => parseTftpUrl(url).filename;
  assertEquals(nameOf("tftp://h/my%20file"), "my file");
  assertEquals(nameOf("tftp://h/100%2525"), "100%25");
  assertEquals(nameOf("tftp://h/a%2Fb%5Cc"), "a/b\\c");
  assertEquals(nameOf("tftp://h/gr%C3%BCn"), "grün");
  assertEquals(nameOf("tftp://h/grün"), "grün");
  for (const bad of ["%", "%4", "%zz", "%FF", "%C3"]) {
    assertThrows(() => nameOf(`tftp://h/${bad}`), SyntaxError);
  }
});

Deno.test("RFC 3617 §2.1: a name cannot hold NUL, which would end it", async () => {
  assertThrows(() => parseTftpUrl("tftp://h/a%00b"), SyntaxError);
  await assertRejects(() => get("tftp://127.0.0.1/a%00b"), SyntaxError);
  await assertRejects(
    () => get({ hostname: "127.0.0.1", filename: "a\0b" }),
    SyntaxError,
  );
});

Deno.test("RFC 3617 §3: reading a URL sends a read request for that name in that mode", () =>
  withClient(async (side) => {
    const download = side.get(
      PLAIN,
      "tftp://127.0.0.1/dir/my%20file;mode=netascii",
    );
    await side.server.expect('RRQ "dir/my file" netascii');
    const server = side.portFor(side.server);
    await server.send(data(1, raw("a\r\n")));
    await server.expect("ACK 1");
    assertEquals(unraw(await download.bytes), "a\n");
  }));

Deno.test("RFC 3617 §3: writing a URL sends a write request for that name in that mode", () =>
  withClient(async (side) => {
    const upload = side.put(content(3), PLAIN, "tftp://127.0.0.1//new");
    await side.server.expect('WRQ "/new" octet');
    const server = side.portFor(side.server);
    await server.send(ack(0));
    await server.expect("DATA 1 (3 octets)");
    await server.send(ack(1));
    await upload;
  }));

Deno.test("RFC 3617 §3: the port of a URL is where the request goes", () =>
  withClient(async (side) => {
    const other = side.port({ hostname: "127.0.0.1", port: 6969 });
    const download = side.get(PLAIN, "tftp://127.0.0.1:6969/file");
    await other.expect('RRQ "file" octet');
    const server = side.portFor(other);
    await server.send(data(1, 0));
    await server.expect("ACK 1");
    await download.finished;
  }));
