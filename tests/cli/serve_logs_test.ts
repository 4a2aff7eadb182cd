import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseCommand } from "../../cli/parse.ts";
import {
  isAccessFormat,
  logPermissions,
  openLogs,
  planLogs,
} from "../../cli/serve_logs.ts";
import { SERVE_OPTIONS } from "../../cli/serve_options.ts";
import type { RequestInfo, ServerEvent } from "../../server.ts";
import { replace } from "../handlers/_sandbox.ts";
import { TempDir } from "../interop/_files.ts";
import { FakeContext, type FakeContextOptions } from "./_context.ts";

const request: RequestInfo = {
  id: 1,
  operation: "read",
  filename: "a\n\x1b[31m\u202e\u2028b",
  mode: "octet",
  options: [["tsize", "0"], ["evil\n", "\x1b[2J"]],
  remote: { transport: "udp", hostname: "192.0.2.7", port: 50000 },
  local: { transport: "udp", hostname: "192.0.2.1", port: 69 },
};

const EVENTS: readonly ServerEvent[] = [
  { type: "request", request },
  { type: "refused", request, code: 1, error: new Error("No\nsuch file") },
  {
    type: "dropped",
    request: { ...request, id: 2 },
    reason: "Too much at once",
  },
];

/** What is told of the events. */
function told(args: string, options: FakeContextOptions = {}): FakeContext {
  const context = new FakeContext([], options);
  const command = { name: "serve", options: SERVE_OPTIONS };
  const words = args.split(" ").filter(Boolean);
  const logs = openLogs(planLogs(parseCommand(command, words)), context);
  for (const event of EVENTS) logs.onEvent(event);
  logs.close();
  return context;
}

for (
  const [args, levels] of [
    ["", ["INFO", "WARN"]],
    ["-q", ["WARN"]],
    ["-v", ["DEBUG", "INFO", "WARN"]],
  ] as const
) {
  Deno.test(`openLogs() logs with ${args || "no option"}: ${levels}`, () => {
    const { stdout, stderr } = told(args);
    assertEquals(stdout.text, "");
    assertEquals(stderr.lines.map((line) => line.split(" ")[2]!), [...levels]);
  });
}

Deno.test("openLogs() keeps each log line one line that steers no terminal", () => {
  const { stderr } = told("-v");
  for (const line of stderr.lines) {
    assertMatch(
      line,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (DEBUG|INFO |WARN ) 192\.0\.2\.7:50000 read "a\\n\\u001b\[31m\\u202e\\u2028b" /,
    );
    // deno-lint-ignore no-control-regex -- that there are none is what this is about
    assertEquals(/[\x00-\x1f\x7f-\x9f\u2028\u202e]/.test(line), false);
  }
});

for (
  const [isTerminal, noColor, isColored] of [
    [true, false, true],
    [true, true, false],
    [false, false, false],
  ] as const
) {
  Deno.test(`openLogs() with terminal ${isTerminal} and NO_COLOR ${noColor} colors ${isColored}`, () => {
    const { stderr } = told("", { isTerminal, noColor });
    assertEquals(stderr.text.includes("\x1b[33mWARN \x1b[0m"), isColored);
    assertEquals(stderr.text.includes("\x1b"), isColored);
  });
}

for (
  const [args, types] of [
    ["--json", ["refused", "dropped"]],
    ["--json -v", ["request", "refused", "dropped"]],
    ["--json -q", ["dropped"]],
  ] as const
) {
  Deno.test(`openLogs() tells machines with ${args}: ${types}`, () => {
    const { stdout, stderr } = told(args, { isTerminal: true });
    assertEquals(stderr.text, "");
    const records = stdout.lines.map((line) => JSON.parse(line));
    assertEquals(records.map(({ event }) => event), [...types]);
    for (const { filename } of records) {
      assertEquals(filename, request.filename);
    }
  });
}

Deno.test("openLogs() writes an access log beside the lines for people", () => {
  const { stdout, stderr } = told("--access-format %o:%r:%c");
  assertEquals(stdout.lines.length, 2);
  assertMatch(stdout.lines[0]! + "\n", /^RRQ:a\\n.*:1\n$/);
  assertEquals(stderr.lines.length, 2);
});

Deno.test("openLogs() floods nobody with an access log", () => {
  const context = new FakeContext([]);
  const plan = planLogs(
    parseCommand({ name: "serve", options: SERVE_OPTIONS }, ["--access-log"]),
  );
  const logs = openLogs(plan, context);
  for (let id = 0; id < 5000; id++) {
    const error = new Error("none");
    logs.onEvent({
      type: "refused",
      request: { ...request, id },
      code: 1,
      error,
    });
  }
  logs.close();
  assert(context.stdout.lines.length < 1500);
});

