// One line for each request that has ended, in a format that is given as text. Rules:
// 1. Every request leaves one line, however it ended: finished, probed, failed, refused or dropped.
// 2. What a client has written cannot end its line or its quotation marks: it is escaped as in other logs.
// 3. A format that cannot be followed is refused before anything is logged.

import { formatAddress, plainHostname } from "../net/mod.ts";
import { quoteText } from "../packet/mod.ts";
import type { ServerEvent } from "../server/events.ts";
import { type EventRecord, toRecord } from "./record.ts";
import { systemText } from "./text.ts";

/** The format of {@linkcode accessLogger} where none is given: address, time, operation, name, octets, seconds. */
export const DEFAULT_ACCESS_FORMAT = '%a %t %o "%r" %b %T';

/** Options of {@linkcode accessLogger}. */
export interface AccessLoggerOptions {
  /**
   * What a line holds: text, with these atoms in it.
   *
   * | atom | stands for |
   * | --- | --- |
   * | `%a` | the client's address |
   * | `%t` | when the request came, in UTC: `[20/Nov/2026:03:00:00 +0000]` |
   * | `%P` | the number of the process: `<4711>` |
   * | `%o` | the operation: `RRQ` or `WRQ` |
   * | `%r` | the name that was asked for, escaped: put it into quotation marks |
   * | `%b` | octets that were transferred; `-` where nothing began |
   * | `%T` | seconds from the request to its end, rounded |
   * | `%Tf` | the same with six decimals |
   * | `%D` | the same in microseconds |
   * | `%%` | a percent sign |
   * | `%s` | how it ended: `finished`, `probed`, `failed`, `refused` or `dropped` |
   * | `%c` | the code of the ERROR packet of a refusal; `-` for none |
   * | `%E` | what went wrong, escaped: put it into quotation marks; `-` for nothing |
   * | `%R` | octets a second, rounded; `-` where nothing was transferred |
   * | `%x` | packets that were sent again; `-` where nothing began |
   * | `%O` | the options that were agreed on, escaped, with commas between them; `-` for none |
   * | `%m` | the mode that was asked for, escaped |
   * | `%p` | the client's port |
   * | `%A` | the address and port that the request was sent to, as far as the server knows |
   * | `%i` | the number of the request |
   *
   * @default {'%a %t %o "%r" %b %T'}
   */
  readonly format?: string;
  /**
   * Takes each line, without its line end.
   *
   * @default {console.log}
   */
  readonly write?: (line: string) => void;
  /**
   * The time.
   *
   * @default {() => new Date()}
   */
  readonly now?: () => Date;
}

/** Logs how requests end. */
export interface AccessLogger {
  /** Logs an event, if it is the end of a request: what to give to `serve` as `onEvent`. */
  readonly onEvent: (event: ServerEvent) => void;
}

/**
 * Makes an access log: a line for each request, when it has ended. Format and atoms are those of aiotftp, and some more.
 *
 * @param options The format, and where lines go.
 * @returns The logger.
 * @throws {RangeError} When the format has an atom that is not known.
 *
 * @example Who asked for what, and how it ended
 * ```ts
 * import { accessLogger } from "@tftpkit/tftp/observe";
 * import { get, serve, TftpResponse } from "@tftpkit/tftp";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const { onEvent } = accessLogger({ format: '%a %o "%r" %b %s', write: (line) => lines.push(line) });
 * await using server = serve({ hostname: "127.0.0.1", port: 0, onEvent }, () => new TftpResponse("hi"));
 * await using response = await get(`tftp://127.0.0.1:${server.addr.port}/motd`);
 * await response.text();
 * await server.shutdown();
 * assertEquals(lines, ['127.0.0.1 RRQ "motd" 2 finished']);
 * ```
 */
export function accessLogger(options: AccessLoggerOptions = {}): AccessLogger {
  const {
    format = DEFAULT_ACCESS_FORMAT,
    // deno-lint-ignore no-console -- where lines go when nobody said otherwise
    write = (line) => console.log(line),
    now = () => new Date(),
  } = options;
  const parts = parseFormat(format);
  /** When requests came that have not ended yet, in milliseconds. */
  const startedAt = new Map<number, number>();
  return {
    onEvent(event) {
      if (event.type === "request") {
        startedAt.set(event.request.id, now().getTime());
        if (startedAt.size > MAX_OPEN_REQUESTS) {
          const [oldest] = startedAt.keys();
          startedAt.delete(oldest!);
        }
        return;
      }
      if (!isEnd(event)) return;
      const { id } = event.request;
      const time = now();
      const start = startedAt.get(id);
      startedAt.delete(id);
      const durationMs = "transfer" in event
        ? event.transfer.durationMs
        : start === undefined
        ? 0
        // The wall clock may have been set in between.
        : Math.max(0, time.getTime() - start);
      const record = toRecord(event, time);
      const access = { event, record, time, durationMs };
      write(
        parts.map((part) => typeof part === "string" ? part : part(access))
          .join(""),
      );
    },
  };
}

