import { assert, assertEquals, assertMatch } from "@std/assert";
import { get, put } from "../../client.ts";
import { main } from "../../cli/main.ts";
import { OPTION_NAMES } from "../../packet/mod.ts";
import { replace, Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { closeSockets, getText } from "./_server.ts";
import { startServing } from "./_serving.ts";

const LEFTOVER = ".tftpkit-00112233445566778899aabbccddeeff.part";

Deno.test("serve serves a directory, tells it, and ends at Ctrl-C", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox({ "sub/hello": "Hello!\n" });
  await using serving = await startServing([sandbox.path]);
  const { context, port } = serving;
  assertEquals(await getText(port, "sub/hello"), "Hello!\n");
  await context.stderr.until(/ INFO /);
  assertEquals([await serving.end(), context.exitStatus], [0, null]);
  const [first, line, last, ...more] = context.stderr.lines;
  assertEquals(
    first,
    `Serving ${sandbox.path} on 127.0.0.1:${port} (UDP), read-only. Ctrl-C ends it.`,
  );
  assertMatch(
    line!,
    /^\S+ \S+ INFO {2}127\.0\.0\.1:\d+ read "sub\/hello" 7 B in \d+ ms \(.*\/s\), blksize=1428 tsize=7 windowsize=16$/,
  );
  assertEquals(
    last,
    "Ending. Transfers under way get 10 s to finish; Ctrl-C again ends at once.",
  );
  assertEquals([more, context.stdout.text], [[], ""]);
  assertEquals(context.isListening, false);
});

const ANNOUNCED: readonly [args: string, text: string][] = [
  ["", "read-only"],
  ["--rfc1350", "read-only, without options"],
  ["--write", "uploads up to 1G"],
  ["--write --max-size 100", "uploads up to 100 octets"],
  [
    "--overwrite --max-size 64k",
    "uploads up to 64k, also over files that exist",
  ],
];

for (const [args, text] of ANNOUNCED) {
  Deno.test(`serve announces "${args}" as ${text}`, async () => {
    using sandbox = new Sandbox();
    const words = args.split(" ").filter(Boolean);
    await using serving = await startServing([sandbox.path, ...words]);
    const { context: { stderr }, port } = serving;
    assertEquals(
      stderr.lines[0],
      `Serving ${sandbox.path} on 127.0.0.1:${port} (UDP), ${text}. Ctrl-C ends it.`,
    );
  });
}

Deno.test("serve takes no uploads unless told to", async () => {
  using sandbox = new Sandbox();
  await using serving = await startServing([sandbox.path]);
  const hostname = "127.0.0.1";
  const target = { hostname, port: serving.port, filename: "new" };
  const error = await put(target, "x").catch((error) => error);
  assertEquals([error.code, sandbox.list()], [2, []]);
  assertMatch(
    serving.context.stderr.text,
    /WARN .* write "new" refused with code 2: /,
  );
});

Deno.test("serve --write takes uploads up to a size, and never over a file", async () => {
  using sandbox = new Sandbox({ old: "old", [LEFTOVER]: "" });
  const args = [sandbox.path, "--write", "--max-size", "4"];
  await using serving = await startServing(args);
  assertEquals(serving.context.stderr.lines[0], "Removed 1 unfinished upload");
  const upload = (filename: string, body: string) =>
    put({ hostname: "127.0.0.1", port: serving.port, filename }, body)
      .then(() => "taken", (error) => error.code);
  assertEquals(await upload("new", "1234"), "taken");
  assertEquals(await upload("large", "12345"), 3);
  assertEquals(await upload("old", "new"), 6);
  assertEquals(sandbox.list(), ["new", "old"]);
  assertEquals(sandbox.read("old"), "old");
});

Deno.test("serve --overwrite replaces files", async () => {
  using sandbox = new Sandbox({
    old: "old",
    [LEFTOVER]: "",
    [`a/${LEFTOVER}`]: "",
  });
  await using serving = await startServing([sandbox.path, "--overwrite"]);
  assertEquals(serving.context.stderr.lines[0], "Removed 2 unfinished uploads");
  const { port } = serving;
  await put({ hostname: "127.0.0.1", port, filename: "old" }, "new");
  assertEquals(sandbox.read("old"), "new");
});

Deno.test("serve without --write leaves unfinished uploads alone", async () => {
  using sandbox = new Sandbox({ [LEFTOVER]: "" });
  await using _ = await startServing([sandbox.path]);
  assertEquals(sandbox.list(), [LEFTOVER]);
});

const ACCEPTED: readonly [args: string, options: object][] = [
  ["", { blksize: "1428", tsize: "4", windowsize: "16" }],
  ["-b 600 --windowsize 2", { blksize: "600", tsize: "4", windowsize: "2" }],
  ["--refuse tsize --refuse windowsize", { blksize: "1428" }],
  ["--rfc1350", {}],
];

