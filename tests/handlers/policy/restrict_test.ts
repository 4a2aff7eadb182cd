import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type AccessPolicy,
  NoAnswerError,
  restrict,
  type TftpHandler,
  type TftpRequest,
  TftpResponse,
} from "../../../handlers/mod.ts";
import { TftpError } from "../../../packet/mod.ts";
import {
  ack,
  content,
  data,
  error,
  read,
  write,
} from "../../conformance/_packets.ts";
import { bytesOf, withServer } from "../../conformance/_server_side.ts";
import { fakeRequest, fakeUpload } from "../_request.ts";

const remote = (hostname: string) => ({
  remote: { transport: "udp", hostname, port: 50000 } as const,
});

/** How a handler answers: `served`, or the code and the message of its refusal. */
async function answer(
  handler: TftpHandler,
  request: TftpRequest,
): Promise<string> {
  try {
    const response = await handler(request);
    await response?.source?.close();
    await response?.sink?.abort(null);
    return "served";
  } catch (error) {
    if (error instanceof NoAnswerError) return `silence: ${error.message}`;
    if (!(error instanceof TftpError)) throw error;
    return `${error.code} ${error.wireText}: ${error.message}`;
  }
}

const serveAll: TftpHandler = ({ operation }) =>
  operation === "read" ? new TftpResponse("hello") : TftpResponse.upload({
    write() {},
    commit() {},
    abort() {},
  });

Deno.test("restrict() lets everything through where there are no rules", async () => {
  const handler = restrict({}, serveAll);
  assertEquals(await answer(handler, fakeRequest("../x")), "served");
  assertEquals(await answer(handler, fakeUpload("x")), "served");
});

Deno.test("restrict() leaves names alone where it is told to, and nothing else", async () => {
  const policy = {
    deny: ["192.0.2.66"],
    allowExtensions: ["cfg"],
    reads: { maxDepth: 1 },
  };
  const [all, most] = [true, false].map((names) =>
    restrict(policy, serveAll, { names })
  );
  for (const name of ["site.key", "a/b.cfg", "../x"]) {
    assertEquals((await answer(all!, fakeRequest(name)))[0], "2", name);
    assertEquals(await answer(most!, fakeRequest(name)), "served", name);
  }
  const denied = fakeRequest("a.cfg", remote("192.0.2.66"));
  assertEquals((await answer(most!, denied))[0], "2");
});

Deno.test("restrict() keeps reads and writes apart, and common rules for both", async () => {
  const handler = restrict({
    deny: ["192.0.2.66"],
    reads: { allow: ["192.0.2.0/24"] },
    writes: { allow: ["192.0.2.0/28"] },
  }, serveAll);
  for (
    const [hostname, reading, writing] of [
      ["192.0.2.7", true, true],
      ["192.0.2.70", true, false],
      ["192.0.2.66", false, false],
      ["198.51.100.7", false, false],
    ] as const
  ) {
    const asRead = await answer(handler, fakeRequest("x", remote(hostname)));
    const asWrite = await answer(handler, fakeUpload("x", remote(hostname)));
    assertEquals(asRead === "served", reading, asRead);
    assertEquals(asWrite === "served", writing, asWrite);
  }
});

Deno.test("restrict() says in the message which rule it was, and on the wire nothing", async () => {
  const handler = restrict({
    deny: ["192.0.2.64/26"],
    writes: { allowExtensions: ["cfg"] },
  }, serveAll);
  assertEquals(
    await answer(handler, fakeRequest("x", remote("192.0.2.66"))),
    '2 Access violation: Cannot answer read of "x" as its client must not be in deny: 192.0.2.66 is in 192.0.2.64/26',
  );
  assertEquals(
    await answer(handler, fakeUpload("a.exe")),
    '2 Access violation: Cannot answer write of "a.exe" as its name must end as writes.allowExtensions say: current value is "a.exe"',
  );
});

Deno.test("restrict() leaves strangers without an answer where that is asked for, and others not", async () => {
  const handler = restrict({
    strangers: "silent",
    allow: ["192.0.2.0/24"],
    denyExtensions: ["key"],
    reads: { deny: ["192.0.2.65"] },
    writes: { deny: ["192.0.2.66"], strangers: "refuse" },
  }, serveAll);
  assertEquals(
    await answer(handler, fakeRequest("x", remote("198.51.100.7"))),
    'silence: Cannot answer read of "x" as its client must be in allow: 198.51.100.7 is in none of its blocks',
  );
  const known = remote("192.0.2.66");
  assertEquals((await answer(handler, fakeRequest("x.key", known)))[0], "2");
  // What is said at the top holds for reads and writes that say nothing themselves.
  const unwanted = fakeRequest("x", remote("192.0.2.65"));
  assert((await answer(handler, unwanted)).startsWith("silence"));
  assertEquals((await answer(handler, fakeUpload("x", known)))[0], "2");
});

