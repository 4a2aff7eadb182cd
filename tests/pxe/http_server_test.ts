import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HttpServer, type HttpServerOptions } from "../../pxe/http_server.ts";
import { VirtualClock } from "../_virtual.ts";

function start(options: Partial<HttpServerOptions> = {}) {
  const errors: unknown[] = [];
  const clock = new VirtualClock();
  const server = new HttpServer({
    hostname: "127.0.0.1",
    port: 0,
    handlers: [],
    clock,
    shutdownTimeoutMs: 1000,
    breakOff: () => {},
    onError: (error) => errors.push(error),
    ...options,
  });
  const url = `http://127.0.0.1:${server.address.port}/`;
  return { server, url, errors, clock };
}

Deno.test("HttpServer asks its handlers in order", async () => {
  const { server, url } = start({
    handlers: [
      (request) =>
        request.url.endsWith("/a") ? new Response("first") : undefined,
      (request) =>
        request.url.endsWith("/n") ? undefined : new Response("second"),
    ],
  });
  for (const [path, text] of [["a", "first"], ["b", "second"]]) {
    assertEquals(await (await fetch(url + path)).text(), text);
  }
  const none = await fetch(`${url}n`);
  assertEquals([none.status, await none.text()], [404, "Not found\n"]);
  server.setRef(false);
  server.setRef(true);
  await server.shutdown();
  await server.finished;
});

Deno.test("HttpServer tells who watches what went wrong, and the client next to nothing", async () => {
  const error = new Error("/secret/path");
  const { server, url, errors } = start({
    handlers: [() => {
      throw error;
    }],
  });
  const response = await fetch(url);
  assertEquals([response.status, await response.text()], [
    500,
    "Internal error\n",
  ]);
  assertEquals(errors, [error]);
  await server.shutdown();
});

Deno.test("HttpServer lets downloads go on for a while, and then breaks them off", async () => {
  let body!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const { server, url, clock } = start({
    handlers: [
      () =>
        new Response(new ReadableStream({ start: (it) => void (body = it) })),
    ],
    breakOff: () => body.error(new Error("It is over")),
  });
  const response = await fetch(url);
  const reading = assertRejects(() => response.text());
  const ended = server.shutdown();
  await clock.advance(999);
  body.enqueue(new Uint8Array(1));
  await clock.advance(1);
  await ended;
  await reading;
  assertEquals(clock.pending, 0);
});

Deno.test("HttpServer ends although a client holds its connection open", async () => {
  const { server, clock } = start();
  const { hostname, port } = server.address;
  using connection = await Deno.connect({ hostname, port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\n"));
  const ended = server.shutdown();
  await clock.advance(2000);
  await ended;
});

Deno.test("HttpServer says at once when the port is in use", async () => {
  const { server } = start();
  const { port } = server.address;
  assertThrows(() => start({ port }), Deno.errors.AddrInUse);
  await server.shutdown();
});
