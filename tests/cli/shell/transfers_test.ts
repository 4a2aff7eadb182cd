import { assertEquals, assertMatch } from "@std/assert";
import { get, type GetOptions, put } from "../../../client.ts";
import {
  transferAll,
  type TransferSurroundings,
} from "../../../cli/shell/transfers.ts";
import { INITIAL_STATE } from "../../../cli/shell/state.ts";
import { Sandbox } from "../../handlers/_sandbox.ts";
import { FakeContext, type FakeContextOptions } from "../_context.ts";
import { TftpResponse } from "../../../server.ts";
import { closeSockets, silentPort, TestServer } from "../_server.ts";

/** What a transfer happens in. */
function surroundings(
  more: Partial<TransferSurroundings> = {},
  options: FakeContextOptions = {},
): TransferSurroundings & { context: FakeContext } {
  return {
    client: { get, put },
    state: INITIAL_STATE,
    signal: new AbortController().signal,
    isQuiet: false,
    confirm: null,
    atExit: new Set(),
    ...more,
    context: new FakeContext([], options),
  };
}

function target(server: TestServer, filename: string) {
  const { port } = server;
  return { hostname: "127.0.0.1", port, filename, mode: "octet" as const };
}

/** A download of one file. */
function getOf(
  server: TestServer,
  filename: string,
  path: string | null,
  isForced = false,
) {
  const requests = [{ target: target(server, filename), path }];
  return { type: "get", requests, isForced } as const;
}

Deno.test("transferAll() downloads to a file, into a directory, and to standard output", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ "x/a": "text" });
  using sandbox = new Sandbox({ out: null });
  const around = surroundings();
  for (const path of [`${sandbox.path}/b`, `${sandbox.path}/out`, null]) {
    assertEquals(await transferAll(getOf(server, "x/a", path), around), 0);
  }
  assertEquals([sandbox.read("b"), sandbox.read("out/a")], ["text", "text"]);
  assertEquals(around.context.stdout.text, "text");
  const [first, , third] = around.context.stderr.lines;
  assertMatch(first!, /^"x\/a" as ".*\/b": 4 B in /);
  assertMatch(third!, /^"x\/a": 4 B in /);
});

Deno.test("transferAll() leaves a file that is there, unless somebody says otherwise", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "new" });
  using sandbox = new Sandbox({ a: "old" });
  const path = `${sandbox.path}/a`;
  const script = surroundings();
  assertEquals(await transferAll(getOf(server, "a", path), script), 10);
  assertMatch(
    script.context.stderr.text,
    /^Cannot get "a" from 127\.0\.0\.1: ".*\/a" is there already: get -f replaces it\n$/,
  );
  const questions: string[] = [];
  const asked = (answer: boolean) =>
    surroundings({
      confirm: (question) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
  const refused = asked(false);
  assertEquals(await transferAll(getOf(server, "a", path), refused), 10);
  assertEquals([refused.context.stderr.text, sandbox.read("a")], ["", "old"]);
  assertEquals(server.events, []);
  assertEquals(await transferAll(getOf(server, "a", path), asked(true)), 0);
  assertEquals(sandbox.read("a"), "new");
  assertMatch(
    questions[0]!,
    /^".*\/a" is there already\. Replace it\? \[y\/N\] $/,
  );
  server.files.set("a", "newer");
  const forced = asked(false);
  assertEquals(await transferAll(getOf(server, "a", path, true), forced), 0);
  assertEquals([sandbox.read("a"), questions.length], ["newer", 2]);
});

Deno.test("transferAll() does not replace a file that has appeared in mid-transfer", async () => {
  await using _ = closeSockets();
  using sandbox = new Sandbox();
  const path = `${sandbox.path}/a`;
  await using server = new TestServer({}, {
    handler: () => {
      Deno.writeTextFileSync(path, "somebody else's");
      return new TftpResponse("new");
    },
  });
  const around = surroundings();
  assertEquals(await transferAll(getOf(server, "a", path), around), 10);
  assertEquals(sandbox.read("a"), "somebody else's");
  assertEquals(sandbox.list(), ["a"]);
  assertMatch(
    around.context.stderr.text,
    /" is there already: get -f replaces it\n$/,
  );
  assertEquals(await transferAll(getOf(server, "a", path, true), around), 0);
  assertEquals(sandbox.read("a"), "new");
});