/** Requests whose beginning is remembered: a server has fewer, but something in between may swallow their ends. */
const MAX_OPEN_REQUESTS = 10_000;

type EndEvent = Extract<
  ServerEvent,
  { type: "finished" | "probed" | "failed" | "refused" | "dropped" }
>;

function isEnd(event: ServerEvent): event is EndEvent {
  switch (event.type) {
    case "finished":
    case "probed":
    case "failed":
    case "refused":
    case "dropped":
      return true;
    default:
      return false;
  }
}

/** A request that has ended, to be put into words. */
interface Access {
  readonly event: EndEvent;
  readonly record: EventRecord;
  /** When it ended. */
  readonly time: Date;
  readonly durationMs: number;
}

type Atom = (access: Access) => string;

const ATOMS: ReadonlyMap<string, Atom> = new Map<string, Atom>([
  ["%%", () => "%"],
  ["%A", ({ event }) => formatAddress(event.request.local)],
  ["%D", ({ durationMs }) => String(Math.round(durationMs * 1000))],
  ["%E", ({ record }) => escapeText(systemText(record.reason ?? "-"))],
  ["%O", ({ record }) => optionsText(record)],
  ["%P", () => `<${Deno.pid}>`],
  ["%R", rateText],
  ["%T", ({ durationMs }) => String(Math.round(durationMs / 1000))],
  ["%Tf", ({ durationMs }) => (durationMs / 1000).toFixed(6)],
  ["%a", ({ event }) => plainHostname(event.request.remote.hostname)],
  ["%b", ({ record }) => String(record.bytes ?? "-")],
  ["%c", ({ record }) => String(record.code ?? "-")],
  ["%i", ({ event }) => String(event.request.id)],
  ["%m", ({ event }) => escapeText(event.request.mode)],
  ["%o", ({ event }) => event.request.operation === "read" ? "RRQ" : "WRQ"],
  ["%p", ({ event }) => String(event.request.remote.port)],
  ["%r", ({ event }) => escapeText(event.request.filename)],
  ["%s", ({ event }) => event.type],
  ["%t", ({ time, durationMs }) => timeText(time.getTime() - durationMs)],
  ["%x", ({ record }) => String(record.retransmissions ?? "-")],
]);

/** An atom, whether it is known or not: the longest that can be meant. */
const ATOM_REGEXP = /(%(?:Tf|[^]|$))/u;

function parseFormat(format: string): (string | Atom)[] {
  return format.split(ATOM_REGEXP).filter(Boolean).map((part) => {
    if (!part.startsWith("%")) return part;
    const atom = ATOMS.get(part);
    if (atom) return atom;
    throw new RangeError(
      `Cannot log accesses as each atom of the format must be one of ${
        [...ATOMS.keys()].join(" ")
      }: current value is ${quoteText(part)}`,
    );
  });
}

/** Characters that are logged of what a client has written. */
const MAX_TEXT_LENGTH = 600;

/** A text that can stand between quotation marks. */
function escapeText(text: string): string {
  const isLong = text.length > MAX_TEXT_LENGTH;
  const shown = isLong ? text.slice(0, MAX_TEXT_LENGTH) : text;
  return quoteText(shown).slice(1, -1) + (isLong ? "…" : "");
}

function optionsText({ options = {} }: EventRecord): string {
  const pairs = Object.entries(options)
    .map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? "-" : escapeText(pairs.join(","));
}

function rateText({ record: { bytes = 0 }, durationMs }: Access): string {
  if (bytes === 0) return "-";
  // Below a clock's resolution there is no rate to tell.
  return String(Math.round(bytes * 1000 / Math.max(durationMs, 0.001)));
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function timeText(timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  const [year, month, day] = iso.slice(0, 10).split("-");
  return `[${day}/${MONTHS[Number(month) - 1]}/${year}:${
    iso.slice(11, 19)
  } +0000]`;
}
