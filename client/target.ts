// Which file on which server. A URL is RFC 3617's:
//
//   tftp://host[:port]/name[;mode=netascii|octet]
//
// Rules:
// 1. One slash after the host is the separator; `tftp://host//name` asks for "/name".
// 2. The name is percent-decoded once, as UTF-8; %00 is refused, because a name ends at NUL on the wire.
// 3. Nothing is taken away or made shorter: "..", "?" and "#" go to the server as they are. A name is the server's affair.
//    A `URL` object has lost its ".." before it comes here; a string has not.

import { TFTP_PORT } from "../net/mod.ts";
import { checkNumber } from "../packet/check.ts";
import type { TransferMode } from "../packet/mod.ts";

/** A file on a server. */
export interface TftpTarget {
  /** The server's address or host name; IPv6 without brackets. */
  readonly hostname: string;
  /**
   * The server's port.
   *
   * @default {69}
   */
  readonly port?: number;
  /** The name of the file, as it goes to the server. */
  readonly filename: string;
  /**
   * How the bytes travel.
   *
   * @default {"octet"}
   */
  readonly mode?: TransferMode;
}

const URL_REGEXP = /^tftp:\/\/(\[[^\]/]*\]|[^:/[\]]*)(?::([0-9]*))?\/(.*)$/is;
const MODE_REGEXP = /;mode=([^;]*)$/i;

/**
 * Reads a TFTP URL (RFC 3617).
 *
 * @param url The URL.
 * @returns What it names, with port and mode filled in.
 * @throws {SyntaxError} When it is not a TFTP URL, or names nothing that can be asked for.
 *
 * @example A URL with everything
 * ```ts
 * import { parseTftpUrl } from "@tftpkit/tftp/client";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTftpUrl("tftp://[2001:db8::1]:6969/my%20file;mode=netascii"), {
 *   hostname: "2001:db8::1",
 *   port: 6969,
 *   filename: "my file",
 *   mode: "netascii",
 * });
 * ```
 */
export function parseTftpUrl(url: string | URL): Required<TftpTarget> {
  const text = String(url);
  const match = URL_REGEXP.exec(text);
  if (!match) {
    throw new SyntaxError(
      `Cannot use URL as it must look like tftp://host[:port]/name[;mode=netascii]: current value is "${text}"`,
    );
  }
  const [, host, portText = "", path] = match;
  const port = portText === "" ? TFTP_PORT : Number(portText);
  let encoded = path!;
  let mode: TransferMode = "octet";
  const modeMatch = MODE_REGEXP.exec(encoded);
  if (modeMatch) {
    encoded = encoded.slice(0, modeMatch.index);
    const word = modeMatch[1]!.toLowerCase();
    if (word !== "octet" && word !== "netascii") {
      throw new SyntaxError(
        `Cannot use URL as its mode must be octet or netascii: current value is "${text}"`,
      );
    }
    mode = word;
  }
  return checkTarget({
    hostname: decode(host!.replace(/^\[(.*)\]$/s, "$1"), text),
    port,
    filename: decode(encoded, text),
    mode,
  });
}

/**
 * Checks a target, and fills in what is left out.
 *
 * @param target A URL, or the parts of one.
 * @returns The target with port and mode.
 * @throws {SyntaxError} When there is no host, no name, or the name cannot go into a packet.
 * @throws {RangeError} When the port is none.
 */
export function resolveTarget(
  target: string | URL | TftpTarget,
): Required<TftpTarget> {
  if (typeof target === "string" || target instanceof URL) {
    return parseTftpUrl(target);
  }
  const { hostname, port = TFTP_PORT, filename, mode = "octet" } = target;
  return checkTarget({ hostname, port, filename, mode });
}

function checkTarget(target: Required<TftpTarget>): Required<TftpTarget> {
  const { hostname, port, filename } = target;
  if (hostname === "") {
    throw new SyntaxError(
      `Cannot transfer "${filename}" as a host must be named: tftp://host/name`,
    );
  }
  checkNumber("port", port, 1, 65535);
  if (filename === "" || filename.includes("\0")) {
    throw new SyntaxError(
      `Cannot ask for a file as its name must have at least one character, and no NUL: current value is ${
        JSON.stringify(filename)
      }`,
    );
  }
  return target;
}

function decode(text: string, url: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot use URL as its percent signs must stand before two hexadecimal digits and make UTF-8, %25 for "%" itself: current value is "${url}"`,
      { cause },
    );
  }
}
