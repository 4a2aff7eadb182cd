import type { TftpTarget } from "../client.ts";
import { jsonLine } from "../observe/mod.ts";
import { probe, type ProbeOptions, type ProbeReport } from "../probe/mod.ts";
import { given } from "../packet/given.ts";
import { type Command, type ParsedArguments, UsageError } from "./command.ts";
import type { CliContext } from "./context.ts";
import { eachTransfer } from "./each_transfer.ts";
import { EXIT_STATUS, exitStatusHelp } from "./exit_status.ts";
import { needPermissions, netPermissions } from "./permission.ts";
import { probeText } from "./probe_text.ts";
import { failureOf } from "./transfer_failure.ts";
import { parseUrl, transferStatus } from "./transfers.ts";
import { lineWidth } from "./wrap.ts";

/** `probe URL` */
export const probeCommand: Command = {
  name: "probe",
  summary: "Ask a server what it is",
  usage: ["probe [OPTIONS] tftp://HOST[:PORT]/NAME"],
  options: [
    {
      name: "security",
      description:
        "Also try names that lead out of the served directory, and packets that have stopped servers: for servers of your own",
    },
    {
      name: "write",
      value: "NAME",
      type: { kind: "text" },
      description:
        "Also try uploads to this name, which is written and overwritten; without it, nothing is",
    },
    {
      name: "wrap",
      description:
        "Also read 65536 blocks to see which number follows 65535; in blocks of 8, a file of 512 KiB is enough",
    },
    {
      name: "wait",
      alias: "w",
      value: "SECONDS",
      type: { kind: "seconds" },
      description: "Wait this long for retransmissions (default: 1.5)",
    },
    {
      name: "quiet-time",
      value: "SECONDS",
      type: { kind: "seconds" },
      description:
        "Take it for silence when nothing comes for this long (default: 0.5)",
    },
    {
      name: "json",
      excludes: ["verbose"],
      description: "Write one JSON object, with every packet",
    },
    {
      name: "verbose",
      alias: "v",
      description: "Also show what each check asks, and every packet",
    },
  ],
  notes: [
    "NAME should be a file that the server has; one of some kilobytes with line ends tells most. Every conversation is ended as soon as it has told what was asked, and none of the data is kept.",
    "ok: as the RFC has it; differs: no RFC rules it out, but clients may stumble over it; fault: against an RFC, or against the safety of others; none: an option that the server does not take; unknown: it could not be told.",
  ],
  examples: [
    ["probe tftp://192.0.2.1/pxelinux.0", "asks for two seconds or so"],
    [
      "probe --security --write scratch.txt tftp://192.0.2.1/pxelinux.0",
      "asks a server of your own everything",
    ],
    [
      "probe --json tftp://192.0.2.1/pxelinux.0 | jq .verdicts",
      "shows what each RFC comes to",
    ],
  ],
  exitStatuses: exitStatusHelp({
    ok: "The server answers, and there is no fault",
    other: "There is a fault, or something else failed",
    silence: null,
    refused: null,
    file: null,
    exists: null,
    checksum: null,
  }),
  run,
  exitStatus: transferStatus,
};

async function run(
  args: ParsedArguments,
  context: CliContext,
): Promise<number> {
  const target = parseTarget(args);
  const options = probeOptions(args);
  await needPermissions(context, netPermissions([target.hostname]));
  return await eachTransfer(context, [target], async (each, signal) => {
    let report: ProbeReport;
    try {
      report = await probe(each, { ...options, signal });
    } catch (error) {
      const { text, status } = failureOf(error, {
        operation: "get",
        isBegun: false,
        isFileFault: false,
        isInterrupted: signal.aborted && error === signal.reason,
      });
      context.stderr.write(`Cannot probe ${each.hostname}: ${text}\n`);
      return status;
    }
    const { isTerminal } = context.stdout;
    context.stdout.write(
      args.has("json") ? jsonLine(report) + "\n" : probeText(report, {
        isVerbose: args.has("verbose"),
        hasColor: isTerminal && !context.noColor,
        width: lineWidth(context.stdout),
      }),
    );
    if (report.file === "silent") return EXIT_STATUS.noAnswer;
    const hasFault = report.results.some(({ verdict }) => verdict === "fault");
    return hasFault ? EXIT_STATUS.other : EXIT_STATUS.ok;
  });
}

function parseTarget({ operands }: ParsedArguments): Required<TftpTarget> {
  const [url, ...more] = operands;
  if (url === undefined) {
    throw new UsageError("A URL is missing, such as tftp://192.0.2.1/boot.img");
  }
  if (more.length > 0) {
    throw new UsageError(`One URL at a time: ${more[0]} is one too many`);
  }
  return parseUrl(url, undefined);
}

function probeOptions(args: ParsedArguments): ProbeOptions {
  return {
    security: args.has("security"),
    wrap: args.has("wrap"),
    ...given({
      write: args.text("write"),
      waitMs: args.seconds("wait"),
      quietMs: args.seconds("quiet-time"),
    }),
  };
}
