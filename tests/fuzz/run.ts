/**
 * Floods a server with as much hostile traffic as one wants, and tells what came of it:
 * `deno task fuzz --datagrams 1000000 --seed 7 [--own-ports | --single-port] [--udp]`. With `--udp` the traffic goes over the
 * UDP of this machine to `tftpkit serve` in a process of its own.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { type CampaignReport, runCampaign } from "./_campaign.ts";
import { floodProgram, type UdpReport } from "./_udp.ts";

const MEGA = 1024 * 1024;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["seed", "datagrams"],
    boolean: ["own-ports", "single-port", "udp"],
    default: { datagrams: "1000000", seed: String(Date.now() % 1_000_000) },
  });
  const seed = Number(args.seed);
  const datagrams = Number(args.datagrams);
  const modes = [false, true].filter((singlePort) =>
    args["own-ports"] === args["single-port"] ||
    args["single-port"] === singlePort
  );
  for (const singlePort of modes) {
    const mode = singlePort ? "single-port" : "own-ports";
    console.log(`--seed ${seed} --datagrams ${datagrams} --${mode}`);
    const options = { seed, datagrams, singlePort };
    const lines = args.udp
      ? describeUdp(await floodProgram(options))
      : describe(await runCampaign(options));
    console.log(lines.join("\n"));
  }
}

function describe(report: CampaignReport): string[] {
  const { tally } = report;
  const seconds = report.elapsedMs / 1000;
  const count = tally.hostilePacketsIn;
  return [
    `${count} hostile datagrams in ${seconds.toFixed(1)} s, ${
      Math.round(count / seconds)
    } a second (${
      Math.round(report.virtualMs / 1000)
    } s on the server's clock)`,
    `honest transfers: ${report.downloads} downloads, ${report.uploads} uploads`,
    `requests: ${report.requests}; ${pairs(report.endings)}`,
    `sent: ${pairs(tally.answers)}; to strangers ${tally.strangersAnswered}`,
    `amplification towards unproven addresses: overall ${
      tally.overallFactor.toFixed(2)
    } (IP packets), worst ${tally.worstPacketFactor.toFixed(1)} (IP packets), ${
      tally.worstPayloadFactor.toFixed(1)
    } (payload); after an answer, worst ${tally.worstProvenFactor.toFixed(1)}`,
    `peaks: ${report.peakTransfers} transfers, ${tally.peakSockets} sockets, heap ${
      Math.round(report.peakHeapBytes / MEGA)
    } MiB, resident ${Math.round(report.peakRssBytes / MEGA)} MiB`,
    ...[...tally.kinds].sort().map(([kind, { sent, answers }]) =>
      `  ${kind}: ${sent} sent, ${answers} answers`
    ),
  ];
}

function describeUdp(report: UdpReport): string[] {
  const seconds = report.elapsedMs / 1000;
  return [
    `${report.sent} hostile datagrams over UDP in ${seconds.toFixed(1)} s, ${
      Math.round(report.sent / seconds)
    } a second`,
    `honest transfers: ${report.downloads} downloads, ${report.uploads} uploads`,
    `answers: ${pairs(report.answers)}`,
  ];
}

function pairs(counts: ReadonlyMap<string, number>): string {
  return [...counts].sort().map(([name, count]) => `${name} ${count}`).join(
    ", ",
  );
}
