// The options of `bench`, and what they mean together.

import { parseTftpUrl, type TftpTarget } from "../../client.ts";
import {
  type OptionSpec,
  type ParsedArguments,
  TIMING_OPTIONS,
  UsageError,
} from "../command.ts";
import { UrlError } from "../transfers.ts";
import type { ValueType } from "../value.ts";
import type { Setting } from "./result.ts";
import type { Load } from "./run.ts";

const MAX_CLIENTS = 1000;
const DEFAULT_TRANSFERS = 10;
const DEFAULT_BLKSIZE = "1428";
const DEFAULT_WINDOWSIZE = "16";
const DEFAULT_SIZE_BYTES = 2 ** 20;

const LOAD_OPTIONS: readonly OptionSpec[] = [
  {
    name: "clients",
    alias: "c",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: MAX_CLIENTS },
    description: "Clients side by side, each with one transfer (default: 1)",
  },
  {
    name: "transfers",
    alias: "n",
    value: "COUNT",
    type: { kind: "integer", min: 1, max: 1e9 },
    excludes: ["duration"],
    description:
      `Transfers of all clients together, for each block and window size (default: ${DEFAULT_TRANSFERS})`,
  },
  {
    name: "duration",
    alias: "d",
    value: "SECONDS",
    type: { kind: "seconds" },
    description: "Begin transfers for this long instead",
  },
  {
    name: "warmup",
    value: "COUNT",
    type: { kind: "integer", min: 0, max: 1000 },
    description:
      "Transfers of each client that come first and are not counted (default: 1)",
  },
];

const TRANSFER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "blksize",
    alias: "b",
    value: "OCTETS,...",
    type: numberList(8, 65464),
    isRepeatable: true,
    description: `Ask for these block sizes (default: ${DEFAULT_BLKSIZE})`,
  },
  {
    name: "windowsize",
    value: "BLOCKS,...",
    type: numberList(1, 32767),
    isRepeatable: true,
    description:
      `Ask for these windows, each with each block size (default: ${DEFAULT_WINDOWSIZE})`,
  },
  {
    name: "put",
    value: "SIZE",
    type: { kind: "octets" },
    description:
      "Upload files of this size, such as 64k or 16M, under new names in the directory that the URL names; they stay on the server",
  },
  {
    name: "overwrite-ok",
    description:
      "With --put, upload to the name in the URL again and again; to NAME-1, NAME-2 and so on with several clients",
  },
  ...TIMING_OPTIONS,
];

const SIMULATION_OPTIONS: readonly OptionSpec[] = [
  {
    name: "simulate",
    description: "Measure this program with itself, on a simulated network",
  },
  {
    name: "size",
    value: "SIZE",
    type: { kind: "octets" },
    description: "Size of the file that is downloaded there (default: 1M)",
  },
  {
    name: "loss",
    value: "PERCENT",
    type: decimal("a number of percent from 0 to 99", 99),
    description: "Lose this much of the packets each way (default: 0)",
  },
  {
    name: "delay",
    value: "MILLISECONDS",
    type: decimal("a number of milliseconds from 0 to 60000", 60_000),
    description: "Time of each packet on its way (default: 1)",
  },
  {
    name: "seed",
    value: "NUMBER",
    type: { kind: "integer", min: 0, max: Number.MAX_SAFE_INTEGER },
    description: "What chance follows from: the same again (default: 1)",
  },
];

/** Options of `bench`. */
export const BENCH_OPTIONS: readonly OptionSpec[] = [
  ...grouped("Load", LOAD_OPTIONS),
  ...grouped("Transfers", TRANSFER_OPTIONS),
  ...grouped("Simulation", SIMULATION_OPTIONS),
  { name: "json", description: "Write one JSON object and no plot" },
  { name: "ascii", description: "Draw with nothing but ASCII" },
];

/** What the simulated network is like. */
export interface SimulationPlan {
  /** What chance follows from. */
  readonly seed: number;
  /** Packets lost, in percent. */
  readonly lossPercent: number;
  /** Time on the way, in milliseconds. */
  readonly delayMs: number;
  /** Octets of the file that is downloaded. */
  readonly sizeBytes: number;
}

/** What `bench` was asked to do. */
export interface BenchPlan {
  readonly load: Load;
  readonly settings: readonly Setting[];
  /** Octets to upload; `null` to download. */
  readonly uploadBytes: number | null;
  /** Whether to upload to the same names again. */
  readonly isOverwriting: boolean;
  /** The URL as it was given; `null` on the simulator. */
  readonly url: string | null;
  /** What it names: for uploads of new names the directory, without a slash at its end, "" for the top. */
  readonly target: Required<TftpTarget> | null;
  readonly simulation: SimulationPlan | null;
}