Deno.test("restrict() counts requests by client, whatever they ask for", async () => {
  let now = 0;
  const handler = restrict(
    { maxRequestsPerSecond: 1, maxRequestBurst: 2, maxDepth: 1 },
    serveAll,
    { now: () => now },
  );
  assertEquals(await answer(handler, fakeRequest("x")), "served");
  assertEquals((await answer(handler, fakeUpload("x/y")))[0], "2");
  assertEquals(
    await answer(handler, fakeRequest("x")),
    'silence: Cannot answer read of "x" as its client must keep to maxRequestsPerSecond, 1: 127.0.0.1 asks more often',
  );
  assertEquals(
    await answer(handler, fakeRequest("x", remote("192.0.2.7"))),
    "served",
  );
  now = 1000;
  assertEquals(await answer(handler, fakeRequest("x")), "served");
});

Deno.test("restrict() takes a machine with many IPv6 addresses for one client", async () => {
  const handler = restrict(
    { maxRequestsPerSecond: 1, maxRequestBurst: 1, excess: "refuse" },
    serveAll,
    { now: () => 0 },
  );
  const ask = (hostname: string) =>
    answer(handler, fakeRequest("x", remote(hostname)));
  assertEquals(await ask("2001:db8::1"), "served");
  assert((await ask("2001:db8::2")).startsWith("2 Too many requests"));
  assertEquals(await ask("2001:db8:0:1::1"), "served");
});

Deno.test("restrict() counts transfers from the request until the source is closed, or the sink is done", async () => {
  const handler = restrict({ maxTransfersPerClient: 2 }, serveAll);
  const reading = await handler(fakeRequest("x"));
  const writing = await handler(fakeUpload("x"));
  assertEquals(
    await answer(handler, fakeRequest("x")),
    'silence: Cannot answer read of "x" as its client must keep to maxTransfersPerClient, 2: 127.0.0.1 has as many under way',
  );
  assertEquals(
    await answer(handler, fakeRequest("x", remote("192.0.2.7"))),
    "served",
  );
  await reading!.source!.close();
  const third = await handler(fakeRequest("x"));
  assert((await answer(handler, fakeRequest("x"))).startsWith("silence"));
  await writing!.sink!.commit();
  assertEquals(await answer(handler, fakeRequest("x")), "served");
  await third!.source!.close();
});

Deno.test("restrict() counts transfers of reads and writes apart where that is asked for", async () => {
  const one = { maxTransfersPerClient: 1 };
  const handler = restrict(
    { excess: "refuse", reads: one, writes: one },
    serveAll,
  );
  const writing = await handler(fakeUpload("x"));
  assert(
    (await answer(handler, fakeUpload("x"))).startsWith("2 Too many transfers"),
  );
  const reading = await handler(fakeRequest("x"));
  assert(
    (await answer(handler, fakeRequest("x"))).startsWith(
      "2 Too many transfers",
    ),
  );
  await reading!.source!.close();
  await writing!.sink!.abort(null);
  assertEquals(await answer(handler, fakeUpload("x")), "served");
});

Deno.test("restrict() forgets a transfer that did not come about", async () => {
  let answers: TftpHandler = () => {
    throw new Error("No");
  };
  const policy = { maxTransfersPerClient: 1, writes: { maxBytes: 10 } };
  const handler = restrict(policy, (request) => answers(request));
  await assertRejects(async () => await handler(fakeRequest("x")), Error, "No");
  answers = () => {};
  assertEquals(await handler(fakeRequest("x")), undefined);
  await assertRejects(
    async () => await handler(fakeUpload("x", { size: 11 })),
    TftpError,
  );
  answers = serveAll;
  assertEquals(await answer(handler, fakeRequest("x")), "served");
});

Deno.test("restrict() counts what uploads have stored", async () => {
  const handler = restrict({ writes: { maxBytesPerClient: 10 } }, serveAll);
  const first = await handler(fakeUpload("x", { size: 6 }));
  await first!.sink!.write(new Uint8Array(6));
  await first!.sink!.commit();
  assertEquals(
    (await answer(handler, fakeUpload("x", { size: 5 }))).slice(0, 34),
    "3 Disk full or allocation exceeded",
  );
  assertEquals(await answer(handler, fakeUpload("x", { size: 4 })), "served");
});

Deno.test("restrict() asks what is free where uploads are stored", async () => {
  const handler = restrict(
    { writes: { minFreeBytes: 100, freeSpacePath: "/up" } },
    serveAll,
    { freeBytes: (path) => path === "/up" ? 150 : 0 },
  );
  assertEquals(await answer(handler, fakeUpload("x", { size: 50 })), "served");
  assertEquals((await answer(handler, fakeUpload("x", { size: 51 })))[0], "3");
  assertEquals(await answer(handler, fakeRequest("x")), "served");
});

