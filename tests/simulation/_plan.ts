/**
 * What one run of the swarm does: everything is drawn from its seed, the options included, so that most runs are in some
 * odd corner. A plan is a record of plain values, and can be printed.
 *
 * @module
 */

import type { Rollover } from "../../packet/mod.ts";
import {
  type LinkOptions,
  type Random,
  seededRandom,
} from "../../simulator/mod.ts";
import type { RetransmissionOptions } from "../../transfer/mod.ts";
import { KINDS, type Mishap } from "./_mishaps.ts";

/** How a source gives its bytes, or a sink takes them. */
export interface Pace {
  /** At once; by a promise that is settled; by one that takes its time; or as a stream. */
  readonly kind: "now" | "soon" | "slow" | "stream";
  /** How long each piece takes, in milliseconds. */
  readonly delayMs: number;
  /** Octets in a piece of a source. */
  readonly pieceBytes: number;
}

/** What a handler does wrong. */
export type Failure =
  | "none"
  | "missing"
  | "refuses"
  | "throws"
  | "breaks midway"
  | "breaks at the end";

/** One client, and what the server's handler makes of it. */
export interface ClientPlan {
  readonly operation: "read" | "write";
  readonly mode: "octet" | "netascii";
  readonly sizeBytes: number;
  readonly blksize: number;
  readonly windowsize: number;
  readonly timeout: number | null;
  readonly rollover: Rollover;
  readonly rolloverOption: 0 | 1 | null;
  readonly rfc1350: boolean;
  readonly fallback: boolean;
  readonly strict: boolean;
  readonly retransmission: RetransmissionOptions;
  readonly dallyMs: number;
  readonly startMs: number;
  readonly link: LinkOptions;
  readonly mishaps: readonly Mishap[];
  /** When nothing at all passes, in milliseconds. */
  readonly blackout: { readonly fromMs: number; readonly toMs: number } | null;
  readonly near: Pace;
  readonly far: Pace;
  /** How long the handler thinks, in milliseconds. */
  readonly handlerMs: number;
  readonly failure: Failure;
  readonly abortMs: number | null;
  readonly crashMs: number | null;
}

/** The server. */
export interface ServerPlan {
  readonly singlePort: boolean;
  readonly hasPortRange: boolean;
  readonly blksize: number;
  readonly windowsize: number;
  readonly rollover: Rollover;
  readonly rfc1350: boolean;
  readonly refuseOptions: readonly string[];
  readonly retransmission: RetransmissionOptions;
  readonly dallyMs: number;
  readonly shutdownMs: number | null;
  readonly crashMs: number | null;
}

/** One run. */
export interface Plan {
  readonly seed: number;
  readonly server: ServerPlan;
  readonly clients: readonly ClientPlan[];
  readonly receiveBufferBytes: number;
  readonly receiveMs: number;
  /** When strangers send something to the sockets of others, in milliseconds. */
  readonly strangersMs: readonly number[];
  /** When all faults end. */
  readonly calmMs: number;
}

/** Draws all that a seed says. */
export function drawPlan(seed: number): Plan {
  const random = seededRandom(seed);
  const isLong = random.chance(1 / 250);
  const isGentle = isLong || random.chance(0.5);
  const server = drawServer(random, isLong);
  const count = isLong ? 1 : random.pick([1, 1, 2, 3, 5]);
  const clients = Array.from(
    { length: count },
    () => drawClient(random, server, isGentle, isLong),
  );
  return {
    seed,
    server,
    clients,
    receiveBufferBytes: random.pick([212_992, 212_992, 65_536, 20_000]),
    receiveMs: random.pick([0, 0, 0, 0.02, 0.3]),
    strangersMs: Array.from(
      { length: random.pick([0, 0, 5, 30]) },
      () => random.between(1, 3000),
    ),
    calmMs: random.pick([500, 5000, 60_000, 60_000]),
  };
}

