// A name on a server, as shells write it. Rules:
// 1. `host:name` names the server, too; an IPv6 address stands in brackets. `tftp://host[:port]/name` does as well, with what
//    RFC 3617 makes of it.
// 2. A host has no slash and no backslash, and one letter before `:\` or `:/` is a drive and not a host.
// 3. With `literal` on, a name is a name.

import { parseTftpUrl } from "../../client.ts";
import type { TransferMode } from "../../packet/mod.ts";

/** A name, and the server where one was named. */
export interface RemoteName {
  /** The server; `null` where none was named. */
  readonly hostname: string | null;
  /** Its port; `null` where none was named. */
  readonly port: number | null;
  /** How its bytes travel; `null` where nothing was said of it. */
  readonly mode: TransferMode | null;
  /** The name; empty where only the server was named. */
  readonly filename: string;
}

const HOST_REGEXP = /^(?:\[([^\]/\\]+)\]|([^:/\\[\]]+)):(.*)$/s;
const DRIVE_REGEXP = /^[a-z]:[/\\]/i;

/**
 * Reads a name on a server.
 *
 * @param text What was typed.
 * @param isLiteral Whether a colon is part of the name.
 * @returns The name.
 * @throws {SyntaxError} When it is a URL, and a wrong one.
 */
export function parseRemote(text: string, isLiteral: boolean): RemoteName {
  const nowhere = { hostname: null, port: null, mode: null };
  if (isLiteral) return { ...nowhere, filename: text };
  if (/^tftp:\/\//i.test(text)) {
    const { mode, ...target } = parseTftpUrl(text);
    return { ...target, mode: /;mode=[^;]*$/i.test(text) ? mode : null };
  }
  const match = DRIVE_REGEXP.test(text) ? null : HOST_REGEXP.exec(text);
  if (!match) return { ...nowhere, filename: text };
  const [, bracketed, plain, filename] = match;
  const hostname = bracketed ?? plain!;
  return { ...nowhere, hostname, filename: filename! };
}

/**
 * The last part of a name, which a file gets here.
 *
 * @param filename The name.
 * @returns Its last part; empty when there is none that a file can have.
 */
export function lastPart(filename: string): string {
  const part = filename.split(/[/\\]/).at(-1)!;
  return part === "." || part === ".." ? "" : part;
}
