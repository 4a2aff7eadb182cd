/**
 * Conversations with a server whose transfers are in workers: real threads, real sockets, no clock decides.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { get, put } from "../../../client.ts";
import { TftpError } from "../../../packet/mod.ts";
import {
  inWorker,
  serve,
  type ServeOptions,
  type ServerEvent,
  type TftpHandler,
  type TftpServer,
  WorkerError,
} from "../../../server.ts";
import { RawClient } from "./_client.ts";
import type { TestData } from "./_handler.ts";

const MODULE = new URL("./_handler.ts", import.meta.url);

class Side implements AsyncDisposable {
  readonly server: TftpServer;
  readonly events: ServerEvent[] = [];
  readonly errors: unknown[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(
    { data, handler, count = 1, ...options }: ServeOptions & {
      readonly data?: TestData;
      readonly count?: number;
      readonly handler?: TftpHandler;
    } = {},
  ) {
    const all = {
      hostname: "127.0.0.1",
      port: 0,
      onEvent: (event: ServerEvent) => {
        this.events.push(event);
        for (const look of this.#waiting) look();
      },
      onError: (error: unknown) => {
        this.errors.push(error);
        for (const look of this.#waiting) look();
      },
      ...options,
      workers: { module: MODULE, count, data: data ?? null },
    };
    this.server = handler ? serve(all, handler) : serve(all);
  }

  url(name: string): string {
    return `tftp://127.0.0.1:${this.server.addr.port}/${name}`;
  }

  async read(name: string): Promise<string> {
    await using response = await get(this.url(name));
    return await response.text();
  }

  /** Waits until something is true of what was told. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  count(type: ServerEvent["type"]): number {
    return this.events.filter((event) => event.type === type).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }
}

Deno.test("a worker serves a read, and its events are told as if it were here", async () => {
  await using side = new Side({ data: { word: "hello" } });
  assertEquals(await side.read("word"), "hello");
  await side.until(() => side.count("finished") === 1);
  const [request, negotiated, finished] = side.events;
  assert(request?.type === "request" && finished?.type === "finished");
  assertEquals(negotiated?.type, "negotiated");
  assertEquals(finished.request, request.request);
  assertEquals(finished.transfer.statistics.bytes, 5);
});

Deno.test("a worker takes an upload", async () => {
  const root = await Deno.makeTempDir();
  {
    await using side = new Side({ data: { root } });
    await put(side.url("up"), "uploaded");
    assertEquals(await Deno.readTextFile(`${root}/up`), "uploaded");
  }
  await Deno.remove(root, { recursive: true });
});

Deno.test("what a worker refuses is refused with its code and text, from the request port", async () => {
  await using side = new Side();
  using client = new RawClient(side.server.addr);
  for (
    const [filename, answer] of [
      ["refused", 'ERROR 2 "Not for you"'],
      ["fault", 'ERROR 0 "Internal error"'],
      ["nothing", 'ERROR 1 "File not found"'],
    ]
  ) {
    await client.ask(filename!, side.server.addr);
    assertEquals(await client.next(), answer);
  }
  const refused = side.events.filter((event) => event.type === "refused");
  assertEquals(refused.map(({ code }) => code), [2, 0, 1]);
  assert(refused[0]!.error instanceof TftpError);
  assertEquals(refused[0]!.error.message, "/secret/path is not for you");
  assertEquals(side.errors.map((error) => (error as Error).message), [
    "/secret/path",
  ]);
});

Deno.test("limits hold for all workers together", async () => {
  await using side = new Side({
    count: 2,
    limits: { maxTransfersPerClient: 2 },
  });
  using a = new RawClient(side.server.addr);
  using b = new RawClient(side.server.addr);
  for (const client of [a, b]) {
    await client.ask("long", side.server.addr);
    assert((await client.next()).startsWith("DATA 1"));
  }
  using c = new RawClient(side.server.addr);
  await c.ask("long", side.server.addr);
  await side.until(() => side.count("dropped") === 1);
  for (const client of [a, b]) {
    await client.send({ type: "ACK", block: 1 });
    assert((await client.next()).startsWith("DATA 2"));
    await client.send({ type: "ACK", block: 2 });
  }
  await side.until(() => side.count("finished") === 2);
  assertEquals(await side.read("long"), "x".repeat(1000));
});

Deno.test("a request that comes again is answered again by the worker that has it; another one starts over", async () => {
  await using side = new Side({ count: 2, data: { word: "hello" } });
  const { addr } = side.server;
  using client = new RawClient(addr);
  await client.ask("long", addr);
  assertEquals(await client.next(), "DATA 1 (512 octets)");
  await client.ask("long", addr);
  assertEquals(await client.next(), "DATA 1 (512 octets)");
  assertEquals(side.count("failed"), 0);
  await client.ask("word", addr);
  assertEquals(await client.next(), "DATA 1 (5 octets)");
  await client.send({ type: "ACK", block: 1 });
  await side.until(() => side.count("finished") + side.count("failed") === 2);
  assertEquals(side.count("request"), 2);
  assertEquals(side.count("finished"), 1);
});

Deno.test("other data counts from the next request on, in all workers or in none", async () => {
  await using side = new Side({ count: 2, data: { word: "old" } });
  assertEquals(await side.read("word"), "old");
  await side.server.reloadWorkers({ word: "new" });
  for (let i = 0; i < 4; i++) assertEquals(await side.read("word"), "new");
  await assertRejects(
    () => side.server.reloadWorkers({ isBroken: true }),
    Error,
    "There is nothing to make a handler of",
  );
  assertEquals(await side.read("word"), "new");
});

Deno.test("a shutdown lets a transfer in a worker finish, and takes no more", async () => {
  const side = new Side();
  using client = new RawClient(side.server.addr);
  await client.ask("long", side.server.addr);
  assertEquals(await client.next(), "DATA 1 (512 octets)");
  await client.send({ type: "ACK", block: 1 });
  assertEquals(await client.next(), "DATA 2 (488 octets)");
  const ended = side.server.shutdown();
  await client.send({ type: "ACK", block: 2 });
  await ended;
  await side.server.finished;
  assertEquals(side.count("finished"), 1);
});

Deno.test("a shutdown breaks off what takes too long in a worker", async () => {
  const side = new Side({ shutdownTimeoutMs: 1 });
  using client = new RawClient(side.server.addr);
  await client.ask("long", side.server.addr);
  assertEquals(await client.next(), "DATA 1 (512 octets)");
  await side.server.shutdown();
  // That it was sent an ERROR, the client may or may not learn: the socket is closed at once.
  assertEquals(side.count("failed"), 1);
});

Deno.test("a worker that breaks takes its transfers with it, is told, and another one takes its place", async () => {
  await using side = new Side({ data: { word: "hello" } });
  using client = new RawClient(side.server.addr);
  await client.ask("long", side.server.addr);
  assertEquals(await client.next(), "DATA 1 (512 octets)");
  using other = new RawClient(side.server.addr);
  await other.ask("crash", side.server.addr);
  await side.until(() => side.count("failed") === 2);
  assert(side.errors[0] instanceof WorkerError);
  assert(side.errors[0].message.includes("This is the end of the worker"));
  // The client asks until there is a worker again.
  assertEquals(await side.read("word"), "hello");
});

Deno.test("a handler in the main thread answers what it wants, and hands over the rest", async () => {
  await using side = new Side({
    data: { word: "from a worker" },
    handler: (request) => inWorker(request),
  });
  assertEquals(await side.read("word"), "from a worker");
});

Deno.test("a server whose workers cannot start, and that has no other handler, ends", async () => {
  const side = new Side({ data: { isBroken: true } });
  await assertRejects(
    () => side.server.finished,
    Error,
    "There is nothing to make a handler of",
  );
});