function drawServer(random: Random, isLong: boolean): ServerPlan {
  const refusable = ["blksize", "windowsize", "timeout", "tsize", "rollover"];
  return {
    singlePort: random.chance(0.4),
    hasPortRange: random.chance(0.2),
    blksize: random.pick([65464, 65464, 65464, 8192, 1468, 512, 8]),
    windowsize: random.pick([64, 64, 1, 7, 1000]),
    rollover: isLong
      ? random.pick([0, 0, 1, "refuse"])
      : random.pick([0, 0, 0, 1, "refuse"]),
    rfc1350: !isLong && random.chance(0.05),
    refuseOptions: refusable.filter(() => !isLong && random.chance(0.05)),
    retransmission: drawRetransmission(random),
    dallyMs: random.pick([6000, 6000, 1000, 0]),
    shutdownMs: random.chance(0.05) ? random.between(1, 5000) : null,
    crashMs: random.chance(0.03) ? random.between(1, 5000) : null,
  };
}

function drawClient(
  random: Random,
  server: ServerPlan,
  isGentle: boolean,
  isLong: boolean,
): ClientPlan {
  const blksize = isLong ? 8 : drawBlockSize(random);
  const sizeBytes = drawSize(random, Math.min(blksize, server.blksize), isLong);
  return {
    operation: random.pick(["read", "write"]),
    mode: random.chance(0.25) ? "netascii" : "octet",
    sizeBytes,
    blksize,
    windowsize: random.pick([1, 2, 4, 16, 16, 64, random.between(1, 200)]),
    timeout: random.chance(0.15) ? random.between(1, 5) : null,
    rollover: random.chance(0.8) ? server.rollover : random.pick([0, 1]),
    rolloverOption: random.chance(0.1) ? random.pick([0, 1]) : null,
    rfc1350: !isLong && random.chance(0.05),
    fallback: random.chance(0.8),
    strict: random.chance(0.2),
    retransmission: drawRetransmission(random),
    dallyMs: random.pick([6000, 6000, 500, 0]),
    startMs: random.pick([0, 0, random.between(0, 2000)]),
    link: isGentle ? drawGentleLink(random) : drawLink(random),
    mishaps: random.chance(0.3) ? drawMishaps(random) : [],
    blackout: !isGentle && random.chance(0.15)
      ? blackout(random.between(1, 5000), random.between(10, 20_000))
      : null,
    near: drawPace(random, sizeBytes, isGentle),
    far: drawPace(random, sizeBytes, isGentle),
    handlerMs: isGentle
      ? random.pick([0, 0, 0, 5, 100])
      : random.pick([0, 0, 0, 5, 400, 2500]),
    failure: random.chance(0.85) ? "none" : random.pick(
      [
        "missing",
        "refuses",
        "throws",
        "breaks midway",
        "breaks at the end",
      ] as const,
    ),
    abortMs: random.chance(0.06) ? random.between(0, 3000) : null,
    crashMs: random.chance(0.05) ? random.between(0, 3000) : null,
  };
}

function drawMishaps(random: Random): Mishap[] {
  return Array.from({ length: random.between(1, 3) }, () => ({
    kind: random.pick(KINDS),
    times: random.pick([1, 1, 2, 4]),
    againMs: random.chance(0.6)
      ? null
      : random.pick([1, 30, 500, 3000]) * (0.5 + random.next()),
  }));
}

function blackout(fromMs: number, durationMs: number) {
  return { fromMs, toMs: fromMs + durationMs };
}

function drawBlockSize(random: Random): number {
  return random.pick([
    8,
    9,
    64,
    511,
    512,
    512,
    1024,
    1428,
    1468,
    8192,
    16_384,
    65_463,
    65_464,
    random.between(8, 2000),
    random.between(8, 65_464),
  ]);
}

