import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ProbeReport } from "../../probe/mod.ts";
import { main } from "../../cli/main.ts";
import { FakeContext, run } from "./_context.ts";
import { silentPort, TestServer } from "./_server.ts";

/** Waits that are short: what is said is looked at here, not whether it is so. */
const QUICK = ["--wait", "0.05", "--quiet-time", "0.1"];

const FILE = { "boot.img": "a line\n".repeat(1000) };

Deno.test("probe writes a table to standard output", async () => {
  await using server = new TestServer(FILE);
  const url = `tftp://127.0.0.1:${server.port}/boot.img`;
  const { stdout, stderr } = await run(["probe", ...QUICK, url]);
  assertEquals(stderr, "");
  const lines = stdout.split("\n");
  assertMatch(
    lines[0]!,
    /^127\.0\.0\.1:\d+ has "boot\.img", 7000 octets, round trip /,
  );
  for (const group of ["1350", "1123", "2347", "2348", "2349", "7440"]) {
    assert(lines.some((line) => line.startsWith(`RFC ${group}: `)), group);
  }
  assertEquals(lines.filter((line) => line.length > 80), []);
});

Deno.test("probe --json writes one object, with all packets", async () => {
  await using server = new TestServer(FILE);
  const url = `tftp://127.0.0.1:${server.port}/boot.img`;
  const { status, stdout } = await run(["probe", "--json", ...QUICK, url]);
  const report: ProbeReport = JSON.parse(stdout);
  assertEquals([report.file, report.sizeBytes], ["present", 7000]);
  assert(report.results.every(({ packets }) => Array.isArray(packets)));
  const hasFault = report.results.some(({ verdict }) => verdict === "fault");
  assertEquals(status, hasFault ? 1 : 0);
  assertEquals(stdout.indexOf("\n"), stdout.length - 1);
});

Deno.test("probe --write and --security ask for more, and only then", async () => {
  await using server = new TestServer(FILE);
  const url = `tftp://127.0.0.1:${server.port}/boot.img`;
  const args = ["--json", ...QUICK, "--write", "scratch", "--security"];
  const { stdout } = await run(["probe", ...args, url]);
  const report: ProbeReport = JSON.parse(stdout);
  const groups = new Set(report.results.map(({ group }) => group));
  assert(groups.has("Writes") && groups.has("Security"), [...groups].join());
  assertEquals(server.files.get("boot.img"), FILE["boot.img"]);
});

Deno.test("probe says that nobody is there, with status 6", async () => {
  using silent = silentPort();
  const { port } = silent;
  const args = ["probe", "--quiet-time", "0.01", `tftp://127.0.0.1:${port}/x`];
  assertEquals(await run(args), {
    status: 6,
    stdout:
      `127.0.0.1:${port} says nothing: no server there, or none that may be reached\n`,
    stderr: "",
  });
});

Deno.test("Ctrl-C ends a probe", async () => {
  using silent = silentPort();
  const { port } = silent;
  const args = ["probe", "--quiet-time", "60", `tftp://127.0.0.1:${port}/x`];
  const context = new FakeContext(args);
  const done = main(context);
  while (!context.isListening) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  context.terminate();
  assertEquals(await done, 130);
  assertEquals(
    context.stderr.text,
    "Cannot probe 127.0.0.1: interrupted\n",
  );
});

for (
  const [args, message] of [
    [[], "A URL is missing, such as tftp://192.0.2.1/boot.img"],
    [
      ["tftp://a/b", "tftp://a/c"],
      "One URL at a time: tftp://a/c is one too many",
    ],
    [["--wait", "x", "tftp://a/b"], "--wait must be a number of seconds"],
    [
      ["--json", "-v", "tftp://a/b"],
      "--json and --verbose contradict each other",
    ],
    [["http://a/b"], "Cannot use URL as it must look like tftp://"],
  ] as const
) {
  Deno.test(`probe refuses "${args.join(" ")}"`, async () => {
    const { status, stderr } = await run(["probe", ...args]);
    const isUrl = message.startsWith("Cannot use URL");
    assertEquals(
      [status, stderr.includes(message)],
      [isUrl ? 3 : 2, true],
      stderr,
    );
  });
}

Deno.test("probe says which permission it lacks", async () => {
  const { status, stderr } = await run(["probe", "tftp://192.0.2.1/x"], {
    isGranted: () => false,
  });
  assertEquals(status, 4);
  assertMatch(stderr, /add --allow-net=192\.0\.2\.1,0\.0\.0\.0:0 after/);
});
