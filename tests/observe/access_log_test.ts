import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  accessLogger,
  type AccessLoggerOptions,
  eventLogger,
} from "../../observe/mod.ts";
import { TftpError } from "../../packet/mod.ts";
import type { ServerEvent } from "../../server.ts";
import { emptyStatistics } from "../../transfer/mod.ts";
import { error, read } from "../conformance/_packets.ts";
import { withServer } from "../conformance/_server_side.ts";
import { replace } from "../handlers/_sandbox.ts";
import { EVENTS, IGNORED, REQUEST, TRANSFER } from "./_events.ts";

const END = Date.UTC(2026, 10, 20, 3, 0, 1, 900);

/** The lines that events lead to. */
function log(
  events: readonly ServerEvent[],
  options: AccessLoggerOptions = {},
): string[] {
  const lines: string[] = [];
  const { onEvent } = accessLogger({
    write: (line) => lines.push(line),
    now: () => new Date(END),
    ...options,
  });
  for (const event of events) onEvent(event);
  return lines;
}

const FINISHED: ServerEvent = {
  type: "finished",
  request: REQUEST,
  transfer: TRANSFER,
};
const FAILED: ServerEvent = {
  type: "failed",
  request: REQUEST,
  transfer: {
    ...TRANSFER,
    statistics: { ...emptyStatistics(), bytes: 512, retransmissions: 3 },
    acknowledged: [],
  },
  error: new TftpError(0, 'said "no"', { origin: "remote" }),
};
const REFUSED: ServerEvent = {
  type: "refused",
  request: { ...REQUEST, operation: "write" },
  code: 2,
  error: new Error("Not this one"),
};

Deno.test("accessLogger() writes a line of aiotftp's format where none is given", () => {
  assertEquals(log([FINISHED]), [
    '192.0.2.7 [20/Nov/2026:03:00:00 +0000] RRQ "boot.img" 3000000 2',
  ]);
});

Deno.test("accessLogger() writes one line for each request that ended, and for nothing else", () => {
  const events = [...EVENTS.map(({ event }) => event), IGNORED];
  assertEquals(log(events, { format: "%s" }), [
    "finished",
    "probed",
    "failed",
    "refused",
    "dropped",
  ]);
});

