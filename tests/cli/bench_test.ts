import { assert, assertEquals, assertMatch } from "@std/assert";
import { main } from "../../cli/main.ts";
import { FakeContext, run } from "./_context.ts";
import { closeSockets, silentPort, TestServer } from "./_server.ts";
import { TftpError } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";

Deno.test("bench measures downloads, and says what measuring has cost", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ "a.bin": "x".repeat(20_000) });
  const { status, stdout, stderr } = await run(
    ["bench", "-c", "2", "-n", "5", server.url("a.bin")],
  );
  assertEquals([status, stderr], [0, ""]);
  assertMatch(stdout, /^tftp:\S+a\.bin: downloads by 2 clients\n/);
  assertMatch(stdout, /^5 well, 0 failed; 100\.0 kB in /m);
  assertMatch(stdout, /^ {2}first byte +\d/m);
  assertMatch(stdout, /^This program used \d+\.\d\d s of CPU in /m);
  const requests = server.events.filter(({ type }) => type === "request");
  assertEquals(requests.length, 7);
});

Deno.test("bench says with status 3 that a URL names no file", async () => {
  const { status, stderr } = await run(["bench", "tftp://192.0.2.1/"]);
  assertEquals(status, 3);
  assertMatch(stderr, /names no file: put a name at its end/);
});

Deno.test("bench --json measures each pair of block and window size", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ "a.bin": "x".repeat(20_000) });
  const { status, stdout } = await run([
    ...["bench", "--json", "-n", "2", "-b", "512,1024", "--windowsize", "1,4"],
    server.url("a.bin"),
  ]);
  assertEquals(status, 0);
  const { results, operation, simulation } = JSON.parse(stdout);
  assertEquals([operation, simulation], ["download", null]);
  const seen = results.map((each: Record<string, unknown>) => [
    each.blksize,
    each.windowsize,
    each.transfers,
    each.bytes,
    each.negotiated,
  ]);
  assertEquals(
    seen,
    [[512, 1], [512, 4], [1024, 1], [1024, 4]].map(([blksize, windowsize]) => [
      blksize,
      windowsize,
      2,
      40_000,
      { blksize, windowsize },
    ]),
  );
});

Deno.test("bench --put uploads to names that nobody else has, and says that they stay", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ "in/mine": "mine" });
  for (let i = 0; i < 2; i++) {
    const { status, stderr } = await run(
      ["bench", "--put", "3000", "-c", "2", "-n", "3", server.url("in/")],
    );
    assertEquals(status, 0);
    assertEquals(
      stderr,
      `What was uploaded is still there: ${server.url("in/")}tftpkit-bench-*\n`,
    );
  }
  const names = [...server.files.keys()].filter((name) => name !== "in/mine");
  // Three that count and two to warm up, twice.
  assertEquals(names.length, 10);
  for (const name of names) {
    assertMatch(name, /^in\/tftpkit-bench-[0-9a-f]{8}-[12]-[123]$/);
  }
  assertEquals(server.files.get("in/mine"), "mine");
});

Deno.test("bench --put --overwrite-ok uploads to one name for each client", async () => {
  await using _ = closeSockets();
  await using server = new TestServer();
  const args = ["bench", "--put", "100", "--overwrite-ok"];
  const alone = await run([...args, server.url("one")]);
  assertEquals([alone.status, alone.stderr], [0, ""]);
  assertEquals([...server.files.keys()], ["one"]);
  await run([...args, "-c", "2", server.url("two")]);
  assertEquals([...server.files.keys()].toSorted(), ["one", "two-1", "two-2"]);
});

Deno.test("bench tries nothing more when the warm-up fails", async () => {
  await using _ = closeSockets();
  await using server = new TestServer();
  assertEquals(await run(["bench", "-n", "1000", server.url("nope")]), {
    status: 8,
    stdout: "",
    stderr:
      'No transfer went well in the warm-up: the server refused with code 1: "File not found" (look at the name: it counts from the server\'s root, and upper case may matter)\n',
  });
});

Deno.test("bench counts failures by their kind, with the status of that kind", async () => {
  await using _ = closeSockets();
  await using server = new TestServer();
  const { status, stdout } = await run(
    ["bench", "--warmup", "0", "-n", "3", server.url("nope")],
  );
  assertEquals(status, 8);
  assertMatch(stdout, /^0 well, 3 failed in \d/m);
  assertMatch(stdout, /^ {2}3 refused with code 1 \(File not found\)$/m);
});

