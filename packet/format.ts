import { decodePacket } from "./decode.ts";
import { PacketSyntaxError } from "./errors.ts";
import type { OptionList, Packet } from "./packet.ts";

/**
 * Tells a packet in one line, for logs and traces. Whatever a name or text holds, the line stays one line and does
 * nothing to a terminal: control characters are written as escapes.
 *
 * @param packet The packet, or the datagram; bytes that are no packet are told as such.
 * @returns The line, without a line end.
 *
 * @example Packets as text
 * ```ts
 * import { formatPacket } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatPacket({ type: "ACK", block: 7 }), "ACK 7");
 * assertEquals(
 *   formatPacket({ type: "RRQ", filename: "a b", mode: "octet", options: [["tsize", "0"]] }),
 *   'RRQ "a b" octet tsize=0',
 * );
 * ```
 */
export function formatPacket(packet: Packet | Uint8Array): string {
  if (packet instanceof Uint8Array) {
    try {
      return formatPacket(decodePacket(packet));
    } catch (error) {
      if (!(error instanceof PacketSyntaxError)) throw error;
      const shown = packet.length === 0 ? "" : `: ${hex(packet)}`;
      return `malformed, ${packet.length} octets${shown} (${error.message})`;
    }
  }
  switch (packet.type) {
    case "RRQ":
    case "WRQ":
      return `${packet.type} ${quoteText(packet.filename)} ${
        escapeText(packet.mode)
      }${listOptions(packet.options)}`;
    case "DATA":
      return `DATA ${packet.block} (${packet.data.length} octets)`;
    case "ACK":
      return `ACK ${packet.block}`;
    case "ERROR":
      return `ERROR ${packet.code} ${quoteText(packet.message)}`;
    case "OACK":
      return `OACK${listOptions(packet.options)}`;
  }
}

/**
 * A text from the network in quotation marks, with everything escaped that could end them, break the line or steer a
 * terminal.
 *
 * @param text The text.
 * @returns The quoted text.
 *
 * @example A name with a line end and an escape sequence in it
 * ```ts
 * import { quoteText } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quoteText("a\n\x1b[31m"), '"a\\n\\u001b[31m"');
 * ```
 */
export function quoteText(text: string): string {
  return `"${escapeText(text).replaceAll('"', '\\"')}"`;
}

/**
 * Tells options in one line, for logs and traces: `name=value`, with a blank between two. What could be taken for more than
 * one of them is put in quotation marks, and everything is escaped as in `quoteText`.
 *
 * @param options The options of a request or an OACK.
 * @returns The text; empty when there are none.
 *
 * @example A value that looks like another option
 * ```ts
 * import { formatOptions } from "@tftpkit/tftp/packet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatOptions([["blksize", "1428"], ["color", "blue tsize=0"]]),
 *   'blksize=1428 color="blue tsize=0"',
 * );
 * ```
 */
export function formatOptions(options: OptionList): string {
  return options.map(([name, value]) =>
    `${/[\s"=]/.test(name) ? quoteText(name) : escapeText(name)}=${
      /[\s",]/.test(value) ? quoteText(value) : escapeText(value)
    }`
  ).join(" ");
}

/** C0 and C1 controls, line separators, bidirectional overrides and the like: all that is not seen as itself. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\\]/gu;

function escapeText(text: string): string {
  return text.replace(UNSEEN_REGEXP, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    if (character === "\\") return "\\\\";
    const digits = character.codePointAt(0)!.toString(16).padStart(4, "0");
    return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
  });
}

function listOptions(options: OptionList): string {
  return options.length === 0 ? "" : ` ${formatOptions(options)}`;
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(
    bytes.subarray(0, 16),
    (octet) => octet.toString(16).padStart(2, "0"),
  );
  return shown.join(" ") + (bytes.length > 16 ? " …" : "");
}