Deno.test("transferAll() shows how far it is, and gives the terminal back", async () => {
  await using _ = closeSockets();
  const onwards = Promise.withResolvers<void>();
  await using server = new TestServer({}, {
    handler: async () => {
      await onwards.promise;
      return new TftpResponse("x");
    },
  });
  using sandbox = new Sandbox();
  const around = surroundings({}, { isTerminal: true });
  const path = `${sandbox.path}/a`;
  const done = transferAll(getOf(server, "a", path), around);
  await around.context.stderr.until(/no answer yet/);
  assertEquals(around.atExit.size, 1);
  onwards.resolve();
  assertEquals([await done, around.atExit.size], [0, 0]);
  const { text } = around.context.stderr;
  assertMatch(text, /"a" as ".*\/a": 1 B in /);
  assertEquals(text.endsWith("\x1b[J\x1b[?25h"), true);
});

for (const because of ["quiet", "tracing", "a dumb terminal"] as const) {
  Deno.test(`transferAll() draws nothing because of ${because}`, async () => {
    await using _ = closeSockets();
    await using server = new TestServer({ a: "x" });
    const isTracing = because === "tracing";
    const around = surroundings({
      isQuiet: because === "quiet",
      state: { ...INITIAL_STATE, isTracing },
    }, { isTerminal: true });
    if (because === "a dumb terminal") {
      around.context.variables.set("TERM", "dumb");
    }
    await transferAll(getOf(server, "a", null), around);
    assertEquals(around.context.stderr.text.includes("\x1b"), false);
  });
}

Deno.test("transferAll() sends from where it was told to, and frees the port", async () => {
  await using server = new TestServer({ a: "x", b: "y" });
  const free = silentPort();
  const sourcePort = free.port;
  free[Symbol.dispose]();
  const state = { ...INITIAL_STATE, sourceAddress: "127.0.0.1", sourcePort };
  const around = surroundings({ state });
  const requests = ["a", "b"].map((name) => ({
    target: target(server, name),
    path: null,
  }));
  const action = { type: "get", requests, isForced: false } as const;
  assertEquals(await transferAll(action, around), 0);
  const ports = server.events.flatMap((event) =>
    event.type === "request" ? event.request.remote.port : []
  );
  assertEquals(ports, [sourcePort, sourcePort]);
});

Deno.test("transferAll() uploads, and tells the name there", async () => {
  await using _ = closeSockets();
  await using server = new TestServer();
  using sandbox = new Sandbox({ a: "text", empty: "" });
  const around = surroundings();
  const requests = ["a", "empty"].map((name) => ({
    path: `${sandbox.path}/${name}`,
    target: target(server, `up/${name}`),
  }));
  assertEquals(await transferAll({ type: "put", requests }, around), 0);
  assertEquals([...server.files], [["up/a", "text"], ["up/empty", ""]]);
  assertMatch(around.context.stderr.lines[0]!, /^".*\/a" as "up\/a": 4 B in /);
});

Deno.test("transferAll() tries the next file when one fails", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ b: "text" });
  using sandbox = new Sandbox();
  const around = surroundings();
  const requests = ["a", "b"].map((name) => ({
    target: target(server, name),
    path: `${sandbox.path}/${name}`,
  }));
  const action = { type: "get", requests, isForced: false } as const;
  assertEquals(await transferAll(action, around), 8);
  assertEquals(sandbox.list(), ["b"]);
  assertMatch(
    around.context.stderr.lines[0]!,
    /^Cannot get "a" from 127\.0\.0\.1: the server refused with code 1: /,
  );
  const missing = [{
    path: `${sandbox.path}/no`,
    target: target(server, "no"),
  }];
  assertEquals(
    await transferAll({ type: "put", requests: missing }, around),
    9,
  );
  assertMatch(
    around.context.stderr.lines.at(-1)!,
    /^Cannot put ".*\/no" to 127\.0\.0\.1 as "no": it cannot be read: No such file/,
  );
});

