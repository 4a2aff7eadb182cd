/** `serve` with a configuration file: started, checked, and told to read it again. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { put } from "../../client.ts";
import { Sandbox } from "../handlers/_sandbox.ts";
import { run } from "./_context.ts";
import { closeSockets, getText } from "./_server.ts";
import { type Serving, startServing } from "./_serving.ts";

/** Two directories and a file that names the first. */
function makeSandbox(config: string): Sandbox {
  return new Sandbox({ "a/name": "a", "b/name": "b", "t.toml": config });
}

/** Starts `serve` by the file. */
function start(sandbox: Sandbox, ...args: string[]): Promise<Serving> {
  return startServing(["--config", `${sandbox.path}/t.toml`, ...args]);
}

function rewrite(sandbox: Sandbox, config: string): void {
  Deno.writeTextFileSync(`${sandbox.path}/t.toml`, config);
}

/** The lines that come of a reload. */
async function reload(serving: Serving, until: RegExp): Promise<string[]> {
  const { context } = serving;
  const { length } = context.stderr.lines;
  context.reload();
  await context.stderr.until(until);
  return context.stderr.lines.slice(length);
}

async function upload(port: number): Promise<number | null> {
  const target = { hostname: "127.0.0.1", port, filename: "new" };
  return await put(target, "x").then(() => null, ({ code }) => code);
}

Deno.test("serve --config does what the file says", async () => {
  await using _ = closeSockets();
  using sandbox = makeSandbox('root = "a"\nwrite = true\nmax-size = "64k"\n');
  await using serving = await start(sandbox);
  assertMatch(
    serving.context.stderr.lines[0]!,
    /^Serving .*[/\\]a on 127\.0\.0\.1:\d+ \(UDP\), uploads up to 64k\. /,
  );
  assertEquals(await getText(serving.port, "name"), "a");
});

Deno.test("serve lets the command line count before the file", async () => {
  using sandbox = makeSandbox('root = "a"\nwrite = true\n');
  await using serving = await start(
    sandbox,
    "--write=false",
    `${sandbox.path}/b`,
  );
  assertMatch(serving.context.stderr.lines[0]!, /[/\\]b on .*, read-only\./);
});

Deno.test("serve puts in force at SIGHUP what the file says then", async () => {
  await using _ = closeSockets();
  using sandbox = makeSandbox('root = "a"\n');
  await using serving = await start(sandbox);
  const { port } = serving;
  assertEquals(await getText(port, "name"), "a");
  assertEquals(await upload(port), 2);
  rewrite(sandbox, 'root = "b"\nwrite = true\nport = 7\nblksize = 512\n');
  assertEquals(await reload(serving, /restart.*\n/), [
    `Reloaded: serving ${join(sandbox.path, "b")}, uploads up to 1G`,
    // The port is the one of the command line.
    "WARNING: Only a restart changes blksize",
  ]);
  assertEquals(await getText(port, "name"), "b");
  assertEquals(await upload(port), null);
  assertEquals(sandbox.list("b"), ["name", "new"]);
});

Deno.test("serve refuses names by its policy as they are opened, before and after SIGHUP", async () => {
  await using _ = closeSockets();
  const map = 'root = "a"\nmap-file = "map"\n';
  using sandbox = new Sandbox({
    "a/site.key": "key",
    "a/r1.cfg": "cfg",
    "map": "r \\?.*$\n",
    "t.toml": `${map}[policy]\nallowExtensions = ["cfg"]\n`,
  });
  await using serving = await start(sandbox);
  const { port } = serving;
  const codeOf = (name: string) =>
    getText(port, name).then(() => null, ({ code }) => code);
  assertEquals(await codeOf("site.key?.cfg"), 2);
  assertEquals(await getText(port, "r1.cfg?.key"), "cfg");
  rewrite(sandbox, `${map}[policy]\nallowExtensions = ["key"]\n`);
  await reload(serving, /Reloaded.*\n/);
  assertEquals(await getText(port, "site.key?.cfg"), "key");
  assertEquals(await codeOf("r1.cfg?.key"), 2);
});

Deno.test("serve changes what it logs at SIGHUP", async () => {
  await using _ = closeSockets();
  using sandbox = makeSandbox('root = "a"\n');
  await using serving = await start(sandbox);
  const { context: { stderr, stdout }, port } = serving;
  rewrite(sandbox, 'root = "a"\njson = true\n');
  await reload(serving, /^Reloaded.*\n/m);
  const { length } = stderr.lines;
  await getText(port, "name");
  await stdout.until(/"finished"/);
  assertEquals(stderr.lines.length, length);
});

const BROKEN: readonly [config: string | null, ...problems: string[]][] = [
  ["root = ", "not valid TOML: invalid value (line 1 column 8)"],
  [
    'root = "b"\nprot = 1\nwrite = 1\n',
    "prot is not a key here: did you mean port?",
    "write must be true or false: 1 is neither",
  ],
  [null, "there is no such file"],
];

