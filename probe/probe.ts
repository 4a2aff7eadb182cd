// The order of a probe. Rules:
// 1. The first request is for the file: it tells whether there is a server, whether it has the file, and how far away it is.
// 2. Then everything that does not disturb each other, a few at a time, each on a socket of its own. Those that wait for
//    timers come first.
// 3. Then, if asked for, writes, the wrap, and what has been known to stop servers; one after the other.
// 4. What cannot be asked is told with the reason. Nothing is left open.

import { resolveHost } from "../client/resolve_host.ts";
import { resolveTarget, type TftpTarget } from "../client/target.ts";
import {
  type Clock,
  formatAddress,
  type Network,
  systemClock,
  udpNetwork,
} from "../net/mod.ts";
import { dataOf, describe, unknown } from "./_finding.ts";
import { type Check, type CheckContext, readRequest } from "./check.ts";
import {
  Conversation,
  type ConversationSettings,
  type Heard,
  OutOfTimeError,
} from "./conversation.ts";
import { NAME_CHECKS } from "./names.ts";
import { OPTION_CHECKS } from "./options.ts";
import type {
  Finding,
  GroupVerdict,
  ProbePacket,
  ProbeReport,
  ProbeResult,
} from "./report.ts";
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
   * How long nothing must come for it to be silence, in milliseconds.
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

/** What the checks of one phase may take beyond waiting for timers, and what one of those that run alone may take. */
const PHASE_MS = 4000;
const ALONE_MS = 4000;
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
  checkNumber("quietMs", quietMs, 1, 60_000);
  checkNumber("concurrency", concurrency, 1, 100);
  signal.throwIfAborted();
  const server = {
    transport: "udp",
    hostname: await resolveHost(hostname),
    port,
  } as const;
  const token = Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  const runner = new Runner(
    { network, clock, server, quietMs },
    {
      filename,
      fileSizeBytes: null,
      absentName: `probe-${token}-absent`,
      writeName: write,
      quietMs,
      waitMs,
    },
    signal,
  );
  const startMs = clock.now();
  const first = await runner.first();
  const has = { file: first.file === "present", security, write, wrap };
  const results = new Map<string, ProbeResult>();
  const ask = async (check: Check, limitMs: number) => {
    const reason = whyNot(check, has, first.file);
    results.set(
      check.id,
      reason === null
        ? await runner.run(check, limitMs)
        : resultOf(check, unknown(reason), []),
    );
  };
  const [together, alone] = partition(CHECKS);
  const queue = together
    .toSorted((a, b) => Number(isSlow(b)) - Number(isSlow(a))).values();
  const endMs = clock.now() + waitMs + PHASE_MS;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (const check of queue) await ask(check, endMs - clock.now());
  }));
  for (const check of alone) {
    await ask(check, check.needs === "wrap" ? WRAP_MS : ALONE_MS);
  }
  signal.throwIfAborted();
  // Writes wrote nothing unless they were asked for, and the same goes for the rest: leave out what nobody wants to hear of.
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
    verdicts: verdictsOf(shown),
  };
}

interface First {
  readonly file: ProbeReport["file"];
  readonly answer: string;
  readonly roundTripMs: number | null;
}

type FixedContext = Omit<CheckContext, "open">;

/** Runs checks, each with sockets of its own, and counts what goes over the wire. */
class Runner {
  #context: FixedContext;
  readonly #settings: Omit<ConversationSettings, "deadlineMs" | "onPacket">;
  readonly #signal: AbortSignal;
  readonly #packets: ProbePacket[] = [];

  constructor(
    settings: Omit<ConversationSettings, "deadlineMs" | "onPacket">,
    context: FixedContext,
    signal: AbortSignal,
  ) {
    this.#settings = settings;
    this.#context = context;
    this.#signal = signal;
  }

  get fileSizeBytes(): number | null {
    return this.#context.fileSizeBytes;
  }

