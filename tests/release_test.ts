/** What is released: which files an executable has, what it may do, and what the workflow makes of it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import denoConfig from "../deno.json" with { type: "json" };
import {
  compileArgs,
  documents,
  embeddedFiles,
  ENTRY,
  entryText,
  PERMISSIONS,
  strayFiles,
  TARGETS,
} from "../tools/compile.ts";
import { pathOf, readText } from "./_contrib.ts";
import { Sandbox } from "./handlers/_sandbox.ts";

const PUBLISHED = denoConfig.publish.include;

/** Runs Deno at the top of the repository; what it wrote. */
async function runDeno(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; text: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: pathOf("."),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  const stdout = decoder.decode(output.stdout);
  const text = stdout + decoder.decode(output.stderr);
  return { code: output.code, stdout, text };
}

Deno.test("the program imports nothing but what is published, and packages that deno.json names", async () => {
  const { stdout } = await runDeno(["info", "--json", "cli.ts"]);
  const { modules, npmPackages } = JSON.parse(stdout);
  const top = new URL("../", import.meta.url).href;
  const specifiers = (modules as { specifier: string }[])
    .map(({ specifier }) => specifier);
  const local = specifiers.filter((it) => it.startsWith(top))
    .map((it) => it.slice(top.length));
  assert(local.length > 100);
  assertEquals(strayFiles(local, PUBLISHED), []);
  const remote = specifiers.filter((it) =>
    !it.startsWith(top) && !/^(node|npm):/.test(it)
  );
  const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  const standard = new URL("@std/", registry).href;
  assertEquals(remote.filter((it) => !it.startsWith(standard)), []);
  const named = Object.values(denoConfig.imports)
    .map((it) => /^npm:(.+)@/.exec(it)?.[1]);
  const packages = Object.values(npmPackages ?? {}) as { name: string }[];
  assertEquals(
    packages.map(({ name }) => name)
      // Stands in for @std where JSR is out of reach.
      .filter((name) => name !== "deno-std" && !named.includes(name)),
    [],
  );
});

const LISTING = `Compile cli.ts to file:///tmp/tftpkit

Embedded Files

tftpkit
├─┬ .deno_compile_node_modules (1.56MB - 1.55MB unique)
│ └─┬ localhost (1.56MB)
│   ├── smol-toml/1.9.1/* (137.07KB)
│   └── yaml/2.0.0/* (1KB)
├── cli.ts (1.31KB)
├─┬ handlers (710.2KB)
│ ├── mod.ts (6.36KB)
│ └── policy/* (96.13KB)
├── packet/* (118KB)
└─┬ tests (1KB)
  └── bench/* (1KB)

Files: 3.62MB
`;

Deno.test("embeddedFiles() reads what deno compile writes", () => {
  assertEquals(embeddedFiles(LISTING), [
    ".deno_compile_node_modules/localhost/smol-toml/1.9.1/*",
    ".deno_compile_node_modules/localhost/yaml/2.0.0/*",
    "cli.ts",
    "handlers/mod.ts",
    "handlers/policy/*",
    "packet/*",
    "tests/bench/*",
  ]);
});

Deno.test("strayFiles() finds tests, benchmarks, tools and what is not published", () => {
  const strays = [
    ...["tests/bench/*", "tools/compile.ts", "cli/x_test.ts"],
    ...["net/x_bench.ts", "srv/hello.txt", "README.md", "cli.tsx", "dist/x"],
  ];
  const files = [...embeddedFiles(LISTING).slice(0, -1), ENTRY, "dist/*"];
  assertEquals(strayFiles([...files, ...strays], PUBLISHED), strays);
});

Deno.test("the program that is compiled has its commit in it, or none", () => {
  assertMatch(entryText("abc1234"), /commit: "abc1234" \}\);\n$/);
  assert(!entryText(null).includes("commit"));
});

/** What Deno has written into an executable. */
async function metadataOf(path: string): Promise<Record<string, unknown>> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const tail = new Uint8Array(Math.min(size, 16 * 2 ** 20));
  await file.seek(-tail.length, Deno.SeekMode.End);
  for (let read = 0; read < tail.length;) {
    read += await file.read(tail.subarray(read)) ?? tail.length;
  }
  const text = new TextDecoder("latin1").decode(tail);
  const start = text.lastIndexOf('{"argv":');
  assert(start >= 0, "Cannot find the metadata");
  // It ends where its braces do, but for those in strings.
  let depth = 0;
  for (const match of text.slice(start).matchAll(/"(?:\\.|[^"\\])*"|[{}]/g)) {
    if (match[0] === "{") depth++;
    if (match[0] === "}" && --depth === 0) {
      return JSON.parse(text.slice(start, start + match.index + 1));
    }
  }
  throw new Error("Cannot find the end of the metadata");
}

