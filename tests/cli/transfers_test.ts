import { assert, assertEquals, assertMatch } from "@std/assert";
import { main } from "../../cli/main.ts";
import { type TftpHandler, TftpResponse } from "../../server.ts";
import { settle, VirtualClock } from "../_virtual.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { closeSockets, silentPort, TestServer } from "./_server.ts";

/** The sum of "abc", from FIPS 180-2. */
const SUM = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const OTHER_SUM = "0".repeat(64);

/** What steers a terminal, to be seen. */
function visible(text: string): string {
  return text.replaceAll("\x1b", "<ESC>");
}

/** A server that sends a beginning, and waits until it is told to go on. */
function stallingServer(): {
  readonly server: TestServer;
  readonly stalled: Promise<void>;
  goOn(): void;
} {
  const stalled = Promise.withResolvers<void>();
  const onwards = Promise.withResolvers<void>();
  const handler: TftpHandler = () => {
    let pulls = 0;
    return new TftpResponse(
      new ReadableStream({
        async pull(controller) {
          if (pulls++ === 0) {
            return controller.enqueue(new Uint8Array(100_000));
          }
          stalled.resolve();
          await onwards.promise;
          controller.close();
        },
      }, { highWaterMark: 0 }),
    );
  };
  return {
    server: new TestServer({}, { handler }),
    stalled: stalled.promise,
    goOn: () => onwards.resolve(),
  };
}

Deno.test("get gets many files at once", async () => {
  await using _ = closeSockets();
  const asked: string[] = [];
  const all = Promise.withResolvers<void>();
  await using server = new TestServer({}, {
    handler: async ({ filename }) => {
      if (asked.push(filename) === 3) all.resolve();
      // None gets an answer before all have asked.
      await all.promise;
      return new TftpResponse(filename);
    },
  });
  using sandbox = new Sandbox();
  const urls = ["a", "b", "c"].map((name) => server.url(name));
  const args = ["get", "-q", "-P", "3", ...urls, "--output-dir", sandbox.path];
  assertEquals((await run(args)).status, 0);
  assertEquals(sandbox.list(), ["a", "b", "c"]);
  assertEquals(sandbox.read("b"), "b");
});

Deno.test("get writes one JSON object per transfer, failures too", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "abc" });
  using sandbox = new Sandbox();
  const { status, stdout, stderr } = await run([
    ...["get", "--json", "--checksum", "sha256", "--output-dir", sandbox.path],
    ...[server.url("a"), server.url("b")],
  ]);
  const [one, other] = stdout.trim().split("\n").map((it) => JSON.parse(it));
  assertEquals([one.operation, one.filename, one.path, one.status], [
    "get",
    "a",
    `${sandbox.path}/a`,
    0,
  ]);
  assertEquals([one.bytes, one.sha256, one.options.tsize], [3, SUM, "3"]);
  assertEquals([other.status, other.error.reason, other.error.code], [
    8,
    "refused",
    1,
  ]);
  assertEquals(status, 8);
  assertMatch(stderr, /^Cannot get "b" from [^\n]*\n$/);
});

Deno.test("get compares a checksum before the file gets its name", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ x: "abc" });
  using sandbox = new Sandbox({ x: "old" });
  const args = ["get", server.url("x"), "-o", `${sandbox.path}/x`];
  const wrong = await run([...args, "--checksum", `sha256=${OTHER_SUM}`]);
  assertEquals(wrong.status, 11);
  assertMatch(wrong.stderr, new RegExp(`should be ${OTHER_SUM} and is ${SUM}`));
  assertEquals([sandbox.read("x"), sandbox.list()], ["old", ["x"]]);
  const right = await run([...args, "--checksum", `sha256=${SUM}`]);
  assertEquals([right.status, sandbox.read("x")], [0, "abc"]);
  assertMatch(right.stderr, new RegExp(`, sha256 ${SUM}\n$`));
});

for (const from of ["a file", "standard input"]) {
  Deno.test(`put gives a server no file whose checksum differs, from ${from}`, async () => {
    await using server = new TestServer();
    using sandbox = new Sandbox({ x: "abc" });
    const path = from === "a file" ? `${sandbox.path}/x` : "-";
    const args = ["put", path, server.url("x"), "--checksum"];
    for (const [sum, status] of [[OTHER_SUM, 11], [SUM, 0]] as const) {
      const stdin = [new TextEncoder().encode("abc")];
      const outcome = await run([...args, `sha256=${sum}`], { stdin });
      assertEquals([outcome.status, server.files.has("x")], [
        status,
        status === 0,
      ]);
    }
  });
}

