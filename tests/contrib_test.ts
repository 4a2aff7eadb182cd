/** What `contrib/` and docs/service.md hand out works with this version: it is parsed, and run as far as that goes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveCommand } from "../cli/serve.ts";
import { applyConfig } from "../cli/config.ts";
import { main } from "../cli/main.ts";
import { parseCommand } from "../cli/parse.ts";
import { getCommand } from "../cli/get.ts";
import denoConfig from "../deno.json" with { type: "json" };
import { FakeContext } from "./cli/_context.ts";
import { PROGRAM, Program, runProgram } from "./cli/_process.ts";
import { closeSockets, getText } from "./cli/_server.ts";
import {
  type DenoCall,
  listBehind,
  parseDenoCall,
  parseUnit,
  pathOf,
  readText,
} from "./_contrib.ts";
import { Sandbox } from "./handlers/_sandbox.ts";
import { findProgram } from "./interop/_peers.ts";

const UNIT = readText("contrib/systemd/tftpkit.service");
const PXE_UNIT = readText("contrib/systemd/tftpkit-pxe.service");
const TOML = readText("contrib/tftpkit.toml");
const JSON_TEXT = readText("contrib/tftpkit.json");
const DOCKERFILE = readText("contrib/docker/Dockerfile");
const COMPOSE = readText("contrib/docker/compose.yaml");

const isWindows = Deno.build.os === "windows";
const unit = parseUnit(UNIT);
const start = parseDenoCall(unit.get("ExecStart")![0]!.split(" "));
const check = parseDenoCall(unit.get("ExecReload")![0]!.split(" "));
const entrypoint = parseDenoCall(listBehind("ENTRYPOINT", DOCKERFILE));

/** Places that the files name, and where they are in a test. */
function makePlaces(): Sandbox {
  return new Sandbox({
    "etc/tftpkit.toml": TOML.replaceAll("/srv/tftp", "../srv"),
    "srv/health": "fine\n",
  });
}

/** Runs a call as it stands, but for the places, with more arguments of the program. */
function startCall(
  sandbox: Sandbox,
  { flags, args }: DenoCall,
  ...more: string[]
): Program {
  const moved = [...args, ...more].map((word) => move(sandbox, word));
  return new Program([
    ...flags.map((flag) => move(sandbox, flag)),
    PROGRAM,
    ...moved,
  ]);
}

function move({ path }: Sandbox, word: string): string {
  return word.replaceAll("/etc/tftpkit", `${path}/etc`)
    .replaceAll("/srv/tftp", `${path}/srv`);
}

const ANYWHERE = ["--host", "127.0.0.1", "--port", "0"];

/** The port that a server tells. */
async function portOf(program: Program): Promise<number> {
  const [, port] = await program.until(
    /^Serving .* on 127\.0\.0\.1:(\d+) /m,
  );
  return Number(port);
}

Deno.test("the unit runs this version of the program", () => {
  const program = `jsr:${denoConfig.name}@${denoConfig.version}/cli`;
  assertEquals([start.program, check.program], [program, program]);
});

Deno.test("the unit, the image and the compose file give serve options that it has", () => {
  const calls = [
    start.args,
    check.args,
    listBehind("CMD", DOCKERFILE),
    listBehind("command:", COMPOSE),
  ];
  for (const [word, ...args] of calls) {
    assertEquals(word, "serve");
    parseCommand(serveCommand, args).check();
  }
});

Deno.test("the unit gives the server more time to end than it takes", () => {
  const drain = Number(/^drain = (\d+)$/m.exec(TOML)![1]);
  assert(Number(unit.get("TimeoutStopSec")![0]) > drain);
  const grace = Number(/^ *stop_grace_period: (\d+)s$/m.exec(COMPOSE)![1]);
  assert(grace > 10);
});

