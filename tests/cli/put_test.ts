import { assertEquals, assertMatch } from "@std/assert";
import { main } from "../../cli/main.ts";
import { TftpError } from "../../packet/mod.ts";
import type { TftpHandler } from "../../server.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { FakeContext, run } from "./_context.ts";
import { hasIpv6, silentPort, TestServer } from "./_server.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("put uploads a file, and tells it on standard error", async () => {
  await using server = new TestServer();
  using sandbox = new Sandbox({ conf: "hostname r1\n" });
  const path = `${sandbox.path}/conf`;
  const context = new FakeContext(["put", path, server.url("r1.cfg")]);
  assertEquals(await main(context), 0);
  assertEquals(server.files.get("r1.cfg"), "hostname r1\n");
  assertEquals(context.stdout.text, "");
  assertMatch(
    context.stderr.text,
    /^".*\/conf": 12 B in \d+ ms \(.*\/s\), blksize=1428 tsize=12 windowsize=16\n$/,
  );
  assertEquals(context.asked.at(-1), { name: "read", path });
});

Deno.test("put gives a file its own name behind a slash, percent signs and all", async () => {
  await using server = new TestServer();
  const files = { "a b.txt": "1", "100%": "2", "ü;mode=x": "3", "x#?": "4" };
  using sandbox = new Sandbox(files);
  const paths = Object.keys(files).map((name) => `${sandbox.path}/${name}`);
  for (const directory of ["", "dir/"]) {
    server.files.clear();
    const args = ["put", "-q", ...paths, server.url(directory)];
    assertEquals(await run(args), { status: 0, stdout: "", stderr: "" });
    assertEquals(
      Object.fromEntries(server.files),
      Object.fromEntries(
        Object.entries(files).map(([name, text]) => [directory + name, text]),
      ),
    );
  }
});

Deno.test("put uploads what is piped in", async () => {
  await using server = new TestServer();
  const { status, stderr } = await run(["put", "-", server.url("notes")], {
    stdin: [encode("one\n"), encode("two\n")],
  });
  assertEquals([status, server.files.get("notes")], [0, "one\ntwo\n"]);
  assertMatch(stderr, /^"-": 8 B in /);
  // How much there will be is not known.
  assertEquals("tsize" in server.lastRequest.options, false);
});

Deno.test("put tries all files, and says why some fail", async () => {
  await using server = new TestServer();
  using sandbox = new Sandbox({ a: "A", dir: null, c: "C" });
  const paths = ["a", "missing", "dir", "c"]
    .map((name) => `${sandbox.path}/${name}`);
  const { status, stdout, stderr } = await run(
    ["put", "-q", ...paths, server.url("")],
  );
  assertEquals([status, stdout], [9, ""]);
  assertEquals(
    stderr.replaceAll(sandbox.path, ""),
    'Cannot put "/missing" to 127.0.0.1 as "missing": it cannot be read: No such file or directory\n' +
      'Cannot put "/dir" to 127.0.0.1 as "dir": it is a directory, name the files in it\n',
  );
  assertEquals([...server.files.keys()], ["a", "c"]);
});

Deno.test("put tells what the server says, in one line", async () => {
  const handler: TftpHandler = () => {
    throw new TftpError(6, "It is\nthere\x1b[2J");
  };
  await using server = new TestServer({}, { handler });
  assertEquals(
    (await run(["put", "-", server.url("-")])).stderr,
    'Cannot put "-" to 127.0.0.1: the server refused with code 6: "It is\\nthere\\u001b[2J" (remove it on the server, or choose another name)\n',
  );
});

Deno.test("put speaks IPv6", { ignore: !hasIpv6() }, async () => {
  await using server = new TestServer({}, { hostname: "::1" });
  const context = new FakeContext(["put", "-q", "-", server.url("x")], {
    stdin: [encode("six")],
  });
  assertEquals([await main(context), server.files.get("x")], [0, "six"]);
  assertEquals(context.asked, [
    { name: "net", host: "[::1]" },
    { name: "net", host: "[::]:0" },
  ]);
});

Deno.test("put ends at Ctrl-C, and tries no more files", async () => {
  await using server = new TestServer();
  const stdin = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encode("a".repeat(100_000))),
  });
  using sandbox = new Sandbox({ b: "B" });
  const context = new FakeContext(["put", "-v", "-", server.url("a")], {
    stdin,
  });
  const running = main(context);
  const begun = () => server.events.some(({ type }) => type === "negotiated");
  while (!begun()) await new Promise((resolve) => setTimeout(resolve, 1));
  context.terminate();
  assertEquals([await running, context.exitStatus], [130, null]);
  assertEquals(context.stderr.lines, [
    'Cannot put "-" to 127.0.0.1 as "a": interrupted',
  ]);
  assertEquals([server.files.has("a"), sandbox.list()], [false, ["b"]]);
});