Deno.test("get leaves what is there with --no-clobber, and asks nobody", async () => {
  await using server = new TestServer({ x: "new" });
  using sandbox = new Sandbox({ x: "old" });
  const path = `${sandbox.path}/x`;
  assertEquals(await run(["get", "-n", server.url("x"), "-o", path]), {
    status: 10,
    stdout: "",
    stderr:
      `Cannot get "x" from 127.0.0.1: "${path}" is there already, and --no-clobber keeps it\n`,
  });
  assertEquals([sandbox.read("x"), server.events], ["old", []]);
});

Deno.test("get keeps a partial file under another name, where that was asked for", async () => {
  await using _ = closeSockets();
  const { server, stalled, goOn } = stallingServer();
  await using __ = server;
  using sandbox = new Sandbox({ x: "old" });
  const path = `${sandbox.path}/x`;
  const context = new FakeContext(
    ["get", "--keep-partial", server.url("x"), "-o", path],
  );
  const running = main(context);
  await stalled;
  const begun = () => {
    const [name] = sandbox.leftovers();
    return name !== undefined && sandbox.read(name).length > 0;
  };
  while (!begun()) await new Promise((resolve) => setTimeout(resolve, 1));
  context.terminate();
  assertEquals(await running, 130);
  goOn();
  assertEquals([sandbox.list(), sandbox.read("x")], [["x", "x.part"], "old"]);
  const kept = sandbox.read("x.part").length;
  assert(kept > 0 && kept <= 100_000);
  assertMatch(
    context.stderr.text,
    /^Cannot get "x" from 127\.0\.0\.1: interrupted; .* are kept in ".*x\.part"\n$/,
  );
});

Deno.test("get lets no symbolic link lead out of --output-dir", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using server = new TestServer({ x: "new" });
  using sandbox = new Sandbox({ outside: "old", out: null });
  sandbox.link("../outside", "out/x");
  const { status, stderr } = await run(
    ["get", server.url("x"), "--output-dir", `${sandbox.path}/out`],
  );
  assertEquals([status, sandbox.read("outside")], [9, "old"]);
  assertMatch(stderr, /it is a symbolic link\n$/);
});

Deno.test("get asks for options of one's own, and for those that are built in", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ x: "x" });
  const options = ["--option", "Color=blue=1", "--option", "timeout=3"];
  const { status } = await run(
    ["get", "-q", "-o", "-", ...options, server.url("x")],
  );
  assertEquals(status, 0);
  const asked = server.lastRequest.options;
  assertEquals([asked["Color"], asked["timeout"]], ["blue=1", "3"]);
});

Deno.test("get sends from the address and port that were said, also file after file", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ x: "x", y: "y" });
  let port: number;
  {
    using free = silentPort();
    port = free.port;
  }
  const args = ["get", "-q", "-o", "-", server.url("x"), server.url("y")];
  const source = ["--source-port", `${port}`, "--source-address", "127.0.0.1"];
  const context = new FakeContext([...args, ...source]);
  assertEquals([await main(context), context.stdout.text], [0, "xy"]);
  const ports = server.events.flatMap((event) =>
    event.type === "request" ? [event.request.remote.port] : []
  );
  assertEquals(ports, [port, port]);
  assertEquals(context.asked[1], { name: "net", host: `127.0.0.1:${port}` });
});

Deno.test("get tells every packet with --trace, and writes them with --pcap", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ x: "abc" });
  using sandbox = new Sandbox();
  const pcap = `${sandbox.path}/x.pcap`;
  const args = ["get", "-q", "--trace", "--pcap", pcap, "-o", "-"];
  const { status, stderr } = await run([...args, server.url("x")]);
  assertEquals(status, 0);
  const packets = stderr.trimEnd().split("\n").map((line) =>
    line.replace(/^[\d:.]+ \S+ > \S+: /, "")
  );
  assertEquals(packets, [
    'RRQ "x" octet blksize=1428 tsize=0 windowsize=16',
    "OACK blksize=1428 tsize=3 windowsize=16",
    "ACK 0",
    "DATA 1 (3 octets)",
    "ACK 1",
  ]);
  // The header of the file; each packet with its own, IPv4's and UDP's.
  const { size } = await Deno.stat(pcap);
  assert(size > 24 + 5 * (16 + 28 + 4));
});

