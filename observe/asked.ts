// Compares what was asked for with what was expected. Pure: for requests that a recorder holds, and for those that come out
// of a file.

import { quoteText } from "../packet/mod.ts";
import { formatBytes } from "./units.ts";

/** How a request ended; `pending` as long as it has not. */
export type RequestOutcome =
  | "pending"
  | "finished"
  | "probed"
  | "failed"
  | "refused"
  | "dropped";

/** What a device asked for, and what came of it. */
export interface RecordedRequest {
  /** The number of the request. */
  readonly id: number;
  /** When it came, as RFC 3339 says it, in UTC. */
  readonly time: string;
  /** The device: its address, unless the recorder was told how else to call it. */
  readonly device: string;
  /** Its address and port. */
  readonly client: string;
  /** Whether it reads or writes. */
  readonly operation: "read" | "write";
  /** The name, as asked. */
  readonly filename: string;
  /** The mode, as asked. */
  readonly mode: string;
  /** The options, as asked; names in lower case. */
  readonly options: Readonly<Record<string, string>>;
  /** The options that were agreed on, once they were. */
  readonly accepted?: Readonly<Record<string, string>>;
  /** How it ended, if it has. */
  readonly outcome: RequestOutcome;
  /** Octets that were transferred. */
  readonly bytes: number;
  /** Seconds from the beginning to the end of a transfer. */
  readonly seconds?: number;
  /** Packets that the server had to send again. */
  readonly retransmissions?: number;
  /** The code of the ERROR packet of a refusal. */
  readonly code?: number;
  /** What went wrong. */
  readonly reason?: string;
}

/** A request as it is expected: whatever is said must be so. */
export interface ExpectedRequest {
  /** The name. */
  readonly filename?: string | RegExp;
  /** Whether the device reads or writes. */
  readonly operation?: "read" | "write";
  /** The mode, in lower case. */
  readonly mode?: string;
  /** Options that it must have asked for, names in lower case; `true` for any value, `false` for not at all. */
  readonly options?: Readonly<Record<string, string | RegExp | boolean>>;
  /** How it must have ended. */
  readonly outcome?: RequestOutcome;
  /** Octets that must have been transferred. */
  readonly bytes?: number;
}

/** A request as it is expected: a name, a pattern that a name must match, or more than that. */
export type RequestExpectation = string | RegExp | ExpectedRequest;

/** Options of {@linkcode assertAsked}. */
export interface AssertAskedOptions {
  /**
   * The device to look at.
   *
   * @default {all of them}
   */
  readonly device?: string;
  /**
   * Whether other requests may have come before, between and behind those that are expected.
   *
   * @default {false}
   */
  readonly allowOthers?: boolean;
  /**
   * Whether requests that only asked for a size are looked at: boot ROMs send one before each download.
   *
   * @default {false}
   */
  readonly includeProbes?: boolean;
}

/** Something else was asked for than was expected; the message shows both side by side. */
export class UnexpectedRequestsError extends Error {
  /** The name of the class. */
  override readonly name = "UnexpectedRequestsError";
}

/**
 * Whether a request is as expected.
 *
 * @param request The request.
 * @param expected What is expected of it.
 * @returns Whether all of that is so.
 *
 * @example A firmware, whichever
 * ```ts
 * import { isAsExpected, type RecordedRequest } from "@tftpkit/tftp/observe";
 * import { assert } from "@std/assert";
 *
 * const request: RecordedRequest = {
 *   id: 1,
 *   time: "2026-11-20T03:00:00.000Z",
 *   device: "192.0.2.7",
 *   client: "192.0.2.7:50000",
 *   operation: "read",
 *   filename: "fw-1.2.bin",
 *   mode: "octet",
 *   options: { blksize: "1468" },
 *   outcome: "finished",
 *   bytes: 4096,
 * };
 * assert(isAsExpected(request, { filename: /^fw-.*\.bin$/, options: { blksize: true } }));
 * ```
 */