Deno.test("bench --simulate is the same for the same seed, but for its own cost", async () => {
  const measure = async (...more: string[]) => {
    const { status, stdout, stderr } = await run([
      ...["bench", "--simulate", "--json", "--loss", "2", "-c", "3", "-n", "6"],
      ...more,
    ]);
    assertEquals([status, stderr], [0, ""]);
    const { results, subject, simulation } = JSON.parse(stdout);
    assertEquals([subject, simulation.lossPercent], ["simulator", 2]);
    return results;
  };
  const results = await measure("--size", "200k", "--seed", "5");
  assertEquals(results[0].bytes, 6 * 200 * 1024);
  assert(results[0].gaps > 0 && results[0].lossSeen > 0);
  assertEquals(await measure("--size", "200k", "--seed", "5"), results);
  const others = await measure("--size", "200k", "--seed", "6");
  assert(others[0].elapsedMs !== results[0].elapsedMs);
  assertEquals((await measure("--put", "10k"))[0].bytes, 6 * 10_240);
});

Deno.test("bench asks for the host alone, and for nothing on the simulator", async () => {
  const isGranted = () => false;
  const denied = await run(["bench", "tftp://192.0.2.1/a"], { isGranted });
  assertEquals([denied.status, denied.stdout], [4, ""]);
  assertMatch(denied.stderr, /add --allow-net=192\.0\.2\.1,0\.0\.0\.0:0 after/);
  const context = new FakeContext(
    ["bench", "--simulate", "-n", "1", "--size", "1k"],
    { isGranted },
  );
  assertEquals([await main(context), context.asked], [0, []]);
});

Deno.test("bench says what it measures in a terminal, and wipes that away", async () => {
  const { stderr } = await run(
    ["bench", "--simulate", "-n", "1", "--size", "1k", "-b", "512,1024"],
    { isTerminal: true },
  );
  const texts = stderr.split("\r").map((each) => each.trimEnd());
  assertEquals(texts, [
    ...["", "Measuring 1 of 2: blksize 512, windowsize 16", "", ""],
    ...["Measuring 2 of 2: blksize 1024, windowsize 16", "", ""],
  ]);
});

Deno.test("bench tells what it has when Ctrl-C ends it, with status 130", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "x".repeat(2000) }, {
    onEvent() {
      if (++events === 20) context.terminate();
    },
  });
  let events = 0;
  const context = new FakeContext(
    ["bench", "-d", "3600", "--warmup", "0", server.url("a")],
  );
  assertEquals(await main(context), 130);
  assertMatch(context.stdout.text, /^\d+ well, 0 failed; /m);
  assert(!context.isListening);
});

Deno.test("bench says when a name has no address", async () => {
  // A name that cannot be: no resolver is asked.
  assertEquals(await run(["bench", "tftp://a..b/c"]), {
    status: 5,
    stdout: "",
    stderr:
      'tftpkit: Cannot find host "a..b": check the name, or use its address\n',
  });
});

Deno.test("bench says that nothing was measured when Ctrl-C ends its warm-up", async () => {
  using silent = silentPort();
  const url = `tftp://127.0.0.1:${silent.port}/x`;
  const context = new FakeContext(["bench", url]);
  const done = main(context);
  while (!context.isListening) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  context.terminate();
  assertEquals(await done, 130);
  assertEquals(
    [context.stdout.text, context.stderr.text],
    ["", "Interrupted before anything was measured\n"],
  );
});

Deno.test("bench tells what it has measured before a setting that does not work", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({}, {
    handler: ({ options }) => {
      const { blksize } = Object.fromEntries(options);
      if (blksize !== undefined) throw new TftpError(2, "No");
      return new TftpResponse("x");
    },
  });
  const { status, stdout, stderr } = await run(
    ["bench", "-n", "2", "-b", "512,1024", server.url("x")],
  );
  assertEquals(status, 8);
  assertMatch(stdout, /^2 well, 0 failed; /m);
  assertMatch(stderr, /^No transfer went well in the warm-up: .* code 2: /);
});

Deno.test("bench refuses what makes no sense, with status 2, and a URL with 3", async () => {
  const { status, stderr } = await run(["bench"]);
  assertEquals([status, (await run(["bench", "x:/y"])).status], [2, 3]);
  assertMatch(stderr, /^tftpkit: One URL is needed, .*\nTry "tftpkit bench/);
});