Deno.test("transferAll() asks no more once somebody has had enough", async () => {
  await using server = new TestServer({ a: "new", b: "new" });
  using sandbox = new Sandbox({ a: "old", b: "old" });
  let count = 0;
  const around = surroundings({
    confirm: () => {
      count++;
      return Promise.resolve(null);
    },
  });
  const requests = ["a", "b"].map((name) => ({
    target: target(server, name),
    path: `${sandbox.path}/${name}`,
  }));
  const action = { type: "get", requests, isForced: false } as const;
  assertEquals([await transferAll(action, around), count], [130, 1]);
  assertEquals(server.events, []);
  assertEquals(
    around.context.stderr.text,
    "Interrupted before 1 of 2 files were begun\n",
  );
});

Deno.test("transferAll() begins nothing once it is stopped", async () => {
  await using server = new TestServer({ a: "" });
  const signal = AbortSignal.abort(new Error("interrupted"));
  const around = surroundings({ signal });
  assertEquals(await transferAll(getOf(server, "a", null), around), 130);
  assertEquals(server.events, []);
});

Deno.test("transferAll() asks for what the shell was told to", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "x" });
  const state = {
    ...INITIAL_STATE,
    blksize: 1024,
    timeout: 3,
    options: new Map([["x-name", "v"]]),
  };
  await transferAll(getOf(server, "a", null), surroundings({ state }));
  assertEquals(server.lastRequest.options, {
    blksize: "1024",
    timeout: "3",
    tsize: "0",
    windowsize: "16",
    "x-name": "v",
  });
});

Deno.test("transferAll() tells every packet with trace on, and nothing when quiet", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "x" });
  const state = { ...INITIAL_STATE, isTracing: true, isRfc1350: true };
  const around = surroundings({ state, isQuiet: true });
  await transferAll(getOf(server, "a", null), around);
  const lines = around.context.stderr.lines.map((line) =>
    line.replace(
      /^\S+ (\S+) > (\S+): /,
      (_, from, to) =>
        from.startsWith("*") ? "> " : to.startsWith("*") ? "< " : "?",
    )
  );
  assertEquals(lines, [
    '> RRQ "a" octet',
    "< DATA 1 (1 octets)",
    "> ACK 1",
  ]);
  const quiet = surroundings({ isQuiet: true });
  await transferAll(getOf(server, "a", null), quiet);
  assertEquals(quiet.context.stderr.text, "");
});

Deno.test("transferAll() tells nothing of what comes after the end", async () => {
  await using _ = closeSockets();
  await using server = new TestServer({ a: "x" });
  let tell: GetOptions["onEvent"];
  const around = surroundings({
    state: { ...INITIAL_STATE, isVerbose: true },
    isQuiet: true,
    client: {
      get: (target, options) => {
        tell = options?.onEvent;
        tell?.({ type: "gap", block: 1 });
        return get(target, options);
      },
      put,
    },
  });
  await transferAll(getOf(server, "a", null), around);
  tell?.({ type: "gap", block: 2 });
  assertEquals(around.context.stderr.text, '"a": lost block 1\n');
});

Deno.test("transferAll() tells the flags for what is not allowed, and asks for nothing", async () => {
  await using server = new TestServer({ a: "x" });
  for (const kind of ["net", "write"] as const) {
    const around = surroundings({}, {
      isGranted: ({ name }) => name !== kind,
    });
    assertEquals(await transferAll(getOf(server, "a", "out/a"), around), 4);
    assertMatch(
      around.context.stderr.text,
      new RegExp(`^Cannot get "a" from .*: No permission .*--allow-${kind}=`),
    );
  }
  assertEquals(server.events, []);
});