export function isAsExpected(
  request: RecordedRequest,
  expected: RequestExpectation,
): boolean {
  const { filename, operation, mode, options = {}, outcome, bytes } = toObject(
    expected,
  );
  return (filename === undefined || matches(request.filename, filename)) &&
    (operation === undefined || request.operation === operation) &&
    (mode === undefined || request.mode === mode) &&
    (outcome === undefined || request.outcome === outcome) &&
    (bytes === undefined || request.bytes === bytes) &&
    Object.entries(options).every(([name, wish]) => {
      const value = Object.hasOwn(request.options, name)
        ? request.options[name]
        : undefined;
      return typeof wish === "boolean"
        ? wish === (value !== undefined)
        : value !== undefined && matches(value, wish);
    });
}

/**
 * Checks that these requests, and no others, were made in this order.
 *
 * @param requests What was asked for, in its order.
 * @param expected What is expected, in its order.
 * @param options Which requests count.
 * @throws {UnexpectedRequestsError} When something else was asked for. The message shows what was expected (`-`), what was
 * asked for (`+`), and what is both (`=`).
 *
 * @example A record that was kept in a file
 * ```ts
 * import { assertAsked, type RecordedRequest, UnexpectedRequestsError } from "@tftpkit/tftp/observe";
 * import { assertThrows } from "@std/assert";
 *
 * const lines = '{"device":"192.0.2.7","operation":"read","filename":"b","options":{},"outcome":"finished","bytes":5}\n';
 * const requests: RecordedRequest[] = lines.trim().split("\n").map((line) => JSON.parse(line));
 * assertAsked(requests, ["b"]);
 * assertThrows(() => assertAsked(requests, ["a", "b"]), UnexpectedRequestsError, '- "a"\n= read "b", finished, 5 B');
 * ```
 */
export function assertAsked(
  requests: readonly RecordedRequest[],
  expected: readonly RequestExpectation[],
  options: AssertAskedOptions = {},
): void {
  const { device, allowOthers = false, includeProbes = false } = options;
  const asked = requests.filter((request) =>
    (device === undefined || request.device === device) &&
    (includeProbes || request.outcome !== "probed")
  );
  if (allowOthers && isSubsequence(asked, expected)) return;
  const steps = align(asked, expected);
  const isMissing = steps.some(({ sign }) => sign === "-");
  const isOther = steps.some(({ sign }) => sign === "+");
  if (!isMissing && !isOther) return;
  throw new UnexpectedRequestsError(
    `${
      device ?? "What was asked for"
    } is not as expected: - is missing, + was not expected\n${
      diffText(steps, allowOthers)
    }`,
  );
}

/** Whether everything expected came in its order, whatever else did. */
function isSubsequence(
  asked: readonly RecordedRequest[],
  expected: readonly RequestExpectation[],
): boolean {
  let next = 0;
  for (const request of asked) {
    if (next < expected.length && isAsExpected(request, expected[next]!)) {
      next++;
    }
  }
  return next === expected.length;
}

/** A request that was expected and came, that is missing, or that was not expected. */
interface Step {
  readonly sign: "=" | "-" | "+";
  readonly request?: RecordedRequest;
  readonly expected?: RequestExpectation;
}

/** Beyond this many pairs nobody would read the difference, and working it out would take too long. */
const MAX_CELLS = 4_000_000;

/** Joins what was asked for with what was expected, so that as many as can be are together. */
function align(
  asked: readonly RecordedRequest[],
  expected: readonly RequestExpectation[],
): Step[] {
  const steps: Step[] = [];
  let start = 0;
  const ends = Math.min(asked.length, expected.length);
  while (start < ends && isAsExpected(asked[start]!, expected[start]!)) {
    steps.push({ sign: "=", request: asked[start]! });
    start++;
  }
  if ((asked.length - start) * (expected.length - start) > MAX_CELLS) {
    for (const each of expected.slice(start)) {
      steps.push({ sign: "-", expected: each });
    }
    for (const request of asked.slice(start)) {
      steps.push({ sign: "+", request });
    }
    return steps;
  }
  const lengths = commonLengths(asked, expected, start);
  let i = start;
  let j = start;
  while (i < asked.length || j < expected.length) {
    const row = lengths[i - start]!;
    const isBoth = i < asked.length && j < expected.length &&
      isAsExpected(asked[i]!, expected[j]!);
    const here = row[j - start]!;
    if (isBoth && here === lengths[i - start + 1]![j - start + 1]! + 1) {
      steps.push({ sign: "=", request: asked[i++]! });
      j++;
    } else if (j < expected.length && here === row[j - start + 1]) {
      steps.push({ sign: "-", expected: expected[j++]! });
    } else {
      steps.push({ sign: "+", request: asked[i++]! });
    }
  }
  return steps;
}

