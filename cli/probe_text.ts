// A report for people: one heading a group with its verdict, one line a check with finding and verdict. Rules:
// 1. No line is wider than it was said, but for those of packets, which stay whole. A finding that is too long goes on in the next line, under itself; nothing is cut.
// 2. Without the file, what needs one was not asked, and is counted only.
// 3. Colours only repeat what the words say.

import { formatBytes, formatDuration } from "../observe/mod.ts";
import { quoteText } from "../packet/mod.ts";
import type { ProbePacket, ProbeReport, ProbeResult } from "../probe/mod.ts";
import { wrapHanging, wrapText } from "./wrap.ts";

/** How to tell it. */
export interface ProbeTextOptions {
  /** Whether to show every packet, and what each check asks. */
  readonly isVerbose: boolean;
  /** Whether to use colours. */
  readonly hasColor: boolean;
  /**
   * Columns of a line, 40 or more.
   *
   * @default {80}
   */
  readonly width?: number;
}

const DEFAULT_WIDTH = 80;
const NAME_WIDTH = 22;
const VERDICT_WIDTH = 7;
const FINDING_COLUMN = 2 + NAME_WIDTH + 1;

const TITLES: Readonly<Record<string, string>> = {
  "RFC 1350": "the protocol",
  "RFC 1123": "retransmission (section 4.2.3)",
  "RFC 2347": "option negotiation",
  "RFC 2348": "block size",
  "RFC 2349": "timeout and transfer size",
  "RFC 7440": "window size",
  "No RFC": "extensions, and what a forged request brings",
  "Writes": "uploads",
  "Security": "ways out of the directory, and malformed requests",
};

const COLORS: Readonly<Record<string, string>> = {
  ok: "\x1b[32m",
  differs: "\x1b[33m",
  fault: "\x1b[31m",
  unknown: "\x1b[90m",
  unsupported: "\x1b[90m",
};

/**
 * The report as a table.
 *
 * @param report What was found.
 * @param options How to tell it.
 * @returns The lines, each with its line end.
 */
export function probeText(
  report: ProbeReport,
  options: ProbeTextOptions,
): string {
  const { width = DEFAULT_WIDTH } = options;
  if (report.file === "silent") {
    return headLines(report, width).join("\n") + "\n";
  }
  const shown = shownResults(report);
  const tables = report.verdicts.flatMap(({ group, verdict }) => {
    const title = TITLES[group] ?? "";
    const members = shown.filter((each) => each.group === group);
    if (members.length === 0) return [];
    return [
      "",
      ...rows(`${group}: ${title}`, 0, verdict, options),
      ...members.flatMap((result) => resultLines(result, options)),
    ];
  });
  return [
    ...headLines(report, width),
    ...tables,
    "",
    ...footLines(report, width),
    "",
  ]
    // What is shown of a check ends in a blank line, and a group begins with one.
    .filter((line, index, all) => line !== "" || all[index - 1] !== "")
    .join("\n");
}

function shownResults(
  { file, results }: ProbeReport,
): readonly ProbeResult[] {
  return file === "present"
    ? results
    : results.filter(({ packets }) => packets.length > 0);
}

function headLines(report: ProbeReport, width: number): string[] {
  const { server, filename, file, answer, sizeBytes, roundTripMs } = report;
  const name = quoteText(filename);
  if (file === "silent") {
    return wrapText(
      `${server} says nothing: no server there, or none that may be reached`,
      width,
    );
  }
  const trip = `round trip ${formatTrip(roundTripMs ?? 0)}`;
  if (file === "present") {
    const size = sizeBytes === null ? "size unknown" : `${sizeBytes} octets`;
    return wrapText(`${server} has ${name}, ${size}, ${trip}`, width);
  }
  return [
    `${server} answers, ${trip}`,
    ...wrapText(
      `It does not serve ${name}: ${answer}. Most checks need a file that is there; name one to see more.`,
      width,
    ),
  ];
}

function footLines(report: ProbeReport, width: number): string[] {
  const { sent, received, durationMs } = report;
  const results = shownResults(report);
  const leftOut = report.results.length - results.length;
  const count = (verdict: string) =>
    results.filter((each) => each.verdict === verdict).length;
  const missing = results.filter((each) => each.isUnsupported).length;
  const faults = count("fault");
  return [
    `${count("ok")} ok, ${count("differs") - missing} differ, ${faults} ${
      faults === 1 ? "fault" : "faults"
    }, ${missing} not supported, ${count("unknown")} unknown${
      leftOut === 0 ? "" : `, ${leftOut} not asked`
    }`,
    `${formatDuration(durationMs)}; sent ${sent.packets} packets, ${
      formatBytes(sent.bytes)
    }; received ${received.packets}, ${formatBytes(received.bytes)}`,
  ].flatMap((line) => wrapText(line, width));
}

function formatTrip(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}

function resultLines(
  result: ProbeResult,
  options: ProbeTextOptions,
): string[] {
  const { name, finding, verdict, isUnsupported = false } = result;
  return [
    ...rows(
      `  ${name.padEnd(NAME_WIDTH)} ${finding}`,
      FINDING_COLUMN,
      isUnsupported ? "none" : verdict,
      options,
    ),
    ...(options.isVerbose ? detailLines(result, options) : []),
  ];
}

function detailLines(
  { section, asks, packets }: ProbeResult,
  { width = DEFAULT_WIDTH }: ProbeTextOptions,
): string[] {
  if (packets.length === 0) return [];
  const where = section === ""
    ? ""
    : ` (${/^[0-9.]+$/.test(section) ? `section ${section}` : section})`;
  return [
    ...wrapHanging(`    ${asks}${where}`, width, 4),
    ...packets.map(packetLine),
    "",
  ];
}

function packetLine(
  { atMs, direction, localPort, serverPort, packet }: ProbePacket,
): string {
  const arrow = direction === "sent" ? ">" : "<";
  return `${atMs.toFixed(1).padStart(10)} ms  ${localPort} ${arrow} ${
    String(serverPort).padEnd(5)
  }  ${packet}`;
}

/** A text with a verdict at the right edge of its first line. */
function rows(
  text: string,
  indent: number,
  verdict: string,
  { hasColor, width = DEFAULT_WIDTH }: ProbeTextOptions,
): string[] {
  const room = width - Math.max(VERDICT_WIDTH, verdict.length) - 1;
  const [first, ...rest] = wrapHanging(text, room, indent);
  const color = COLORS[verdict] ?? COLORS.unknown!;
  const shown = hasColor ? `${color}${verdict}\x1b[0m` : verdict;
  return [first!.padEnd(width - verdict.length) + shown, ...rest];
}
