/**
 * Puts load on a server for a minute, and says how it fared. Run by hand, with `deno task load`:
 *
 *     deno task load --seconds 60 --downloads 1000 --uploads 200 --addresses 200 --half-open 5000 [--json]
 *
 * The server is `tftpkit serve` with its defaults; clients and server share the machine.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Amplification, measureAmplification } from "./_amplification.ts";
import { type ClientReport, percentile, type ProcessState } from "./_load.ts";
import {
  type HalfOpenReport,
  type HonestReport,
  leaveHalfOpen,
  type LoadReport,
  putLoad,
} from "./_load_run.ts";

interface Summary {
  readonly load: ReturnType<typeof summarize>;
  readonly halfOpen: HalfOpenReport;
  readonly amplification: readonly Amplification[];
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, {
    string: ["seconds", "downloads", "uploads", "addresses", "half-open"],
    boolean: ["json"],
    default: {
      seconds: "60",
      downloads: "1000",
      uploads: "200",
      addresses: "200",
      "half-open": "5000",
    },
  });
  const report = await putLoad({
    seconds: Number(args.seconds),
    downloads: Number(args.downloads),
    uploads: Number(args.uploads),
    addresses: Number(args.addresses),
    rounds: 1,
  });
  const halfOpen = await leaveHalfOpen(Number(args["half-open"]), 100);
  const amplification = await measureAmplification();
  const summary = { load: summarize(report), halfOpen, amplification };
  console.log(
    args.json ? JSON.stringify(summary, null, 2) : format(summary).join("\n"),
  );
}

function summarizeClients(
  { transfers, bytes, retransmissions, failures, durationsMs }: ClientReport,
  seconds: number,
) {
  return {
    transfers,
    failures,
    retransmissions,
    megabytes: Math.round(bytes / 1e6),
    transfersPerSecond: Math.round(transfers / seconds),
    megabytesPerSecond: Math.round(bytes / 1e5 / seconds) / 10,
    medianMs: percentile(durationsMs, 50),
    p99Ms: percentile(durationsMs, 99),
    maxMs: percentile(durationsMs, 100),
  };
}

function summarize(report: LoadReport) {
  const { downloads, uploads, seconds, samples, ...rest } = report;
  return {
    seconds: Math.round(seconds * 10) / 10,
    downloads: summarizeClients(downloads, seconds),
    uploads: summarizeClients(uploads, seconds),
    ...rest,
    samples: samples.map(roundState),
  };
}

function roundState({ rssBytes, files, cpuSeconds }: ProcessState) {
  return { rssMiB: Math.round(rssBytes / 2 ** 20), files, cpuSeconds };
}

function format({ load, halfOpen, amplification }: Summary): string[] {
  const { downloads, uploads, samples } = load;
  const at = (second: number) => samples[second - 1]?.rssMiB ?? "-";
  const during = samples.slice(0, Math.round(load.seconds));
  const state = (state: ProcessState) => {
    const { rssMiB, files } = roundState(state);
    return `${rssMiB} MiB, ${files} files`;
  };
  return [
    `Load for ${load.seconds} s`,
    ...[["downloads", downloads], ["uploads", uploads]].map(
      ([name, clients]) => `  ${name}: ${JSON.stringify(clients)}`,
    ),
    `  uploads that are not on the disk as acknowledged: ${load.wrongUploads}`,
    `  the server complained: ${JSON.stringify(load.complaints)}`,
    `  memory in MiB after 5, 10, 20, 30, 40, 50, 60 s: ${
      [5, 10, 20, 30, 40, 50, 60].map(at).join(", ")
    }`,
    `  before ${state(load.before)}; most files ${
      Math.max(...during.map(({ files }) => files))
    }; after ${state(load.after)}`,
    `  honest client before:     ${formatHonest(load.honestBefore)}`,
    `  honest client under load: ${formatHonest(load.honestUnderLoad)}`,
    "Half-open requests",
    `  honest client alone:               ${
      formatHonest(halfOpen.honestAlone)
    }`,
    `  among those of other addresses:    ${formatHonest(halfOpen.honest)}`,
    `  among those of its own address:    ${
      formatHonest(halfOpen.honestAtSameAddress)
    }`,
    `  before ${state(halfOpen.before)}; peak ${state(halfOpen.peak)}; after ${
      state(halfOpen.after)
    }`,
    "Octets out for octets in, before the client has answered",
    ...amplification.map((each) =>
      `  ${each.request}: ${each.packetsOut} packets of ${each.bytesOut} for ${each.packetsIn} of ${each.bytesIn}: ${each.factor}, with headers ${each.factorOnWire}`
    ),
  ];
}

function formatHonest(
  { transfers, failures, retransmissions, medianMs, p99Ms, maxMs }:
    HonestReport,
): string {
  return `${transfers} transfers, ${failures} failures, ${retransmissions} retransmissions; ms: median ${medianMs}, p99 ${p99Ms}, max ${maxMs}`;
}
