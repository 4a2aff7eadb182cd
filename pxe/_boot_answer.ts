// What a boot handler may answer: what fits into a message. All else is the handler's fault, and is told as such.

import { checkGivenOptions } from "./_given_options.ts";
import type { BootAnswer } from "./boot.ts";
import { NO_ADDRESS, parseIpv4 } from "./ipv4.ts";

/** Octets of `file` and `sname` for their text (RFC 951 section 3). */
const MAX_FILE_BYTES = 127;
export const MAX_NAME_BYTES = 63;
/** What an option of text holds where no client joins parts; longer URLs are rare, and longer than most firmware takes. */
const MAX_TEXT_BYTES = 255;

/** Letters, digits, hyphens and underscores between dots. */
const NAME_REGEXP = /^[\w-]+(?:\.[\w-]+)*\.?$/;

/** Refuses what would not go into a message. */
export function checkAnswer(answer: BootAnswer, isBootp: boolean): void {
  const { file, server, options = new Map() } = answer;
  checkText("boot file", file, isBootp ? MAX_FILE_BYTES : MAX_TEXT_BYTES);
  checkText(
    "boot server",
    server ?? NO_ADDRESS,
    isBootp && parseIpv4(server ?? "") === undefined
      ? MAX_NAME_BYTES
      : MAX_TEXT_BYTES,
  );
  if (server !== undefined) checkServer(server);
  checkGivenOptions(options);
}

/** Refuses what is no address and no name either: as such it would go where clients look for a name, and nobody would boot. */
function checkServer(server: string): void {
  const isName = NAME_REGEXP.test(server) && !/^[\d.]+$/.test(server);
  if (isName || parseIpv4(server) !== undefined) return;
  throw new TypeError(
    `Cannot use boot server as it must be an IPv4 address or a name: current value is ${
      JSON.stringify(server)
    }`,
  );
}

/** Refuses a text that has no room, or would end early. */
export function checkText(name: string, text: string, maxBytes: number): void {
  const length = new TextEncoder().encode(text).length;
  if (length <= maxBytes && !text.includes("\0")) return;
  throw new RangeError(
    `Cannot use ${name} as it must have at most ${maxBytes} octets and no NUL: it has ${length}`,
  );
}
