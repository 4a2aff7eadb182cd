/**
 * README.md and docs/permissions.md say what is so: the session can be had again, each command runs under the permissions
 * that are named, and not under less. What else is in code blocks is run by snippets_test.ts and `deno test --doc`.
 */
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../cli/main.ts";
import {
  mask,
  recordSession,
  sessionIn,
  settle,
  withSession,
} from "../tools/readme_session.ts";
import { PROGRAM, Program, runProgram } from "./cli/_process.ts";
import { closeSockets, TestServer } from "./cli/_server.ts";
import { whyNoPty } from "./cli/_pty.ts";
import { readText } from "./_contrib.ts";
import { codeOf, tableOf } from "./_markdown.ts";
import { Sandbox } from "./handlers/_sandbox.ts";
import { CURL } from "./interop/_clients.ts";
import { findFreePort } from "./interop/_peers.ts";

const README = readText("README.md");

const canRecord = whyNoPty() === null && CURL.path !== null;

Deno.test({
  name: `README's session can be had again${
    canRecord ? "" : " (skipped: script or curl is not here)"
  }`,
  ignore: !canRecord,
  async fn() {
    const { server, client } = sessionIn(README);
    const again = await recordSession(findFreePort());
    assertEquals(mask(again.client), mask(client));
    assertEquals(mask(again.server), mask(server));
  },
});

Deno.test("settle() keeps the frame that is nearest to the half, once", () => {
  const screen = "\x1b[?25l\ra   0% [>  ]  0 B\x1b[K\ra  48% [=> ]  1 B\r\n" +
    "a  48% [=> ]  1 B\ra 100% [===]  2 B\r\n\x1b[Jdone\x1b[K\r\n\r\n";
  assertEquals(settle(screen), "a  48% [=> ]  1 B\ndone\n");
});

Deno.test("withSession() writes what sessionIn() reads", () => {
  const session = { server: "$ a\n1\n", client: "$ b $1\n2\n" };
  const text = withSession(README, session);
  assertEquals(sessionIn(text), session);
  assertEquals(withSession(text, sessionIn(README)), README);
});

/** A command with what it may do. */
interface Row {
  readonly command: string;
  readonly flags: readonly string[];
}

function rowsOf(path: string): Row[] {
  return tableOf(readText(path), "command").map((cells) => {
    const [command] = codeOf(cells[0]!);
    const last = cells.at(-1)!;
    const [flags] = codeOf(last);
    assert(flags !== undefined || last === "none", cells.join(" | "));
    return { command: command!, flags: flags?.split(" ") ?? [] };
  });
}

const rows = new Map(
  [...rowsOf("README.md"), ...rowsOf("docs/permissions.md")]
    .map((
      row,
    ) => [`${row.command} with ${row.flags.join(" ") || "none"}`, row]),
);

Deno.test("README has a row for each command", () => {
  const named = new Set(
    rowsOf("README.md").map(({ command }) => command.split(" ")[0]!),
  );
  assertEquals(named, new Set(COMMANDS.map(({ name }) => name)));
});

/** What a row's command takes besides, so that it does something and comes to an end. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  serve: ["--host", "127.0.0.1", "--port", "0"],
  chaos: ["--host", "127.0.0.1", "--port", "0"],
  shell: ["PORT", "-c", "get", "hello.txt", "DIR/copy"],
  probe: ["--wait", "0.2", "--quiet-time", "0.1"],
  bench: ["-n", "1", "--warmup", "0"],
};

/** The flags, and all that are one flag or one item of a list less. */
function lesser(flags: readonly string[]): string[][] {
  return flags.flatMap((flag, index) => {
    const [name, list] = flag.split("=");
    const items = list?.split(",") ?? [];
    const fewer = items.length < 2
      ? []
      : items.map((item) =>
        `${name}=${items.filter((other) => other !== item).join(",")}`
      );
    return [
      flags.toSpliced(index, 1),
      ...fewer.map((each) => flags.with(index, each)),
    ];
  });
}

/** Runs a command until it has done what it is for; whether it has. */
async function isEnough(
  port: number,
  command: readonly string[],
  flags: readonly string[],
): Promise<boolean> {
  using sandbox = new Sandbox({
    "file": "e a\n",
    "dir/hello.txt": "hello\n",
  });
  const place = (word: string) =>
    word.replaceAll("DIR", `${sandbox.path}/dir`)
      .replace("FILE", `${sandbox.path}/file`)
      .replace("HOST", "127.0.0.1").replace(/^NAME$/, "name")
      .replace(/^SHELL$/, "bash").replace(/^PORT$/, String(port))
      .replace(/^URL$/, `tftp://127.0.0.1:${port}/hello.txt`);
  // The program itself, and what it imports, needs no permission.
  const args = [...flags.map(place), PROGRAM, ...command.map(place)];
  if (command[0] !== "serve" && command[0] !== "chaos") {
    const { status, stdout } = await runProgram(args);
    // What a probe finds is another matter: here it is about whether it may ask.
    return status === 0 || /^\d+ ok, /m.test(stdout);
  }
  await using program = new Program(args);
  try {
    await program.until(/^(Serving|Misbehaving) /m);
    return true;
  } catch {
    return false;
  }
}

for (const [name, { command, flags }] of rows) {
  Deno.test({
    name: `least permissions: ${name}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using _ = closeSockets();
      await using server = new TestServer({ "hello.txt": "hello\n" });
      const words = command.split(" ");
      const all = [...words, ...MORE[words[0]!] ?? []];
      assert(await isEnough(server.port, all, flags), "That is not enough");
      for (const fewer of lesser(flags)) {
        assert(
          !await isEnough(server.port, all, fewer),
          `This is enough: ${fewer.join(" ")}`,
        );
      }
    },
  });
}