for (const [args, options] of ACCEPTED) {
  Deno.test(`serve accepts with "${args}" what is meant`, async () => {
    await using _ = closeSockets();
    using sandbox = new Sandbox({ file: "text" });
    const words = args.split(" ").filter(Boolean);
    await using serving = await startServing([sandbox.path, ...words]);
    const response = await get({
      hostname: "127.0.0.1",
      port: serving.port,
      filename: "file",
    });
    assertEquals(await response.text(), "text");
    assertEquals(
      Object.fromEntries(response.acknowledged ?? []),
      { ...options } as Record<string, string>,
    );
  });
}

for (const name of OPTION_NAMES) {
  Deno.test(`serve --refuse ${name} accepts every option but that`, async () => {
    await using _ = closeSockets();
    using sandbox = new Sandbox({ file: "text" });
    const args = [sandbox.path, "--refuse", name.toUpperCase()];
    await using serving = await startServing(args);
    const response = await get({
      hostname: "127.0.0.1",
      port: serving.port,
      filename: "file",
    }, {
      // Of two options for one thing only one is accepted, and so only one is asked for.
      ...name === "blksize2" ? { blksize: 512 } : { blksize: 1428 },
      ...name === "utimeout" ? {} : { timeout: 2 },
      rolloverOption: 0,
      options: [
        ...name === "blksize2" ? [[name, "1024"]] as const : [],
        ...name === "utimeout" ? [[name, "2000000"]] as const : [],
      ],
    });
    assertEquals(await response.text(), "text");
    assertEquals(
      response.acknowledged?.map(([name]) => name).toSorted(),
      ["blksize", "rollover", "timeout", "tsize", "windowsize"]
        .filter((other) => `${other}2` !== name && `u${other}` !== name)
        .filter((other) => other !== name),
    );
  });
}

for (const args of [["--single-port"], ["--port-range", "49000:49099"]]) {
  Deno.test(`serve ${args.join(" ")} chooses the port of transfers`, async () => {
    await using _ = closeSockets();
    using sandbox = new Sandbox({ file: "text" });
    await using serving = await startServing([sandbox.path, ...args]);
    const { port } = serving;
    const response = await get({
      hostname: "127.0.0.1",
      port,
      filename: "file",
    });
    assertEquals(await response.text(), "text");
    const chosen = response.remote.port;
    assert(
      args.length === 1 ? chosen === port : chosen >= 49000 && chosen < 49100,
    );
  });
}

Deno.test("serve --json tells each end in one line with stable keys", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox({ file: "text" });
  await using serving = await startServing([sandbox.path, "--json"]);
  const { context, port } = serving;
  await getText(port, "file");
  const hostile = 'no\n"such\x1b[31m';
  await getText(port, hostile).catch(() => {});
  await context.stdout.until(/"refused"/);
  assertEquals(await serving.end(), 0);
  const [finished, refused, ...more] = context.stdout.lines
    .map((line) => JSON.parse(line));
  assertEquals(Object.keys(finished), [
    "time",
    "event",
    "id",
    "client",
    "operation",
    "filename",
    "mode",
    "options",
    "bytes",
    "seconds",
    "retransmissions",
    "timeouts",
    "roundTripMs",
  ]);
  assertEquals(
    [finished.event, finished.operation, finished.filename, finished.bytes],
    ["finished", "read", "file", 4],
  );
  assertMatch(finished.time, /^\d{4}-\d\d-\d\dT.*Z$/);
  assertEquals(Object.keys(refused), [
    ...["time", "event", "id", "client", "operation", "filename", "mode"],
    ...["code", "reason"],
  ]);
  assertEquals([refused.filename, refused.code], [hostile, 2]);
  assertEquals(more, []);
  // The rest is still told to people.
  assertEquals(context.stderr.lines.length, 2);
});

Deno.test("serve -q tells only what went wrong", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox({ file: "text", [LEFTOVER]: "" });
  const found = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const { port } = found.addr as Deno.NetAddr;
  found.close();
  const args = ["serve", "-qw", "--host", "127.0.0.1", "--port", `${port}`];
  const context = new FakeContext([...args, sandbox.path]);
  const ended = main(context);
  assertEquals(await getText(port, "file"), "text");
  await getText(port, "missing").catch(() => {});
  await getText(port, "../file").catch(() => {});
  await context.stderr.until(/refused/);
  assertEquals(context.stderr.lines.length, 1);
  assertMatch(
    context.stderr.text,
    /WARN .* read "\.\.\/file" refused with code 2: .*\n$/,
  );
  context.terminate();
  assertEquals([await ended, context.stdout.text], [0, ""]);
});

