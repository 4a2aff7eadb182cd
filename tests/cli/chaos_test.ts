import { assert, assertEquals, assertMatch } from "@std/assert";
import { BUILTIN_SCENARIOS } from "../../chaos/mod.ts";
import { main } from "../../cli/main.ts";
import { get, put } from "../../client.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { closeSockets } from "./_server.ts";

/** `chaos` at work on a free port. */
async function start(...args: string[]) {
  const context = new FakeContext(
    ["chaos", "--host", "127.0.0.1", "--port", "0", "--seed", "1", ...args],
  );
  const ended = main(context);
  const [, port] = await context.stderr.until(/on 127\.0\.0\.1:(\d+) /);
  return {
    context,
    target: (filename: string) => ({
      hostname: "127.0.0.1",
      port: Number(port),
      filename,
    }),
    end: () => {
      context.terminate();
      return ended;
    },
  };
}

Deno.test("chaos misbehaves, tells how the client took it, and counts in the end", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox({ file: "x".repeat(3000) });
  const { context, target, end } = await start("-b", "512", sandbox.path);
  const response = await get(target("read-wrong-port/file"));
  assertEquals((await response.text()).length, 3000);
  await context.stderr.until(/survived/);
  assertEquals(await end(), 0);
  const [first, line, last, ...more] = context.stderr.lines;
  assertMatch(
    first!,
    /^Serving \S+ on 127\.0\.0\.1:\d+ \(UDP\), and misbehaving only where it is chosen, seed 1\. Ctrl-C ends it\.$/,
  );
  assertMatch(
    line!,
    /^OK {4}127\.0\.0\.1:\d+ read "file" under read-wrong-port: survived, said ERROR 5 "Unknown transfer ID" to the other port,.* \(sent DATA 2 \(512 octets\) from another port\)$/,
  );
  assertEquals(last, "127.0.0.1: 1 OK, 0 WRONG, 0 without a verdict");
  assertEquals([more, context.stdout.text], [[], ""]);
});

Deno.test("chaos takes uploads where it may, and writes JSON Lines", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox({ a: "" });
  const { context, target, end } = await start(
    ...["--write", "--json", "-v"],
    ...["--for", "*.cfg=duplicate-last-ack", "-s", "slow", sandbox.path],
  );
  await put(target("new.cfg"), "hello");
  await context.stdout.until(/"ended"/);
  await end();
  const events = context.stdout.lines.map((line) => JSON.parse(line));
  assertEquals(
    events.map(({ type, transfer }) => [type, transfer.scenario]),
    ["chosen", "tampered", "ended"].map((type) => [type, "duplicate-last-ack"]),
  );
  assertEquals(events.at(-1).report.outcome, "finished");
  assertEquals(await Deno.readTextFile(`${sandbox.path}/new.cfg`), "hello");
  assertMatch(
    context.stderr.lines[0]!,
    /misbehaving under slow \(1 choice by --for and --client first\), seed 1\./,
  );
});

Deno.test("chaos --list shows every scenario in a line that fits, and asks for nothing", async () => {
  const context = new FakeContext(["chaos", "--list"]);
  assertEquals([await main(context), context.asked], [0, []]);
  const { lines } = context.stdout;
  assertEquals(
    lines.map((line) => line.split(" ", 1)[0]),
    BUILTIN_SCENARIOS.map(({ name }) => name),
  );
  assertEquals(lines.filter((line) => line.length > 110), []);
});

Deno.test("chaos --list --json is a file that --scenario takes", async () => {
  using sandbox = new Sandbox();
  const { stdout } = await run(["chaos", "--list", "--json"]);
  const path = `${sandbox.path}/all.json`;
  await Deno.writeTextFile(path, stdout.replace('"calm"', '"quiet"'));
  const again = await run(["chaos", "--list", "-s", path]);
  assert(again.stdout.includes("\nquiet "));
  assertEquals([again.status, again.stderr], [0, ""]);
});

const REFUSED: readonly [args: string[], status: number, text: string][] = [
  [["a", "b"], 2, "One directory is enough: name one"],
  [["/nowhere"], 1, "Cannot serve /nowhere as there is no such directory"],
  [["-s", "nope"], 2, "--scenario must name a scenario"],
  [["-s", "/nowhere.toml"], 2, "/nowhere.toml: there is no such file"],
  [["-v", "-q"], 2, "--quiet and --verbose contradict each other"],
  [["--seed", "-1"], 2, "--seed"],
];

for (const [args, status, text] of REFUSED) {
  Deno.test(`chaos refuses "${args.join(" ")}"`, async () => {
    const outcome = await run(["chaos", ...args]);
    assertEquals(outcome.status, status);
    assert(outcome.stderr.includes(text), outcome.stderr);
  });
}

Deno.test("chaos says which permissions it lacks", async () => {
  const { status, stderr } = await run(["chaos", "--write", "-s", "a.toml"], {
    isGranted: () => false,
  });
  assertEquals([status, stderr], [
    1,
    'tftpkit: No permission to read a.toml, to listen on the network, to read ./srv, to write to ./srv: add --allow-read=a.toml,./srv --allow-net --allow-write=./srv after "deno run"\n',
  ]);
});

Deno.test("chaos shows verdicts in colour on a terminal, and breaks lines behind them", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox({ file: "x".repeat(3000) });
  for (const noColor of [false, true]) {
    const context = new FakeContext([
      ...["chaos", "--host", "127.0.0.1", "--port", "0", "-s", "drop-data"],
      sandbox.path,
    ], { isTerminal: true, noColor });
    context.stderr.columns = 60;
    const ended = main(context);
    const [, port] = await context.stderr.until(/on 127\.0\.0\.1:(\d+) /);
    const target = { hostname: "127.0.0.1", port: Number(port) };
    const response = await get({ ...target, filename: "file" });
    await response.text();
    await context.stderr.until(/survived/);
    context.terminate();
    assertEquals(await ended, 0);
    const verdict = noColor ? "OK   " : "\x1b[32mOK   \x1b[0m";
    const first = context.stderr.lines.findIndex((line) =>
      line.startsWith(`${verdict} 127.0.0.1:`)
    );
    assert(first > 0, context.stderr.text);
    assertMatch(context.stderr.lines[first + 1]!, /^ {6}\S/);
  }
});