const ATOMS: readonly [
  format: string,
  finished: string,
  failed: string,
  refused: string,
][] = [
  ["%a", "192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["%p", "50000", "50000", "50000"],
  ["%A", "[::]:69", "[::]:69", "[::]:69"],
  ["%P", `<${Deno.pid}>`, `<${Deno.pid}>`, `<${Deno.pid}>`],
  ["%o", "RRQ", "RRQ", "WRQ"],
  ["%r", "boot.img", "boot.img", "boot.img"],
  ["%m", "octet", "octet", "octet"],
  ["%i", "7", "7", "7"],
  ["%b", "3000000", "512", "-"],
  ["%T", "2", "2", "0"],
  ["%Tf", "1.500123", "1.500123", "0.000000"],
  ["%D", "1500123", "1500123", "0"],
  ["%s", "finished", "failed", "refused"],
  ["%c", "-", "-", "2"],
  ["%E", "-", 'the client said ERROR 0: said \\"no\\"', "Not this one"],
  ["%R", "1999835", "341", "-"],
  ["%x", "0", "3", "-"],
  ["%O", "tsize=3000000,blksize=1428", "-", "-"],
];

for (const [format, ...expected] of ATOMS) {
  Deno.test(`accessLogger() knows ${format}`, () => {
    assertEquals(log([FINISHED, FAILED, REFUSED], { format }), expected);
  });
}

Deno.test("accessLogger() takes text, percent signs and atoms side by side", () => {
  const lines = log([FINISHED], { format: "%%a %a%b %%%% %Tfx%T|%Tf" });
  assertEquals(lines, ["%a 192.0.2.73000000 %% 1.500123x2|1.500123"]);
  assertEquals(log([FINISHED], { format: "" }), [""]);
});

for (
  const [format, atom] of [
    ["%a %z", "%z"],
    ["100% of it", "% "],
    ["%a %", "%"],
    ["%\n", "%\\n"],
    ["%{Referer}i", "%{"],
  ] as const
) {
  Deno.test(`accessLogger() refuses the format ${JSON.stringify(format)}`, () => {
    const { message } = assertThrows(
      () => accessLogger({ format }),
      RangeError,
    );
    assertMatch(message, /^Cannot log accesses as each atom of the format/);
    assertEquals(message.split("current value is ")[1], `"${atom}"`);
  });
}

Deno.test("accessLogger() tells how long a refusal took, and when it was asked for", () => {
  let time = END;
  const lines: string[] = [];
  const { onEvent } = accessLogger({
    format: "%t %T %D",
    write: (line) => lines.push(line),
    now: () => new Date(time),
  });
  onEvent({ type: "request", request: REQUEST });
  time += 3100;
  onEvent(REFUSED);
  // The clock is set back.
  onEvent({ type: "request", request: REQUEST });
  time -= 60_000;
  onEvent(REFUSED);
  // Nothing is remembered of requests that have ended.
  time += 90_000;
  onEvent(REFUSED);
  assertEquals(lines, [
    "[20/Nov/2026:03:00:01 +0000] 3 3100000",
    "[20/Nov/2026:02:59:05 +0000] 0 0",
    "[20/Nov/2026:03:00:35 +0000] 0 0",
  ]);
});

Deno.test("accessLogger() does not remember for ever what never ends", () => {
  let time = END;
  const lines: string[] = [];
  const { onEvent } = accessLogger({
    format: "%T",
    write: (line) => lines.push(line),
    now: () => new Date(time),
  });
  for (let id = 0; id <= 10_000; id++) {
    onEvent({ type: "request", request: { ...REQUEST, id } });
  }
  time += 1000;
  for (const id of [0, 1, 10_000]) {
    onEvent({ ...REFUSED, request: { ...REQUEST, id } } as ServerEvent);
  }
  assertEquals(lines, ["0", "1", "1"]);
});

Deno.test("accessLogger() keeps a line one line, and what is quoted quoted", () => {
  const evil = 'x" 5 0\r\n192.0.2.9 [1] RRQ "y\\\x1b[2J\u2028\u202e\0';
  const escaped =
    'x\\" 5 0\\r\\n192.0.2.9 [1] RRQ \\"y\\\\\\u001b[2J\\u2028\\u202e\\u0000';
  const request = { ...REQUEST, filename: evil, mode: evil };
  const event: ServerEvent = {
    type: "failed",
    request,
    transfer: { ...TRANSFER, acknowledged: [[evil, evil]] },
    error: new Error(evil),
  };
  assertEquals(
    log([event], { format: '"%r" "%m" "%O" "%E"' }),
    [
      `"${escaped}" "${escaped}" "${
        escaped.replace("RRQ", "rrq").replace("J", "j")
      }=${escaped}" "${escaped}"`,
    ],
  );
});

Deno.test("accessLogger() shortens what is endless", () => {
  const request = { ...REQUEST, filename: "a".repeat(2000) };
  const [line] = log([{ ...FINISHED, request }], { format: '"%r"' });
  assertEquals(line, `"${"a".repeat(600)}…"`);
});

Deno.test("accessLogger() writes to standard output where nothing else is said", () => {
  const lines: string[] = [];
  using _console = replace(console, { log: (line) => lines.push(line) });
  accessLogger({ format: "%r" }).onEvent(FINISHED);
  assertEquals(lines, ["boot.img"]);
});

for (const code of [0, 8]) {
  Deno.test(`a size probe that is broken off with code ${code} is one quiet line, and no failure`, async () => {
    const told: Record<string, string[]> = { DEBUG: [], INFO: [], access: [] };
    const watchers = [
      eventLogger({
        level: "DEBUG",
        write: (line) => told.DEBUG!.push(line.slice(24)),
      }),
      eventLogger({ write: (line) => told.INFO!.push(line) }),
      accessLogger({
        format: '%a %o "%r" %b %s',
        write: (line) => told.access!.push(line),
      }),
    ];
    const onEvent = (event: ServerEvent) => {
      for (const watcher of watchers) watcher.onEvent(event);
    };
    const files = { "boot.img": new Uint8Array(3000) };
    await withServer({ files, onEvent }, async (side) => {
      const client = await side.ask(read("boot.img", [["tsize", "0"]]));
      await client.expect("OACK tsize=3000");
      await client.send(error(code, "User aborted the transfer"));
    });
    assertEquals(told.INFO, []);
    assertEquals(told.access, ['127.0.0.1 RRQ "boot.img" 0 probed']);
    const [request, negotiated, probe, ...others] = told.DEBUG!;
    assertMatch(request!, /^DEBUG 127\.0\.0\.1:\d+ read "boot.img" asked/);
    assertMatch(negotiated!, /^DEBUG .* begins, tsize=3000$/);
    assertMatch(probe!, /^DEBUG .* asked for the size only, tsize=3000$/);
    assertEquals(others, []);
  });
}