/** Octets in the file: mostly where something may go wrong by one. */
function drawSize(random: Random, blksize: number, isLong: boolean): number {
  if (isLong) return random.between(65_530, 66_200) * blksize;
  const most = Math.max(1, Math.floor(3_000_000 / blksize));
  const blocks = random.between(
    0,
    Math.min(most, random.pick([3, 20, 20, 130, 400])),
  );
  const nearby = random.pick([0, 0, 1, -1, random.between(0, blksize)]);
  return Math.max(0, blocks * blksize + nearby);
}

function drawRetransmission(random: Random): RetransmissionOptions {
  if (random.chance(0.6)) return {};
  return {
    timeoutMs: random.pick([200, 1000, 3000]),
    retries: random.pick([3, 5, 8]),
    floorMs: random.pick([1, 50, 200]),
    jitter: random.pick([0, 0.1, 1]),
  };
}

function drawPace(
  random: Random,
  sizeBytes: number,
  isGentle: boolean,
): Pace {
  const kind = random.pick(["now", "now", "soon", "slow", "stream"] as const);
  const pieceBytes = random.pick([65_536, 65_536, 5000, 700]);
  const delayMs = random.pick([0, 1, 30, isGentle ? 10 : 1500]);
  return {
    kind,
    pieceBytes,
    delayMs: kind === "slow" || kind === "stream"
      // All pieces together do not take longer than a minute.
      ? Math.min(delayMs, 60_000 / pieces(sizeBytes, pieceBytes))
      : 0,
  };
}

/** In how many pieces a file is read or written, at most. */
export function pieces(sizeBytes: number, pieceBytes: number): number {
  return Math.ceil(sizeBytes / Math.min(pieceBytes, 4096)) + 2;
}

function drawGentleLink(random: Random): LinkOptions {
  return {
    delayMs: random.pick([0.05, 0.5, 20]),
    lossProbability: random.pick([0, 0.001, 0.01, 0.02]),
    duplicateProbability: random.pick([0, 0, 0.02]),
    reorderProbability: random.pick([0, 0, 0.02]),
  };
}

function drawLink(random: Random): LinkOptions {
  const delayMs = random.pick([0.05, 0.5, 5, 40, 150, 400]) *
    (0.5 + random.next());
  return {
    delayMs,
    jitterMs: random.pick([0, 0, delayMs, 20]),
    lossProbability: random.pick([0, 0.001, 0.01, 0.05, 0.15, 0.3]),
    duplicateProbability: random.pick([0, 0, 0.01, 0.1, 0.5]),
    reorderProbability: random.pick([0, 0, 0.01, 0.1, 0.4]),
    reorderDelayMs: random.pick([1, 10, 100, 900, 4000]),
    corruptProbability: random.pick([0, 0, 0, 0, 0, 0, 0.001, 0.02]),
    mtuBytes: random.pick([65_507, 65_507, 65_507, 65_507, 1500, 600]),
    ...(random.chance(0.4)
      ? {
        bytesPerSecond: random.pick([10_000_000, 1_000_000, 100_000]),
        queueBytes: random.pick([262_144, 16_384, 4000]),
      }
      : {}),
  };
}

/** A transfer that nothing is in the way of, to see whether a server still serves. */
const PROBE: ClientPlan = {
  operation: "read",
  mode: "octet",
  sizeBytes: 5000,
  blksize: 512,
  windowsize: 4,
  timeout: null,
  rollover: 0,
  rolloverOption: null,
  rfc1350: false,
  fallback: true,
  strict: true,
  retransmission: {},
  dallyMs: 1000,
  startMs: 0,
  link: {},
  mishaps: [],
  blackout: null,
  near: { kind: "now", delayMs: 0, pieceBytes: 65_536 },
  far: { kind: "now", delayMs: 0, pieceBytes: 65_536 },
  handlerMs: 0,
  failure: "none",
  abortMs: null,
  crashMs: null,
};

/** What must work when all faults are over, whatever happened before. */
export const PROBES: readonly ClientPlan[] = [
  PROBE,
  { ...PROBE, operation: "write" },
];
