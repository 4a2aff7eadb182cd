import { assert, assertEquals, assertMatch } from "@std/assert";
import { main } from "../../cli/main.ts";
import { TftpError } from "../../packet/mod.ts";
import { TftpResponse } from "../../server.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { closeSockets, hasIpv6, silentPort, TestServer } from "./_server.ts";

Deno.test("get writes data to standard output, and the rest to standard error", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ conf: "hostname r1\n" });
  const { status, stdout, stderr } = await run([
    "get",
    "-o",
    "-",
    server.url("conf"),
  ]);
  assertEquals([status, stdout], [0, "hostname r1\n"]);
  assertMatch(
    stderr,
    /^"conf": 12 B in \d+ ms \(.*\/s\), blksize=1428 tsize=12 windowsize=16\n$/,
  );
});

Deno.test("get writes to a file, and replaces one that is there", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ conf: "new" });
  using sandbox = new Sandbox({ old: "old" });
  for (const name of ["fresh", "old"]) {
    const path = `${sandbox.path}/${name}`;
    const { status, stdout } = await run([
      "get",
      server.url("conf"),
      "-o",
      path,
    ]);
    assertEquals([status, stdout, sandbox.read(name)], [0, "", "new"]);
  }
  assertEquals(sandbox.list(), ["fresh", "old"]);
});

for (const end of ["", "/"]) {
  Deno.test(`get writes into a directory, named with "${end}" at its end`, async () => {
    await using _ = closeSockets();
    await using server = new TestServer({ "a/b.txt": "x", "c:\\d.txt": "y" });
    using sandbox = new Sandbox({ out: null });
    const urls = [server.url("a/b.txt"), server.url("c:%5Cd.txt")];
    const output = `${sandbox.path}/out${end}`;
    const { status } = await run(["get", ...urls, "--output", output]);
    assertEquals([status, sandbox.list("out")], [0, ["b.txt", "d.txt"]]);
    assertEquals(sandbox.read("out/d.txt"), "y");
  });
}

Deno.test({
  name: "get writes to a device",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using _ = closeSockets();
    await using server = new TestServer({ conf: "x" });
    const context = new FakeContext(["get", "-o/dev/null", server.url("conf")]);
    assertEquals(await main(context), 0);
    const path = "/dev/null";
    assertEquals(context.asked.slice(-2), [
      { name: "write", path },
      { name: "read", path },
    ]);
    assert(Deno.statSync(path).isCharDevice);
  },
});

Deno.test("get asks for names as they are, once decoded", async () => {
  await using _ = closeSockets();
  const names = { "a b": "1", "ü?#": "2", "/etc/x": "3", "..%": "4" };
  await using server = new TestServer(names);
  const paths = ["a%20b", "%C3%BC?#", "/etc/x", "..%25"];
  const { status, stdout } = await run(
    ["get", "-q", "-o", "-", ...paths.map((path) => server.url(path))],
  );
  assertEquals([status, stdout], [0, "1234"]);
});

Deno.test("get speaks IPv6", { ignore: !hasIpv6() }, async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ conf: "six" }, { hostname: "::1" });
  const url = server.url("conf");
  assertMatch(url, /^tftp:\/\/\[::1\]:/);
  const { status, stdout } = await run(["get", "-o", "-", url]);
  assertEquals([status, stdout], [0, "six"]);
});

Deno.test("get tries all files, and says why one fails", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "A", c: "C" });
  using sandbox = new Sandbox();
  const urls = ["a", "b", "c"].map((name) => server.url(name));
  const args = ["get", "-q", ...urls, "-o", `${sandbox.path}/`];
  assertEquals(await run(args), {
    status: 8,
    stdout: "",
    stderr:
      `Cannot get "b" from 127.0.0.1: the server refused with code 1: "File not found" (look at the name: it counts from the server's root, and upper case may matter)\n`,
  });
  assertEquals(sandbox.list(), ["a", "c"]);
});