Deno.test({
  name: "put and get hear Ctrl-C while a pipe has no other end",
  ignore: Deno.build.os === "windows",
  async fn() {
    using silent = silentPort();
    using sandbox = new Sandbox();
    const pipe = `${sandbox.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const url = `tftp://127.0.0.1:${silent.port}/x`;
    for (
      const [args, flag] of [[["put", pipe, url], "w"], [[
        "get",
        "-o",
        pipe,
        url,
      ], "r"]] as const
    ) {
      const context = new FakeContext(args);
      const running = main(context);
      await new Promise((resolve) => setTimeout(resolve, 50));
      context.terminate();
      context.terminate();
      assertEquals(context.exitStatus, 130);
      // Here the process goes on, so that the other end is needed.
      const other = await Deno.open(pipe, {
        [flag === "w" ? "write" : "read"]: true,
      });
      assertEquals(await running, 130);
      other.close();
    }
  },
});

const ASKED: readonly [args: string, mode: string, options: object][] = [
  ["", "octet", { blksize: "1428", tsize: "2", windowsize: "16" }],
  ["-b 8192 --windowsize 2", "octet", {
    blksize: "8192",
    tsize: "2",
    windowsize: "2",
  }],
  ["--rfc1350 --mode netascii", "netascii", {}],
];

for (const [args, mode, options] of ASKED) {
  Deno.test(`put asks for what "${args}" says`, async () => {
    await using server = new TestServer();
    using sandbox = new Sandbox({ x: "x\n" });
    const words = args.split(" ").filter(Boolean);
    await run(["put", ...words, `${sandbox.path}/x`, server.url("x")]);
    const { lastRequest } = server;
    assertEquals([lastRequest.mode, { ...lastRequest.options }], [
      mode,
      options,
    ]);
    assertEquals(server.files.get("x"), "x\n");
  });
}

for (
  const place of ["x;mode=netascii", ";mode=netascii", "dir/;mode=netascii"]
) {
  Deno.test(`put lets the mode of ${place} count`, async () => {
    await using server = new TestServer();
    using sandbox = new Sandbox({ x: "a\n" });
    const url = server.url(place);
    const args = ["put", "--mode", "octet", `${sandbox.path}/x`, url];
    assertEquals((await run(args)).status, 0);
    assertEquals(server.lastRequest.mode, "netascii");
    const name = place.startsWith("dir") ? "dir/x" : "x";
    assertEquals([...server.files], [[name, "a\n"]]);
  });
}

Deno.test("put gives up when nobody answers", async () => {
  using silent = silentPort();
  const args = ["put", "-t", "0.05", "-r", "0", "-"];
  const { status, stderr } = await run(
    [...args, `tftp://127.0.0.1:${silent.port}/x`],
  );
  assertEquals(status, 6);
  assertMatch(
    stderr,
    /^Cannot put "-" to 127\.0\.0\.1 as "x": No answer from /,
  );
});

const REFUSED: readonly [args: string[], message: RegExp, status?: number][] = [
  [[], /^A file and a URL are needed, such as: put backup\.cfg tftp:/],
  [["tftp://h/x"], /^A file and a URL are needed/],
  [["a", "b"], /^Cannot use URL as it must look like tftp:.*"b"$/, 3],
  [["tftp://h/x", "a"], /^Cannot use URL as it must look like tftp:.*"a"$/, 3],
  [["a", "http://h/x"], /^Cannot use URL as it must look like tftp:/, 3],
  [
    ["a", "b", "tftp://h/x"],
    /^2 files cannot all be called tftp:\/\/h\/x: end the URL with a slash$/,
  ],
  [["-", "tftp://h/"], /^Standard input has no name: put one at the end/],
  [["a", "tftp://h:99999/"], /port as it must be a whole number/, 3],
  [["a", "tftp://h/x", "--mode", "mail"], /^--mode must be octet or netascii/],
  [["a", "tftp://h/x", "-b", "7"], /^--blksize must be/],
  [["a", "tftp://h/x", "--windowsize", "0"], /^--windowsize must be/],
  [["a", "tftp://h/x", "-t", "0"], /^--timeout must be/],
  [["a", "tftp://h/x", "-r", "x"], /^--retries must be/],
  [["a", "tftp://h/x", "-vq"], /^--quiet and --verbose contradict/],
  [
    ["a/x", "b/x", "tftp://h/"],
    /^Two of the files would be called "x" on the server: put them one by one/,
  ],
];

for (const [args, message, status = 2] of REFUSED) {
  Deno.test(`put refuses "${args.join(" ")}" with status ${status} and a hint`, async () => {
    const context = new FakeContext(["put", ...args]);
    assertEquals(await main(context), status);
    const [first, hint] = context.stderr.lines;
    assertMatch(first!.replace(/^tftpkit: /, ""), message);
    assertEquals(hint, 'Try "tftpkit put --help".');
    assertEquals([context.stderr.lines.length, context.stdout.text], [2, ""]);
  });
}

Deno.test("put says which permissions are missing", async () => {
  const { status, stderr } = await run(
    ["put", "a", "b c", "tftp://192.0.2.1/"],
    { isGranted: () => false },
  );
  assertEquals(status, 4);
  assertEquals(
    stderr,
    'tftpkit: No permission to talk to 192.0.2.1, to read a, to read b c: add --allow-net=192.0.2.1,0.0.0.0:0 "--allow-read=a,b c" after "deno run"\n',
  );
});
