// Words for findings: what a server did, in as few of them as it takes.

import {
  findOption,
  formatOptions,
  parseOptionNumber,
  quoteText,
} from "../packet/mod.ts";
import type { Heard } from "./conversation.ts";
import type { Finding } from "./report.ts";

/** Characters of a server's text that a finding quotes. */
const MAX_TEXT = 60;

type Values = NonNullable<Finding["values"]>;

/** As the RFC has it. */
export function ok(finding: string, values: Values = {}): Finding {
  return { verdict: "ok", finding, values };
}

/** No RFC rules it out, and clients may stumble over it. */
export function differs(finding: string, values: Values = {}): Finding {
  return { verdict: "differs", finding, values };
}

/** Against an RFC, or against the safety of others. */
export function fault(finding: string, values: Values = {}): Finding {
  return { verdict: "fault", finding, values };
}

/** It could not be told, and why. */
export function unknown(finding: string, values: Values = {}): Finding {
  return { verdict: "unknown", finding, values };
}

/** An option was asked for, and the server went on without it, which RFC 2347 lets it do. */
export function unsupported(finding = "not supported"): Finding {
  return { verdict: "differs", finding, isUnsupported: true };
}

/** A datagram in a few words. */
export function describe(heard: Heard | null): string {
  if (heard === null) return "silence";
  const { packet, sizeBytes } = heard;
  switch (packet?.type) {
    case undefined:
      return sizeBytes === 0
        ? "an empty datagram"
        : `a malformed packet of ${sizeBytes} octets`;
    case "DATA":
      return `DATA ${packet.block} of ${packet.data.length} octets`;
    case "ACK":
      return `ACK ${packet.block}`;
    case "ERROR":
      return `ERROR ${packet.code} ${quoteText(shorten(packet.message))}`;
    case "OACK":
      return `OACK ${formatOptions(packet.options)}`.trimEnd();
    default:
      return packet!.type;
  }
}

/** The packet as it was is among the packets of the check. */
function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}

/** The value that an OACK gives to an option. */
export function acknowledged(
  heard: Heard | null,
  name: string,
): string | undefined {
  return heard?.packet?.type === "OACK"
    ? findOption(heard.packet.options, name)
    : undefined;
}

/** The same as a number; `NaN` when it is none. */
export function acknowledgedNumber(
  heard: Heard | null,
  name: string,
): number | undefined {
  const value = acknowledged(heard, name);
  return value === undefined ? undefined : parseOptionNumber(value) ?? NaN;
}

/** The DATA packet that came, if one did. */
export function dataOf(
  heard: Heard | null,
): { readonly block: number; readonly data: Uint8Array } | null {
  return heard?.packet?.type === "DATA" ? heard.packet : null;
}

/** The code of the ERROR that came, if one did. */
export function errorCodeOf(heard: Heard | null): number | null {
  return heard?.packet?.type === "ERROR" ? heard.packet.code : null;
}

/** Whether a text names a path of the server that was not in the request. */
export function leaksPath(text: string, asked: string): boolean {
  const rest = asked === "" ? text : text.replaceAll(asked, "");
  return /(^|[\s"'`(=:])(\/[^\s/"']+\/|\/[^\s/"']{2,}|[A-Za-z]:\\)/.test(rest);
}

/** The path that an ERROR gives away, as a finding; `null` when it gives none away. */
export function pathLeak(heard: Heard | null, asked: string): Finding | null {
  const packet = heard?.packet;
  return packet?.type === "ERROR" && leaksPath(packet.message, asked)
    ? fault(`gives away a path: ${describe(heard)}`, {
      code: packet.code,
    })
    : null;
}

/** Milliseconds as seconds, for people. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
