// A report for people, in 80 columns: one heading a group with its verdict, one line a check with finding and verdict. Rules:
// 1. A finding that is too long goes on in the next line, under itself; nothing is cut.
// 2. Without the file, what needs one was not asked, and is counted only.
// 3. Colours only repeat what the words say.

import { formatBytes, formatDuration } from "../observe/mod.ts";
import { quoteText } from "../packet/mod.ts";
import type { ProbePacket, ProbeReport, ProbeResult } from "../probe/mod.ts";

/** How to tell it. */
export interface ProbeTextOptions {
  /** Whether to show every packet, and what each check asks. */
  readonly isVerbose: boolean;
  /** Whether to use colours. */
  readonly hasColor: boolean;
}

const WIDTH = 80;
const NAME_WIDTH = 22;
const VERDICT_WIDTH = 7;
const FINDING_COLUMN = 2 + NAME_WIDTH + 1;
const FINDING_WIDTH = WIDTH - FINDING_COLUMN - 1 - VERDICT_WIDTH;

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
  if (report.file === "silent") return headLines(report).join("\n") + "\n";
  const shown = shownResults(report);
  const tables = report.verdicts.flatMap(({ group, verdict }) => {
    const title = TITLES[group] ?? "";
    const members = shown.filter((each) => each.group === group);
    if (members.length === 0) return [];
    return [
      "",
      row(0, `${group}: ${title}`, verdict, options),
      ...members.flatMap((result) => resultLines(result, options)),
    ];
  });
  return [...headLines(report), ...tables, "", ...footLines(report), ""]
    .join("\n");
}

function shownResults(
  { file, results }: ProbeReport,
): readonly ProbeResult[] {
  return file === "present"
    ? results
    : results.filter(({ packets }) => packets.length > 0);
}

function headLines(report: ProbeReport): string[] {
  const { server, filename, file, answer, sizeBytes, roundTripMs } = report;
  const name = quoteText(filename);
  if (file === "silent") {
    return [
      `${server} says nothing: no server there, or none that may be reached`,
    ];
  }
  const trip = `round trip ${formatTrip(roundTripMs ?? 0)}`;
  if (file === "present") {
    const size = sizeBytes === null ? "size unknown" : `${sizeBytes} octets`;
    return [`${server} has ${name}, ${size}, ${trip}`];
  }
  return [
    `${server} answers, ${trip}`,
    ...wrap(
      `It does not serve ${name}: ${answer}. Most checks need a file that is there; name one to see more.`,
      WIDTH,
    ),
  ];
}

function footLines(report: ProbeReport): string[] {
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
  ];
}

function formatTrip(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}

function resultLines(
  result: ProbeResult,
  options: ProbeTextOptions,
): string[] {
  const { name, finding, verdict, isUnsupported = false } = result;
  const [first = "", ...rest] = wrap(finding, FINDING_WIDTH);
  const head = `  ${name.padEnd(NAME_WIDTH)} ${first}`;
  return [
    row(0, head, isUnsupported ? "none" : verdict, options),
    ...rest.map((line) => " ".repeat(FINDING_COLUMN) + line),
    ...(options.isVerbose ? detailLines(result) : []),
  ];
}

function detailLines({ section, asks, packets }: ProbeResult): string[] {
  if (packets.length === 0) return [];
  const where = section === ""
    ? ""
    : ` (${/^[0-9.]+$/.test(section) ? `section ${section}` : section})`;
  return [`    ${asks}${where}`, ...packets.map(packetLine), ""];
}

function packetLine(
  { atMs, direction, localPort, serverPort, packet }: ProbePacket,
): string {
  const arrow = direction === "sent" ? ">" : "<";
  return `${atMs.toFixed(1).padStart(10)} ms  ${localPort} ${arrow} ${
    String(serverPort).padEnd(5)
  }  ${packet}`;
}

/** A text with a verdict at the right edge. */
function row(
  indent: number,
  text: string,
  verdict: string,
  { hasColor }: ProbeTextOptions,
): string {
  const left = (" ".repeat(indent) + text).padEnd(WIDTH - VERDICT_WIDTH - 1);
  const color = COLORS[verdict] ?? COLORS.unknown!;
  const word = verdict.padStart(VERDICT_WIDTH);
  const shown = hasColor ? `${color}${word}\x1b[0m` : word;
  // A word longer than the column takes of the blanks before it.
  return left.slice(0, WIDTH - word.length - 1).padEnd(WIDTH - word.length) +
    shown;
}

/** Breaks a text between words; a word that is too long, wherever the line ends. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    for (; word.length > width; word = word.slice(width)) {
      lines.push(word.slice(0, width));
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
