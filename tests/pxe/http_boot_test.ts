import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { httpBoot, type HttpBootOptions } from "../../pxe/http_boot.ts";
import type { HttpExchange } from "../../pxe/http_exchange.ts";
import { Sandbox } from "../handlers/_sandbox.ts";

const BIG_BYTES = 1_000_000;

/** A root with files, what is beside it, and all that was told of requests. */
function makeRoot(options: Partial<HttpBootOptions> = {}) {
  const sandbox = new Sandbox({
    "srv/boot.ipxe": "#!ipxe\nshell\n",
    "srv/sub/App.EFI": "MZ",
    "srv/empty": "",
    "srv/100%": "percent",
    "srv-private/secret": "secret",
    "secret": "secret",
  });
  const big = new Uint8Array(BIG_BYTES).map((_, index) => index % 251);
  Deno.writeFileSync(`${sandbox.path}/srv/big`, big);
  const exchanges: HttpExchange[] = [];
  const handler = httpBoot({
    root: `${sandbox.path}/srv`,
    onExchange: (exchange) => exchanges.push(exchange),
    ...options,
  });
  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
  ) =>
    handler(new Request(`http://192.0.2.1${path}`, { method, headers }), {
      remoteAddr: {
        transport: "tcp",
        hostname: "192.0.2.7",
        port: 50000,
      },
    });
  return {
    sandbox,
    big,
    exchanges,
    ask,
    [Symbol.dispose]: () => sandbox[Symbol.dispose](),
  };
}

Deno.test("httpBoot() sends a file with its length, type and validators", async () => {
  using root = makeRoot();
  const response = await root.ask("/boot.ipxe");
  assertEquals(response.status, 200);
  const { headers } = response;
  assertEquals(headers.get("content-length"), "13");
  assertEquals(headers.get("accept-ranges"), "bytes");
  assertEquals(headers.get("content-type"), "text/plain; charset=utf-8");
  assertMatch(headers.get("cache-control")!, /no-transform/);
  assertMatch(headers.get("etag")!, /^(W\/)?"/);
  assert(headers.has("last-modified"));
  assertEquals(await response.text(), "#!ipxe\nshell\n");
  const [{ hostname, method, path, status, bytes, error }] = root.exchanges as [
    HttpExchange,
  ];
  assertEquals({ hostname, method, path, status, bytes, error }, {
    hostname: "192.0.2.7",
    method: "GET",
    path: "/boot.ipxe",
    status: 200,
    bytes: 13,
    error: null,
  });
});

Deno.test("httpBoot() sends large files and parts of them octet for octet", async () => {
  using root = makeRoot();
  assertEquals(await (await root.ask("/big")).bytes(), root.big);
  for (
    const [range, start, end] of [
      ["bytes=0-99", 0, 100],
      ["bytes=300000-900000", 300_000, 900_001],
      ["bytes=-1", BIG_BYTES - 1, BIG_BYTES],
    ] as const
  ) {
    const response = await root.ask("/big", { range });
    assertEquals(response.status, 206);
    assertEquals(
      response.headers.get("content-range"),
      `bytes ${start}-${end - 1}/${BIG_BYTES}`,
    );
    assertEquals(response.headers.get("content-length"), String(end - start));
    assertEquals(await response.bytes(), root.big.slice(start, end));
  }
  const nothing = await root.ask("/big", { range: `bytes=${BIG_BYTES}-` });
  assertEquals(nothing.status, 416);
  assertEquals(nothing.headers.get("content-range"), `bytes */${BIG_BYTES}`);
});

Deno.test("httpBoot() answers HEAD with the length and no body, as EDK2 wants it", async () => {
  using root = makeRoot();
  const response = await root.ask("/sub/App.EFI", {}, "HEAD");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-length"), "2");
  assertEquals(response.headers.get("content-type"), "application/efi");
  assertEquals(response.body, null);
  const missing = await root.ask("/none", {}, "HEAD");
  assertEquals([missing.status, missing.body], [404, null]);
});

Deno.test("httpBoot() sends an empty file, and says no more than 304 to who has a file already", async () => {
  using root = makeRoot({ now: () => Date.now() + 60_000 });
  const empty = await root.ask("/empty");
  assertEquals([empty.status, await empty.text()], [200, ""]);
  const { headers } = await root.ask("/big", {}, "HEAD");
  const etag = headers.get("etag")!;
  const known = await root.ask("/big", { "if-none-match": etag });
  assertEquals([known.status, known.body], [304, null]);
  const other = await root.ask("/big", { "if-match": '"other"' });
  assertEquals(other.status, 412);
});

const REFUSED: readonly [path: string, status: number][] = [
  ["/none", 404],
  ["/", 404],
  ["/sub", 404],
  ["/sub/", 404],
  ["/../secret", 404],
  ["/%2e%2e/secret", 404],
  ["/..%2fsecret", 403],
  ["/..%5Csecret", 403],
  ["/sub%2f..%2f..%2fsecret", 403],
  ["/%2e%2e%2fsrv-private%2fsecret", 403],
  ["/%252e%252e/secret", 404],
  ["/boot.ipxe%00", 403],
  ["/%E0%A4%A", 400],
  ["/100%", 400],
  ["/con", 403],
  ["/C:%5Cboot.ipxe:stream", 403],
  ["/outside", 403],
  ["/.tftpkit-00112233445566778899aabbccddeeff.part", 403],
];

for (const [path, status] of REFUSED) {
  const name = `httpBoot() answers ${status} to ${path}, and no more`;
  // Links take a right of their own there.
  const ignore = Deno.build.os === "windows" && path === "/outside";
  Deno.test({ name, ignore }, async () => {
    using root = makeRoot();
    if (path === "/outside") root.sandbox.link("../secret", "srv/outside");
    const response = await root.ask(path);
    assertEquals(response.status, status);
    const text = await response.text();
    assertEquals(text.includes("secret"), false);
    assertMatch(text, /^(Not found|Forbidden|Bad request)\n$/);
    assertEquals(root.exchanges.map((each) => each.status), [status]);
  });
}

Deno.test(
  "httpBoot() follows links inside, and finds names in any case where told to",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    using root = makeRoot({ caseInsensitive: true });
    root.sandbox.link("sub/App.EFI", "srv/link.efi");
    for (const path of ["/link.efi", "/SUB/app.efi", "/100%25"]) {
      const response = await root.ask(path);
      assertEquals(response.status, 200);
      await response.bytes();
    }
  },
);