Deno.test("serve ends at once at the second Ctrl-C", async () => {
  using sandbox = new Sandbox();
  await using serving = await startServing([sandbox.path], {
    isTerminal: true,
  });
  const { context } = serving;
  context.terminate();
  assertEquals(context.exitStatus, null);
  context.terminate();
  assertEquals(context.exitStatus, 1);
  assertEquals(context.stderr.lines.length, 3);
});

Deno.test("serve ends as it should when nobody takes what it says", async () => {
  using sandbox = new Sandbox();
  await using serving = await startServing([sandbox.path]);
  const { context, ended } = serving;
  using _ = replace(context.stderr, {
    write() {
      throw new Deno.errors.BrokenPipe("gone");
    },
  });
  context.terminate();
  assertEquals([await ended, context.exitStatus], [0, null]);
});

Deno.test("serve says what is wrong with its directory", async () => {
  using sandbox = new Sandbox({ file: "x" });
  assertEquals(await run(["serve", `${sandbox.path}/missing`]), {
    status: 1,
    stdout: "",
    stderr:
      `tftpkit: Cannot serve ${sandbox.path}/missing as there is no such directory: create it, or name another\n`,
  });
  assertEquals(await run(["serve", `${sandbox.path}/file`]), {
    status: 1,
    stdout: "",
    stderr:
      `tftpkit: Cannot serve ${sandbox.path}/file as it is not a directory: name the directory it is in\n`,
  });
});

const PERMISSIONS: readonly [args: string, message: string][] = [
  [
    "",
    'to listen on the network, to read ./srv: add --allow-net --allow-read=./srv after "deno run"',
  ],
  [
    "--write /tftp",
    'to listen on the network, to read /tftp, to write to /tftp: add --allow-net --allow-read=/tftp --allow-write=/tftp after "deno run"',
  ],
  [
    "--host 192.0.2.1 --host ::1",
    'to listen on 192.0.2.1, to listen on ::1, to read ./srv: add --allow-net --allow-read=./srv after "deno run"',
  ],
];

for (const [args, message] of PERMISSIONS) {
  Deno.test(`serve ${args} says which permissions are missing`, async () => {
    assertEquals(
      await run(["serve", ...args.split(" ").filter(Boolean)], {
        isGranted: () => false,
      }),
      { status: 1, stdout: "", stderr: `tftpkit: No permission ${message}\n` },
    );
  });
}

Deno.test("serve asks for the port it will listen on", async () => {
  const context = new FakeContext(
    ["serve", "--host", "::1", "--host", "192.0.2.1", "/missing"],
  );
  await main(context);
  assertEquals(context.asked, [
    { name: "net", host: "[::1]:69" },
    { name: "net", host: "192.0.2.1:69" },
    { name: "read", path: "/missing" },
  ]);
});

for (
  const [root, uploads, isRefused] of [
    ["srv", "in", false],
    ["srv", "srv-in", false],
    ["srv", "srv/in", true],
  ] as const
) {
  Deno.test(`serve ${isRefused ? "refuses" : "takes"} uploads to ${uploads} where clients read from ${root}`, async () => {
    using sandbox = new Sandbox({
      "srv/in/a": "",
      "srv-in/a": "",
      "in/a": "",
    });
    const { status, stderr } = await run(
      [
        "serve",
        "--check",
        `${sandbox.path}/${root}`,
        "--upload-dir",
        `${sandbox.path}/${uploads}`,
      ],
    );
    assertEquals(status, isRefused ? 2 : 0);
    assertEquals(
      /must lie outside of .*, or clients read/.test(stderr),
      isRefused,
    );
  });
}

Deno.test({
  name:
    "serve refuses uploads to any place where clients read from the root of the file system",
  ignore: Deno.build.os === "windows",
  async fn() {
    using sandbox = new Sandbox({ "in/a": "" });
    const { status, stderr } = await run(
      ["serve", "--check", "/", "--upload-dir", `${sandbox.path}/in`],
    );
    assertEquals(status, 2);
    assertMatch(stderr, /must lie outside of \/, or clients read from it/);
  },
});

Deno.test("serve refuses a log where clients may write", async () => {
  using sandbox = new Sandbox({ "srv/a": "", "srv-logs/a": "" });
  const check = (log: string) =>
    run(["serve", "--check", "-w", `${sandbox.path}/srv`, "--log-file", log]);
  assertEquals((await check(`${sandbox.path}/srv-logs/log`)).status, 0);
  const { status, stderr } = await check(`${sandbox.path}/srv/log`);
  assertEquals(status, 2);
  assertMatch(stderr, /must lie outside of .*, where clients may write/);
});
