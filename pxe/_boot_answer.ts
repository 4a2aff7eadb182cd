// What a boot handler may answer: what fits into a message. All else is the handler's fault, and is told as such.

import type { BootAnswer } from "./boot.ts";
import { NO_ADDRESS, parseIpv4 } from "./ipv4.ts";

/** Octets of `file` and `sname` for their text (RFC 951 section 3). */
const MAX_FILE_BYTES = 127;
export const MAX_NAME_BYTES = 63;
/** What an option of text holds where no client joins parts; longer URLs are rare, and longer than most firmware takes. */
const MAX_TEXT_BYTES = 255;

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
  for (const code of options.keys()) {
    if (Number.isInteger(code) && code >= 1 && code <= 254) continue;
    throw new RangeError(
      `Cannot send option as its code must be 1 to 254: current value is ${code}`,
    );
  }
}

/** Refuses a text that has no room, or would end early. */
export function checkText(name: string, text: string, maxBytes: number): void {
  const length = new TextEncoder().encode(text).length;
  if (length <= maxBytes && !text.includes("\0")) return;
  throw new RangeError(
    `Cannot use ${name} as it must have at most ${maxBytes} octets and no NUL: it has ${length}`,
  );
}