Deno.test("get leaves the old file when a transfer breaks off", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({}, {
    handler: () => {
      let count = 0;
      return new TftpResponse({
        size: null,
        read(buffer) {
          if (++count > 3) throw new TftpError(0, "Disk\ron fire");
          return buffer.length;
        },
        close() {},
      });
    },
  });
  using sandbox = new Sandbox({ conf: "old" });
  const path = `${sandbox.path}/conf`;
  const { status, stderr } = await run(["get", server.url("conf"), "-o", path]);
  assertEquals(status, 8);
  assertMatch(stderr, /^Cannot get "conf" from 127\.0\.0\.1: .*fire"\n$/);
  assertEquals([sandbox.list(), sandbox.read("conf")], [["conf"], "old"]);
});

Deno.test("get leaves no temporary file at Ctrl-C, and the old one as it was", async () => {
  await using _ = closeSockets();
  const stalled = Promise.withResolvers<void>();
  await using server = new TestServer({}, {
    handler: () =>
      new TftpResponse(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(new Uint8Array(100_000));
            stalled.resolve();
            await new Promise(() => {});
          },
        }, { highWaterMark: 0 }),
      ),
  });
  using sandbox = new Sandbox({ conf: "old" });
  const path = `${sandbox.path}/conf`;
  const urls = [server.url("conf")];
  const context = new FakeContext(["get", ...urls, "-o", path]);
  const running = main(context);
  await stalled.promise;
  assertEquals(sandbox.leftovers().length, 1);
  context.terminate();
  assertEquals([await running, context.exitStatus], [130, null]);
  assertEquals(
    context.stderr.text,
    'Cannot get "conf" from 127.0.0.1: interrupted\n',
  );
  assertEquals([sandbox.list(), sandbox.read("conf")], [["conf"], "old"]);
});

Deno.test("get gives up when nobody answers, and tells what it does on the way", async () => {
  using silent = silentPort();
  using sandbox = new Sandbox();
  const args = ["-v", "-t", "0.05", "-r", "1", "-o", `${sandbox.path}/x`];
  const url = `tftp://127.0.0.1:${silent.port}/x`;
  const { status, stderr } = await run(["get", ...args, url]);
  const lines = stderr.split("\n");
  assertMatch(lines[0]!, /^"x": silent for \d+ ms, sent again from block 0$/);
  assertMatch(
    lines.at(-2)!,
    /^Cannot get "x" from 127\.0\.0\.1: No answer from 127\.0\.0\.1:\d+ for 0\.\d s: is a TFTP server running there/,
  );
  assertEquals([status, sandbox.list()], [6, []]);
});

Deno.test("get warns of a size that is not what was announced", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({}, {
    handler: () => {
      let isRead = false;
      return new TftpResponse({
        size: 7,
        read: () => isRead ? null : (isRead = true, 3),
        close() {},
      });
    },
  });
  const args = ["get", "-q", "-o", "-", server.url("conf")];
  assertEquals(
    (await run(args)).stderr,
    'WARNING: "conf" has 3 B, the server had announced 7 B\n',
  );
});

const ASKED: readonly [args: string, mode: string, options: object][] = [
  ["", "octet", { blksize: "1428", tsize: "0", windowsize: "16" }],
  ["-b 8192 --windowsize 2", "octet", {
    blksize: "8192",
    tsize: "0",
    windowsize: "2",
  }],
  ["--blksize 512 --windowsize 1", "octet", { tsize: "0" }],
  ["--rfc1350", "octet", {}],
  ["--rfc1350 --mode netascii", "netascii", {}],
];

for (const [args, mode, options] of ASKED) {
  Deno.test(`get asks for what "${args}" says`, async () => {
    await using _ = closeSockets();
    await using server = new TestServer({ conf: "x" });
    const words = args.split(" ").filter(Boolean);
    await run(["get", ...words, "-o", "-", server.url("conf")]);
    assertEquals(server.lastRequest, {
      mode,
      options: { ...options } as Record<string, string>,
    });
  });
}

Deno.test("get lets a mode in a URL count, and turns line ends", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ conf: "a\nb\n" });
  const url = server.url("conf;mode=netascii");
  const { stdout } = await run(["get", "--mode", "octet", "-o", "-", url]);
  assertEquals([stdout, server.lastRequest.mode], ["a\nb\n", "netascii"]);
});