Deno.test("get and put do not write packets over a file that is transferred", async () => {
  using sandbox = new Sandbox({ x: "keep" });
  const path = `${sandbox.path}/x`;
  for (
    const args of [["put", path, "tftp://h/x"], [
      "get",
      "-o",
      path,
      "tftp://h/x",
    ]]
  ) {
    const { status, stderr } = await run([...args, "--pcap", path]);
    assertEquals([status, sandbox.read("x")], [2, "keep"]);
    assertMatch(stderr, /^tftpkit: --pcap would write over /);
  }
});

Deno.test("put shows a bar also where the server says nothing of the size", async () => {
  const stalled = Promise.withResolvers<void>();
  await using server = new TestServer({}, {
    handler: async ({ body }) => {
      const reader = body!.getReader();
      await reader.read();
      stalled.resolve();
      await new Promise(() => {});
    },
  });
  using sandbox = new Sandbox({ x: "x".repeat(1_000_000) });
  const clock = new VirtualClock();
  const path = `${sandbox.path}/x`;
  const context = new FakeContext(
    ["put", "--rfc1350", path, server.url("x")],
    { isTerminal: true, clock },
  );
  const running = main(context);
  await stalled.promise;
  for (let i = 0; i < 50 && !/% \[/.test(context.stderr.text); i++) {
    await clock.advance(100);
  }
  assertMatch(context.stderr.text, /% \[/);
  context.terminate();
  assertEquals(await running, 130);
});

Deno.test("get shows progress on a terminal, and gives the cursor back at Ctrl-C", async () => {
  await using _ = closeSockets();
  const { server, stalled, goOn } = stallingServer();
  await using __ = server;
  using sandbox = new Sandbox();
  const clock = new VirtualClock();
  const context = new FakeContext([
    ...["get", "--json", "--output-dir", sandbox.path],
    ...[server.url("a"), server.url("b")],
  ], { isTerminal: true, clock });
  const running = main(context);
  await stalled;
  await clock.advance(200);
  const shown = visible(context.stderr.text);
  assertMatch(shown, /^<ESC>\[\?25l\r/);
  assertMatch(shown, /0 of 2 done<ESC>\[K<ESC>\[J\r$/);
  context.terminate();
  assertEquals(await running, 130);
  goOn();
  const text = visible(context.stderr.text);
  const end = text.slice(text.lastIndexOf("Cannot"));
  assertMatch(end, /^Cannot get "a" from 127\.0\.0\.1: interrupted<ESC>\[K\n/);
  assertMatch(end, /Interrupted before 1 of 2 files were begun<ESC>\[K\n/);
  assert(text.endsWith("<ESC>[J<ESC>[?25h"), JSON.stringify(text.slice(-30)));
  assertEquals(
    context.stdout.lines.map((line) => JSON.parse(line).error.message),
    ["interrupted", "interrupted before it began"],
  );
  assertEquals([sandbox.list(), clock.pending], [[], 0]);
});

for (
  const [name, args, term] of [
    ["--quiet", ["-q"], undefined],
    ["--trace", ["--trace"], undefined],
    ["a dumb terminal", [], "dumb"],
  ] as const
) {
  Deno.test(`get shows no bars with ${name}`, async () => {
    await using _ = closeSockets();
    const { server, stalled, goOn } = stallingServer();
    await using __ = server;
    using sandbox = new Sandbox();
    const clock = new VirtualClock();
    const words = ["get", ...args, "-o", `${sandbox.path}/x`, server.url("x")];
    const context = new FakeContext(words, { isTerminal: true, clock });
    if (term) context.variables.set("TERM", term);
    const running = main(context);
    await stalled;
    await settle();
    await clock.advance(1000);
    goOn();
    assertEquals(await running, 0);
    assert(!context.stderr.text.includes("\x1b"), context.stderr.text);
  });
}

Deno.test("get ends at once, with the cursor, at the second Ctrl-C", async () => {
  await using _ = closeSockets();
  using silent = silentPort();
  const clock = new VirtualClock();
  using sandbox = new Sandbox();
  const url = `tftp://127.0.0.1:${silent.port}/x`;
  const context = new FakeContext(["get", "-o", `${sandbox.path}/x`, url], {
    isTerminal: true,
    clock,
  });
  const running = main(context);
  // The board begins when the files are open, which takes a moment of real time.
  while (!context.stderr.text.includes("no answer yet")) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await clock.advance(200);
  }
  context.terminate();
  context.terminate();
  assertEquals(context.exitStatus, 130);
  assert(context.stderr.text.includes("\x1b[?25h"));
  assertEquals(await running, 130);
});
