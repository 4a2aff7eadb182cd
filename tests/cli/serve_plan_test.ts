import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../cli/command.ts";
import { parseCommand } from "../../cli/parse.ts";
import {
  planServe,
  SERVE_OPTIONS,
  type ServePlan,
} from "../../cli/serve_plan.ts";
import type { RequestInfo, ServerEvent } from "../../server.ts";
import { FakeContext, type FakeContextOptions } from "./_context.ts";

function plan(
  args: readonly string[],
  options: FakeContextOptions = {},
): { plan: ServePlan; context: FakeContext } {
  const context = new FakeContext(args, options);
  const command = { name: "serve", options: SERVE_OPTIONS };
  return { plan: planServe(parseCommand(command, args), context), context };
}

/** A plan, without what watches the server. */
function planned(args: string) {
  const { onEvent: _, ...options } =
    plan(args.split(" ").filter(Boolean)).plan.options;
  const { root, directory, isPortGiven, isQuiet } =
    plan(args.split(" ").filter(Boolean)).plan;
  return { root, directory, isPortGiven, isQuiet, options };
}

const DEFAULTS = {
  root: "./srv",
  directory: { root: "./srv", write: false, overwrite: false },
  isPortGiven: false,
  isQuiet: false,
  options: {
    port: 69,
    refuseOptions: [],
    rfc1350: false,
    retransmission: {},
    singlePort: false,
    limits: { maxUploadBytes: Number.MAX_SAFE_INTEGER },
  },
};

Deno.test("planServe() is careful by default", () => {
  assertEquals(planned(""), DEFAULTS);
});

const { directory } = DEFAULTS;
const PLANS: readonly [args: string, difference: object, options?: object][] = [
  ["/tftp", { root: "/tftp", directory: { ...directory, root: "/tftp" } }],
  ["--write", { directory: { ...directory, write: true } }],
  ["--overwrite", {
    directory: { ...directory, write: true, overwrite: true },
  }],
  ["-w --max-size 64k", {
    directory: { ...directory, write: true, maxSizeBytes: 65536 },
  }],
  ["--quiet", { isQuiet: true }],
  ["-p 69", { isPortGiven: true }],
  ["--port 0", { isPortGiven: true }, { port: 0 }],
  ["--host 192.0.2.1 --host ::1", {}, { hostname: ["192.0.2.1", "::1"] }],
  ["-b 1468 --windowsize 8", {}, { blksize: 1468, windowsize: 8 }],
  ["--refuse blksize --refuse TSIZE", {}, {
    refuseOptions: ["blksize", "TSIZE"],
  }],
  ["--rfc1350", {}, { rfc1350: true }],
  ["-t 0.25 -r 3", {}, { retransmission: { timeoutMs: 250, retries: 3 } }],
  ["--single-port", {}, { singlePort: true }],
  ["--port-range 50000:50100", {}, {
    portRange: { first: 50000, last: 50100 },
  }],
  ["--port-range 7-7", {}, { portRange: { first: 7, last: 7 } }],
];

for (const [args, difference, options] of PLANS) {
  Deno.test(`planServe() understands ${args}`, () => {
    assertEquals(planned(args), {
      ...DEFAULTS,
      ...difference,
      options: { ...DEFAULTS.options, ...options },
    });
  });
}

const REFUSED: readonly (readonly [args: string, message: string])[] = [
  ["a b", "One directory can be served, not 2: a, b"],
  ["-q -v", "--quiet and --verbose contradict each other"],
  ["-p 65536", '--port must be a whole number from 0 to 65535: "65536" is not'],
  ["-p tftp", '--port must be a whole number from 0 to 65535: "tftp" is not'],
  ["-p 1 -p 2", "--port can be given once only: it is there 2 times"],
  ["--host", "--host needs a value: ADDRESS"],
  [
    "--max-size big",
    '--max-size must be a number of octets such as 65536, 64k or 16M: "big" is not',
  ],
  ["-b 7", '--blksize must be a whole number from 8 to 65464: "7" is not'],
  [
    "--windowsize 32768",
    '--windowsize must be a whole number from 1 to 32767: "32768" is not',
  ],
  [
    "--refuse everything",
    '--refuse must be one of blksize, blksize2, timeout, utimeout, tsize, windowsize, rollover: "everything" is not',
  ],
  [
    "-t 3601",
    '--timeout must be a number of seconds from 0.001 to 3600: "3601" is not',
  ],
  ["-r 1.5", '--retries must be a whole number from 0 to 100: "1.5" is not'],
  [
    "--single-port --port-range 1:2",
    "--single-port and --port-range contradict each other",
  ],
  ...["5", "2:1", "0:5", "1:65536", "a:b", "1:2:3"].map((range) =>
    [
      `--port-range ${range}`,
      `--port-range must be two ports, lower one first, such as 50000:50100: "${range}" is not`,
    ] as const
  ),
];

for (const [args, message] of REFUSED) {
  Deno.test(`planServe() refuses ${args}`, () => {
    const error = assertThrows(() => plan(args.split(" ")), UsageError);
    assertEquals(error.message, message);
  });
}

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
  { type: "dropped", request, reason: "Too much at once" },
];

/** What is told of the events. */
function told(args: string, options: FakeContextOptions = {}): FakeContext {
  const { plan: { options: { onEvent } }, context } = plan(
    args.split(" ").filter(Boolean),
    options,
  );
  for (const event of EVENTS) onEvent!(event);
  return context;
}

for (
  const [args, levels] of [
    ["", ["WARN", "WARN"]],
    ["-q", ["WARN", "WARN"]],
    ["-v", ["DEBUG", "WARN", "WARN"]],
  ] as const
) {
  Deno.test(`planServe() logs with ${args || "no option"}: ${levels}`, () => {
    const { stdout, stderr } = told(args);
    assertEquals(stdout.text, "");
    assertEquals(stderr.lines.map((line) => line.split(" ")[2]!), [...levels]);
  });
}

Deno.test("planServe() keeps each log line one line that steers no terminal", () => {
  const { stderr } = told("-v");
  for (const line of stderr.lines) {
    assertMatch(
      line,
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (DEBUG|WARN ) 192\.0\.2\.7:50000 read "a\\n\\u001b\[31m\\u202e\\u2028b" /,
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
  Deno.test(`planServe() with terminal ${isTerminal} and NO_COLOR ${noColor} colors ${isColored}`, () => {
    const { stderr } = told("", { isTerminal, noColor });
    assertEquals(stderr.text.includes("\x1b[33mWARN \x1b[0m"), isColored);
    assertEquals(stderr.text.includes("\x1b"), isColored);
  });
}

for (
  const [args, types] of [
    ["--json", ["refused", "dropped"]],
    ["--json -v", ["request", "refused", "dropped"]],
    ["--json -q", ["refused", "dropped"]],
  ] as const
) {
  Deno.test(`planServe() tells machines with ${args}: ${types}`, () => {
    const { stdout, stderr } = told(args, { isTerminal: true });
    assertEquals(stderr.text, "");
    const records = stdout.lines.map((line) => JSON.parse(line));
    assertEquals(records.map(({ event }) => event), [...types]);
    for (const { filename } of records) {
      assertEquals(filename, request.filename);
    }
  });
}