Deno.test({
  name:
    "an executable has no tests, benchmarks or tools, and may do what it needs",
  // What stands in for Deno's runtime is Deno itself, which works for this system's format.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using sandbox = new Sandbox();
    const output = `${sandbox.path}/tftpkit`;
    const { code, text } = await runDeno(
      compileArgs(output, null, "cli.ts"),
      { DENORT_BIN: Deno.execPath() },
    );
    assertEquals(code, 0, text);
    const files = embeddedFiles(text);
    for (
      const name of [
        ...["cli.ts", "cli/main.ts", "packet/decode.ts"],
        // What workers load, by name.
        ...["server/workers/entry.ts", "cli/serve_worker.ts"],
      ]
    ) {
      const all = name.replace(/[^/]+$/, "*");
      assert(files.includes(name) || files.includes(all), name);
    }
    assertEquals(strayFiles(files, PUBLISHED), []);

    const metadata = await metadataOf(output);
    const permissions = metadata.permissions as Record<string, unknown>;
    assertEquals([permissions.allow_run, permissions.allow_ffi], [null, null]);
    assertEquals(permissions.allow_sys, ["statfs"]);
    assertEquals(permissions.allow_net, []);
    assert((permissions.allow_env as string[]).length > 0);
    assertEquals(permissions.prompt, false);
    assertEquals(metadata.argv, []);
    // Sockets of Deno's own, which are twice as fast.
    assert(JSON.stringify(metadata.unstable_config).includes('"net"'));
  },
});

Deno.test("the program as one file runs under the permissions of the executable", async () => {
  using sandbox = new Sandbox({ "root/a.txt": "hello\n" });
  const bundle = `${sandbox.path}/tftpkit.js`;
  const { code, text } = await runDeno(
    ["bundle", "--quiet", "--platform", "deno", "-o", bundle, "cli.ts"],
  );
  assertEquals(code, 0, text);
  const { size } = await Deno.stat(bundle);
  assert(size < 2 * 2 ** 20, `${size} octets are many for this program`);
  const run = (...args: string[]) =>
    runDeno(
      ["run", "--no-config", "--unstable-net", ...PERMISSIONS, bundle, ...args],
    );
  const version = await run("--version");
  assertMatch(version.stdout, /^tftpkit \d+\.\d+\.\d+\S* \(deno /);
  const check = await run("serve", "--check", `${sandbox.path}/root`);
  assertEquals(check.code, 0, check.text);
  const bench = await run("bench", "--simulate", "-n", "1", "--size", "10k");
  assertEquals(bench.code, 0, bench.text);
});

Deno.test("the archives have the manual page, completions, README and licence", async () => {
  const names = Object.entries(await documents()).map(([name, text]) => {
    assert(text.length > 100, name);
    return name;
  });
  assertEquals(names, [
    ...["README.md", "LICENSE", "tftpkit.1"],
    "completions/tftpkit.bash",
    "completions/_tftpkit",
    "completions/tftpkit.fish",
  ]);
});

/** A step of a workflow. */
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** A job of a workflow. */
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

function readWorkflow(
  name: string,
): { permissions: unknown; jobs: Record<string, Job> } {
  return parse(readText(`.github/workflows/${name}.yml`));
}

for (const name of ["ci", "publish", "release"]) {
  Deno.test(`the workflow ${name} may read, and runs tasks that exist`, () => {
    const { permissions, jobs } = readWorkflow(name);
    assertEquals(permissions, { contents: "read" });
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    assert(steps.length > 0);
    for (const { uses, run } of steps) {
      assert((uses === undefined) !== (run === undefined));
      if (uses) assertMatch(uses, /^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
      for (const [, task] of (run ?? "").matchAll(/deno task ([\w:-]+)/g)) {
        assert(task! in denoConfig.tasks, task);
      }
    }
  });
}

Deno.test("the release workflow attests what it attaches: archives of six targets, and their sums", () => {
  const { jobs } = readWorkflow("release");
  const { permissions, steps } = jobs.executables!;
  assertEquals(permissions, {
    contents: "write",
    "id-token": "write",
    attestations: "write",
  });
  const at = (regexp: RegExp) =>
    steps.findIndex(({ run = "", uses = "" }) => regexp.test(`${run}${uses}`));
  const order = [
    at(/actions\/checkout/),
    at(/deno task compile:all/),
    at(/tftpkit --version/),
    at(/actions\/attest-build-provenance/),
    at(/gh release upload/),
  ];
  assert(!order.includes(-1));
  assertEquals(order, order.toSorted((a, b) => a - b));
  assertEquals(steps[order[3]!]!.with, {
    "subject-checksums": "dist/SHA256SUMS",
  });
  assertMatch(
    steps[order[4]!]!.run!,
    /dist\/\*\.tar\.gz dist\/\*\.zip dist\/SHA256SUMS$/,
  );
  assertEquals(TARGETS.length, 6);
  assertEquals(new Set(TARGETS.map(({ triple }) => triple)).size, 6);
});