Deno.test("httpBoot() takes no method that could change something", async () => {
  using root = makeRoot();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const response = await root.ask("/boot.ipxe", {}, method);
    assertEquals([response.status, response.headers.get("allow")], [
      405,
      "GET, HEAD",
    ]);
  }
});

Deno.test("httpBoot() breaks off when the file changes, and when the client goes", async () => {
  using root = makeRoot();
  const path = `${root.sandbox.path}/srv/big`;
  const changed = await root.ask("/big");
  const reader = changed.body!.getReader();
  await reader.read();
  await Deno.utime(path, new Date(0), new Date(1000));
  await assertRejects(async () => {
    while (!(await reader.read()).done);
  }, "changed while");
  const left = await root.ask("/big");
  await left.body!.cancel();
  const [first, second] = root.exchanges;
  assertEquals([first!.error === null, second!.error === null], [false, false]);
  assert(first!.bytes < BIG_BYTES);
});

Deno.test("httpBoot() breaks off what is under way when it is told to", async () => {
  const controller = new AbortController();
  using root = makeRoot({ signal: controller.signal });
  await (await root.ask("/big")).bytes();
  const reader = (await root.ask("/big")).body!.getReader();
  await reader.read();
  controller.abort();
  await assertRejects(() => reader.read(), DOMException);
  assertEquals(root.exchanges.map(({ error }) => error === null), [
    true,
    false,
  ]);
});

Deno.test("httpBoot() answers over a real connection, without chunks", async () => {
  using root = makeRoot();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    httpBoot({ root: `${root.sandbox.path}/srv` }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/boot.ipxe`;
  for (const method of ["HEAD", "GET"]) {
    const response = await fetch(url, {
      method,
      headers: { "accept-encoding": "gzip" },
    });
    assertEquals(response.headers.get("content-length"), "13");
    assertEquals(response.headers.get("content-encoding"), null);
    assertEquals((await response.bytes()).length, method === "GET" ? 13 : 0);
  }
});