/** How many can be joined of what follows each pair: the longest common subsequence. */
function commonLengths(
  asked: readonly RecordedRequest[],
  expected: readonly RequestExpectation[],
  start: number,
): Uint32Array[] {
  const width = expected.length - start + 1;
  const rows: Uint32Array[] = [new Uint32Array(width)];
  for (let i = asked.length - 1; i >= start; i--) {
    const below = rows.at(-1)!;
    const row = new Uint32Array(width);
    for (let j = width - 2; j >= 0; j--) {
      row[j] = isAsExpected(asked[i]!, expected[start + j]!)
        ? below[j + 1]! + 1
        : Math.max(below[j]!, row[j + 1]!);
    }
    rows.push(row);
  }
  return rows.reverse();
}

/** Lines of a difference that are shown. */
const MAX_DIFF_LINES = 200;

function diffText(steps: readonly Step[], allowOthers: boolean): string {
  if (steps.length === 0) return "(nothing)";
  // What everything agrees on up to the first difference may be long.
  const first = steps.findIndex(({ sign }) =>
    sign === "-" || sign === "+" && !allowOthers
  );
  const from = Math.max(0, first - MAX_DIFF_LINES / 2);
  const shown = steps.slice(from, from + MAX_DIFF_LINES);
  const lines = shown.map(({ sign, request, expected }) =>
    `${sign === "+" && allowOthers ? " " : sign} ${
      request ? requestText(request) : expectationText(expected!)
    }`
  );
  const rest = steps.length - from - shown.length;
  if (from > 0) lines.unshift(`  (${from} before)`);
  if (rest > 0) lines.push(`  (${rest} more)`);
  return lines.join("\n");
}

function requestText(request: RecordedRequest): string {
  const { operation, filename, options, outcome, bytes, code } = request;
  return [
    `${operation} ${quoteText(filename)}`,
    ...optionTexts(options),
    outcome === "refused" ? `refused with code ${code}` : outcome,
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
  ].join(", ");
}

function expectationText(expectation: RequestExpectation): string {
  const { filename, operation, mode, options = {}, outcome, bytes } = toObject(
    expectation,
  );
  return [
    [operation, wishText(filename ?? /.*/)].filter(Boolean).join(" "),
    ...(mode === undefined ? [] : [`mode ${mode}`]),
    ...optionTexts(options),
    ...(outcome === undefined ? [] : [outcome]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ].join(", ");
}

function optionTexts(
  options: Readonly<Record<string, string | RegExp | boolean>>,
): string[] {
  return Object.entries(options).map(([name, wish]) => {
    const plain = quoteText(name).slice(1, -1);
    if (typeof wish === "boolean") return wish ? plain : `no ${plain}`;
    return wish instanceof RegExp
      ? `${plain}=${wish}`
      : `${plain}=${quoteText(wish).slice(1, -1)}`;
  });
}

function wishText(wish: string | RegExp): string {
  return wish instanceof RegExp ? String(wish) : quoteText(wish);
}

function toObject(expectation: RequestExpectation): ExpectedRequest {
  return typeof expectation === "string" || expectation instanceof RegExp
    ? { filename: expectation }
    : expectation;
}

function matches(text: string, wish: string | RegExp): boolean {
  if (typeof wish === "string") return text === wish;
  // One with the flag `g` or `y` remembers where it was.
  return new RegExp(wish.source, wish.flags.replace(/[gy]/g, "")).test(text);
}