Deno.test("restrict() asks for the policy each time, and keeps its counts when it changes", async () => {
  let policy: AccessPolicy = { writes: { maxBytes: 10 } };
  const handler = restrict(() => policy, serveAll);
  const upload = await handler(fakeUpload("x"));
  await upload!.sink!.write(new Uint8Array(8));
  await upload!.sink!.commit();
  policy = { writes: { maxBytes: 20 }, deny: ["192.0.2.66"] };
  const ask = (size: number) => answer(handler, fakeUpload("x", { size }));
  assertEquals([await ask(12), (await ask(13))[0]], ["served", "3"]);
  const denied = fakeRequest("x", remote("192.0.2.66"));
  assertEquals((await answer(handler, denied))[0], "2");
  policy = {};
  assertEquals(await answer(handler, denied), "served");
  // A wrong one lets nobody in.
  policy = { alow: [] } as AccessPolicy;
  await assertRejects(() => answer(handler, fakeRequest("x")), TypeError);
});

Deno.test("restrict() refuses a wrong policy, and what is no handler, at once", () => {
  const wrong = { allow: ["192.0.2.1/24"] };
  assertThrows(() => restrict(wrong, serveAll), RangeError);
  assertThrows(() => restrict(() => wrong, serveAll), RangeError);
  assertThrows(() => restrict({}, "x" as never), TypeError);
});

Deno.test("server: a client over its number of transfers is served once one has ended", () =>
  withServer({
    handler: restrict(
      { maxTransfersPerClient: 1 },
      () => new TftpResponse(content(600)),
    ),
  }, async (side) => {
    const first = await side.ask(read("file"));
    await first.expect("DATA 1 (512 octets)");
    const second = await side.ask(read("file"));
    await second.silence();
    await first.send(ack(1));
    await first.expect("DATA 2 (88 octets)");
    await first.send(ack(2));
    await second.send(read("file"), side.server.addr);
    await second.expect("DATA 1 (512 octets)");
    await second.send(error(0));
    const third = await side.ask(read("file"));
    await third.expect("DATA 1 (512 octets)");
    await third.send(error(0));
    assertEquals(side.ends, ["dropped", "finished", "failed", "failed"]);
  }));

Deno.test("server: a client that falls silent does not keep its place", () =>
  withServer({
    handler: restrict(
      { maxTransfersPerClient: 1, excess: "refuse" },
      () => new TftpResponse(content(600)),
    ),
  }, async (side) => {
    const first = await side.ask(read("file"));
    await first.expect("DATA 1 (512 octets)");
    const second = await side.ask(read("file"));
    await second.expect('ERROR 2 "Too many transfers"');
    await side.advance(120_000);
    await first.drain();
    const third = await side.ask(read("file"));
    await third.expect("DATA 1 (512 octets)");
    await third.send(error(0));
  }));

for (const upload of ["sink", "body"] as const) {
  Deno.test(`server: an upload that runs over its quota is broken off, into a ${upload}`, () => {
    const stored: number[] = [];
    const take: TftpHandler = upload === "body"
      ? async ({ body }) => {
        stored.push((await bytesOf(body!)).length);
      }
      : () => {
        let size = 0;
        return TftpResponse.upload({
          write: (bytes) => void (size += bytes.length),
          commit: () => void stored.push(size),
          abort() {},
        });
      };
    const handler = restrict({ writes: { maxBytesPerClient: 800 } }, take);
    return withServer({ handler }, async (side) => {
      const first = await side.ask(write("a"));
      await first.expect("ACK 0");
      await first.send(data(1, 512));
      await first.expect("ACK 1");
      await first.send(data(2, 100));
      await first.expect("ACK 2");
      const second = await side.ask(write("b", [["tsize", "189"]]));
      await second.expect('ERROR 3 "Disk full or allocation exceeded"');
      const third = await side.ask(write("b"));
      await third.expect("ACK 0");
      await third.send(data(1, 189));
      await third.expect('ERROR 3 "Disk full or allocation exceeded"');
      const fourth = await side.ask(write("c"));
      await fourth.expect("ACK 0");
      await fourth.send(data(1, 188));
      await fourth.expect("ACK 1");
      assertEquals(stored, [612, 188]);
      assertEquals(side.ends, ["finished", "refused", "failed", "finished"]);
    });
  });
}

Deno.test("server: what a handler has read and then refuses takes no room", () =>
  withServer({
    handler: restrict({ writes: { maxBytes: 10 } }, async ({ body }) => {
      await bytesOf(body!);
      throw new TftpError(2, "Not this one");
    }),
  }, async (side) => {
    for (let i = 0; i < 2; i++) {
      const client = await side.ask(write("a"));
      await client.expect("ACK 0");
      await client.send(data(1, 10));
      await client.expect('ERROR 2 "Not this one"');
    }
  }));

Deno.test("server: an upload whose reader does not mind a full quota is not acknowledged", () =>
  withServer({
    handler: restrict({ writes: { maxBytes: 10 } }, async ({ body }) => {
      await bytesOf(body!).catch(() => {});
    }),
  }, async (side) => {
    const client = await side.ask(write("a"));
    await client.expect("ACK 0");
    await client.send(data(1, 11));
    await client.expect('ERROR 3 "Disk full or allocation exceeded"');
  }));
