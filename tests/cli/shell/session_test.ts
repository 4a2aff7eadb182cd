import { assertEquals, assertMatch } from "@std/assert";
import { get, put } from "../../../client.ts";
import { type LineSource, listedLines } from "../../../cli/shell/lines.ts";
import { runSession, type SessionOptions } from "../../../cli/shell/session.ts";
import { INITIAL_STATE } from "../../../cli/shell/state.ts";
import { TftpResponse } from "../../../server.ts";
import { Sandbox } from "../../handlers/_sandbox.ts";
import { FakeContext } from "../_context.ts";
import { closeSockets, TestServer } from "../_server.ts";

function options(
  lines: LineSource | readonly string[],
  more: Partial<SessionOptions> = {},
): SessionOptions & { context: FakeContext } {
  return {
    lines: "read" in lines ? lines : listedLines(lines),
    client: { get, put },
    state: INITIAL_STATE,
    stopsAtFailure: false,
    isQuiet: false,
    ...more,
    context: new FakeContext([]),
  };
}

/** Somebody who types lines, and gives the same answer to every question. */
function typist(lines: readonly string[]): LineSource {
  return { ...listedLines(lines), confirm: () => Promise.resolve(false) };
}

Deno.test("runSession() remembers from one line to the next", async () => {
  const session = options(["mode netascii", "", "# status", "mode"]);
  assertEquals(await runSession(session), 0);
  assertEquals(session.context.stdout.text, "mode netascii\n");
  assertEquals(session.context.isListening, false);
});

Deno.test("runSession() goes on after a line that fails, which a script's status tells", async () => {
  const lines = ["nope", "mode nope", "get a", "mode"];
  const script = options(lines);
  assertEquals(await runSession(script), 2);
  assertEquals(script.context.stdout.text, "mode octet\n");
  assertEquals(script.context.stderr.lines, [
    'Line 1: There is no command "nope": "help" lists them',
    'Line 2: A mode must be octet or netascii: "nope" is neither',
    "Line 3: No server was named yet: say connect HOST, or HOST:NAME",
  ]);
  const typed = options(typist(lines));
  assertEquals(await runSession(typed), 0);
  assertMatch(typed.context.stderr.text, /^There is no command/);
});

Deno.test("runSession() ends a script at the first failure when asked to, and nobody else", async () => {
  const lines = ["mode", "nope", "mode"];
  const script = options(lines, { stopsAtFailure: true });
  assertEquals(await runSession(script), 2);
  assertEquals(script.context.stdout.text, "mode octet\n");
  assertEquals(
    script.context.stderr.lines[1],
    "Stopped at line 2, which failed",
  );
  const typed = options(typist(lines), { stopsAtFailure: true });
  assertEquals(await runSession(typed), 0);
  assertEquals(typed.context.stdout.lines.length, 2);
});

const STATUSES: readonly [lines: string[], status: number][] = [
  [["get URL"], 8],
  [["get URL", "get URL"], 8],
  [["get URL", "nope"], 1],
  [["get tftp://127.0.0.1:0/x"], 3],
  [["put /does/not/exist URL"], 9],
  [["mode"], 0],
];

for (const [lines, status] of STATUSES) {
  Deno.test(`runSession() ends a script of "${lines.join("; ")}" with status ${status}`, async () => {
    await using _ = closeSockets();
    await using server = new TestServer();
    const script = lines.map((line) => line.replace("URL", server.url("no")));
    assertEquals(await runSession(options(script)), status);
  });
}

Deno.test("runSession() reads nothing after quit, and closes its source", async () => {
  let isClosed = false;
  const lines = {
    ...listedLines(["quit", "mode"]),
    close: () => {
      isClosed = true;
    },
  };
  const session = options(lines);
  assertEquals([await runSession(session), isClosed], [0, true]);
  assertEquals(session.context.stdout.text, "");
});

Deno.test("runSession() tells every line that was read", async () => {
  const told: string[] = [];
  const session = options(["mode", "nope", "quit"], {
    onLine: (line) => void told.push(line),
  });
  await runSession(session);
  assertEquals(told, ["mode", "nope", "quit"]);
});

/** A server that never comes to an end, and tells when it has begun. */
function endless(): { server: TestServer; begun: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = new TestServer({}, {
    handler: () =>
      new TftpResponse(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(new Uint8Array(100_000));
            resolve();
            await new Promise(() => {});
          },
        }, { highWaterMark: 0 }),
      ),
  });
  return { server, begun: promise };
}

for (const isScript of [false, true]) {
  Deno.test(`runSession() breaks off a transfer at Ctrl-C, and ${isScript ? "a script" : "not the shell"}`, async () => {
    await using _ = closeSockets();
    const { server, begun } = endless();
    await using __ = server;
    const lines = [`get ${server.url("a")} -`, "mode"];
    const session = options(isScript ? lines : typist(lines));
    const running = runSession(session);
    await begun;
    session.context.terminate();
    assertEquals(await running, isScript ? 130 : 0);
    const { stdout, stderr, exitStatus } = session.context;
    assertEquals(stderr.text, 'Cannot get "a" from 127.0.0.1: interrupted\n');
    assertEquals(stdout.text.endsWith("mode octet\n"), !isScript);
    assertEquals(exitStatus, null);
  });
}

Deno.test("runSession() ends the program at Ctrl-C for the second time", async () => {
  await using _ = closeSockets();
  const { server, begun } = endless();
  await using __ = server;
  const session = options(typist([`get ${server.url("a")} -`]));
  const running = runSession(session);
  await begun;
  session.context.terminate();
  session.context.terminate();
  await running;
  assertEquals(session.context.exitStatus, 130);
});

Deno.test("runSession() gives the cursor back when it ends the program in mid-transfer", async () => {
  await using _ = closeSockets();
  const { server, begun } = endless();
  await using __ = server;
  using sandbox = new Sandbox();
  const session = options(typist([`get ${server.url("a")} ${sandbox.path}/a`]));
  const { stderr } = session.context;
  Object.defineProperty(stderr, "isTerminal", { value: true });
  const running = runSession(session);
  await begun;
  await stderr.until(/\?25l/);
  session.context.terminate();
  session.context.terminate();
  assertEquals(session.context.exitStatus, 130);
  assertMatch(stderr.text, /\?25h$/);
  await running;
});

Deno.test("runSession() ends when the program is to end while it waits for a line", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "text" });
  const { promise, resolve } = Promise.withResolvers<null>();
  const waiting = Promise.withResolvers<void>();
  const lines = [`get ${server.url("a")} -`];
  const session = options({
    confirm: () => Promise.resolve(false),
    read: () => {
      const line = lines.shift();
      if (line !== undefined) return Promise.resolve(line);
      waiting.resolve();
      return promise;
    },
    close: () => resolve(null),
  });
  const running = runSession(session);
  await waiting.promise;
  session.context.terminate();
  assertEquals(await running, 130);
});

Deno.test("runSession() breaks help between words on a narrow terminal", async () => {
  const session = options(["help", "help get"]);
  Object.defineProperty(session.context.stdout, "isTerminal", { value: true });
  session.context.stdout.columns = 50;
  await runSession(session);
  const { lines } = session.context.stdout;
  assertEquals(lines.filter((line) => line.length > 50), []);
  const at = lines.findIndex((line) => line.startsWith("ascii "));
  assertMatch(lines[at + 1]!, /^ {12}\S/);
});
