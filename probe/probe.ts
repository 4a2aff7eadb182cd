// The order of a probe. Rules:
// 1. The first request is for the file: it tells whether there is a server, whether it has the file, and how far away it is.
// 2. Then everything that does not disturb each other, a few at a time, each on a socket of its own. Those that wait for
//    timers come first.
// 3. Then, if asked for, writes, the wrap, and what has been known to stop servers; one after the other.
// 4. What cannot be asked is told with the reason. Nothing is left open.

import { resolveServer } from "../client/resolve_host.ts";
import { resolveTarget, type TftpTarget } from "../client/target.ts";
import {
  type Clock,
  formatAddress,
  type Network,
  systemClock,
  udpNetwork,
} from "../net/mod.ts";
import { unknown } from "./_finding.ts";
import { resultOf, Runner } from "./_runner.ts";
import { verdictsOf } from "./_verdicts.ts";
import type { Check } from "./check.ts";
import { NAME_CHECKS } from "./names.ts";
import { OPTION_CHECKS } from "./options.ts";
import type { ProbeReport, ProbeResult } from "./report.ts";
import { AMPLIFICATION_CHECK, RFC1123_CHECKS } from "./rfc1123.ts";
import { RFC1350_CHECKS } from "./rfc1350.ts";
import { SECURITY_CHECKS } from "./security.ts";
import { WRAP_CHECK } from "./wrap.ts";
import { WRITE_CHECKS } from "./writes.ts";