for (const [config, ...problems] of BROKEN) {
  Deno.test(`serve stays as it was when the file is ${JSON.stringify(config)}`, async () => {
    await using _ = closeSockets();
    using sandbox = makeSandbox('root = "a"\n');
    await using serving = await start(sandbox);
    const file = `${sandbox.path}/t.toml`;
    if (config === null) await Deno.remove(file);
    else rewrite(sandbox, config);
    assertEquals(await reload(serving, /Not reloaded.*\n/), [
      ...problems.map((problem) => `WARNING: ${file}: ${problem}`),
      "WARNING: Not reloaded: everything stays as it was",
    ]);
    assertEquals(await getText(serving.port, "name"), "a");
    rewrite(sandbox, 'root = "b"\n');
    await reload(serving, /^Reloaded.*\n/m);
    assertEquals(await getText(serving.port, "name"), "b");
  });
}

Deno.test("serve stays as it was when the new root is missing", async () => {
  using sandbox = makeSandbox('root = "a"\n');
  await using serving = await start(sandbox);
  rewrite(sandbox, 'root = "c"\n');
  assertEquals(await reload(serving, /Not reloaded.*\n/), [
    `WARNING: Cannot serve ${
      join(sandbox.path, "c")
    } as there is no such directory: create it, or name another`,
    "WARNING: Not reloaded: everything stays as it was",
  ]);
});

Deno.test("serve stays as it was when Deno does not allow what is new", async () => {
  using sandbox = makeSandbox('root = "a"\n');
  await using serving = await startServing(
    ["--config", `${sandbox.path}/t.toml`],
    { isGranted: ({ name }) => name !== "write" },
  );
  rewrite(sandbox, 'root = "a"\nwrite = true\n');
  const root = join(sandbox.path, "a");
  assertEquals(await reload(serving, /Not reloaded.*\n/), [
    `WARNING: No permission to write to ${root}: add --allow-write=${root} after "deno run"`,
    "WARNING: Not reloaded: everything stays as it was",
  ]);
});

Deno.test("serve without a file has nothing new to read, and says so", async () => {
  using sandbox = makeSandbox("");
  await using serving = await startServing([sandbox.path]);
  assertEquals(await reload(serving, /^Reloaded.*\n/m), [
    `Reloaded: serving ${sandbox.path}, read-only`,
  ]);
});

Deno.test("serve ends when the terminal is gone that SIGHUP comes from", async () => {
  using sandbox = makeSandbox('root = "a"\n');
  await using serving = await start(sandbox, "--verbose=false");
  const { context } = serving;
  context.stderr.write = () => {
    throw new Error("Input/output error (os error 5)");
  };
  context.reload();
  assertEquals(await serving.ended, 0);
});

Deno.test("serve refuses a file with all that is wrong, and status 2", async () => {
  using sandbox = makeSandbox("port = -1\nhots = []\n");
  const file = `${sandbox.path}/t.toml`;
  for (const args of [["serve"], ["serve", "--check"]]) {
    assertEquals(await run([...args, "-c", file]), {
      status: 2,
      stdout: "",
      stderr:
        `tftpkit: ${file}: port must be a whole number from 0 to 65535: -1 is not\ntftpkit: ${file}: hots is not a key here: did you mean host?\n`,
    });
  }
});

Deno.test("serve --check tells what would be served, and serves nothing", async () => {
  using sandbox = makeSandbox('root = "a"\nport = 7\n');
  const { path } = sandbox;
  const { status, stdout, stderr } = await run(
    ["serve", "--check", "-c", `${path}/t.toml`],
    // No permission but to read is needed for that.
    { isGranted: ({ name }) => name === "read" },
  );
  assertEquals([status, stderr], [0, ""]);
  assertMatch(stdout, /[/\\]t\.toml is fine\nDirectory +\S+[/\\]a\n/);
  assertMatch(
    stdout,
    /\nPort +7\n[^]*\nPermissions +--allow-net --allow-read=\S+[/\\]t\.toml,\S+[/\\]a\n$/,
  );
});

Deno.test("serve --check looks for the directory, where it may", async () => {
  using sandbox = makeSandbox('root = "c"\n');
  const args = ["serve", "--check", "-c", `${sandbox.path}/t.toml`];
  const root = join(sandbox.path, "c");
  assertEquals(await run(args), {
    status: 2,
    stdout: "",
    stderr:
      `tftpkit: Cannot serve ${root} as there is no such directory: create it, or name another\n`,
  });
  const { status, stderr } = await run(args, {
    isGranted: (it) => it.name === "read" && it.path !== root,
  });
  assertEquals([status, stderr], [
    0,
    `WARNING: Not looked whether ${root} is there: that takes --allow-read=${root}\n`,
  ]);
});

Deno.test("serve asks for permission to read the file first", async () => {
  assertEquals(
    await run(["serve", "-c", "x.toml"], { isGranted: () => false }),
    {
      status: 1,
      stdout: "",
      stderr:
        'tftpkit: No permission to read x.toml: add --allow-read=x.toml after "deno run"\n',
    },
  );
});

Deno.test("serve --drain says how long transfers get", async () => {
  using sandbox = makeSandbox('root = "a"\ndrain = 0.5\n');
  await using serving = await start(sandbox);
  assertEquals(await serving.end(), 0);
  assertEquals(
    serving.context.stderr.lines.at(-1),
    "Ending. Transfers under way get 0.5 s to finish; Ctrl-C again ends at once.",
  );
});