for (const args of ["--json", "--access-log"]) {
  Deno.test(`openLogs() with ${args} warns once when standard output takes nothing`, () => {
    const context = new FakeContext([]);
    let isBroken = true;
    const written: string[] = [];
    using _ = replace(context.stdout, {
      write(data: string | Uint8Array) {
        if (isBroken) throw new Error("Cannot write to standard output: gone");
        written.push(`${data}`);
      },
    });
    const command = { name: "serve", options: SERVE_OPTIONS };
    const logs = openLogs(planLogs(parseCommand(command, [args])), context);
    for (const broken of [true, true, false, true]) {
      isBroken = broken;
      for (const event of EVENTS) logs.onEvent(event);
    }
    logs.close();
    const warnings = context.stderr.lines.filter((line) => !/^\d/.test(line));
    const warning =
      "WARNING: Cannot write to standard output: gone. What is logged there is lost";
    assertEquals(warnings, [warning, warning]);
    assertEquals(written.length, 2);
  });
}

for (const args of ["-q", "-q --json"]) {
  Deno.test(`openLogs() with ${args} has room for a warning behind many absent files`, () => {
    const context = new FakeContext([]);
    const command = { name: "serve", options: SERVE_OPTIONS };
    const plan = planLogs(parseCommand(command, args.split(" ")));
    const logs = openLogs(plan, context);
    for (const [count, code] of [[5000, 1], [1, 2]] as const) {
      for (let id = 0; id < count; id++) {
        logs.onEvent({ type: "refused", request, code, error: "none" });
      }
    }
    logs.close();
    const lines = [...context.stdout.lines, ...context.stderr.lines];
    assertEquals(lines.length, 1);
    assertMatch(lines[0]!, /with code 2|"code":2/);
  });
}

for (
  const [args, inFile, onOut] of [
    ["", /INFO .*refused/s, ""],
    ["--json", /^\{"time":/, ""],
    ["--access-log", /RRQ "/, ""],
    ["--access-log --json", /RRQ "/, '{"time":'],
  ] as const
) {
  Deno.test(`openLogs() with ${args} --log-file puts the most particular log there`, () => {
    using dir = new TempDir();
    const path = dir.at("log");
    const { stdout, stderr } = told(`${args} --log-file ${path}`.trim());
    assertMatch(Deno.readTextFileSync(path), inFile);
    assertEquals(stdout.text.slice(0, onOut.length || 1), onOut);
    assertEquals(stderr.lines.length, args === "--access-log" ? 2 : 0);
  });
}

Deno.test("openLogs() appends what devices ask for, as JSON Lines", () => {
  using dir = new TempDir();
  const path = dir.write("asked", "{}\n");
  told(`--record ${path}`);
  const lines = Deno.readTextFileSync(path).trim().split("\n");
  const [first, ...records] = lines.map((line) => JSON.parse(line));
  assertEquals(first, {});
  assertEquals(records.map(({ outcome }) => outcome), ["refused"]);
});

Deno.test("logPermissions() names the directory of a file that rotates", () => {
  const plan = planLogs(
    parseCommand({ name: "serve", options: SERVE_OPTIONS }, [
      ...["--log-file", "/var/log/tftpkit/log", "--record", "asked"],
    ]),
  );
  assertEquals(
    logPermissions(plan).map(({ flag, scope }) => [flag, ...scope]),
    [
      ["--allow-read", "/var/log/tftpkit"],
      ["--allow-write", "/var/log/tftpkit"],
      ["--allow-write", "asked"],
    ],
  );
});

Deno.test("isAccessFormat() knows the atoms", () => {
  assertEquals(["%a", "%q", "plain"].map(isAccessFormat), [true, false, true]);
});

Deno.test("openLogs() goes on with a record over a reload, also of what is under way", () => {
  using dir = new TempDir();
  const context = new FakeContext([]);
  const command = { name: "serve", options: SERVE_OPTIONS };
  const record = ["--record", dir.at("asked")];
  const before = openLogs(planLogs(parseCommand(command, record)), context);
  before.onEvent({ type: "request", request });
  const after = openLogs(
    planLogs(parseCommand(command, [...record, "-v"])),
    context,
    before,
  );
  before.close();
  after.onEvent({ type: "refused", request, code: 1, error: new Error("no") });
  after.close();
  const { outcome } = JSON.parse(Deno.readTextFileSync(dir.at("asked")));
  assertEquals(outcome, "refused");
});

Deno.test("openLogs() names the file that cannot be opened", () => {
  for (const option of ["--record", "--log-file"]) {
    assertThrows(
      () => told(`${option} /nowhere/file`),
      Error,
      "Cannot write to /nowhere/file",
    );
  }
});
