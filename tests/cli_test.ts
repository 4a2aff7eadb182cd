/** The whole program, in processes of its own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { asNobody, PROGRAM, Program, runProgram } from "./cli/_process.ts";
import { silentPort } from "./cli/_server.ts";
import { udpNetwork } from "../net/mod.ts";
import { Sandbox } from "./handlers/_sandbox.ts";

const isWindows = Deno.build.os === "windows";
const SERVING_REGEXP = /^Serving (\S+) on (\S+):(\d+) \(UDP\)/m;
const HOST = ["--host", "127.0.0.1", "--port", "0"];

/** A directory with a root in it, as in the repository. */
function makeSandbox(): Sandbox {
  return new Sandbox({ "srv/hello.txt": "Hello from tftpkit!\n" });
}

/** Starts `serve` in a directory, and waits until it listens. */
async function startServer(
  sandbox: Sandbox,
  flags: string[],
  args: string[],
): Promise<{ program: Program; port: number }> {
  const program = new Program(
    [...flags, PROGRAM, "serve", ...HOST, ...args],
    { cwd: sandbox.path },
  );
  const [, , , port] = await program.until(SERVING_REGEXP);
  return { program, port: Number(port) };
}

const READING = ["--allow-net", "--allow-read=./srv"];

for (
  const args of [["--help"], ["serve", "--help"], ["--version"], [
    "help",
    "get",
  ]]
) {
  Deno.test(`tftpkit ${args.join(" ")} needs no permission`, async () => {
    const { status, stdout, stderr } = await runProgram([PROGRAM, ...args]);
    assertEquals([status, stderr], [0, ""]);
    assertMatch(stdout, args[0] === "--version" ? /^tftpkit \d/ : /\nUsage:\n/);
  });
}

for (
  const args of [[], ["nope"], ["serve", "--port", "x"], ["get"], ["put", "x"]]
) {
  Deno.test(`tftpkit ${args.join(" ")} needs no permission to be refused`, async () => {
    const { status, stdout, stderr } = await runProgram([PROGRAM, ...args]);
    assertEquals([status, stdout], [2, ""]);
    assertMatch(stderr, args.length === 0 ? /^A TFTP/ : /^tftpkit: .*\nTry /);
  });
}

const MISSING: readonly [flags: string[], args: string[], advice: string][] = [
  [[], ["serve"], "--allow-net --allow-read=./srv"],
  [["--allow-net"], ["serve"], "--allow-read=./srv"],
  [READING, ["serve", "-w"], "--allow-write=./srv"],
  [
    [],
    ["get", "tftp://127.0.0.1/x"],
    "--allow-net=127.0.0.1,0.0.0.0:0 --allow-write=. --allow-read=.",
  ],
  [
    ["--allow-net"],
    ["get", "-o", "a/", "tftp://h/x"],
    "--allow-write=a --allow-read=a",
  ],
  [
    ["--allow-read"],
    ["put", "x", "tftp://[::1]/x"],
    '"--allow-net=[::1],[::]:0"',
  ],
];

for (const [flags, args, advice] of MISSING) {
  Deno.test(`tftpkit ${args.join(" ")} with ${flags.join(" ") || "nothing"} asks for ${advice}`, async () => {
    using sandbox = makeSandbox();
    const { status, stdout, stderr } = await runProgram(
      [...flags, PROGRAM, ...args],
      { cwd: sandbox.path },
    );
    assertEquals([status, stdout], [args[0] === "serve" ? 1 : 4, ""]);
    assertMatch(stderr, /^tftpkit: No permission to .*\n$/);
    assert(stderr.endsWith(`: add ${advice} after "deno run"\n`), stderr);
  });
}

Deno.test("deno run --allow-net --allow-read=./srv cli.ts serve works as it stands", async () => {
  await using program = new Program([...READING, "cli.ts", "serve", ...HOST]);
  const [, root, host, port] = await program.until(SERVING_REGEXP);
  assertEquals([root, host], ["./srv", "127.0.0.1"]);
  assertEquals(
    await runProgram([
      "--allow-net=127.0.0.1,0.0.0.0:0",
      ...[
        "cli.ts",
        "get",
        "-q",
        "-o",
        "-",
        `tftp://127.0.0.1:${port}/hello.txt`,
      ],
    ]),
    {
      status: 0,
      stdout: await Deno.readTextFile(
        new URL("../srv/hello.txt", import.meta.url),
      ),
      stderr: "",
    },
  );
});