const REFUSED: readonly [args: string[], message: RegExp, status?: number][] = [
  [[], /^A URL is missing, such as tftp:/],
  [["-o", "x"], /^A URL is missing, such as tftp:/],
  [["boot.img"], /^Cannot use URL as it must look like tftp:.*"boot\.img"$/, 3],
  [["http://h/x"], /^Cannot use URL as it must look like tftp:/, 3],
  [["tftp://h/"], /name must have at least one character/, 3],
  [["tftp:///x"], /^Cannot transfer "x" as a host must be named/, 3],
  [["tftp://h:0/x"], /port as it must be a whole number from 1 to 65535/, 3],
  [["tftp://h/%zz"], /percent signs must stand before/, 3],
  [["tftp://h/a%00"], /no NUL/, 3],
  [["tftp://h/x;mode=mail"], /mode must be octet or netascii/, 3],
  [["tftp://h/a/.."], /^"a\/\.\." ends in nothing that a file could be called/],
  [["tftp://h/x", "-o"], /^--output needs a value: PATH$/],
  [
    ["tftp://h/x", "tftp://h/y", "-o", "file"],
    /^2 files cannot all be written to file: name a directory/,
  ],
  [
    ["tftp://h/a/x", "tftp://h/b/x", "-o", "out/"],
    /^Two of the files would be called out[/\\]x: get them one by one/,
  ],
  [["tftp://h/x", "--mode", "mail"], /^--mode must be octet or netascii/],
  [["tftp://h/x", "-b", "7"], /^--blksize must be/],
  [["tftp://h/x", "--windowsize", "0"], /^--windowsize must be/],
  [["tftp://h/x", "-t", "soon"], /^--timeout must be/],
  [["tftp://h/x", "-r", "-"], /^--retries must be/],
  [["tftp://h/x", "-q", "-v"], /^--quiet and --verbose contradict/],
  [
    ["tftp://h/x", "tftp://h/y", "-o", "x", "-o", "x"],
    /^Two of the files would be called x/,
  ],
  [
    ["tftp://h/x", "-o", "a", "-o", "b"],
    /^--output must be there once, or once for each file: it is there 2 times for 1/,
  ],
  [
    ["tftp://h/x", "tftp://h/x.part", "--keep-partial"],
    /^Two of the files would be called x\.part/,
  ],
  [
    ["tftp://h/x", "--output-dir", "d", "-o", "../x"],
    /^--output must stay in --output-dir: \.\.\/x leads out of d/,
  ],
  [["tftp://h/x", "--json", "-o", "-"], /^--json and --output - contradict/],
  [["tftp://h/x", "--checksum", "md5"], /^--checksum must be sha256, or/],
  [
    ["tftp://h/x", "tftp://h/y", "--checksum", `sha256=${"0".repeat(64)}`],
    /^--checksum can name the checksum of one file only: there are 2/,
  ],
  [["tftp://h/x", "--source-address", "h"], /^--source-address must be an IP/],
  [
    ["tftp://h/x", "tftp://h/y", "-P", "2", "--source-port", "7"],
    /^--source-port and --parallel contradict/,
  ],
  [
    ["tftp://h/x", "tftp://h/y", "-P", "2", "-o", "-"],
    /^--parallel would mix up the files on standard output/,
  ],
  [["tftp://h/x", "-P", "0"], /^--parallel must be a whole number from 1 to/],
];

for (const [args, message, status = 2] of REFUSED) {
  Deno.test(`get refuses "${args.join(" ")}" with status ${status} and a hint`, async () => {
    const context = new FakeContext(["get", ...args]);
    assertEquals(await main(context), status);
    const [first, hint] = context.stderr.lines;
    assertMatch(first!.replace(/^tftpkit: /, ""), message);
    assertEquals(hint, 'Try "tftpkit get --help".');
    assertEquals([context.stderr.lines.length, context.stdout.text], [2, ""]);
  });
}

Deno.test("get looks at no path that it may not look at", async () => {
  using sandbox = new Sandbox({ out: null });
  const path = `${sandbox.path}/out`;
  const { status, stderr } = await run(
    ["get", "tftp://192.0.2.1/x", "-o", path],
    { isGranted: ({ name }) => name === "net" },
  );
  assertEquals(status, 4);
  // Whether it is a directory is not known, so it is taken for a file.
  assertEquals(
    stderr,
    `tftpkit: No permission to write to ${sandbox.path}, to read ${sandbox.path}: add --allow-write=${sandbox.path} --allow-read=${sandbox.path} after "deno run"\n`,
  );
});