  /** Asks for the file, three times as patiently as later on. */
  async first(): Promise<First> {
    const { clock, quietMs } = this.#settings;
    const patient = { ...this.#settings, quietMs: quietMs * 3 };
    return await this.#with(patient, PHASE_MS, [], async (open) => {
      const conversation = await open();
      const { filename } = this.#context;
      const startMs = clock.now();
      const answer = await conversation.ask(readRequest(filename));
      if (answer === null) {
        return { file: "silent", answer: "silence", roundTripMs: null };
      }
      // An OACK that nobody asked for is a fault, and still the beginning of a file.
      const isBegun = dataOf(answer) || answer.packet?.type === "OACK";
      const file = isBegun ? "present" : "refused";
      const roundTripMs = answer.atMs - startMs;
      if (file === "present") await this.#learnSize(answer, await open());
      return { file, answer: describe(answer), roundTripMs };
    });
  }

  /** Runs one check. */
  async run(check: Check, limitMs: number): Promise<ProbeResult> {
    const packets: ProbePacket[] = [];
    const finding = await this.#with(
      this.#settings,
      limitMs,
      packets,
      async (open) => {
        try {
          return await check.run({ ...this.#context, open });
        } catch (error) {
          if (!(error instanceof OutOfTimeError)) throw error;
          return unknown("not finished in time");
        }
      },
    );
    return resultOf(check, finding, packets);
  }

  traffic(): Pick<ProbeReport, "sent" | "received"> {
    const count = (direction: ProbePacket["direction"]) => {
      const some = this.#packets.filter((each) => each.direction === direction);
      const bytes = some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { packets: some.length, bytes };
    };
    return { sent: count("sent"), received: count("received") };
  }

  /** The size of the file: what tsize says if it is no less than the first block, or the first block if that is short. */
  async #learnSize(first: Heard, conversation: Conversation): Promise<void> {
    const { filename } = this.#context;
    const length = dataOf(first)?.data.length ?? Infinity;
    const answer = await conversation.ask(
      readRequest(filename, [["tsize", "0"]]),
    );
    const told = answer?.packet?.type === "OACK"
      ? Number(answer.packet.options[0]?.[1] ?? NaN)
      : NaN;
    const fileSizeBytes = length < 512
      ? length
      : Number.isSafeInteger(told) && told >= length
      ? told
      : null;
    this.#context = { ...this.#context, fileSizeBytes };
  }

  async #with<Result>(
    settings: Omit<ConversationSettings, "deadlineMs" | "onPacket">,
    limitMs: number,
    packets: ProbePacket[],
    play: (open: () => Promise<Conversation>) => Promise<Result>,
  ): Promise<Result> {
    this.#signal.throwIfAborted();
    const conversations: Conversation[] = [];
    const onAbort = () => conversations.forEach((each) => void each.end());
    this.#signal.addEventListener("abort", onAbort);
    try {
      return await play(async () => {
        const conversation = await Conversation.open({
          ...settings,
          deadlineMs: settings.clock.now() + Math.max(0, limitMs),
          onPacket: (packet) => {
            packets.push(packet);
            this.#packets.push(packet);
          },
        });
        conversations.push(conversation);
        return conversation;
      });
    } finally {
      this.#signal.removeEventListener("abort", onAbort);
      await Promise.all(conversations.map((each) => each.end()));
    }
  }
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

/** Why a check cannot be asked; `null` when it can. */
function whyNot(
  { needs = "file" }: Check,
  has: { file: boolean; security: boolean; write: string; wrap: boolean },
  file: ProbeReport["file"],
): string | null {
  if (file === "silent") return "the server is silent";
  switch (needs) {
    case "nothing":
      return null;
    case "file":
      return has.file ? null : "needs a file that is there";
    case "security":
      return has.security ? null : "not asked";
    case "write":
      return has.write === "" ? "not asked" : null;
    case "wrap":
      if (!has.wrap) return "not asked: takes 65536 blocks (wrap)";
      return has.file ? null : "needs a file that is there";
  }
}

function resultOf(
  { id, name, group, section, asks }: Check,
  finding: Finding,
  packets: readonly ProbePacket[],
): ProbeResult {
  return { id, name, group, section, asks, ...finding, packets };
}

const GRAVITY = ["unknown", "ok", "differs", "fault"] as const;

/** The worst of each group; an option that is not there is not bad. */
function verdictsOf(results: readonly ProbeResult[]): GroupVerdict[] {
  const supporting = new Set(
    CHECKS.filter((check) => check.isAboutSupport).map(({ id }) => id),
  );
  return [...Map.groupBy(results, ({ group }) => group)].map(
    ([group, members]) => {
      const asked = members.filter(({ id }) => supporting.has(id));
      const isUnsupported = asked.length > 0 &&
        asked.every((each) => each.isUnsupported);
      const counted = members.filter((each) => !each.isUnsupported);
      const worst = Math.max(
        0,
        ...counted.map(({ verdict }) => GRAVITY.indexOf(verdict)),
      );
      const verdict = GRAVITY[worst]!;
      return {
        group,
        verdict: isUnsupported && verdict !== "fault" ? "unsupported" : verdict,
      };
    },
  );
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