Deno.test("curl gets what tftpkit serves", async () => {
  using sandbox = makeSandbox();
  const { program, port } = await startServer(sandbox, READING, []);
  await using _ = program;
  const url = `tftp://127.0.0.1:${port}/hello.txt`;
  let curl: Deno.CommandOutput;
  try {
    curl = await new Deno.Command("curl", { args: ["-s", "-m", "10", url] })
      .output();
  } catch {
    console.log("skipped: there is no curl");
    return;
  }
  if (curl.code === 1) {
    console.log("skipped: this curl does not speak TFTP");
    return;
  }
  assertEquals(
    new TextDecoder().decode(curl.stdout),
    sandbox.read("srv/hello.txt"),
  );
});

Deno.test("tftpkit gets and puts under no more permissions than it asks for", async () => {
  using sandbox = makeSandbox();
  const { program, port } = await startServer(
    sandbox,
    [...READING, "--allow-write=./srv"],
    ["-w"],
  );
  await using _ = program;
  const url = `tftp://127.0.0.1:${port}`;
  const net = "--allow-net=127.0.0.1,0.0.0.0:0";
  const { path: cwd } = sandbox;
  const got = await runProgram(
    [
      net,
      "--allow-write=.",
      "--allow-read=.",
      PROGRAM,
      "get",
      `${url}/hello.txt`,
    ],
    { cwd },
  );
  assertEquals([got.status, got.stdout], [0, ""]);
  assertEquals(sandbox.read("hello.txt"), sandbox.read("srv/hello.txt"));
  const put = await runProgram(
    [net, "--allow-read=hello.txt", PROGRAM, "put", "hello.txt", `${url}/copy`],
    { cwd },
  );
  assertEquals([put.status, put.stdout], [0, ""]);
  assertEquals(sandbox.read("srv/copy"), sandbox.read("hello.txt"));
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `tftpkit serve ends with status 0 at ${signal}`,
    ignore: isWindows,
    async fn() {
      using sandbox = makeSandbox();
      const { program } = await startServer(sandbox, READING, ["--json"]);
      await using _ = program;
      program.kill(signal);
      const { status, stdout, stderr } = await program.ended();
      assertEquals([status, stdout], [0, ""]);
      assertMatch(stderr, /^Serving .*\nEnding\. .*\n$/);
    },
  });
}

Deno.test({
  name: "tftpkit serve waits for a transfer at SIGINT, and not at the second",
  ignore: isWindows,
  async fn() {
    using sandbox = new Sandbox({ "srv/big": "x".repeat(100_000) });
    const { program, port } = await startServer(sandbox, READING, ["-v"]);
    await using _ = program;
    // A client that asks, acknowledges the options, and is not heard of again.
    const client = await udpNetwork().bind({ hostname: "127.0.0.1", port: 0 });
    const request = "\0\x01big\0octet\0tsize\x000\0";
    await client.send(new TextEncoder().encode(request), {
      transport: "udp",
      hostname: "127.0.0.1",
      port,
    });
    const buffer = new Uint8Array(1000);
    const [, from] = await client.receive(buffer);
    await client.send(new Uint8Array([0, 4, 0, 0]), from);
    await client.receive(buffer);
    client.close();
    program.kill("SIGINT");
    await program.until(/^Ending\. /m);
    const wait = new Promise((resolve) => setTimeout(resolve, 200));
    const isOver = await Promise.race([
      program.ended().then(() => true),
      wait.then(() => false),
    ]);
    assertEquals(isOver, false);
    await wait;
    program.kill("SIGINT");
    assertEquals((await program.ended()).status, 1);
  },
});

Deno.test({
  name: "tftpkit get ends at SIGINT and leaves nothing behind",
  ignore: isWindows,
  async fn() {
    using silent = silentPort();
    using sandbox = new Sandbox({ file: "old" });
    await using program = new Program(
      [
        "-A",
        PROGRAM,
        "get",
        "-v",
        "-t",
        "0.05",
        `tftp://127.0.0.1:${silent.port}/file`,
      ],
      { cwd: sandbox.path },
    );
    await program.until(/sent again/);
    assertEquals(sandbox.leftovers().length, 1);
    program.kill("SIGINT");
    const { status, stderr } = await program.ended();
    assertEquals(status, 130);
    assertMatch(stderr, /Cannot get "file" from 127\.0\.0\.1: interrupted\n$/);
    assertEquals([sandbox.list(), sandbox.read("file")], [["file"], "old"]);
  },
});