/**
 * What the arguments mean.
 *
 * @param args The arguments.
 * @returns The plan.
 * @throws {UsageError} When they make no sense together.
 */
export function planBench(args: ParsedArguments): BenchPlan {
  const uploadBytes = args.bytes("put") ?? null;
  const isOverwriting = args.has("overwrite-ok");
  if (isOverwriting && uploadBytes === null) {
    throw new UsageError("--overwrite-ok is about uploads: it needs --put");
  }
  const simulation = planSimulation(args);
  const durationMs = args.seconds("duration") ?? null;
  const place = simulation
    ? { url: null, target: null }
    : planTarget(args, uploadBytes !== null, isOverwriting);
  return {
    load: {
      clients: args.integer("clients") ?? 1,
      transfers: durationMs === null
        ? args.integer("transfers") ?? DEFAULT_TRANSFERS
        : null,
      durationMs,
      warmup: args.integer("warmup") ?? 1,
    },
    settings: numbers(args, "blksize", DEFAULT_BLKSIZE).flatMap((blksize) =>
      numbers(args, "windowsize", DEFAULT_WINDOWSIZE)
        .map((windowsize) => ({ blksize, windowsize }))
    ),
    uploadBytes,
    isOverwriting,
    ...place,
    simulation,
  };
}

function planSimulation(args: ParsedArguments): SimulationPlan | null {
  if (!args.has("simulate")) {
    const alone = ["size", "loss", "delay", "seed"].find((it) => args.has(it));
    if (alone) {
      throw new UsageError(`--${alone} is about the simulator: add --simulate`);
    }
    return null;
  }
  if (args.operands.length > 0) {
    throw new UsageError(
      "--simulate has a server of its own: it takes no URL",
    );
  }
  if (args.has("put") && args.has("size")) {
    throw new UsageError("--put has its size: leave --size out");
  }
  return {
    seed: args.integer("seed") ?? 1,
    lossPercent: Number(args.text("loss") ?? 0),
    delayMs: Number(args.text("delay") ?? 1),
    sizeBytes: args.bytes("size") ?? DEFAULT_SIZE_BYTES,
  };
}

function planTarget(
  { operands }: ParsedArguments,
  isUpload: boolean,
  isOverwriting: boolean,
): { url: string; target: Required<TftpTarget> } {
  const [url, ...more] = operands;
  if (url === undefined || more.length > 0) {
    throw new UsageError(
      "One URL is needed, such as tftp://192.0.2.1/boot.img, or --simulate",
    );
  }
  const isDirectory = /\/$/.test(url);
  if (isUpload && isOverwriting === isDirectory) {
    throw new UsageError(
      isDirectory
        ? "--overwrite-ok needs the name of a file at the end of the URL"
        : `Files of new names are uploaded into a directory: end ${url} with a slash, or add --overwrite-ok to replace that file`,
    );
  }
  if (!isUpload && isDirectory) {
    throw new UrlError(`${url} names no file: put a name at its end`);
  }
  try {
    // A directory is no file; with a name behind it, it is.
    const target = parseTftpUrl(isDirectory ? `${url}x` : url);
    const { filename } = target;
    return {
      url,
      target: isDirectory
        ? { ...target, filename: filename.slice(0, -1) }
        : target,
    };
  } catch (error) {
    throw new UrlError(error instanceof Error ? error.message : `${error}`);
  }
}

function numbers(
  args: ParsedArguments,
  name: string,
  fallback: string,
): number[] {
  const texts = args.has(name) ? args.all(name) : [fallback];
  return [...new Set(texts.flatMap((text) => text.split(",").map(Number)))];
}

function numberList(min: number, max: number): ValueType {
  return {
    kind: "text",
    wish: `whole numbers from ${min} to ${max}, with commas between them`,
    pattern: "[0-9]{1,5}(?:,[0-9]{1,5})*",
    isValid: (text) =>
      text.split(",").map(Number).every((it) => it >= min && it <= max),
  };
}

function decimal(wish: string, max: number): ValueType {
  return {
    kind: "text",
    wish,
    pattern: "[0-9]+(?:\\.[0-9]+)?",
    isValid: (text) => Number(text) <= max,
  };
}

function grouped(
  group: string,
  options: readonly OptionSpec[],
): readonly OptionSpec[] {
  return options.map((option) => ({ ...option, group }));
}