Deno.test("the example files say the same, and what serve understands", () => {
  const parse = (text: string) => JSON.parse(text);
  const { $schema, ...keys } = parse(JSON_TEXT);
  const schema = JSON.parse(readText("tftpkit.schema.json"));
  assertEquals($schema, schema.$id);
  const args = parseCommand(serveCommand, []);
  const said = applyConfig(args, keys, "/etc/t.json", serveCommand);
  said.check();
  const lines = TOML.split("\n").filter((line) => /^[\w-]+ = /.test(line));
  assertEquals(
    Object.fromEntries(
      lines.map((line) => line.split(" = ") as [string, string])
        .map(([key, value]) => [key, parse(value)]),
    ),
    keys,
  );
});

Deno.test("what is commented out in the example file can be taken in", async () => {
  using sandbox = new Sandbox({
    "t.toml": TOML.replace(/^# (?=[\w-]+ = |\[)/gm, "")
      .replaceAll("/srv/tftp", "."),
  });
  const { status, stderr } = await runProgram([
    "--allow-read",
    PROGRAM,
    ...["serve", "--check", "--config", `${sandbox.path}/t.toml`],
  ]);
  assertEquals([status, stderr], [0, ""]);
});

Deno.test({
  name: "the unit's flags are enough to start, reload and end",
  ignore: isWindows,
  async fn() {
    await using _ = closeSockets();
    using sandbox = makePlaces();
    await using program = startCall(sandbox, start, ...ANYWHERE);
    const port = await portOf(program);
    assertEquals(await getText(port, "health"), "fine\n");
    assertEquals(unit.get("ExecReload")![1], "/bin/kill -HUP $MAINPID");
    await using checking = startCall(sandbox, check);
    const checked = await checking.ended();
    assertEquals([checked.status, checked.stderr], [0, ""]);
    program.kill("SIGHUP");
    await program.until(/^Reloaded: serving .*, read-only$/m);
    program.kill("SIGTERM");
    const { status, stdout } = await program.ended();
    assertEquals([status, stdout], [0, ""]);
  },
});

Deno.test({
  name:
    "the unit's check fails for a file that is wrong, and the server goes on",
  ignore: isWindows,
  async fn() {
    await using _ = closeSockets();
    using sandbox = makePlaces();
    await using program = startCall(sandbox, start, ...ANYWHERE);
    const port = await portOf(program);
    Deno.writeTextFileSync(`${sandbox.path}/etc/tftpkit.toml`, "prot = 69\n");
    await using checking = startCall(sandbox, check);
    const { status, stderr } = await checking.ended();
    assertEquals(status, 2);
    assertMatch(
      stderr,
      /tftpkit\.toml: prot is not a key here: did you mean port\?\n$/,
    );
    program.kill("SIGHUP");
    await program.until(/^WARNING: Not reloaded: .*\n/m);
    assertEquals(await getText(port, "health"), "fine\n");
  },
});

/** A test that systemd's own tool does, where it is. */
function testWithSystemd(
  name: string,
  run: (analyze: string) => Promise<void>,
): void {
  const analyze = findProgram("systemd-analyze");
  Deno.test({
    name: analyze ? name : `${name} (skipped: systemd-analyze is not here)`,
    ignore: analyze === null,
    fn: () => run(analyze!),
  });
}

/** Runs the tool on the unit, as it would be where Deno is installed. */
async function analyzeUnit(
  analyze: string,
  unit: string,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  using sandbox = new Sandbox({
    "tftpkit.service": unit.replaceAll("/usr/local/bin/deno", Deno.execPath()),
  });
  const { code, stdout, stderr } = await new Deno.Command(analyze, {
    args: [...args, `${sandbox.path}/tftpkit.service`],
    env: { SYSTEMD_PAGER: "cat", NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

for (const [name, unit] of [["tftpkit", UNIT], ["tftpkit-pxe", PXE_UNIT]]) {
  testWithSystemd(
    `systemd understands every line of ${name}.service`,
    async (analyze) => {
      const { code, text } = await analyzeUnit(
        analyze,
        unit!,
        ...["verify", "--man=no"],
      );
      // What it has to say of other units is not about this one.
      const about = text.split("\n").filter((line) => line.includes("tftpkit"));
      assertEquals([code, about], [0, []]);
    },
  );

  testWithSystemd(
    `systemd finds ${name}.service well shut in`,
    async (analyze) => {
      const { code, text } = await analyzeUnit(
        analyze,
        unit!,
        ...["security", "--offline=true", "--threshold=20"],
      );
      assertEquals(code, 0, text);
    },
  );
}

Deno.test("the unit for network boot differs from the other in what it starts, and its call makes sense", async () => {
  const linesOf = (unit: string) =>
    unit.split("\n").filter((line) => /^[A-Z]\w+=/.test(line));
  const changed = (line: string) => /^(Exec|Description)/.test(line);
  assertEquals(
    linesOf(PXE_UNIT).filter((line) => !changed(line)),
    linesOf(UNIT).filter((line) => !changed(line)),
  );
  const [, words] = /^ExecStart=.*\/cli (.*)$/m.exec(PXE_UNIT)!;
  const context = new FakeContext(words!.split(" "), {
    isGranted: () => false,
  });
  assertEquals(await main(context), 1);
  const [flags] = /--allow-net=\S+ --allow-read=\S+/.exec(PXE_UNIT)!;
  assert(context.stderr.text.includes(flags), context.stderr.text);
});

Deno.test({
  name:
    "the image's flags and command are enough to start, and to be found well",
  ignore: isWindows,
  async fn() {
    await using _ = closeSockets();
    using sandbox = makePlaces();
    const command = listBehind("command:", COMPOSE);
    assertEquals(command, listBehind("CMD", DOCKERFILE));
    await using program = startCall(
      sandbox,
      { ...entrypoint, args: command },
      ...ANYWHERE,
    );
    const port = await portOf(program);
    const [word, ...words] = listBehind("test:", COMPOSE);
    assertEquals(word, "CMD");
    const healthy = parseDenoCall(words);
    assertEquals(healthy.program, entrypoint.program);
    const [get, ...args] = healthy.args;
    assertEquals(get, getCommand.name);
    assertEquals(parseCommand(getCommand, args).operands.length, 1);
    const probe = healthy.args.map((arg) =>
      arg.replace("tftp://127.0.0.1/", `tftp://127.0.0.1:${port}/`)
    );
    assertEquals(
      await runProgram([...healthy.flags, PROGRAM, ...probe]),
      { status: 0, stdout: "fine\n", stderr: "" },
    );
    const missing = probe.map((arg) => arg.replace("/health", "/missing"));
    const { status } = await runProgram([
      ...healthy.flags,
      PROGRAM,
      ...missing,
    ]);
    // Anything but 0 is unhealthy to Docker.
    assertEquals(status, 8);
  },
});

Deno.test("the image has all that the program needs", async () => {
  const copied = [...DOCKERFILE.matchAll(/^COPY (.*) \S+$/gm)]
    .flatMap(([, names]) => names!.split(" "));
  const published = denoConfig.publish.include
    .filter((name) => /\.ts$|\/$/.test(name));
  assertEquals(copied.toSorted(), ["deno.json", ...published].toSorted());
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", PROGRAM],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const top = new URL("../", import.meta.url).href;
  const local = (modules as { specifier: string }[])
    .map(({ specifier }) => specifier)
    .filter((it) => it.startsWith(top) && !it.includes("/vendor/"))
    .map((it) => it.slice(top.length));
  assert(local.length > 20);
  assertEquals(
    local.filter((path) => !copied.some((name) => path.startsWith(name))),
    [],
  );
});

Deno.test("docs/service.md shows the example files as they are", () => {
  const text = readText("docs/service.md");
  assert(text.includes("```toml\n" + TOML + "```\n"));
  assert(text.includes("```json\n" + JSON_TEXT + "```\n"));
});

Deno.test("docs/service.md names options and files that exist", () => {
  const text = readText("docs/service.md");
  for (const [, line] of text.matchAll(/^(?:\$ )?tftpkit (serve .*)$/gm)) {
    const [, ...args] = line!.split(" ");
    parseCommand(serveCommand, args).check();
  }
  for (const [, path] of text.matchAll(/\]\(\.\.\/([^)#]+)/g)) {
    Deno.statSync(pathOf(path!));
  }
});
