/**
 * What the documents show is so: commands are run, files are read by the program that they are for, links lead somewhere.
 * Blocks in TypeScript are run by `deno test --doc`; the session in README by readme_test.ts, the large examples by
 * contrib_test.ts and docs_test.ts.
 *
 * A block of commands that a test cannot run, because it is about a machine and not about a directory, is marked as
 * `sh ignore`: of that, a shell only checks the grammar.
 */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, normalize } from "@std/path/posix";
import { PROGRAM, runProgram } from "./cli/_process.ts";
import { closeSockets, TestServer } from "./cli/_server.ts";
import { pathOf, readText } from "./_contrib.ts";
import { anchorsOf, type Block, blocksOf, linksOf } from "./_markdown.ts";
import { Sandbox } from "./handlers/_sandbox.ts";
import { findFreePort, findProgram } from "./interop/_peers.ts";

const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...markdownIn("docs"),
  ...markdownIn("docs/decisions"),
];

function markdownIn(folder: string): string[] {
  return [...Deno.readDirSync(pathOf(folder))]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => `${folder}/${name}`).toSorted();
}

/** All blocks of a language, with where they are. */
function blocksIn(language: string): (Block & { readonly where: string })[] {
  return DOCUMENTS.flatMap((path) =>
    blocksOf(readText(path)).filter((block) => block.language === language)
      .map((block) => ({ ...block, where: `${path}:${block.line}` }))
  );
}

Deno.test("every block is in a language that something is done about", () => {
  const known = ["ts", "sh", "console", "toml", "json", "yaml", "ini", "text"];
  for (const path of DOCUMENTS) {
    for (const { language, line } of blocksOf(readText(path))) {
      assert(known.includes(language), `${path}:${line} is in "${language}"`);
    }
  }
});

for (const path of DOCUMENTS) {
  Deno.test(`links in ${path} lead somewhere`, () => {
    for (const link of linksOf(readText(path))) {
      const [target, anchor] = link.split("#");
      const file = target === ""
        ? path
        : normalize(join(dirname(path), target!));
      Deno.statSync(pathOf(file));
      if (anchor === undefined) continue;
      assert(anchorsOf(readText(file)).includes(anchor), `${link} is nowhere`);
    }
  });
}

const PRELUDE = readText("tests/_snippets.sh");

/** A place that has what the documents speak of. */
function makePlace(): Sandbox {
  const sandbox = new Sandbox({
    "srv/hello.txt": "hello\n",
    "srv/tftp/hello.txt": "hello\n",
    "srv/shared": null,
    "var/log/tftpkit": null,
    "home": null,
    "backup": null,
    "etc/tftpkit/rules": "rg \\\\ /\n",
    "r1.cfg": "hostname r1\n",
    "tftp.map": blocksOf(readText("docs/remapping.md"))[0]!.text,
  });
  Deno.writeTextFileSync(
    `${sandbox.path}/etc/tftpkit/tftpkit.toml`,
    here(readText("contrib/tftpkit.toml"), sandbox, 0),
  );
  return sandbox;
}

/** A text in which the places are ours, and the server is on this machine. */
function here(text: string, { path }: Sandbox, port: number): string {
  return text.replaceAll(/(?<![\w.])\/(srv|etc|var)\//g, `${path}/$1/`)
    .replaceAll(/(127\.0\.0\.1)([: ])6969\b/g, `$1$2${port}`)
    .replaceAll("tftp://192.0.2.1", `tftp://127.0.0.1:${port}`)
    .replaceAll("shell 192.0.2.1", `shell 127.0.0.1 ${port}`);
}

/** Runs a script with bash, with what the documents speak of around it. */
async function runScript(
  text: string,
  sandbox: Sandbox,
  port: number,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command("bash", {
    args: ["-c", `${PRELUDE}\n${here(text, sandbox, port)}`],
    cwd: sandbox.path,
    env: {
      DENO: Deno.execPath(),
      ROOT: pathOf(".").replace(/\/\.?$/, ""),
      PORT: String(port),
      HOME: `${sandbox.path}/home`,
      DENO_DIR: denoDirectory(),
      NO_COLOR: "1",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** Where Deno keeps what it has fetched, also for those whose home is elsewhere. */
function denoDirectory(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

const isLinux = Deno.build.os === "linux";

/** Programs of others that documents call, and that may not be here. */
const OTHERS = ["curl", "tftp", "less", "jq"];

for (const { where, text, info } of blocksIn("sh")) {
  if (info === "ignore") {
    Deno.test({
      name: `the shell understands ${where}`,
      ignore: !isLinux,
      async fn() {
        const { code, stderr } = await new Deno.Command("bash", {
          args: ["-n", "-c", text],
        }).output();
        assertEquals(code, 0, new TextDecoder().decode(stderr));
      },
    });
    continue;
  }
  const missing = OTHERS.filter((name) =>
    new RegExp(`^(.*\\| )?${name} `, "m").test(text) && !findProgram(name)
  );
  Deno.test({
    name: `the commands in ${where} work${
      missing.length > 0 ? ` (skipped: ${missing} is not here)` : ""
    }`,
    ignore: !isLinux || missing.length > 0,
    async fn() {
      await using _ = closeSockets();
      using sandbox = makePlace();
      await using server = new TestServer({
        "hello.txt": "hello\n",
        "image.bin": "image\r\n".repeat(1000),
        "r1.cfg": "hostname r1\n",
        "r2.cfg": "hostname r2\n",
      });
      const startsOne = /\b(serve|chaos)\b(?!.*--(check|list))/.test(text);
      const port = startsOne ? findFreePort() : server.port;
      const { code, stdout, stderr } = await runScript(text, sandbox, port);
      assertEquals(code, 0, `${stdout}${stderr}`);
    },
  });
}

for (const { where, text } of blocksIn("console")) {
  // README's are a session, which readme_test.ts has again.
  if (where.startsWith("README.md")) continue;
  Deno.test({
    name: `the commands in ${where} write what is shown`,
    ignore: !isLinux,
    async fn() {
      using sandbox = makePlace();
      const [, ...calls] = text.split(/^\$ /m);
      for (const call of calls) {
        const [command, ...lines] = call.split("\n");
        // A command may fail, when that is what is shown.
        const { stdout } = await runScript(`${command} || true`, sandbox, 0);
        assertEquals(stdout, lines.join("\n"));
      }
    },
  });
}

for (const { where, text } of blocksIn("toml")) {
  const isScenario = text.includes("[[scenarios]]");
  Deno.test({
    name: `${isScenario ? "chaos" : "serve"} understands ${where}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      using sandbox = makePlace();
      const path = `${sandbox.path}/file.toml`;
      Deno.writeTextFileSync(path, here(text, sandbox, 0));
      const args = isScenario
        ? ["chaos", "--list", "--scenario", path]
        : ["serve", "--check", "--config", path];
      const { status, stderr } = await runProgram([
        "--allow-read",
        PROGRAM,
        ...args,
      ]);
      assertEquals([status, stderr], [0, ""]);
    },
  });
}
