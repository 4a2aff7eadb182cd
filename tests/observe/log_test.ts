import { assertEquals, assertMatch } from "@std/assert";
import { type EventLevel, eventLogger } from "../../observe/mod.ts";
import { replace } from "../handlers/_sandbox.ts";
import { EVENTS, REQUEST } from "./_events.ts";

const TIME = new Date(2026, 0, 2, 3, 4, 5, 6);

function logAll(level?: EventLevel, color?: boolean): string[] {
  const lines: string[] = [];
  const { onEvent, logger } = eventLogger({
    ...(level ? { level } : {}),
    ...(color === undefined ? {} : { color }),
    write: (line) => lines.push(line),
    now: () => TIME,
  });
  for (const { event } of EVENTS) onEvent(event);
  logger.error("It broke");
  return lines;
}

Deno.test("eventLogger() writes a line an event, with local time and level", () => {
  const lines = logAll("DEBUG");
  assertEquals(lines, [
    ...EVENTS.map(({ level, text }) =>
      `2026-01-02 03:04:05.006 ${level.padEnd(5)} 192.0.2.7:50000 ${text}`
    ),
    "2026-01-02 03:04:05.006 ERROR It broke",
  ]);
});

Deno.test("eventLogger() writes what is important enough", () => {
  const levels = (level?: EventLevel) =>
    [...new Set(logAll(level).map((line) => line.split(" ")[2]!))].sort();
  assertEquals(levels("DEBUG"), ["DEBUG", "ERROR", "INFO", "WARN"]);
  assertEquals(levels(), ["ERROR", "INFO", "WARN"]);
  assertEquals(levels("INFO"), ["ERROR", "INFO", "WARN"]);
  assertEquals(levels("WARN"), ["ERROR", "WARN"]);
  assertEquals(levels("ERROR"), ["ERROR"]);
});

Deno.test("eventLogger() colors levels where it is told to", () => {
  const [line] = logAll("WARN", true);
  assertEquals(line!.split("192.")[0]!.slice(24), "\x1b[33mWARN \x1b[0m ");
  const info = logAll("INFO", true).find((line) => line.includes("INFO"));
  assertEquals(info?.includes("\x1b"), false);
  assertEquals(logAll("DEBUG", false).join("").includes("\x1b"), false);
});

Deno.test("eventLogger() keeps a line one line, whatever the name or the message", () => {
  const lines: string[] = [];
  const { onEvent, logger } = eventLogger({
    write: (line) => lines.push(line),
  });
  const evil = "a\n2026-01-01 00:00:00.000 INFO  all is well\x1b[2J\u2028";
  const request = { ...REQUEST, filename: evil };
  onEvent({ type: "refused", request, code: 0, error: new Error(evil) });
  logger.warn(evil);
  const escaped =
    "a\\n2026-01-01 00:00:00.000 INFO  all is well\\u001b[2J\\u2028";
  assertEquals(lines.map((line) => line.slice(24)), [
    `WARN  192.0.2.7:50000 read "${escaped}" refused with code 0: ${escaped}`,
    `WARN  ${escaped}`,
  ]);
});

Deno.test("eventLogger() writes to standard error where nothing else is said", () => {
  const lines: unknown[] = [];
  using _ = replace(console, {
    error: (line: unknown) => void lines.push(line),
  });
  const { logger } = eventLogger();
  logger.info("Hello");
  assertEquals(lines.length, 1);
  assertMatch(
    String(lines[0]),
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO {2}Hello$/,
  );
});