Deno.test("tftpkit serve says that its port is in use", async () => {
  using sandbox = makeSandbox();
  using silent = silentPort();
  const args = ["--host", "127.0.0.1", "--port", `${silent.port}`];
  assertEquals(
    await runProgram([...READING, PROGRAM, "serve", ...args], {
      cwd: sandbox.path,
    }),
    {
      status: 1,
      stdout: "",
      stderr:
        `tftpkit: Port ${silent.port} is in use: stop the other server, or choose another port with --port\n`,
    },
  );
});

for (
  const [root, message] of [
    [
      "missing",
      "Cannot serve missing as there is no such directory: create it, or name another",
    ],
    [
      "srv/hello.txt",
      "Cannot serve srv/hello.txt as it is not a directory: name the directory it is in",
    ],
  ] as const
) {
  Deno.test(`tftpkit serve ${root} says what is wrong`, async () => {
    using sandbox = makeSandbox();
    assertEquals(
      await runProgram(
        ["--allow-net", "--allow-read", PROGRAM, "serve", root],
        { cwd: sandbox.path },
      ),
      { status: 1, stdout: "", stderr: `tftpkit: ${message}\n` },
    );
  });
}

/** Whether ports below 1024 are only root's, as a rule. */
function arePortsGuarded(): boolean {
  try {
    const path = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    return Number(Deno.readTextFileSync(path)) > 69;
  } catch {
    // It may not be read, or this is another system.
    return Deno.build.os === "linux";
  }
}

/** The program's arguments as nobody; says why, where that cannot be tried. */
function prepareNobody(sandbox: Sandbox, args: string[]): string[] | null {
  const all = asNobody(sandbox.path, args);
  if (all === null) console.log("skipped: this needs root");
  else Deno.chmodSync(sandbox.path, 0o755);
  return all;
}

Deno.test("tftpkit serve takes port 6969 where it may not have 69", async () => {
  using sandbox = makeSandbox();
  const args = prepareNobody(sandbox, ["serve", "--host", "127.0.0.1"]);
  if (args === null) return;
  if (!arePortsGuarded()) {
    return console.log("skipped: anybody may use port 69 here");
  }
  await using program = new Program(args, { cwd: sandbox.path });
  const [, , , port] = await program.until(SERVING_REGEXP);
  assertEquals(port, "6969");
  program.kill("SIGINT");
  const { status, stderr } = await program.ended();
  assertEquals(status, 0);
  const [first, second] = stderr.split("\n");
  assertMatch(
    first!,
    /^WARNING: The system does not let this user listen on port 69: /,
  );
  assertMatch(second!, /^WARNING: Listening on port 6969 instead, /);
});

Deno.test("tftpkit serve --port 69 says what to do where it may not have it", async () => {
  using sandbox = makeSandbox();
  const args = prepareNobody(sandbox, ["serve", "--port", "69"]);
  if (args === null) return;
  if (!arePortsGuarded()) {
    return console.log("skipped: anybody may use port 69 here");
  }
  assertEquals(await runProgram(args, { cwd: sandbox.path }), {
    status: 1,
    stdout: "",
    stderr:
      'tftpkit: The system does not let this user listen on port 69: run as root, allow the executable with "setcap cap_net_bind_service=+ep", or use --port with a number above 1023\n',
  });
});

Deno.test("tftpkit serve says that its root cannot be read", async () => {
  using sandbox = makeSandbox();
  const args = prepareNobody(sandbox, ["serve", ...HOST]);
  if (args === null) return;
  await Deno.chmod(`${sandbox.path}/srv`, 0o700);
  assertEquals(await runProgram(args, { cwd: sandbox.path }), {
    status: 1,
    stdout: "",
    stderr:
      "tftpkit: Cannot serve ./srv as it cannot be read: Permission denied\n",
  });
});

Deno.test("tftpkit get says that a file cannot be written", async () => {
  using sandbox = makeSandbox();
  const { program, port } = await startServer(sandbox, READING, []);
  await using _ = program;
  const url = `tftp://127.0.0.1:${port}/hello.txt`;
  const args = prepareNobody(sandbox, ["get", url]);
  if (args === null) return;
  assertEquals(await runProgram(args, { cwd: sandbox.path }), {
    status: 9,
    stdout: "",
    stderr:
      'Cannot get "hello.txt" from 127.0.0.1: "hello.txt" cannot be written: Permission denied\n',
  });
});
