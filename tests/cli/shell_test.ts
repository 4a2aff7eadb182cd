import { assert, assertEquals, assertMatch } from "@std/assert";
import { main } from "../../cli/main.ts";
import { TftpResponse } from "../../server.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { PtyProgram, whyNoPty } from "./_pty.ts";
import { closeSockets, TestServer } from "./_server.ts";
import { FakeTerminal } from "./shell/_terminal.ts";

/** Runs the shell on a script. */
function script(args: readonly string[], text: string) {
  return run(["shell", ...args], { stdin: [new TextEncoder().encode(text)] });
}

Deno.test("shell runs a script, and tells whether all of it went well", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "text\n" });
  using sandbox = new Sandbox({ b: "up" });
  const { path } = sandbox;
  const text = `get a ${path}/a\nput ${path}/b dir/\nget a -\n`;
  const good = await script(["-q", "127.0.0.1", `${server.port}`], text);
  assertEquals(good, { status: 0, stdout: "text\n", stderr: "" });
  assertEquals([sandbox.read("a"), server.files.get("dir/b")], [
    "text\n",
    "up",
  ]);
  const bad = await script(["-e"], "get a\nmode");
  assertEquals([bad.status, bad.stdout], [2, ""]);
  assertEquals((await script([], "get a\nmode")).stdout, "mode octet\n");
});

Deno.test("shell runs what stands behind -c: words, lines, or several of them", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ "a b": "1", c: "2" });
  const place = ["127.0.0.1", `${server.port}`];
  for (
    const [words, stdout] of [
      [["get", "a b", "-"], "1"],
      [['get "a b" -'], "1"],
      [["get", "c", "-", "-c", "get", "a b", "-"], "21"],
      [["get c -", "-c", "mode"], "2mode octet\n"],
      [["mode\nmode"], "mode octet\nmode octet\n"],
    ] as const
  ) {
    const outcome = await run(["shell", "-q", ...place, "-c", ...words]);
    assertEquals(outcome, { status: 0, stdout, stderr: "" });
  }
});

Deno.test("shell begins as its options say", async () => {
  const args =
    "--source-address 127.0.0.1 --source-port 6900 --mode netascii -b 1024 --windowsize 4 -t 2 -r 0 -v --trace -l";
  const { stdout } = await run([
    ...["shell", ...args.split(" "), "[2001:db8::1]", "70"],
    ...["-c", "status"],
  ]);
  assertEquals(stdout.split("\n").map((line) => line.slice(16)), [
    "2001:db8::1, port 70",
    "127.0.0.1, port 6900",
    "netascii",
    "tsize, blksize 1024, windowsize 4",
    "first after 2.00 s, gives up after 2.00 s of silence",
    "on",
    "on",
    "on",
    "",
  ]);
});

const REFUSED: readonly [args: string[], message: RegExp][] = [
  [
    ["h", "69", "get", "a"],
    /^Only HOST and PORT are expected: use -c before "get"/,
  ],
  [["h", "0"], /^A port must be a whole number/],
  [["a/b"], /^A server must be an address/],
  [
    ["-c", "get a", "192.0.2.1"],
    /^-c takes all words behind it: put "192\.0\.2\.1" before it, or leave out the quotation marks around "get a"$/,
  ],
  [["h", "-c"], /^--command needs a value: COMMAND\.\.\.$/],
  [["-b", "7"], /^--blksize must be/],
  [["--source-address", "x"], /^--source-address must be an IP address of/],
  [["--history", ""], /^--history needs a value/],
];

for (const [args, message] of REFUSED) {
  Deno.test(`shell refuses "${args.join(" ")}" with status 2 and a hint`, async () => {
    const { status, stdout, stderr } = await run(["shell", ...args]);
    assertEquals([status, stdout], [2, ""]);
    const [first, hint] = stderr.split("\n");
    assertMatch(first!.replace(/^tftpkit: /, ""), message);
    assertEquals(hint, 'Try "tftpkit shell --help".');
  });
}

Deno.test("shell tells at once when it may not talk to the server", async () => {
  const isGranted = () => false;
  const { status, stderr } = await run(["shell", "192.0.2.1"], { isGranted });
  assertEquals(status, 4);
  assertMatch(stderr, /^tftpkit: No permission to talk to 192\.0\.2\.1: add /);
});

