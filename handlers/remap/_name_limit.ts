/**
 * The longest name that rules are applied to, in octets: that of a request without options that fits into one packet of
 * 512 (RFC 2347 section 2). A single datagram can bring one of 65,000.
 */
export const MAX_ASKED_BYTES = 512;

/** Whether a name is too long for rules to be applied to it. */
export function isTooLong(filename: string): boolean {
  // A UTF-16 code unit is one to three octets of UTF-8, so that most names need no encoding.
  if (filename.length > MAX_ASKED_BYTES) return true;
  if (filename.length * 3 <= MAX_ASKED_BYTES) return false;
  return new TextEncoder().encode(filename).length > MAX_ASKED_BYTES;
}