/** Options of `probe`. */
export interface ProbeOptions {
  /**
   * Whether to try names that lead out of the served directory, and packets that have stopped servers.
   *
   * @default {false}
   */
  readonly security?: boolean;
  /** A name that may be written, and overwritten; without one, nothing is ever written. */
  readonly write?: string;
  /**
   * Whether to read 65536 blocks of a file to see which number follows 65535.
   *
   * @default {false}
   */
  readonly wrap?: boolean;
  /**
   * How long to wait for retransmissions, in milliseconds.
   *
   * @default {1500}
   */
  readonly waitMs?: number;
  /**
   * How long nothing must come for it to be silence, in milliseconds; four round trips at least, whatever is said here.
   *
   * @default {500}
   */
  readonly quietMs?: number;
  /**
   * Checks at once.
   *
   * @default {16}
   */
  readonly concurrency?: number;
  /** Ends the probe when it is aborted; `probe` then rejects with its reason. */
  readonly signal?: AbortSignal;
  /**
   * Where sockets come from.
   *
   * @default {the UDP of this machine}
   */
  readonly network?: Network;
  /**
   * Where time comes from.
   *
   * @default {the clock of this machine}
   */
  readonly clock?: Clock;
  /**
   * Where randomness comes from: numbers from 0 up to, not including, 1.
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
}

const CHECKS: readonly Check[] = [
  ...RFC1350_CHECKS,
  ...NAME_CHECKS,
  WRAP_CHECK,
  ...RFC1123_CHECKS,
  ...OPTION_CHECKS,
  AMPLIFICATION_CHECK,
  ...WRITE_CHECKS,
  ...SECURITY_CHECKS,
];

/** They wait for timers. */
const SLOW_CHECKS: ReadonlySet<string> = new Set([
  "timer",
  "timeout-kept",
  "amplification",
]);

/** What checks may take beyond waiting for timers, in times of silence: those that run together, and each that runs alone. */
const PHASE_SILENCES = 8;
const WRAP_MS = 60_000;

/**
 * Asks a server what it is. A few dozen short conversations, most of them at the same time, each ended at once; some two
 * seconds. Nothing is written and nothing hostile is sent unless the options say so.
 *
 * @param target A URL (RFC 3617) or the parts of one, of a file that the server has; one of some kilobytes tells most.
 * @param options What more to ask, and how.
 * @returns What was found. A server that says nothing is a report, too.
 * @throws {SyntaxError} When the target is none.
 * @throws {RangeError} When a number is outside of its range.
 * @throws {Deno.errors.NotFound} When the host has no address.
 *
 * @example What about a server of our own?
 * ```ts
 * import { probe } from "@tftpkit/tftp/probe";
 * import { serve, TftpResponse } from "@tftpkit/tftp";
 * import { Simulation } from "@tftpkit/tftp/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * const simulation = new Simulation({ seed: 1 });
 * const server = serve(
 *   { ...simulation.host("192.0.2.1"), hostname: "192.0.2.1" },
 *   () => new TftpResponse("x".repeat(5000)),
 * );
 * const report = await simulation.run(() =>
 *   probe("tftp://192.0.2.1/any", simulation.host("192.0.2.9"))
 * );
 * assertEquals(report.file, "present");
 * assertEquals(report.results.find(({ id }) => id === "tsize")?.finding, "5000 octets");
 * await simulation.run(() => server.shutdown());
 * ```
 */
export async function probe(
  target: string | URL | TftpTarget,
  options: ProbeOptions = {},
): Promise<ProbeReport> {
  const { hostname, port, filename } = resolveTarget(target);
  const {
    security = false,
    write = "",
    wrap = false,
    waitMs = 1500,
    quietMs = 500,
    concurrency = 16,
    signal = new AbortController().signal,
    network = udpNetwork(),
    clock = systemClock,
    random = Math.random,
  } = options;
  checkNumber("waitMs", waitMs, 0, 3_600_000);
  checkNumber("quietMs", quietMs, 1, 3_600_000);
  checkNumber("concurrency", concurrency, 1, 100);
  signal.throwIfAborted();
  const server = await resolveServer({ hostname, port });
  const token = Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  const runner = new Runner(
    { network, clock, server, quietMs, signal },
    {
      filename,
      fileSizeBytes: null,
      absentName: `probe-${token}-absent`,
      writeName: write,
      quietMs,
      waitMs,
    },
  );
  const startMs = clock.now();
  const first = await runner.first();
  const has: Permissions = {
    file: first.file === "present",
    security,
    write: write !== "",
    wrap,
  };
  const limits = { concurrency, waitMs };
  const results = await runAll(
    runner,
    limits,
    (check) =>
      first.file === "silent" ? "the server is silent" : whyNot(check, has),
  );
  signal.throwIfAborted();
  // What nobody wished for is left out, but for the wrap, which is there to be wished for.
  const shown = CHECKS.filter(({ needs }) =>
    (needs !== "security" || security) && (needs !== "write" || write !== "")
  ).map(({ id }) => results.get(id)!);
  return {
    server: formatAddress(server),
    filename,
    file: first.file,
    answer: first.answer,
    sizeBytes: runner.fileSizeBytes,
    roundTripMs: first.roundTripMs,
    durationMs: clock.now() - startMs,
    ...runner.traffic(),
    results: shown,
    verdicts: verdictsOf(shown, CHECKS),
  };
}

/** Runs all checks: first those that may run at the same time, then the others one by one. */
async function runAll(
  runner: Runner,
  limits: { concurrency: number; waitMs: number },
  whyNotAsk: (check: Check) => string | null,
): Promise<Map<string, ProbeResult>> {
  const results = new Map<string, ProbeResult>();
  const ask = async (check: Check, limitMs: number) => {
    const reason = whyNotAsk(check);
    const result = reason === null
      ? await runner.run(check, limitMs)
      : resultOf(check, unknown(reason), []);
    results.set(check.id, result);
  };
  const [together, alone] = partition(CHECKS);
  const queue = together
    .toSorted((a, b) => Number(isSlow(b)) - Number(isSlow(a))).values();
  const phaseMs = PHASE_SILENCES * runner.quietMs;
  const endMs = runner.now() + limits.waitMs + phaseMs;
  // All of them are done, also when one fails: nothing is left open.
  const workers = await Promise.allSettled(
    Array.from({ length: limits.concurrency }, async () => {
      for (const check of queue) await ask(check, endMs - runner.now());
    }),
  );
  for (const worker of workers) {
    if (worker.status === "rejected") throw worker.reason;
  }
  for (const check of alone) {
    await ask(check, check.needs === "wrap" ? WRAP_MS : phaseMs);
  }
  return results;
}

/** Those that may run at the same time, and those that want the server for themselves. */
function partition(checks: readonly Check[]): [Check[], Check[]] {
  const isAlone = ({ needs = "file" }: Check) =>
    needs === "write" || needs === "wrap" || needs === "security";
  return [checks.filter((it) => !isAlone(it)), checks.filter(isAlone)];
}

function isSlow({ id }: Check): boolean {
  return SLOW_CHECKS.has(id);
}

/** What there is to ask with. */
interface Permissions {
  readonly file: boolean;
  readonly security: boolean;
  readonly write: boolean;
  readonly wrap: boolean;
}

/** Why a check cannot be asked; `null` when it can. */
function whyNot(
  { needs = "file" }: Check,
  has: Permissions,
): string | null {
  if (needs === "nothing") return null;
  if (needs === "wrap" && !has.wrap) {
    return "not asked without --wrap: takes 65536 blocks";
  }
  if (needs !== "file" && !has[needs]) return "not asked";
  // To write, no other file is needed.
  return has.file || needs === "write" ? null : "needs a file that is there";
}

function checkNumber(
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  if (Number.isFinite(value) && value >= min && value <= max) return;
  throw new RangeError(
    `Cannot probe as ${name} must be a number from ${min} to ${max}: current value is ${value}`,
  );
}