Deno.test("shell greets whoever types, and keeps what is typed", async () => {
  using sandbox = new Sandbox({ history: "status\n" });
  const terminal = new FakeTerminal();
  const args = ["shell", "--history", `${sandbox.path}/history`];
  const context = new FakeContext(args, { terminal });
  const running = main(context);
  await terminal.screen.until(/tftp> /);
  terminal.type("\x1b[A\r");
  await context.stdout.until(/trace +off\n/);
  terminal.type("nope\rquit\r");
  assertEquals(await running, 0);
  assertEquals(sandbox.read("history"), "status\nnope\nquit\n");
  assertEquals(context.stderr.lines, [
    'Server: none yet, "connect HOST" names one. Mode: octet.',
    '"help" lists the commands, Ctrl-D ends.',
    'There is no command "nope": "help" lists them',
  ]);
  assertEquals([terminal.isClosed, terminal.isRaw], [true, false]);
});

Deno.test("shell goes on when it cannot keep what is typed", async () => {
  using sandbox = new Sandbox({ sub: null });
  const terminal = new FakeTerminal();
  const args = ["shell", "-q", "--history", `${sandbox.path}/sub/history`];
  const context = new FakeContext(args, { terminal });
  const running = main(context);
  await terminal.screen.until(/tftp> /);
  await Deno.remove(`${sandbox.path}/sub`);
  terminal.type("quit\r");
  assertEquals(await running, 0);
  assertEquals(
    context.stderr.text,
    "The history is not kept: No such file or directory\n",
  );
});

Deno.test("shell completes names of files that it may see", async () => {
  using sandbox = new Sandbox({ "only.cfg": "" });
  for (const isGranted of [true, false]) {
    const terminal = new FakeTerminal();
    const context = new FakeContext(["shell", "-q"], {
      terminal,
      isGranted: () => isGranted,
    });
    const running = main(context);
    await terminal.screen.until(/tftp> /);
    terminal.type(`put ${sandbox.path}/on\t`);
    if (isGranted) await terminal.screen.until(/only\.cfg /);
    terminal.type("\x15quit\r");
    await running;
    assertEquals(terminal.screen.text.includes("only.cfg"), isGranted);
  }
});

const NO_PTY = whyNoPty();
const SKIPPED = NO_PTY === null ? "" : ` (skipped: ${NO_PTY})`;

Deno.test({
  name:
    `shell in a terminal edits, completes, asks, breaks off, and leaves it as it was${SKIPPED}`,
  ignore: NO_PTY !== null,
  async fn() {
    await using _ = closeSockets();
    const begun = Promise.withResolvers<void>();
    await using server = new TestServer({}, {
      handler: ({ filename }) => {
        if (filename !== "endless") return new TftpResponse("new");
        begun.resolve();
        return new TftpResponse(new ReadableStream());
      },
    });
    using sandbox = new Sandbox({ "r1.cfg": "old" });
    const address = ["127.0.0.1", `${server.port}`];
    const flags = ["--allow-net", "--allow-read", "--allow-write"];
    await using program = new PtyProgram(
      flags,
      ["shell", ...address],
      sandbox.path,
    );
    await program.until(/tftp> /);
    await program.type("sta\t");
    await program.until(/tus/);
    await program.type("\r");
    await program.until(/trace +off[^]*tftp> /);

    await program.type("get r2.cfg\x1b[D\x1b[D\x1b[D\x1b[D\x7f1\r");
    await program.until(/Replace it\? \[y\/N\] /);
    await program.type("y\r");
    await program.until(/"r1\.cfg": 3 B in [^]*tftp> /);
    assertEquals(sandbox.read("r1.cfg"), "new");

    await program.type("get endless\r");
    await begun.promise;
    await program.type("\x03");
    await program.until(/Cannot get "endless" from [^]*interrupted[^]*tftp> /);
    assertEquals(sandbox.list(), ["r1.cfg"]);

    await program.type("half a line\x03");
    await program.until(/\^C[^]*tftp> /);
    await program.type("\x04");
    await program.until(/status 0/);
    await program.ended();
    assert(/ icanon/.test(program.screen) && / echo /.test(program.screen));
  },
});

Deno.test({
  name:
    `shell leaves a terminal as it was when it is killed while it waits${SKIPPED}`,
  ignore: NO_PTY !== null,
  async fn() {
    using sandbox = new Sandbox();
    await using program = new PtyProgram([], ["shell"], sandbox.path);
    await program.until(/tftp> /);
    program.kill("SIGTERM");
    await program.until(/status 130/);
    await program.ended();
    assert(/ icanon/.test(program.screen) && / echo /.test(program.screen));
  },
});
