// The front door of the client: `get`, `put` and `TftpClient`. How transfers go is in tests/client/.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { get, parseTftpUrl, put, TftpClient } from "../client.ts";
import { TftpError } from "../packet/mod.ts";
import { serve, type TftpRequest, TftpResponse } from "../server.ts";
import { bytesOf } from "./conformance/_server_side.ts";
import { VirtualNetwork } from "./_virtual.ts";

/** Keeps uploads, and serves them. */
function shelf() {
  const files = new Map<string, Uint8Array>();
  const requests: TftpRequest[] = [];
  const handler = async (request: TftpRequest) => {
    requests.push(request);
    const { filename, operation } = request;
    if (operation === "read") {
      const file = files.get(filename);
      return file && new TftpResponse(file);
    }
    files.set(filename, await bytesOf(request.body!));
  };
  return { files, requests, handler };
}

/** A client and a server on a network of their own, where a test need not wait. */
async function together(
  play: (
    client: TftpClient,
    requests: readonly TftpRequest[],
  ) => Promise<void>,
  options: Partial<ConstructorParameters<typeof TftpClient>[0]> = {},
): Promise<void> {
  const network = new VirtualNetwork();
  const { clock } = network;
  const { handler, requests } = shelf();
  const hostname = "127.0.0.1";
  const server = serve({ network, clock, hostname, port: 6969 }, handler);
  await play(
    new TftpClient({ hostname, port: 6969, network, clock, ...options }),
    requests,
  );
  await server.shutdown();
  await clock.advance(60_000);
  assertEquals(network.openSockets, 0);
  assertEquals(clock.pending, 0);
}

// Real sockets.

for (const hostname of ["127.0.0.1", "localhost"]) {
  Deno.test(`put() and get() reach a server by ${hostname}`, async () => {
    const { handler, files } = shelf();
    await using server = serve({ port: 0 }, handler);
    const { port } = server.addr;
    const url = `tftp://${hostname}:${port}/dir/r1.cfg`;
    const upload = await put(url, "hostname r1\n");
    assertEquals(upload.statistics.bytes, 12);
    assertEquals(upload.target, parseTftpUrl(url));
    assertEquals([...files.keys()], ["dir/r1.cfg"]);
    await using response = await get(new URL(url));
    assertEquals(response.size, 12);
    assertEquals(await response.text(), "hostname r1\n");
  });
}

Deno.test("get() of an IPv4 address in IPv6 reaches IPv4", async () => {
  await using server = serve(
    { hostname: "127.0.0.1", port: 0 },
    () => new TftpResponse("hello"),
  );
  const url = `tftp://[::ffff:127.0.0.1]:${server.addr.port}/any`;
  await using response = await get(url, { retries: 0 });
  assertEquals(await response.text(), "hello");
});

Deno.test("get() moves a file of many windows", async () => {
  const file = Uint8Array.from({ length: 1_000_000 }, (_, i) => i ^ (i >> 8));
  await using server = serve(
    { hostname: "127.0.0.1", port: 0 },
    () => new TftpResponse(file),
  );
  const target = { ...server.addr, filename: "any" };
  await using response = await get(target);
  const bytes = await response.bytes();
  assert(bytes.every((octet, index) => octet === file[index]));
  assertEquals(bytes.length, file.length);
});

Deno.test("get() and put() of a host that is not known say so", async () => {
  const url = "tftp://no-such-host.invalid/file";
  const message = 'Cannot find host "no-such-host.invalid"';
  await assertRejects(() => get(url), Deno.errors.NotFound, message);
  await assertRejects(() => put(url, "text"), Deno.errors.NotFound, message);
});

// What they take.

Deno.test("get() and put() reject what makes no sense, and do not throw it", async () => {
  const network = new VirtualNetwork();
  for (const url of ["http://h/f", "tftp://127.0.0.1/", ""]) {
    await assertRejects(() => get(url, { network }), SyntaxError);
    await assertRejects(() => put(url, "text", { network }), SyntaxError);
  }
  const url = "tftp://127.0.0.1/file";
  for (const options of [{ blksize: 7 }, { retries: -1 }, { timeoutMs: 0 }]) {
    await assertRejects(() => get(url, { ...options, network }), RangeError);
    await assertRejects(
      () => put(url, "text", { ...options, network }),
      RangeError,
    );
  }
  assertEquals(network.openSockets, 0);
});

Deno.test("TftpClient says once what holds for all", () =>
  together(async (client, requests) => {
    await client.put("a", "text");
    assertEquals(await (await client.get("a")).text(), "text");
    await assertRejects(() => client.get("b"), TftpError, "File not found");
    assertEquals(
      requests.map(({ operation, filename, mode, options }) => [
        operation,
        filename,
        mode,
        options.map((pair) => pair.join("=")).join(" "),
      ]),
      [
        ["write", "a", "netascii", "blksize=100 tsize=4"],
        ["read", "a", "netascii", "blksize=100 tsize=0"],
        ["read", "b", "netascii", "blksize=100 tsize=0"],
      ],
    );
  }, { blksize: 100, windowsize: 1, mode: "netascii" }));

Deno.test("TftpClient takes what is different for one transfer", () =>
  together(async (client, requests) => {
    await client.put("a", "text", { rfc1350: true });
    const { settings } = await client.put("b", "text", { blksize: 200 });
    assertEquals(settings.blockSize, 200);
    const download = await client.get("b", { blksize: 8 });
    assertEquals(download.settings.blockSize, 8);
    assertEquals(await download.text(), "text");
    const asked = requests.map(({ options }) =>
      options.find(([name]) => name === "blksize")?.[1]
    );
    assertEquals(asked, [undefined, "200", "8"]);
  }, { blksize: 100 }));

Deno.test("TftpClient asks for custom options, unless a transfer has its own", () =>
  together(async (client, requests) => {
    await client.put("a", "text");
    await (await client.get("a")).text();
    await (await client.get("a", { customOptions: { lang: "de" } })).text();
    await (await client.get("a", { customOptions: {} })).text();
    assertEquals(requests.map(({ options }) => options.at(-1)), [
      ["md5", "x"],
      ["md5", "x"],
      ["lang", "de"],
      ["tsize", "0"],
    ]);
  }, { windowsize: 1, customOptions: { md5: "x" } }));

Deno.test("TftpClient does not take names for URLs", () =>
  together(async (client, requests) => {
    const name = "tftp://h/a%20b;mode=netascii";
    await client.put(name, "text");
    assertEquals(requests[0]!.filename, name);
    assertEquals(requests[0]!.mode, "octet");
  }));

Deno.test("TftpClient checks its options at once", () => {
  const hostname = "127.0.0.1";
  for (
    const options of [{ blksize: 7 }, { windowsize: 0 }, { retries: -1 }, {
      localPort: -1,
    }]
  ) {
    assertThrows(() => new TftpClient({ hostname, ...options }), RangeError);
  }
  for (const customOptions of [{ tsize: "0" }, { md5: "\0" }]) {
    assertThrows(() => new TftpClient({ hostname, customOptions }), TypeError);
  }
  new TftpClient({ hostname });
});

Deno.test("several transfers of one client go on at once", () =>
  together(async (client) => {
    const names = Array.from({ length: 20 }, (_, index) => `file ${index}`);
    await Promise.all(names.map((name) => client.put(name, name.repeat(100))));
    const texts = await Promise.all(
      names.map(async (name) => await (await client.get(name)).text()),
    );
    assertEquals(texts, names.map((name) => name.repeat(100)));
  }));
