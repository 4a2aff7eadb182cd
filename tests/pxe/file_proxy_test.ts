import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FileProxy, PROXY_PATH } from "../../pxe/file_proxy.ts";
import type { HttpExchange } from "../../pxe/http_exchange.ts";

const ORIGIN = "http://192.0.2.1:8080";
const KERNEL = "https://files.example/vmlinuz?v=1";

/** A proxy, what it asked other servers, and what it told. */
function makeProxy(
  answer: (request: Request) => Response | Promise<Response> = () =>
    new Response("kernel", {
      headers: {
        "content-length": "6",
        "set-cookie": "secret=1",
        etag: '"1"',
      },
    }),
) {
  const asked: Request[] = [];
  const exchanges: HttpExchange[] = [];
  const proxy = new FileProxy({
    key: new Uint8Array(32),
    fetch: (input, init) => {
      const request = new Request(input, init);
      asked.push(request);
      return Promise.try(answer, request);
    },
    onExchange: (exchange) => exchanges.push(exchange),
  });
  const { kernel } = proxy.wrap({ kernel: KERNEL }, ORIGIN);
  const ask = (url = kernel!, init: RequestInit = {}) =>
    proxy.handle(new Request(url, init));
  return { proxy, asked, exchanges, kernel: kernel!, ask };
}

Deno.test("FileProxy puts itself in front of files of other servers, and of no others", () => {
  const { proxy } = makeProxy();
  const boot = proxy.wrap({
    kernel: KERNEL,
    initrd: ["http://192.0.2.9/initrd", `${ORIGIN}/own`, "tftp://192.0.2.9/t"],
    cmdline: "url=https://files.example/",
  }, ORIGIN);
  const [kernel, [other, own, tftp]] = [boot.kernel!, boot.initrd as string[]];
  for (const url of [kernel, other!]) {
    assertMatch(
      url,
      /^http:\/\/192\.0\.2\.1:8080\/v1\/file\/[\w-]+\.[\w-]{43}$/,
    );
  }
  assertEquals([own, tftp, boot.cmdline], [
    `${ORIGIN}/own`,
    "tftp://192.0.2.9/t",
    "url=https://files.example/",
  ]);
  const script = { "ipxe-script": "#!ipxe\n" };
  assertEquals(proxy.wrap(script, ORIGIN), script);
});

Deno.test("FileProxy passes on the file and what a boot loader needs, and nothing else", async () => {
  const { ask, asked, exchanges } = makeProxy();
  const response = await ask(undefined, {
    headers: { range: "bytes=0-5", cookie: "a=b", "x-other": "1" },
  });
  assertEquals(await response!.text(), "kernel");
  const { headers } = response!;
  assertEquals([headers.get("content-length"), headers.get("etag")], [
    "6",
    '"1"',
  ]);
  assertEquals(headers.has("set-cookie"), false);
  const [request] = asked;
  assertEquals(request!.url, KERNEL);
  assertEquals(
    [...request!.headers.keys()].filter((name) => name !== "accept").sort(),
    ["accept-encoding", "range"],
  );
  assertEquals(
    exchanges.map(({ path, status, bytes }) => [path, status, bytes]),
    [
      [KERNEL, 200, 6],
    ],
  );
});

Deno.test("FileProxy asks for nothing that it has not signed", async () => {
  const { ask, asked, kernel } = makeProxy();
  const [, token] = kernel.split(PROXY_PATH);
  const [name, signature] = token!.split(".");
  const other = btoa("http://192.0.2.9/secret").replace(/=*$/, "");
  for (
    const wrong of [
      "",
      name!,
      `${name}.`,
      `${other}.${signature}`,
      `${name}.${signature!.slice(1)}`,
      `${name}.${
        signature!.replace(/^./, (first) => first === "A" ? "B" : "A")
      }`,
      "%E0%A4%A.x",
    ]
  ) {
    const response = await ask(`${ORIGIN}${PROXY_PATH}${wrong}`);
    assertEquals(response!.status, 404, wrong);
  }
  const stranger = new FileProxy().wrap({ kernel: KERNEL }, ORIGIN).kernel!;
  assertEquals((await ask(stranger))!.status, 404);
  assertEquals(asked.length, 0);
  assertEquals(await ask(`${ORIGIN}/other`), undefined);
  assertEquals((await ask(kernel, { method: "POST" }))!.status, 405);
});

for (
  const [answer, status] of [
    [() => new Response("secret", { status: 500 }), 502],
    [() => new Response("secret", { status: 403 }), 502],
    [() => new Response("secret", { status: 404 }), 404],
    [() => Promise.reject(new Error("secret")), 502],
  ] as const
) {
  Deno.test(`FileProxy tells a machine ${status}, and not why`, async () => {
    const { ask, exchanges } = makeProxy(answer);
    const response = await ask();
    assertEquals(response!.status, status);
    assertEquals((await response!.text()).includes("secret"), false);
    assertEquals(exchanges[0]!.error === null, status === 404);
  });
}

Deno.test("FileProxy answers HEAD without a body", async () => {
  const { ask } = makeProxy(() =>
    new Response(null, { headers: { "content-length": "6" } })
  );
  const response = await ask(undefined, { method: "HEAD" });
  assertEquals([response!.body, response!.headers.get("content-length")], [
    null,
    "6",
  ]);
});

Deno.test("FileProxy tells of what breaks on the way, on either side", async () => {
  const broken = () =>
    new Response(
      new ReadableStream({ pull: (it) => it.error(new Error("gone")) }),
    );
  const first = makeProxy(broken);
  const response = await first.ask();
  await assertRejects(() => response!.text(), Error, "gone");
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(10)) }),
    );
  const second = makeProxy(endless);
  const reader = (await second.ask())!.body!.getReader();
  await reader.read();
  await reader.cancel();
  for (const { exchanges } of [first, second]) {
    assert(exchanges[0]!.error !== null);
  }
});
